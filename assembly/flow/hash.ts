/** Mixes four 32-bit words (the finaliser is MurmurHash3's fmix32, A. Appleby, public domain), as `hashWords` does. */
export function hash32(k0: u32, k1: u32, k2: u32, k3: u32): u32 {
  let h: u32 = (k0 ^ 0x2c1b3c6d) * 0x297a2d39;
  h = ((h ^ (h >> 15)) + k1) * 0x85ebca6b;
  h = ((h ^ (h >> 13)) + k2) * 0xc2b2ae35;
  h = ((h ^ (h >> 16)) + k3) * 0x27d4eb2f;
  h ^= h >> 15;
  h *= 0x2545f491;
  return h ^ (h >> 13);
}
