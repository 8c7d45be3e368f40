/**
 * One part of a session as the device sees it: the mutable record that a `SessionTable` fills for each row.
 * Sent / received are seen from the device. Nothing is allocated per row; copy what must be kept.
 */
export interface DeviceSession {
  /** Row in the session table (a part), and row of the first part of the same session. */
  row: number;
  firstRow: number;
  /** IP protocol number. */
  protocol: number;
  ipVersion: 4 | 6;
  /** 0 where the protocol has no ports. */
  devicePort: number;
  peerPort: number;
  /** IPv4 word of the peer, or number of its IPv6 address in the table's address arena. */
  peerAddress: number;
  /** Which end of the table's row the device is: rows keep their ends in an order of their own. */
  deviceIsB: boolean;
  peerClass: PeerClass;
  /** Time slice (15 minutes) in which this part lies, counted from the capture's first packet. */
  bin: number;
  /** True when the device opened the session: SYN or SYN-ACK seen, otherwise sender of the first packet. */
  initiated: boolean;
  /** What `initiated` rests on. */
  initiatedBy: 'syn' | 'syn-ack' | 'first-packet';
  sentPackets: number;
  receivedPackets: number;
  /** Lengths on the wire. */
  sentBytes: number;
  receivedBytes: number;
  /** Lengths of the IP packets, header included. */
  sentIpBytes: number;
  receivedIpBytes: number;
  /** Lengths of the transport payloads. */
  sentPayloadBytes: number;
  receivedPayloadBytes: number;
  /** Nanoseconds since the first packet of the capture; of this part. */
  firstNs: number;
  lastNs: number;
  /** OR of all TCP flag bytes in each direction. */
  sentTcpFlags: number;
  receivedTcpFlags: number;
  /** Packets with SYN (with or without ACK), and with RST. */
  sentSyn: number;
  receivedSyn: number;
  sentRst: number;
  receivedRst: number;
  /** TCP packets with an impossible flag set: none, FIN only, SYN+FIN, FIN+PSH+URG. */
  oddFlagPackets: number;
}

/** The other end: a private (or other special-purpose) unicast, a public unicast, a multicast or broadcast address. */
export type PeerClass = 'private' | 'external' | 'multicast';
