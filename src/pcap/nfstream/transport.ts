import { type Packet, PROTOCOL_ICMP, PROTOCOL_ICMPV6, PROTOCOL_TCP, PROTOCOL_UDP } from '../packet.js';
import { SKIP_IP_HEADER, SKIP_TRUNCATED, USED } from '../skip-reason.js';
import { type ExtensionWalk, walkExtensions } from './extensions.js';

const walk: ExtensionWalk = { protocol: 0, at: 0, left: 0 };

/** The IPv4 packet at `at`; its lengths are those of its header, captured or not. */
export function readIpv4(view: DataView, at: number, end: number, packet: Packet): number {
  if (end - at < 20) return SKIP_TRUNCATED;
  const headerBytes = (view.getUint8(at) & 0x0f) << 2;
  if (headerBytes > end - at) return SKIP_TRUNCATED;
  const totalLength = view.getUint16(at + 2);
  // Also total length 0, which segmentation offload leaves behind.
  if (totalLength < headerBytes) return SKIP_IP_HEADER;
  packet.ipVersion = 4;
  packet.ipAt = at;
  packet.protocol = view.getUint8(at + 9);
  packet.ipBytes = totalLength;
  packet.isFragment = (view.getUint16(at + 6) & 0x3fff) !== 0;
  packet.source0 = view.getInt32(at + 12);
  packet.source1 = 0;
  packet.source2 = 0;
  packet.source3 = 0;
  packet.destination0 = view.getInt32(at + 16);
  packet.destination1 = 0;
  packet.destination2 = 0;
  packet.destination3 = 0;
  readTransport(view, at + headerBytes, end, totalLength - headerBytes, packet);
  return USED;
}

/** The IPv6 packet at `at`; it must be captured as a whole, and its size is told without the fixed header. */
export function readIpv6(view: DataView, at: number, end: number, packet: Packet): number {
  if (end - at < 40) return SKIP_TRUNCATED;
  const payloadLength = view.getUint16(at + 4);
  if (payloadLength > end - at - 40) return SKIP_TRUNCATED;
  walk.protocol = view.getUint8(at + 6);
  walk.at = at + 40;
  walk.left = payloadLength;
  if (!walkExtensions(view, end - at - 40, walk)) return SKIP_IP_HEADER;
  packet.ipVersion = 6;
  packet.ipAt = at;
  packet.protocol = walk.protocol;
  packet.ipBytes = payloadLength;
  packet.isFragment = false;
  packet.source0 = view.getInt32(at + 8);
  packet.source1 = view.getInt32(at + 12);
  packet.source2 = view.getInt32(at + 16);
  packet.source3 = view.getInt32(at + 20);
  packet.destination0 = view.getInt32(at + 24);
  packet.destination1 = view.getInt32(at + 28);
  packet.destination2 = view.getInt32(at + 32);
  packet.destination3 = view.getInt32(at + 36);
  readTransport(view, walk.at, end, walk.left, packet);
  return USED;
}

/** Ports and sizes: of TCP only with a whole header by the IP length, of UDP likewise, of others no ports. */
function readTransport(view: DataView, at: number, end: number, length: number, packet: Packet): void {
  packet.transportAt = at;
  packet.sourcePort = 0;
  packet.destinationPort = 0;
  packet.tcpFlags = 0;
  packet.hasTcpFlags = false;
  packet.transportBytes = 0;
  packet.payloadBytes = 0;
  const { protocol } = packet;
  const isTcp = protocol === PROTOCOL_TCP && length >= 20;
  const isUdp = protocol === PROTOCOL_UDP && length >= 8;
  const isIcmp = protocol === PROTOCOL_ICMP || protocol === PROTOCOL_ICMPV6;
  if (!isTcp && !isUdp && !isIcmp) return;
  packet.transportBytes = length;
  let headerBytes = 8;
  if (!isIcmp && end - at >= 4) {
    packet.sourcePort = view.getUint16(at);
    packet.destinationPort = view.getUint16(at + 2);
  }
  if (isTcp) {
    const captured = end - at >= 14;
    headerBytes = captured ? (view.getUint8(at + 12) >> 4) << 2 : 20;
    packet.tcpFlags = captured ? view.getUint8(at + 13) : 0;
    packet.hasTcpFlags = captured;
  }
  packet.payloadBytes = Math.max(length - headerBytes, 0);
}
