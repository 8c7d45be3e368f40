import {
  byteAt,
  type FrameCursor,
  networkType,
  shortAt,
  TYPE_IPV4,
  TYPE_IPV6,
  wordAt,
} from './frame-cursor.js';

/** One question about a frame. */
export type Test = (cursor: FrameCursor) => boolean;

/** Which end a test is about. */
export type Direction = 'src' | 'dst' | 'src or dst' | 'src and dst';

/** An address or network: words in network order and the bits of them that count. */
export interface Prefix {
  readonly version: 4 | 6;
  readonly words: readonly number[];
  readonly masks: readonly number[];
}

export const both =
  (a: Test, b: Test): Test =>
  (cursor) =>
    a(cursor) && b(cursor);

export const either =
  (a: Test, b: Test): Test =>
  (cursor) =>
    a(cursor) || b(cursor);

export const negated =
  (a: Test): Test =>
  (cursor) =>
    !a(cursor);

/** At the source's place, the destination's, one of them, or both. */
function atEnds(direction: Direction, atSource: Test, atDestination: Test): Test {
  if (direction === 'src') return atSource;
  if (direction === 'dst') return atDestination;
  return direction === 'src and dst' ? both(atSource, atDestination) : either(atSource, atDestination);
}

export function hasType(type: number, tags: number): Test {
  return (cursor) => networkType(cursor, tags) === type;
}

/** IPv4's protocol field. */
export function ipv4Protocol(protocol: number, tags: number): Test {
  return (cursor) =>
    networkType(cursor, tags) === TYPE_IPV4 && byteAt(cursor, cursor.network + 9) === protocol;
}

/** IPv6's next header, directly or behind a fragment header; other extension headers are not walked. */
export function ipv6Protocol(protocol: number, tags: number): Test {
  return (cursor) => {
    if (networkType(cursor, tags) !== TYPE_IPV6) return false;
    const next = byteAt(cursor, cursor.network + 6);
    return next === protocol || (next === 44 && byteAt(cursor, cursor.network + 40) === protocol);
  };
}

/** Ports from `low` to `high` of one of the protocols; later IPv4 fragments have none. */
export function portTest(
  protocols: readonly number[],
  low: number,
  high: number,
  direction: Direction,
  tags: number,
): Test {
  const within =
    (offset: number): Test =>
    (cursor) => {
      const port = shortAt(cursor, cursor.network + offset);
      return port >= low && port <= high;
    };
  const behindV6 = atEnds(direction, within(40), within(42));
  const withinV4 =
    (offset: number): Test =>
    (cursor) => {
      const port = shortAt(cursor, cursor.network + ((byteAt(cursor, cursor.network) & 0x0f) << 2) + offset);
      return port >= low && port <= high;
    };
  const behindV4 = atEnds(direction, withinV4(0), withinV4(2));
  return (cursor) => {
    const type = networkType(cursor, tags);
    if (type === TYPE_IPV4) {
      if (!protocols.includes(byteAt(cursor, cursor.network + 9))) return false;
      return (shortAt(cursor, cursor.network + 6) & 0x1fff) === 0 && behindV4(cursor);
    }
    return type === TYPE_IPV6 && protocols.includes(byteAt(cursor, cursor.network + 6)) && behindV6(cursor);
  };
}

/** Addresses of IP, or of ARP and RARP (RFC 826, 903: sender's at byte 14, target's at byte 24). */
export function addressTest(
  prefix: Prefix,
  types: readonly number[],
  direction: Direction,
  tags: number,
): Test {
  const matches =
    (offset: number): Test =>
    (cursor) =>
      prefix.words.every(
        (word, i) => (wordAt(cursor, cursor.network + offset + 4 * i) & (prefix.masks[i] as number)) === word,
      );
  const inIp = prefix.version === 4 ? [12, 16] : [8, 24];
  const ip = atEnds(direction, matches(inIp[0] as number), matches(inIp[1] as number));
  const arp = atEnds(direction, matches(14), matches(24));
  return (cursor) => {
    const type = networkType(cursor, tags);
    if (!types.includes(type)) return false;
    return type === TYPE_IPV4 || type === TYPE_IPV6 ? ip(cursor) : arp(cursor);
  };
}

const VLAN_TYPES: readonly number[] = [0x8100, 0x88a8, 0x9100];

/** A tag behind `tags` others, of any number or of one. */
export function vlanTest(id: number | undefined, tags: number): Test {
  return (cursor) =>
    VLAN_TYPES.includes(networkType(cursor, tags)) &&
    (id === undefined || (shortAt(cursor, cursor.network) & 0x0fff) === id);
}

/** MAC addresses of Ethernet; on other links nothing matches. */
export function macTest(high: number, low: number, direction: Direction): Test {
  const matches =
    (offset: number): Test =>
    (cursor) =>
      shortAt(cursor, cursor.start + offset) === high && wordAt(cursor, cursor.start + offset + 2) === low;
  const test = atEnds(direction, matches(6), matches(0));
  return (cursor) => cursor.linkType === 1 && test(cursor);
}

/** Any group address as Ethernet's destination. */
export function macGroupTest(): Test {
  return (cursor) => cursor.linkType === 1 && (byteAt(cursor, cursor.start) & 1) !== 0;
}

/** A group address as IP's destination: 224.0.0.0 and above, ff00::/8. */
export function ipGroupTest(version: 4 | 6, tags: number): Test {
  return (cursor) => {
    if (networkType(cursor, tags) !== (version === 4 ? TYPE_IPV4 : TYPE_IPV6)) return false;
    return version === 4
      ? byteAt(cursor, cursor.network + 16) >= 224
      : byteAt(cursor, cursor.network + 24) === 255;
  };
}
