/**
 * Open-addressed hash table from 32-bit hashes to row numbers: linear probing, never more than half full, removal
 * by shifting back, so that it stays as fast after a million sessions have come and gone (Knuth, TAOCP 3, 6.4, R).
 * The hash lies beside the row number: most look-ups touch no other row's memory.
 */
export class KeySlots {
  /** Two of each slot: row number + 1 (0: free), hash. */
  entries = new Int32Array(2048);
  mask = 1023;
  private used = 0;

  /** Puts a row in, which must not be there yet. */
  insert(hash: number, row: number): void {
    if (++this.used * 2 > this.mask) this.grow();
    this.place(hash, row + 1);
  }

  /** Takes a row out that is there. */
  remove(hash: number, row: number): void {
    const { entries, mask } = this;
    let slot = hash & mask;
    while (entries[slot * 2] !== row + 1) slot = (slot + 1) & mask;
    this.used--;
    let next = slot;
    for (;;) {
      next = (next + 1) & mask;
      const entry = entries[next * 2] as number;
      if (entry === 0) break;
      const home = (entries[next * 2 + 1] as number) & mask;
      // An entry may not be moved before its home.
      if (((next - home) & mask) < ((next - slot) & mask)) continue;
      entries[slot * 2] = entry;
      entries[slot * 2 + 1] = entries[next * 2 + 1] as number;
      slot = next;
    }
    entries[slot * 2] = 0;
  }

  private place(hash: number, entry: number): void {
    const { entries, mask } = this;
    let slot = hash & mask;
    while (entries[slot * 2] !== 0) slot = (slot + 1) & mask;
    entries[slot * 2] = entry;
    entries[slot * 2 + 1] = hash;
  }

  private grow(): void {
    const old = this.entries;
    this.entries = new Int32Array(old.length * 2);
    this.mask = this.entries.length / 2 - 1;
    for (let at = 0; at < old.length; at += 2) {
      const entry = old[at] as number;
      if (entry !== 0) this.place(old[at + 1] as number, entry);
    }
  }
}
