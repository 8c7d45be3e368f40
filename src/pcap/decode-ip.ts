import type { FragmentTable } from './fragments.js';
import {
  type Packet,
  PROTOCOL_ICMP,
  PROTOCOL_ICMPV6,
  PROTOCOL_SCTP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  PROTOCOL_UDP_LITE,
} from './packet.js';
import { SKIP_FRAGMENT, SKIP_IP_HEADER, SKIP_TRUNCATED, USED } from './skip-reason.js';

/**
 * Decodes the IPv4 or IPv6 packet at `at` (by its version nibble) into `packet`.
 * Lax: headers that the snap length cut are used as far as they reach; the lengths come from the headers.
 *
 * Lengths that the header leaves open (segmentation offload, jumbograms) are taken from the frame's length on the wire.
 *
 * @param end first byte after the captured frame, or after the tunnel's payload
 * @returns USED or the reason for skipping
 */
export function decodeIp(
  view: DataView,
  at: number,
  end: number,
  packet: Packet,
  fragments: FragmentTable,
): number {
  if (at >= end) return SKIP_TRUNCATED;
  const version = view.getUint8(at) >> 4;
  if (version === 4) return decodeIpv4(view, at, end, packet, fragments);
  if (version === 6) return decodeIpv6(view, at, end, packet, fragments);
  return SKIP_IP_HEADER;
}

/** RFC 791, 3.1. */
export function decodeIpv4(
  view: DataView,
  at: number,
  end: number,
  packet: Packet,
  fragments: FragmentTable,
): number {
  if (end - at < 20) return SKIP_TRUNCATED;
  const first = view.getUint8(at);
  const headerBytes = (first & 0x0f) << 2;
  if (first >> 4 !== 4 || headerBytes < 20) return SKIP_IP_HEADER;
  const totalLength = view.getUint16(at + 2);
  if (totalLength !== 0 && totalLength < headerBytes) return SKIP_IP_HEADER;
  packet.ipVersion = 4;
  packet.ipAt = at;
  packet.protocol = view.getUint8(at + 9);
  packet.source0 = view.getInt32(at + 12);
  packet.source1 = 0;
  packet.source2 = 0;
  packet.source3 = 0;
  packet.destination0 = view.getInt32(at + 16);
  packet.destination1 = 0;
  packet.destination2 = 0;
  packet.destination3 = 0;
  packet.ipBytes =
    totalLength !== 0 ? totalLength : Math.max(headerBytes, packet.wireBytes - (at - packet.frameAt));

  const fragment = view.getUint16(at + 6);
  const payloadAt = at + headerBytes;
  const payloadEnd = Math.min(end, at + packet.ipBytes);
  packet.isFragment = (fragment & 0x3fff) !== 0;
  if (!packet.isFragment) {
    decodeTransport(view, payloadAt, payloadEnd, packet.ipBytes - headerBytes, packet);
    return USED;
  }
  const identification = view.getUint16(at + 4);
  const length = packet.ipBytes - headerBytes;
  if ((fragment & 0x1fff) !== 0) return laterFragment(length, packet, identification, fragments);
  decodeTransport(view, payloadAt, payloadEnd, length, packet);
  fragments.remember(packet, identification, packet.protocol);
  return USED;
}

/** RFC 8200, 3 and 4. */
export function decodeIpv6(
  view: DataView,
  at: number,
  end: number,
  packet: Packet,
  fragments: FragmentTable,
): number {
  if (end - at < 40) return SKIP_TRUNCATED;
  if (view.getUint8(at) >> 4 !== 6) return SKIP_IP_HEADER;
  const payloadLength = view.getUint16(at + 4);
  packet.ipVersion = 6;
  packet.ipAt = at;
  packet.source0 = view.getInt32(at + 8);
  packet.source1 = view.getInt32(at + 12);
  packet.source2 = view.getInt32(at + 16);
  packet.source3 = view.getInt32(at + 20);
  packet.destination0 = view.getInt32(at + 24);
  packet.destination1 = view.getInt32(at + 28);
  packet.destination2 = view.getInt32(at + 32);
  packet.destination3 = view.getInt32(at + 36);
  const openLength = payloadLength === 0 && packet.wireBytes - (at - packet.frameAt) > 40;
  packet.ipBytes = openLength ? packet.wireBytes - (at - packet.frameAt) : 40 + payloadLength;
  const packetEnd = Math.min(end, at + packet.ipBytes);

  let next = view.getUint8(at + 6);
  let header = at + 40;
  for (;;) {
    const length = extensionHeaderBytes(view, next, header, packetEnd);
    if (length === NOT_AN_EXTENSION) break;
    if (length === CUT) return SKIP_TRUNCATED;
    if (next === 44 && (view.getUint16(header + 2) & 0xfff9) !== 0) {
      packet.protocol = view.getUint8(header);
      packet.isFragment = true;
      const offset = view.getUint16(header + 2) & 0xfff8;
      const identification = view.getInt32(header + 4);
      const left = packet.ipBytes - (header + 8 - at);
      if (offset !== 0) return laterFragment(left, packet, identification, fragments);
      const named = packet.protocol;
      const transportAt = behindExtensions(view, header + 8, packetEnd, packet);
      decodeTransport(view, transportAt, packetEnd, packet.ipBytes - (transportAt - at), packet);
      fragments.remember(packet, identification, named);
      return USED;
    }
    next = view.getUint8(header);
    header += length;
  }
  packet.protocol = next;
  packet.isFragment = false;
  decodeTransport(view, header, packetEnd, packet.ipBytes - (header - at), packet);
  return USED;
}

