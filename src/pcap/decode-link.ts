import { decodeIp, decodeIpv4, decodeIpv6 } from './decode-ip.js';
import type { FragmentTable } from './fragments.js';
import type { Packet } from './packet.js';
import { SKIP_IP_HEADER, SKIP_LINK_TYPE, SKIP_NON_IP, SKIP_TRUNCATED } from './skip-reason.js';

/** LINKTYPE_ numbers and names that are decoded (www.tcpdump.org/linktypes.html). */
const linkTypeNames: ReadonlyMap<number, string> = new Map([
  [0, 'NULL'],
  [1, 'EN10MB'],
  [12, 'RAW'],
  [14, 'RAW'],
  [101, 'RAW'],
  [108, 'LOOP'],
  [113, 'LINUX_SLL'],
  [228, 'IPV4'],
  [229, 'IPV6'],
  [276, 'LINUX_SLL2'],
]);

/** Name of a link type; `LINKTYPE_<n>` for those that are not decoded. */
export function linkTypeName(linkType: number): string {
  return linkTypeNames.get(linkType) ?? `LINKTYPE_${linkType}`;
}

/**
 * Decodes the frame `view[start .. end)` of type `packet.linkType` into `packet`, whose number, time and lengths
 * are set already.
 * @returns USED or the reason for skipping
 */
export function decodeFrame(
  view: DataView,
  start: number,
  end: number,
  packet: Packet,
  fragments: FragmentTable,
): number {
  packet.vlanId = 0;
  packet.tunnelId = 0;
  packet.view = view;
  packet.frameAt = start;
  packet.frameEnd = end;
  switch (packet.linkType) {
    case 1:
      return decodeEthernet(view, start, end, packet, fragments);
    case 113:
      packet.hasMac = false;
      if (end - start < 16) return SKIP_TRUNCATED;
      return decodeEthertype(view, view.getUint16(start + 14), start + 16, end, start, packet, fragments);
    case 276:
      packet.hasMac = false;
      if (end - start < 20) return SKIP_TRUNCATED;
      return decodeEthertype(view, view.getUint16(start), start + 20, end, start, packet, fragments);
    case 0:
    case 108:
      packet.hasMac = false;
      return decodeNull(view, start, end, packet, fragments);
    case 12:
    case 14:
    case 101:
      packet.hasMac = false;
      return decodeIp(view, start, end, start, packet, fragments);
    case 228:
      packet.hasMac = false;
      return decodeIpv4(view, start, end, start, packet, fragments);
    case 229:
      packet.hasMac = false;
      return decodeIpv6(view, start, end, start, packet, fragments);
    default:
      return SKIP_LINK_TYPE;
  }
}

function decodeEthernet(
  view: DataView,
  start: number,
  end: number,
  packet: Packet,
  fragments: FragmentTable,
): number {
  if (end - start < 14) return SKIP_TRUNCATED;
  packet.hasMac = true;
  packet.destinationMacHigh = view.getUint16(start);
  packet.destinationMacLow = view.getInt32(start + 2);
  packet.sourceMacHigh = view.getUint16(start + 6);
  packet.sourceMacLow = view.getInt32(start + 8);
  return decodeEthertype(view, view.getUint16(start + 12), start + 14, end, start, packet, fragments);
}

/** IEEE 802.1Q / 802.1ad tags, LLC/SNAP (RFC 1042), then IP. */
function decodeEthertype(
  view: DataView,
  type: number,
  at: number,
  end: number,
  start: number,
  packet: Packet,
  fragments: FragmentTable,
): number {
  for (;;) {
    if (type === 0x0800) return decodeIpv4(view, at, end, start, packet, fragments);
    if (type === 0x86dd) return decodeIpv6(view, at, end, start, packet, fragments);
    if (type === 0x8100 || type === 0x88a8 || type === 0x9100) {
      if (end - at < 4) return SKIP_TRUNCATED;
      packet.vlanId = view.getUint16(at) & 0x0fff;
      type = view.getUint16(at + 2);
      at += 4;
    } else if (type < 0x0600 && end - at >= 8 && isSnap(view, at)) {
      type = view.getUint16(at + 6);
      if (type < 0x0600) return SKIP_NON_IP;
      at += 8;
    } else {
      return SKIP_NON_IP;
    }
  }
}

/** LLC header AA AA 03 with the organisation code of encapsulated Ethernet. */
function isSnap(view: DataView, at: number): boolean {
  return view.getUint32(at) === 0xaaaa0300 && view.getUint16(at + 4) === 0;
}

/** BSD loopback: the address family in the byte order of the machine that captured. */
function decodeNull(
  view: DataView,
  start: number,
  end: number,
  packet: Packet,
  fragments: FragmentTable,
): number {
  if (end - start < 4) return SKIP_TRUNCATED;
  const little = view.getUint32(start, true);
  const family = little > 0xffff ? view.getUint32(start) : little;
  if (family === 2) return decodeIpv4(view, start + 4, end, start, packet, fragments);
  // AF_INET6 is 10 on Linux, 24, 28 and 30 on the BSDs and macOS, 23 on Windows.
  if (family === 10 || family === 23 || family === 24 || family === 28 || family === 30) {
    return decodeIpv6(view, start + 4, end, start, packet, fragments);
  }
  return family === 0 ? SKIP_IP_HEADER : SKIP_NON_IP;
}
