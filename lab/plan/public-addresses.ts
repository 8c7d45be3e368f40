import { createRandom } from '../../src/math/index.js';

/** First octets of blocks in which large sites live; the rest of an address is drawn. */
const BLOCKS: readonly (readonly [number, number])[] = [
  [13, 107],
  [23, 45],
  [52, 96],
  [104, 18],
  [142, 250],
  [151, 101],
  [185, 199],
];

/** Gives the public address (32-bit word) for the lower 16 bits of an address in 10.78.0.0/16. */
export type PublicAddress = (lower16: number) => number;

/**
 * A one-to-one map from 10.78.0.0/16 to public unicast addresses of several providers, the same for the same seed
 * and the same order of first questions (the order matters only where two draws collide).
 */
export function createPublicAddresses(seed: number): PublicAddress {
  const given = new Map<number, number>();
  const taken = new Set<number>();
  return (lower16) => {
    const known = given.get(lower16);
    if (known !== undefined) return known;
    const random = createRandom(seed * 0x10000 + lower16);
    for (;;) {
      const [first, second] = BLOCKS[random.below(BLOCKS.length)] as readonly [number, number];
      const address =
        ((first << 24) | (second << 16) | (random.below(256) << 8) | (1 + random.below(254))) >>> 0;
      if (taken.has(address)) continue;
      taken.add(address);
      given.set(lower16, address);
      return address;
    }
  };
}

/** Gives the finished address for one of the wire, both as 32-bit words; undefined for those that stay. */
export type AddressMap = (address: number) => number | undefined;

const INSIDE = (10 << 8) | 77;
const OUTSIDE = (10 << 8) | 78;

/**
 * The map of a run: 10.78.0.0/16 to public addresses, 10.77.0.0/16 to the private network that the plan drew, its lower
 * 16 bits kept.
 * @param insidePrefix first two octets, `192.168`
 */
export function createAddressMap(publicAddress: PublicAddress, insidePrefix: string): AddressMap {
  const [first, second] = insidePrefix.split('.').map(Number) as [number, number];
  const prefix = ((first << 8) | second) * 0x10000;
  return (address) => {
    const upper = address >>> 16;
    if (upper === OUTSIDE) return publicAddress(address & 0xffff);
    return upper === INSIDE && prefix !== INSIDE * 0x10000 ? prefix + (address & 0xffff) : undefined;
  };
}

/** 32-bit word as dotted text. */
export function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}
