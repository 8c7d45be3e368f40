/**
 * The decoded headers of one frame. One record is made per reader and filled again for every packet, so that
 * nothing is allocated on the hot path: copy what must outlive the callback.
 */
export interface Packet {
  /** 1-based number of the frame in its capture. */
  number: number;
  /** Time stamp since 1970-01-01 UTC: whole seconds, and nanoseconds within the second. */
  seconds: number;
  nanoseconds: number;
  capturedBytes: number;
  /** Length on the wire. */
  wireBytes: number;
  /** LINKTYPE_ number of the interface (www.tcpdump.org/linktypes.html). */
  linkType: number;
  /** Whether the link layer carries a source and a destination MAC address. */
  hasMac: boolean;
  /** First two bytes and last four bytes (as signed 32-bit word) of each MAC address. */
  sourceMacHigh: number;
  sourceMacLow: number;
  destinationMacHigh: number;
  destinationMacLow: number;
  /** Innermost VLAN id, 0 without a tag. */
  vlanId: number;
  ipVersion: 4 | 6;
  /** IP protocol number after all extension headers. */
  protocol: number;
  /** Address words as signed 32-bit integers in network order; IPv4 uses word 0 alone, the others are 0. */
  source0: number;
  source1: number;
  source2: number;
  source3: number;
  destination0: number;
  destination1: number;
  destination2: number;
  destination3: number;
  /** 0 where the protocol has none or they were not captured. */
  sourcePort: number;
  destinationPort: number;
  /** TCP flag byte (RFC 9293, 3.1); meaningful when `hasTcpFlags`. */
  tcpFlags: number;
  hasTcpFlags: boolean;
  /** Whether the packet is one of several fragments of a datagram. */
  isFragment: boolean;
  /**
   * Ethertype at which decoding stopped; meaningful for frames that carry no IP (`onSkipped`), whose bytes behind the
   * link headers begin at `ipAt`. 0 where the link has none.
   */
  etherType: number;
  /** Kind of the innermost decoded tunnel, 0 outside of tunnels: see `TUNNEL_*`. */
  tunnelId: number;
  /** Length of the IP packet, header included. */
  ipBytes: number;
  /** Length of the transport header and payload as the IP header gives it. */
  transportBytes: number;
  /** Length of the transport payload. */
  payloadBytes: number;
  /**
   * Where the headers lie: bytes of the capture in which this frame is `[frameAt, frameEnd)`, the innermost IP header
   * begins at `ipAt` and the transport header at `transportAt` (which may lie at or past `frameEnd`). For header
   * fields that few packets are asked for; the bytes change with the next packet.
   */
  view: DataView;
  frameAt: number;
  frameEnd: number;
  ipAt: number;
  transportAt: number;
}

/** A fresh record with all fields at rest. */
export function createPacket(): Packet {
  return {
    number: 0,
    seconds: 0,
    nanoseconds: 0,
    capturedBytes: 0,
    wireBytes: 0,
    linkType: 0,
    hasMac: false,
    sourceMacHigh: 0,
    sourceMacLow: 0,
    destinationMacHigh: 0,
    destinationMacLow: 0,
    vlanId: 0,
    ipVersion: 4,
    protocol: 0,
    source0: 0,
    source1: 0,
    source2: 0,
    source3: 0,
    destination0: 0,
    destination1: 0,
    destination2: 0,
    destination3: 0,
    sourcePort: 0,
    destinationPort: 0,
    tcpFlags: 0,
    hasTcpFlags: false,
    isFragment: false,
    etherType: 0,
    tunnelId: 0,
    ipBytes: 0,
    transportBytes: 0,
    payloadBytes: 0,
    view: new DataView(new ArrayBuffer(0)),
    frameAt: 0,
    frameEnd: 0,
    ipAt: 0,
    transportAt: 0,
  };
}

/** LINKTYPE_ number of Ethernet. */
export const LINKTYPE_ETHERNET = 1;

/** IP protocol numbers that the program treats by name (IANA protocol-numbers). */
export const PROTOCOL_ICMP = 1;
export const PROTOCOL_IPIP = 4;
export const PROTOCOL_TCP = 6;
export const PROTOCOL_UDP = 17;
export const PROTOCOL_IPV6 = 41;
export const PROTOCOL_GRE = 47;
export const PROTOCOL_ICMPV6 = 58;
export const PROTOCOL_SCTP = 132;
export const PROTOCOL_UDP_LITE = 136;

/** Tunnels by number; the first three as NFStream numbers them. IP in IP has no number of its own. */
export const TUNNEL_NONE = 0;
export const TUNNEL_GTP = 1;
export const TUNNEL_CAPWAP = 2;
export const TUNNEL_TZSP = 3;
export const TUNNEL_GRE = 4;
export const TUNNEL_VXLAN = 5;
export const TUNNEL_GENEVE = 6;

/**
 * Copies what decoding finds out about a frame: not its number, time, lengths, link type and place, which stay as they
 * are while its tunnels are opened.
 */
export function copyHeaders(from: Packet, to: Packet): void {
  to.hasMac = from.hasMac;
  to.sourceMacHigh = from.sourceMacHigh;
  to.sourceMacLow = from.sourceMacLow;
  to.destinationMacHigh = from.destinationMacHigh;
  to.destinationMacLow = from.destinationMacLow;
  to.vlanId = from.vlanId;
  to.ipVersion = from.ipVersion;
  to.protocol = from.protocol;
  to.source0 = from.source0;
  to.source1 = from.source1;
  to.source2 = from.source2;
  to.source3 = from.source3;
  to.destination0 = from.destination0;
  to.destination1 = from.destination1;
  to.destination2 = from.destination2;
  to.destination3 = from.destination3;
  to.sourcePort = from.sourcePort;
  to.destinationPort = from.destinationPort;
  to.tcpFlags = from.tcpFlags;
  to.hasTcpFlags = from.hasTcpFlags;
  to.isFragment = from.isFragment;
  to.etherType = from.etherType;
  to.tunnelId = from.tunnelId;
  to.ipBytes = from.ipBytes;
  to.transportBytes = from.transportBytes;
  to.payloadBytes = from.payloadBytes;
  to.ipAt = from.ipAt;
  to.transportAt = from.transportAt;
}

/** TCP flag bits (RFC 9293, 3.1). */
export const TCP_FIN = 0x01;
export const TCP_SYN = 0x02;
export const TCP_RST = 0x04;
export const TCP_PSH = 0x08;
export const TCP_ACK = 0x10;
export const TCP_URG = 0x20;
