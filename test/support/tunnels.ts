/** Builders of tunnels around an IP packet or a frame, and of the links that carry PPP, MPLS and 802.11. */
import { concat, filler, macBytes, u8, u16, u32 } from './bytes.js';
import { ethertypeOf } from './frames.js';
import { udp } from './ip-packets.js';

export const LINK_PPP = 9;
export const LINK_PPP_HDLC = 50;
export const LINK_PPP_ETHER = 51;
export const LINK_C_HDLC = 104;
export const LINK_WIFI = 105;
export const LINK_RADIOTAP = 127;

const pppProtocol = (packet: Uint8Array): number => (ethertypeOf(packet) === 0x0800 ? 0x0021 : 0x0057);

/** RFC 1661 and 1662: with or without address and control field, protocol in two bytes or one. */
export function ppp(packet: Uint8Array, fields: { framed?: boolean; short?: boolean } = {}): Uint8Array {
  const protocol = pppProtocol(packet);
  return concat(
    fields.framed === false ? new Uint8Array(0) : u16(0xff03),
    fields.short === true ? u8(protocol) : u16(protocol),
    packet,
  );
}

/** RFC 2516, session stage. */
export function pppoe(packet: Uint8Array): Uint8Array {
  const inner = ppp(packet, { framed: false });
  return concat(u8(0x11), u8(0), u16(77), u16(inner.length), inner);
}

export function ciscoHdlc(packet: Uint8Array): Uint8Array {
  return concat(u8(0x0f), u8(0), u16(ethertypeOf(packet)), packet);
}

/** RFC 3032; the last label ends the stack. */
export function mpls(labels: readonly number[], packet: Uint8Array): Uint8Array {
  return concat(
    ...labels.map((label, i) => u32(label * 4096 + (i + 1 === labels.length ? 0x100 : 0) + 64)),
    packet,
  );
}

export interface WifiFields {
  readonly toDs?: boolean;
  readonly fromDs?: boolean;
  readonly qos?: boolean;
  readonly htControl?: boolean;
  readonly protectedFrame?: boolean;
  readonly aggregated?: boolean;
  readonly fragmentNumber?: number;
  /** 2 data, 0 management, 1 control; subtype in the lower four bits of the second. */
  readonly type?: number;
  readonly subtype?: number;
  readonly source?: string;
  readonly destination?: string;
  /** Bytes between header and LLC. */
  readonly padding?: number;
  readonly swapped?: boolean;
}

/** A data frame of IEEE 802.11 with LLC/SNAP. */
export function wifi(fields: WifiFields, packet: Uint8Array, etherType = ethertypeOf(packet)): Uint8Array {
  const { toDs = false, fromDs = false, qos = false, htControl = false } = fields;
  const source = macBytes(fields.source ?? '02:00:00:00:00:01');
  const destination = macBytes(fields.destination ?? '02:00:00:00:00:02');
  const station = macBytes('02:00:00:00:00:99');
  const addresses: Uint8Array[] =
    toDs && fromDs
      ? [station, station, destination]
      : toDs
        ? [station, source, destination]
        : fromDs
          ? [destination, station, source]
          : [destination, source, station];
  const low = ((fields.subtype ?? (qos ? 8 : 0)) << 4) | ((fields.type ?? 2) << 2);
  const high =
    (toDs ? 1 : 0) | (fromDs ? 2 : 0) | (fields.protectedFrame === true ? 0x40 : 0) | (htControl ? 0x80 : 0);
  const control = fields.swapped === true ? concat(u8(high), u8(low)) : concat(u8(low), u8(high));
  const none = new Uint8Array(0);
  return concat(
    control,
    u16(0),
    ...addresses,
    u8(fields.fragmentNumber ?? 0),
    u8(0),
    toDs && fromDs ? source : none,
    qos ? concat(u8(fields.aggregated === true ? 0x80 : 0), u8(0)) : none,
    qos && htControl ? filler(4) : none,
    new Uint8Array(fields.padding ?? 0),
    u32(0xaaaa0300),
    u16(0),
    u16(etherType),
    packet,
  );
}

