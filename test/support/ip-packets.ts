/** Builders of IPv4 and IPv6 packets (RFC 791, 8200) and of what they carry. */
import { addressBytes, concat, filler, u8, u16, u32 } from './bytes.js';

export interface Ipv4Fields {
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  readonly identification?: number;
  /** In bytes, a multiple of 8. */
  readonly fragmentOffset?: number;
  readonly moreFragments?: boolean;
  readonly dontFragment?: boolean;
  /** A multiple of four bytes. */
  readonly options?: Uint8Array;
  /** Instead of the right ones. */
  readonly version?: number;
  readonly headerWords?: number;
  readonly totalLength?: number;
}

export function ipv4(fields: Ipv4Fields, payload: Uint8Array): Uint8Array {
  const { options = new Uint8Array(0), fragmentOffset = 0 } = fields;
  const headerBytes = 20 + options.length;
  const flags = (fields.dontFragment === true ? 0x4000 : 0) | (fields.moreFragments === true ? 0x2000 : 0);
  return concat(
    u8(((fields.version ?? 4) << 4) | (fields.headerWords ?? headerBytes / 4)),
    u8(0),
    u16(fields.totalLength ?? headerBytes + payload.length),
    u16(fields.identification ?? 0),
    u16(flags | (fragmentOffset / 8)),
    u8(64),
    u8(fields.protocol),
    u16(0),
    addressBytes(fields.source),
    addressBytes(fields.destination),
    options,
    payload,
  );
}

export interface Ipv6Fields {
  readonly source: string;
  readonly destination: string;
  /** Protocol of the payload, after all extension headers. */
  readonly protocol: number;
  /** In order; each is given its type and its own bytes, made by the functions below. */
  readonly extensions?: readonly Extension[];
  readonly version?: number;
  readonly payloadLength?: number;
}

export interface Extension {
  readonly type: number;
  readonly bytes: (next: number) => Uint8Array;
}

export function ipv6(fields: Ipv6Fields, payload: Uint8Array): Uint8Array {
  const { extensions = [], protocol } = fields;
  const types = [...extensions.map(({ type }) => type), protocol];
  const headers = extensions.map(({ bytes }, i) => bytes(types[i + 1] as number));
  const body = concat(...headers, payload);
  return concat(
    u32((fields.version ?? 6) * 2 ** 28),
    u16(fields.payloadLength ?? body.length),
    u8(types[0] as number),
    u8(64),
    addressBytes(fields.source),
    addressBytes(fields.destination),
    body,
  );
}

/** Hop-by-hop (0), routing (43), destination options (60), mobility (135), HIP (139), shim6 (140): `units` of 8 bytes. */
export function optionHeader(type: number, units = 1): Extension {
  return { type, bytes: (next) => concat(u8(next), u8(units - 1), filler(units * 8 - 2)) };
}

/** RFC 4302; `words` of four bytes in all. */
export function authenticationHeader(words = 6): Extension {
  return { type: 51, bytes: (next) => concat(u8(next), u8(words - 2), filler(words * 4 - 2)) };
}

export function fragmentHeader(identification: number, offset: number, more: boolean): Extension {
  return {
    type: 44,
    bytes: (next) => concat(u8(next), u8(0), u16(offset | (more ? 1 : 0)), u32(identification)),
  };
}

/** Bits of the flag byte: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32. */
export function tcp(
  sourcePort: number,
  destinationPort: number,
  flags: number,
  payload: Uint8Array = new Uint8Array(0),
  options: Uint8Array = new Uint8Array(0),
): Uint8Array {
  return concat(
    u16(sourcePort),
    u16(destinationPort),
    u32(1000),
    u32(2000),
    u8((5 + options.length / 4) << 4),
    u8(flags),
    u16(512),
    u16(0),
    u16(0),
    options,
    payload,
  );
}

export function udp(
  sourcePort: number,
  destinationPort: number,
  payload: Uint8Array = new Uint8Array(0),
): Uint8Array {
  return concat(u16(sourcePort), u16(destinationPort), u16(8 + payload.length), u16(0), payload);
}

/** RFC 9260, 3.1; the chunks are whatever the payload is. */
export function sctp(sourcePort: number, destinationPort: number, payload: Uint8Array): Uint8Array {
  return concat(u16(sourcePort), u16(destinationPort), u32(7), u32(0), payload);
}

/** Echo request of ICMP (type 8) or ICMPv6 (type 128). */
export function echo(type: 8 | 128, payload: Uint8Array = new Uint8Array(0)): Uint8Array {
  return concat(u8(type), u8(0), u16(0), u16(1), u16(1), payload);
}

/** RFC 826, IPv4 over Ethernet. */
export function arpRequest(senderMac: Uint8Array, sender: string, target: string): Uint8Array {
  return concat(
    u16(1),
    u16(0x0800),
    u8(6),
    u8(4),
    u16(1),
    senderMac,
    addressBytes(sender),
    new Uint8Array(6),
    addressBytes(target),
  );
}
