/**
 * Which addresses Python 3.11's `ipaddress` calls private: NetworkML 0.4.5 went by it. Multicast and carrier-grade NAT
 * are not among them. Our own table is `address-class.ts`.
 */

/** [network, prefix length]. */
const PRIVATE_V4: readonly (readonly [number, number])[] = [
  [0x00000000, 8],
  [0x0a000000, 8],
  [0x7f000000, 8],
  [0xa9fe0000, 16],
  [0xac100000, 12],
  [0xc0000000, 29],
  [0xc00000aa, 31],
  [0xc0000200, 24],
  [0xc0a80000, 16],
  [0xc6120000, 15],
  [0xc6336400, 24],
  [0xcb007100, 24],
  [0xf0000000, 4],
];

/** [first two words, prefix length within them]. */
const PRIVATE_V6: readonly (readonly [number, number, number])[] = [
  [0x01000000, 0, 64],
  [0x20010000, 0, 23],
  [0x20010db8, 0, 32],
  [0xfc000000, 0, 7],
  [0xfe800000, 0, 10],
];

/** Whether Python calls the IPv4 word private. */
export function isPythonPrivate4(word: number): boolean {
  return PRIVATE_V4.some(([network, length]) => ((word >>> 0) ^ network) >>> (32 - length) === 0);
}

/** Whether Python calls the IPv6 address private. */
export function isPythonPrivate6(w0: number, w1: number, w2: number, w3: number): boolean {
  if (w0 === 0 && w1 === 0) {
    if (w2 === 0 && (w3 === 0 || w3 === 1)) return true; // :: and ::1
    if (w2 === 0xffff) return true; // ::ffff:0:0/96
  }
  return PRIVATE_V6.some(([high, low, length]) => {
    if (length > 32) return w0 >>> 0 === high && ((w1 >>> 0) ^ low) >>> (64 - length) === 0;
    return ((w0 >>> 0) ^ high) >>> (32 - length) === 0;
  });
}
