import {
  carriesNoIp,
  decodeCiscoHdlc,
  decodeEthernet,
  decodeEthertype,
  decodePpp,
  decodePppoe,
} from './decode-ethertype.js';
import { decodeIp, decodeIpv4, decodeIpv6 } from './decode-ip.js';
import { decodeRadiotap, decodeWifi } from './decode-wifi.js';
import type { FragmentTable } from './fragments.js';
import type { Packet } from './packet.js';
import { SKIP_IP_HEADER, SKIP_LINK_TYPE, SKIP_TRUNCATED } from './skip-reason.js';

/** LINKTYPE_ numbers and names that are decoded (www.tcpdump.org/linktypes.html). */
const linkTypeNames: ReadonlyMap<number, string> = new Map([
  [0, 'NULL'],
  [1, 'EN10MB'],
  [9, 'PPP'],
  [12, 'RAW'],
  [14, 'RAW'],
  [50, 'PPP_HDLC'],
  [51, 'PPP_ETHER'],
  [101, 'RAW'],
  [104, 'C_HDLC'],
  [105, 'IEEE802_11'],
  [108, 'LOOP'],
  [113, 'LINUX_SLL'],
  [127, 'IEEE802_11_RADIOTAP'],
  [228, 'IPV4'],
  [229, 'IPV6'],
  [276, 'LINUX_SLL2'],
]);

/** Name of a link type; `LINKTYPE_<n>` for those that are not decoded. */
export function linkTypeName(linkType: number): string {
  return linkTypeNames.get(linkType) ?? `LINKTYPE_${linkType}`;
}

/**
 * Decodes the frame `view[start .. end)` of type `packet.linkType` into `packet`, whose number, time, lengths and place
 * are set already. Tunnels stay closed.
 * @returns USED or the reason for skipping
 */
export function decodeLink(
  view: DataView,
  start: number,
  end: number,
  packet: Packet,
  fragments: FragmentTable,
): number {
  if (packet.linkType === 1) return decodeEthernet(view, start, end, packet, fragments);
  packet.hasMac = false;
  switch (packet.linkType) {
    case 113:
      if (end - start < 16) return SKIP_TRUNCATED;
      return decodeEthertype(view, view.getUint16(start + 14), start + 16, end, packet, fragments);
    case 276:
      if (end - start < 20) return SKIP_TRUNCATED;
      return decodeEthertype(view, view.getUint16(start), start + 20, end, packet, fragments);
    case 0:
    case 108:
      return decodeNull(view, start, end, packet, fragments);
    case 12:
    case 14:
    case 101:
      return decodeIp(view, start, end, packet, fragments);
    case 228:
      return decodeIpv4(view, start, end, packet, fragments);
    case 229:
      return decodeIpv6(view, start, end, packet, fragments);
    case 9:
    case 50:
      return decodePpp(view, start, end, packet, fragments);
    case 51:
      return decodePppoe(view, start, end, packet, fragments);
    case 104:
      return decodeCiscoHdlc(view, start, end, packet, fragments);
    case 105:
      if (end - start < 2) return SKIP_TRUNCATED;
      return decodeWifi(view, start, end, view.getUint16(start, true), false, packet, fragments);
    case 127:
      return decodeRadiotap(view, start, end, packet, fragments);
    default:
      return SKIP_LINK_TYPE;
  }
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
  if (family === 2) return decodeIpv4(view, start + 4, end, packet, fragments);
  // AF_INET6 is 10 on Linux, 24, 28 and 30 on the BSDs and macOS, 23 on Windows.
  if (family === 10 || family === 23 || family === 24 || family === 28 || family === 30) {
    return decodeIpv6(view, start + 4, end, packet, fragments);
  }
  return family === 0 ? SKIP_IP_HEADER : carriesNoIp(0, start + 4, packet);
}