const NOT_AN_EXTENSION = 0;
const CUT = -1;

/** Length of the extension header of type `next` at `at` (RFC 8200, 4; AH: RFC 4302, 2.2), or one of the marks. */
function extensionHeaderBytes(view: DataView, next: number, at: number, end: number): number {
  const isExtension =
    next === 0 ||
    next === 43 ||
    next === 44 ||
    next === 51 ||
    next === 60 ||
    next === 135 ||
    next === 139 ||
    next === 140;
  if (!isExtension) return NOT_AN_EXTENSION;
  if (end - at < 8) return CUT;
  if (next === 44) return 8;
  const units = view.getUint8(at + 1);
  const length = next === 51 ? (units + 2) << 2 : (units + 1) << 3;
  return at + length > end ? CUT : length;
}

/**
 * Where the transport header of a first fragment begins, whose protocol goes into `packet`: options for the destination
 * and authentication stand behind the fragment header (RFC 8200, 4.1). Where they are cut they count as the transport; a
 * fragment of a fragment is not looked into.
 */
function behindExtensions(view: DataView, at: number, end: number, packet: Packet): number {
  let header = at;
  for (let next = packet.protocol; next !== 44; ) {
    const length = extensionHeaderBytes(view, next, header, end);
    if (length === CUT) return at;
    if (length === NOT_AN_EXTENSION) {
      packet.protocol = next;
      return header;
    }
    next = view.getUint8(header);
    header += length;
  }
  return at;
}

function laterFragment(
  length: number,
  packet: Packet,
  identification: number,
  fragments: FragmentTable,
): number {
  if (!fragments.resolve(packet, identification)) return SKIP_FRAGMENT;
  packet.tcpFlags = 0;
  packet.hasTcpFlags = false;
  // The transport header is in the first fragment.
  packet.transportAt = packet.frameEnd;
  packet.transportBytes = Math.max(length, 0);
  packet.payloadBytes = packet.transportBytes;
  return USED;
}

/**
 * Ports, TCP flags and payload length (RFC 9293, 3.1; RFC 768; RFC 3828; RFC 9260, 3.1; RFC 792; RFC 4443).
 * @param length bytes of the transport header and payload as the IP header gives them
 */
function decodeTransport(view: DataView, at: number, end: number, length: number, packet: Packet): void {
  const captured = end - at;
  packet.transportAt = at;
  packet.transportBytes = Math.max(length, 0);
  packet.sourcePort = 0;
  packet.destinationPort = 0;
  packet.tcpFlags = 0;
  packet.hasTcpFlags = false;
  let headerBytes = 0;
  switch (packet.protocol) {
    case PROTOCOL_TCP:
      headerBytes = 20;
      if (captured >= 4) {
        packet.sourcePort = view.getUint16(at);
        packet.destinationPort = view.getUint16(at + 2);
      }
      if (captured >= 14) {
        headerBytes = (view.getUint8(at + 12) >> 4) << 2;
        packet.tcpFlags = view.getUint8(at + 13);
        packet.hasTcpFlags = true;
      }
      break;
    case PROTOCOL_UDP:
    case PROTOCOL_UDP_LITE:
    case PROTOCOL_SCTP:
      headerBytes = packet.protocol === PROTOCOL_SCTP ? 12 : 8;
      if (captured >= 4) {
        packet.sourcePort = view.getUint16(at);
        packet.destinationPort = view.getUint16(at + 2);
      }
      break;
    case PROTOCOL_ICMP:
    case PROTOCOL_ICMPV6:
      headerBytes = 8;
      break;
    default:
      break;
  }
  packet.payloadBytes = length > headerBytes ? length - headerBytes : 0;
}
