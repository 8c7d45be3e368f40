import {
  hashWords,
  type Packet,
  PROTOCOL_ICMP,
  PROTOCOL_ICMPV6,
  TCP_ACK,
  TCP_SYN,
} from '../../pcap/index.js';
import * as at from './meter-layout.js';
import type { Accounting } from './meter-types.js';

/** Whether both ends of a row are one: all its packets count as sent by a. */
export function hasOneEnd(ints: Int32Array, i: number): boolean {
  const ports = ints[i + at.PORTS] as number;
  if (ports >>> 16 !== (ports & 0xffff)) return false;
  for (let word = 0; word < 4; word++) {
    if (ints[i + at.ADDRESS_A + word] !== ints[i + at.ADDRESS_B + word]) return false;
  }
  return true;
}

/** The size of a packet as the accounting has it, bytes. */
export function sizeOf(packet: Packet, accounting: Accounting): number {
  switch (accounting) {
    case 'link':
      return packet.wireBytes;
    case 'ip':
      return packet.ipBytes;
    case 'transport':
      return packet.transportBytes;
    case 'payload':
      return packet.payloadBytes;
  }
}

/** Whether the sender is end b of the canonical order: by address, then by port. */
export function isFromB(packet: Packet): boolean {
  if (packet.source0 !== packet.destination0) return packet.source0 > packet.destination0;
  if (packet.ipVersion === 6) {
    if (packet.source1 !== packet.destination1) return packet.source1 > packet.destination1;
    if (packet.source2 !== packet.destination2) return packet.source2 > packet.destination2;
    if (packet.source3 !== packet.destination3) return packet.source3 > packet.destination3;
  }
  return packet.sourcePort > packet.destinationPort;
}

/** The source address as one word for the hash. */
export function foldSource(packet: Packet): number {
  return packet.ipVersion === 4
    ? packet.source0
    : hashWords(packet.source0, packet.source1, packet.source2, packet.source3);
}

/** The same of the destination. */
export function foldDestination(packet: Packet): number {
  return packet.ipVersion === 4
    ? packet.destination0
    : hashWords(packet.destination0, packet.destination1, packet.destination2, packet.destination3);
}

/** A SYN without ACK. */
export function isOpening(packet: Packet): boolean {
  return packet.hasTcpFlags && (packet.tcpFlags & (TCP_SYN | TCP_ACK)) === TCP_SYN;
}

/** ICMP or ICMPv6. */
export function isIcmp(protocol: number): boolean {
  return protocol === PROTOCOL_ICMP || protocol === PROTOCOL_ICMPV6;
}

/** ICMP type (upper byte) and code; 0 when they were not captured. */
export function icmpOf(packet: Packet): number {
  return packet.transportAt + 2 <= packet.frameEnd ? packet.view.getUint16(packet.transportAt) : 0;
}
