import { type Packet, PROTOCOL_ICMP, PROTOCOL_ICMPV6 } from '../../pcap/index.js';
import type { Accounting } from './meter-types.js';

/** Accountings in the order of their numbers in the flow core. */
export const ACCOUNTINGS = ['link', 'ip', 'transport', 'payload'] as const satisfies readonly Accounting[];

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

/** The part of the key that is neither address nor port, in one word. */
export function scopeOf({ protocol, ipVersion, tunnelId, vlanId }: Packet): number {
  return protocol | (ipVersion << 8) | (tunnelId << 12) | (vlanId << 16);
}

/** ICMP or ICMPv6. */
export function isIcmp(protocol: number): boolean {
  return protocol === PROTOCOL_ICMP || protocol === PROTOCOL_ICMPV6;
}

/** ICMP type (upper byte) and code; 0 when they were not captured, and for other protocols. */
export function icmpOf(packet: Packet): number {
  if (!isIcmp(packet.protocol) || packet.transportAt + 2 > packet.frameEnd) return 0;
  return packet.view.getUint16(packet.transportAt);
}
