/** Builders of link-layer frames (www.tcpdump.org/linktypes.html). */
import { concat, integer, macBytes, u8, u16, u32 } from './bytes.js';

export const LINK_NULL = 0;
export const LINK_ETHERNET = 1;
export const LINK_RAW = 101;
export const LINK_LOOP = 108;
export const LINK_SLL = 113;
export const LINK_IPV4 = 228;
export const LINK_IPV6 = 229;
export const LINK_SLL2 = 276;

export interface EthernetFields {
  readonly source?: string;
  readonly destination?: string;
  /** Outermost first. */
  readonly tags?: readonly { readonly type: number; readonly id: number }[];
}

const SOURCE = '02:00:00:00:00:01';
const DESTINATION = '02:00:00:00:00:02';

/** Ethertype of an IP packet by its first nibble. */
export function ethertypeOf(packet: Uint8Array): number {
  return (packet[0] ?? 0) >> 4 === 6 ? 0x86dd : 0x0800;
}

export function ethernet(
  fields: EthernetFields,
  payload: Uint8Array,
  type = ethertypeOf(payload),
): Uint8Array {
  const tags = (fields.tags ?? []).map((tag) => concat(u16(tag.type), u16(0x6000 | tag.id)));
  return concat(
    macBytes(fields.destination ?? DESTINATION),
    macBytes(fields.source ?? SOURCE),
    ...tags,
    u16(type),
    payload,
  );
}

/** IEEE 802.3 length field, LLC AA AA 03, organisation 0, ethertype (RFC 1042). */
export function snap(payload: Uint8Array): Uint8Array {
  const inner = concat(u8(0xaa), u8(0xaa), u8(0x03), u8(0), u16(0), u16(ethertypeOf(payload)), payload);
  return ethernet({}, inner, inner.length);
}

/** Linux cooked capture, version 1. */
export function cooked(payload: Uint8Array, type = ethertypeOf(payload)): Uint8Array {
  return concat(u16(4), u16(1), u16(6), macBytes(SOURCE), u16(0), u16(type), payload);
}

/** Linux cooked capture, version 2. */
export function cooked2(payload: Uint8Array, type = ethertypeOf(payload)): Uint8Array {
  return concat(u16(type), u16(0), u32(3), u16(1), u8(4), u8(6), macBytes(SOURCE), u16(0), payload);
}

/** BSD loopback in the byte order of the machine (NULL), or always big-endian (LOOP). */
export function loopback(payload: Uint8Array, family: number, littleEndian: boolean): Uint8Array {
  return concat(integer(family, 4, littleEndian), payload);
}

/** The IP packet behind the header of a link type. */
export function frameOn(linkType: number, packet: Uint8Array, fields: EthernetFields = {}): Uint8Array {
  const family = (packet[0] ?? 0) >> 4 === 6 ? 30 : 2;
  switch (linkType) {
    case LINK_ETHERNET:
      return ethernet(fields, packet);
    case LINK_SLL:
      return cooked(packet);
    case LINK_SLL2:
      return cooked2(packet);
    case LINK_NULL:
      return loopback(packet, family, true);
    case LINK_LOOP:
      return loopback(packet, family, false);
    default:
      return packet;
  }
}
