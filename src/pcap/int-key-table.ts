/**
 * Gives every distinct key of four 32-bit integers a dense number 0, 1, 2 ... in order of appearance.
 * Open addressing with linear probing over flat typed arrays; grows by doubling; nothing is allocated per look-up.
 * Used for IPv6 addresses (the address arena), MAC addresses and address owners.
 */
export class IntKeyTable {
  private slots = new Int32Array(64);
  private keys = new Int32Array(32 * 4);
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** Number of the key, given now if it is new. */
  intern(k0: number, k1: number, k2: number, k3: number): number {
    const { slots, keys } = this;
    const mask = slots.length - 1;
    let slot = hashWords(k0, k1, k2, k3) & mask;
    for (;;) {
      const id = (slots[slot] as number) - 1;
      if (id < 0) break;
      const at = id * 4;
      if (keys[at] === k0 && keys[at + 1] === k1 && keys[at + 2] === k2 && keys[at + 3] === k3) return id;
      slot = (slot + 1) & mask;
    }
    return this.add(slot, k0, k1, k2, k3);
  }

  /** Number of the key, or -1. */
  find(k0: number, k1: number, k2: number, k3: number): number {
    const { slots, keys } = this;
    const mask = slots.length - 1;
    let slot = hashWords(k0, k1, k2, k3) & mask;
    for (;;) {
      const id = (slots[slot] as number) - 1;
      if (id < 0) return -1;
      const at = id * 4;
      if (keys[at] === k0 && keys[at + 1] === k1 && keys[at + 2] === k2 && keys[at + 3] === k3) return id;
      slot = (slot + 1) & mask;
    }
  }

  /** Word 0 to 3 of a key by its number. */
  word(id: number, index: 0 | 1 | 2 | 3): number {
    return this.keys[id * 4 + index] as number;
  }

  private add(slot: number, k0: number, k1: number, k2: number, k3: number): number {
    const id = this.count++;
    if ((id + 1) * 4 > this.keys.length) {
      const keys = new Int32Array(this.keys.length * 2);
      keys.set(this.keys);
      this.keys = keys;
    }
    const at = id * 4;
    this.keys[at] = k0;
    this.keys[at + 1] = k1;
    this.keys[at + 2] = k2;
    this.keys[at + 3] = k3;
    this.slots[slot] = id + 1;
    if (this.count * 2 > this.slots.length) this.rehash();
    return id;
  }

  private rehash(): void {
    const slots = new Int32Array(this.slots.length * 2);
    const mask = slots.length - 1;
    const { keys } = this;
    for (let id = 0; id < this.count; id++) {
      const at = id * 4;
      let slot =
        hashWords(
          keys[at] as number,
          keys[at + 1] as number,
          keys[at + 2] as number,
          keys[at + 3] as number,
        ) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = id + 1;
    }
    this.slots = slots;
  }
}

/** Mixes four 32-bit words (the finaliser is MurmurHash3's fmix32, A. Appleby, public domain). */
export function hashWords(k0: number, k1: number, k2: number, k3: number): number {
  let h = Math.imul(k0 ^ 0x2c1b3c6d, 0x297a2d39);
  h = Math.imul((h ^ (h >>> 15)) + k1, 0x85ebca6b);
  h = Math.imul((h ^ (h >>> 13)) + k2, 0xc2b2ae35);
  h = Math.imul((h ^ (h >>> 16)) + k3, 0x27d4eb2f);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2545f491);
  return h ^ (h >>> 13);
}
