/** Places that are noted in a block, and words in it. */
const wordBits = 32;
const blockWords = 8;

/** A set of places below a limit that finds the one of a rank. */
export class PlaceSet {
  /** How many there are. */
  size = 0;
  private readonly words: Uint32Array;
  private readonly counts: Uint32Array;

  constructor(limit: number) {
    const blocks = Math.ceil(limit / (wordBits * blockWords));
    this.words = new Uint32Array(blocks * blockWords);
    this.counts = new Uint32Array(blocks);
  }

  /** @param place that is not in it */
  add(place: number): void {
    this.change(place, 1);
  }

  /** @param place that is in it */
  remove(place: number): void {
    this.change(place, -1);
  }

  /** The place of a rank, 0 for the lowest; there must be one. */
  select(rank: number): number {
    const { words, counts } = this;
    let left = rank;
    let block = 0;
    while (left >= (counts[block] as number)) left -= counts[block++] as number;
    let word = block * blockWords;
    let bits = words[word] as number;
    for (let own = bitCount(bits); left >= own; own = bitCount(bits)) {
      left -= own;
      bits = words[++word] as number;
    }
    for (; left > 0; left--) bits &= bits - 1;
    return word * wordBits + (wordBits - 1 - Math.clz32(bits & -bits));
  }

  private change(place: number, by: 1 | -1): void {
    const word = place >>> 5;
    const block = word >>> 3;
    this.words[word] = (this.words[word] as number) ^ (1 << (place & 31));
    this.counts[block] = (this.counts[block] as number) + by;
    this.size += by;
  }
}

/** How many bits of 32 are set (Warren, Hacker's Delight, figure 5-2). */
function bitCount(bits: number): number {
  const pairs = bits - ((bits >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
