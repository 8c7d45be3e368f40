/**
 * What kind of address an end point has. The table is ours and fixed, the same on every machine: a session is
 * external when the peer is a public unicast address, that is none of those below.
 */
export type AddressClass = 'private' | 'external' | 'multicast' | 'unspecified';

/** [network, prefix length]: special-purpose IPv4 blocks that are not on the public Internet. */
const specialV4: readonly (readonly [number, number])[] = [
  [0x00000000, 8], // this network, RFC 791
  [0x0a000000, 8], // private, RFC 1918
  [0x64400000, 10], // carrier-grade NAT, RFC 6598
  [0x7f000000, 8], // loopback, RFC 1122
  [0xa9fe0000, 16], // link-local, RFC 3927
  [0xac100000, 12], // private, RFC 1918
  [0xc0000000, 24], // IETF protocol assignments, RFC 6890
  [0xc0000200, 24], // documentation, RFC 5737
  [0xc0a80000, 16], // private, RFC 1918
  [0xc6120000, 15], // benchmarking, RFC 2544
  [0xc6336400, 24], // documentation, RFC 5737
  [0xcb007100, 24], // documentation, RFC 5737
  [0xf0000000, 4], // reserved, RFC 1112
];

/** What the first byte alone decides: most addresses need no look at the table. */
const DECIDED_BY_TABLE = 0;
const PRIVATE = 1;
const EXTERNAL = 2;
const MULTICAST = 3;
const byFirstByte = firstByteTable();

function firstByteTable(): Uint8Array {
  const table = new Uint8Array(256).fill(EXTERNAL);
  for (const [network, length] of specialV4) {
    const first = network >>> 24;
    if (length > 8) table[first] = DECIDED_BY_TABLE;
    else table.fill(PRIVATE, first, first + (1 << (8 - length)));
  }
  table.fill(MULTICAST, 0xe0, 0xf0); // 224/4, RFC 5771
  table[0] = DECIDED_BY_TABLE;
  table[0xff] = DECIDED_BY_TABLE;
  return table;
}

/** Class of an IPv4 word. */
export function classifyIpv4(word: number): AddressClass {
  const decided = byFirstByte[word >>> 24];
  if (decided === EXTERNAL) return 'external';
  if (decided === PRIVATE) return 'private';
  if (decided === MULTICAST) return 'multicast';
  if (word === 0) return 'unspecified';
  if (word === -1 || word === 0xffffffff) return 'multicast'; // limited broadcast, RFC 919
  for (const [network, length] of specialV4) {
    if (((word >>> 0) ^ network) >>> (32 - length) === 0) return 'private';
  }
  return 'external';
}

/** Class of an IPv6 address by its words; embedded IPv4 addresses (RFC 4291, 2.5.5.2; RFC 6052) are classified as such. */
export function classifyIpv6(w0: number, w1: number, w2: number, w3: number): AddressClass {
  if (w0 >>> 24 === 0xff) return 'multicast'; // ff00::/8, RFC 4291
  if (w0 === 0 && w1 === 0 && w2 === 0) return w3 === 0 ? 'unspecified' : 'private'; // ::/96 with ::1, RFC 4291
  if (w0 === 0 && w1 === 0 && w2 === 0xffff) return classifyIpv4(w3); // ::ffff:0:0/96
  if (w0 === 0x0064ff9b && w1 === 0 && w2 === 0) return classifyIpv4(w3); // 64:ff9b::/96
  if (w0 === 0x0064ff9b && w1 >>> 16 === 1) return 'private'; // 64:ff9b:1::/48, RFC 8215
  if ((w0 & 0xfe000000) >>> 0 === 0xfc000000) return 'private'; // fc00::/7, RFC 4193
  if ((w0 & 0xffc00000) >>> 0 === 0xfe800000) return 'private'; // fe80::/10, RFC 4291
  if ((w0 & 0xffc00000) >>> 0 === 0xfec00000) return 'private'; // fec0::/10, RFC 3879
  if (w0 >>> 0 === 0x20010db8) return 'private'; // documentation, RFC 3849
  if ((w0 & 0xfffff000) >>> 0 === 0x3fff0000) return 'private'; // documentation, RFC 9637
  if (w0 === 0x01000000 && w1 === 0) return 'private'; // discard-only, RFC 6666
  return 'external';
}
