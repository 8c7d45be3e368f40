import type { AddressMap } from '../plan/public-addresses.js';
import { type Cover, putBytes } from './checksum.js';
import { addressRecordOffsets } from './dns-answers.js';

const ETHERNET_BYTES = 14;
const TCP = 6;
const UDP = 17;
const ICMP = 1;
/** DNS, multicast DNS, LLMNR: one format of messages. */
const NAME_PORTS = new Set([53, 5353, 5355]);
const DHCP_PORTS = new Set([67, 68]);
/** Of a DHCP message: ciaddr, yiaddr, siaddr, giaddr (RFC 2131, 2). Options lie behind the snap length. */
const DHCP_ADDRESSES = [12, 16, 20, 24];
/** ICMP messages that carry the start of the packet they are about (RFC 792). */
const ICMP_WITH_PACKET = new Set([3, 4, 5, 11, 12]);
const ICMP_REDIRECT = 5;

/**
 * Exchanges the IPv4 addresses that the map knows in one Ethernet frame, in place: ARP, IPv4 headers, headers inside
 * ICMP errors, A records of DNS answers (over IPv4 and IPv6), fixed fields of DHCP. Checksums that were right stay
 * right and wrong ones stay wrong, also where the packet was cut.
 * @returns how many addresses were exchanged
 */
export function rewriteFrame(frame: Uint8Array, map: AddressMap): number {
  if (frame.length < ETHERNET_BYTES) return 0;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const etherType = view.getUint16(12);
  if (etherType === 0x0806) {
    return exchange(frame, 28, [], map) + exchange(frame, 38, [], map);
  }
  if (etherType === 0x0800) return rewriteIpv4(frame, view, ETHERNET_BYTES, [], map);
  const udpOverIpv6 = etherType === 0x86dd && frame.length > 62 && frame[20] === UDP;
  return udpOverIpv6 ? rewriteNames(frame, view, ETHERNET_BYTES + 40, frame.length, [], map) : 0;
}

function exchange(frame: Uint8Array, at: number, covers: readonly Cover[], map: AddressMap): number {
  if (at + 4 > frame.length) return 0;
  const address = map(new DataView(frame.buffer, frame.byteOffset, frame.byteLength).getUint32(at));
  if (address === undefined) return 0;
  putBytes(
    frame,
    at,
    [address >>> 24, (address >>> 16) & 0xff, (address >>> 8) & 0xff, address & 0xff],
    covers,
  );
  return 1;
}

/** @param outer checksums that cover the whole packet: those of an ICMP error around it */
function rewriteIpv4(
  frame: Uint8Array,
  view: DataView,
  at: number,
  outer: readonly Cover[],
  map: AddressMap,
): number {
  if (at + 20 > frame.length || (frame[at] as number) >>> 4 !== 4) return 0;
  const headerBytes = ((frame[at] as number) & 0x0f) * 4;
  if (headerBytes < 20) return 0;
  const protocol = frame[at + 9] as number;
  const transport = at + headerBytes;
  const firstFragment = (view.getUint16(at + 6) & 0x1fff) === 0;
  const header: Cover = { checksumAt: at + 10, startsAt: at, zeroMeansNone: false, within: outer };
  const covers = [header, ...outer];
  if (firstFragment && protocol === TCP) covers.push(transportCover(transport, 16, false, outer));
  if (firstFragment && protocol === UDP) covers.push(transportCover(transport, 6, true, outer));

  let count = exchange(frame, at + 12, covers, map) + exchange(frame, at + 16, covers, map);
  if (!firstFragment) return count;
  // Padding of short frames lies behind the packet.
  const end = Math.min(frame.length, at + view.getUint16(at + 2));
  if (protocol === UDP) {
    count += rewriteNames(frame, view, transport, end, outer, map);
    count += rewriteDhcp(frame, view, transport, end, outer, map);
  }
  if (protocol === ICMP) count += rewriteIcmp(frame, view, transport, outer, map);
  return count;
}

/** TCP's or UDP's checksum. The pseudo-header's addresses are whole words, so the transport header tells parity. */
function transportCover(
  transport: number,
  offset: number,
  zeroMeansNone: boolean,
  within: readonly Cover[],
): Cover {
  return { checksumAt: transport + offset, startsAt: transport, zeroMeansNone, within };
}

function rewriteIcmp(
  frame: Uint8Array,
  view: DataView,
  at: number,
  outer: readonly Cover[],
  map: AddressMap,
): number {
  const type = frame[at];
  if (at + 8 > frame.length || type === undefined || !ICMP_WITH_PACKET.has(type)) return 0;
  const covers = [{ checksumAt: at + 2, startsAt: at, zeroMeansNone: false, within: outer }, ...outer];
  const gateway = type === ICMP_REDIRECT ? exchange(frame, at + 4, covers, map) : 0;
  return gateway + rewriteIpv4(frame, view, at + 8, covers, map);
}

function rewriteNames(
  frame: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  outer: readonly Cover[],
  map: AddressMap,
): number {
  if (at + 8 > end || !NAME_PORTS.has(view.getUint16(at))) return 0;
  return exchangeAll(frame, addressRecordOffsets(frame, at + 8, end), at, outer, map);
}

function rewriteDhcp(
  frame: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  outer: readonly Cover[],
  map: AddressMap,
): number {
  if (at + 8 > end || !DHCP_PORTS.has(view.getUint16(at)) || !DHCP_PORTS.has(view.getUint16(at + 2)))
    return 0;
  const offsets = DHCP_ADDRESSES.map((offset) => at + 8 + offset).filter((offset) => offset + 4 <= end);
  return exchangeAll(frame, offsets, at, outer, map);
}

/** @param at offset of the UDP header that covers the addresses */
function exchangeAll(
  frame: Uint8Array,
  offsets: readonly number[],
  at: number,
  outer: readonly Cover[],
  map: AddressMap,
): number {
  const covers = [transportCover(at, 6, true, outer), ...outer];
  return offsets.map((offset) => exchange(frame, offset, covers, map)).reduce((sum, count) => sum + count, 0);
}
