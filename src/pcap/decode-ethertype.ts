import { decodeIp, decodeIpv4, decodeIpv6 } from './decode-ip.js';
import type { FragmentTable } from './fragments.js';
import type { Packet } from './packet.js';
import { SKIP_NON_IP, SKIP_TRUNCATED } from './skip-reason.js';

const PPPOE_SESSION = 0x8864;
const MPLS_UNICAST = 0x8847;
const MPLS_MULTICAST = 0x8848;

/** Ethernet addresses and what follows them (IEEE 802.3, 3.1). @returns USED or the reason for skipping */
export function decodeEthernet(
  view: DataView,
  at: number,
  end: number,
  packet: Packet,
  fragments: FragmentTable,
): number {
  if (end - at < 14) return SKIP_TRUNCATED;
  packet.hasMac = true;
  packet.destinationMacHigh = view.getUint16(at);
  packet.destinationMacLow = view.getInt32(at + 2);
  packet.sourceMacHigh = view.getUint16(at + 6);
  packet.sourceMacLow = view.getInt32(at + 8);
  return decodeEthertype(view, view.getUint16(at + 12), at + 14, end, packet, fragments);
}

/**
 * IEEE 802.1Q / 802.1ad tags, LLC/SNAP (RFC 1042), then IP, MPLS labels (RFC 3032) or a PPPoE session (RFC 2516).
 * @param at first byte behind the type
 * @returns USED or the reason for skipping
 */
export function decodeEthertype(
  view: DataView,
  type: number,
  at: number,
  end: number,
  packet: Packet,
  fragments: FragmentTable,
): number {
  for (;;) {
    if (type === 0x0800) return decodeIpv4(view, at, end, packet, fragments);
    if (type === 0x86dd) return decodeIpv6(view, at, end, packet, fragments);
    if (type === 0x8100 || type === 0x88a8 || type === 0x9100) {
      if (end - at < 4) return SKIP_TRUNCATED;
      packet.vlanId = view.getUint16(at) & 0x0fff;
      type = view.getUint16(at + 2);
      at += 4;
    } else if (type < 0x0600 && end - at >= 8 && isSnap(view, at)) {
      type = view.getUint16(at + 6);
      at += 8;
      if (type < 0x0600) return carriesNoIp(type, at, packet);
    } else if (type === MPLS_UNICAST || type === MPLS_MULTICAST) {
      return decodeMpls(view, at, end, packet, fragments);
    } else if (type === PPPOE_SESSION) {
      return decodePppoe(view, at, end, packet, fragments);
    } else {
      return carriesNoIp(type, at, packet);
    }
  }
}

/** LLC header AA AA 03 with the organisation code of encapsulated Ethernet. */
function isSnap(view: DataView, at: number): boolean {
  return view.getUint32(at) === 0xaaaa0300 && view.getUint16(at + 4) === 0;
}

/** PPPoE session header (RFC 2516, 4) and the PPP frame in it. */
export function decodePppoe(
  view: DataView,
  at: number,
  end: number,
  packet: Packet,
  fragments: FragmentTable,
): number {
  if (end - at < 6) return SKIP_TRUNCATED;
  if (view.getUint16(at) !== 0x1100) return carriesNoIp(PPPOE_SESSION, at, packet);
  const payloadEnd = Math.min(end, at + 6 + view.getUint16(at + 4));
  return decodePpp(view, at + 6, payloadEnd, packet, fragments);
}

/**
 * PPP with or without address and control field (RFC 1662, 3.1), protocol field of one or two bytes (RFC 1661, 2 and
 * 6.5). Cisco HDLC, which shares the link types of PPP, is known by its own address bytes.
 */
export function decodePpp(
  view: DataView,
  from: number,
  end: number,
  packet: Packet,
  fragments: FragmentTable,
): number {
  if (end - from < 2) return SKIP_TRUNCATED;
  const start = view.getUint16(from);
  if (start === 0x0f00 || start === 0x8f00) return decodeCiscoHdlc(view, from, end, packet, fragments);
  let at = start === 0xff03 ? from + 2 : from;
  if (end - at < 2) return SKIP_TRUNCATED;
  let protocol = view.getUint8(at);
  if ((protocol & 1) === 0) {
    protocol = view.getUint16(at);
    at++;
  }
  at++;
  if (protocol === 0x0021) return decodeIpv4(view, at, end, packet, fragments);
  if (protocol === 0x0057) return decodeIpv6(view, at, end, packet, fragments);
  if (protocol === 0x0281 || protocol === 0x0283) return decodeMpls(view, at, end, packet, fragments);
  return carriesNoIp(0, at, packet);
}

/** Address, control and an ethertype (www.tcpdump.org/linktypes.html, LINKTYPE_C_HDLC). */
export function decodeCiscoHdlc(
  view: DataView,
  at: number,
  end: number,
  packet: Packet,
  fragments: FragmentTable,
): number {
  if (end - at < 4) return SKIP_TRUNCATED;
  return decodeEthertype(view, view.getUint16(at + 2), at + 4, end, packet, fragments);
}

/** Labels up to the bottom of the stack; what is below names itself by its first four bits (RFC 4928, 3). */
function decodeMpls(
  view: DataView,
  from: number,
  end: number,
  packet: Packet,
  fragments: FragmentTable,
): number {
  for (let at = from; end - at >= 4; at += 4) {
    if ((view.getUint8(at + 2) & 1) === 0) continue;
    const inner = at + 4;
    if (inner >= end) return SKIP_TRUNCATED;
    const version = view.getUint8(inner) >> 4;
    if (version === 4 || version === 6) return decodeIp(view, inner, end, packet, fragments);
    return carriesNoIp(MPLS_UNICAST, inner, packet);
  }
  return SKIP_TRUNCATED;
}

/** Leaves the place behind for those who look at what was skipped. */
export function carriesNoIp(type: number, at: number, packet: Packet): number {
  packet.etherType = type;
  packet.ipAt = at;
  return SKIP_NON_IP;
}