/** @param flags field 1 of radiotap; absent without */
export function radiotap(frame: Uint8Array, flags?: number, withTime = false, extended = false): Uint8Array {
  const present = (flags === undefined ? 0 : 2) | (withTime ? 1 : 0) | (extended ? 0x80000000 : 0);
  const word = (value: number): Uint8Array => u32(value >>> 0).reverse();
  const words = extended ? concat(word(present), word(0)) : word(present);
  const pad = new Uint8Array(withTime && !extended ? 0 : withTime ? 4 : 0);
  const fields = concat(
    pad,
    withTime ? filler(8) : pad.slice(0, 0),
    flags === undefined ? pad.slice(0, 0) : u8(flags),
  );
  const length = 4 + words.length + fields.length;
  return concat(u8(0), u8(0), u8(length), u8(0), words, fields, frame);
}

/** RFC 2784 and 2890: the optional fields that are asked for, then the payload of a type. */
export function gre(
  payload: Uint8Array,
  type = ethertypeOf(payload),
  fields: { checksum?: boolean; key?: boolean; sequence?: boolean; version?: number } = {},
): Uint8Array {
  const options = [fields.checksum, fields.key, fields.sequence].map((wanted) => wanted === true);
  const [checksum, key, sequence] = options;
  const flags =
    (checksum ? 0x8000 : 0) | (key ? 0x2000 : 0) | (sequence ? 0x1000 : 0) | (fields.version ?? 0);
  return concat(u16(flags), u16(type), filler(4 * options.filter(Boolean).length), payload);
}

/** UDP around a GTP-U T-PDU (TS 29.281); each extension is its bytes without length and next type. */
export function gtp(
  payload: Uint8Array,
  fields: { sequence?: boolean; extensions?: number } = {},
): Uint8Array {
  const { sequence = false, extensions = 0 } = fields;
  const flags = 0x30 | (sequence ? 2 : 0) | (extensions > 0 ? 4 : 0);
  const options = flags === 0x30 ? new Uint8Array(0) : concat(u16(1), u8(0), u8(extensions > 0 ? 0x85 : 0));
  const chain = Array.from({ length: extensions }, (_, i) =>
    concat(u8(1), u16(7), u8(i + 1 === extensions ? 0 : 0x85)),
  );
  const body = concat(options, ...chain, payload);
  return udp(2152, 2152, concat(u8(flags), u8(0xff), u16(body.length), u32(5), body));
}

export function vxlan(frame: Uint8Array, flags = 0x08): Uint8Array {
  return udp(40000, 4789, concat(u8(flags), new Uint8Array(3), u32(0x2a00), frame));
}

/** @param options words of four bytes */
export function geneve(payload: Uint8Array, type: number, options = 0, flags = 0): Uint8Array {
  return udp(
    40001,
    6081,
    concat(u8(options), u8(flags), u16(type), u32(0x2a00), filler(4 * options), payload),
  );
}

/** RFC 5415, 4.3: header of `words` words; `native` frames are those of 802.11. */
export function capwap(frame: Uint8Array, native: boolean, words = 2, flags = 0): Uint8Array {
  const header = ((words << 19) | (1 << 9) | (native ? 0x100 : 0) | flags) >>> 0;
  return udp(40002, 5247, concat(u32(header), new Uint8Array(4 * (words - 1)), frame));
}

/** Tags: a padding, one with a value, the end. @param kind 1 Ethernet, 18 802.11 */
export function tzsp(
  frame: Uint8Array,
  kind = 1,
  tags: Uint8Array = Uint8Array.of(0, 10, 2, 7, 7, 1),
): Uint8Array {
  return udp(40003, 37008, concat(u8(1), u8(0), u16(kind), tags, frame));
}
