/** Doubles of a chunk that are values; the first one is the number of the next chunk. */
const VALUES = 15;
const CHUNK = VALUES + 1;
const PAGE_CHUNKS = 2048;

/**
 * Lists of numbers for many sessions at a time, in chained chunks that are used again: memory follows what is live.
 * Chunk 0 is no chunk. A list is its first and last chunk and its length, which the owner keeps.
 */
export class ListArena {
  private readonly pages: Float64Array[] = [];
  private chunks = 1;
  private free = 0;

  /** Appends to a list of `length` values that ends in chunk `tail`; returns the chunk in which it ends now. */
  push(tail: number, length: number, value: number): number {
    const place = length % VALUES;
    let chunk = tail;
    if (place === 0) {
      chunk = this.take();
      if (tail !== 0) this.page(tail)[this.at(tail)] = chunk;
    }
    this.page(chunk)[this.at(chunk) + 1 + place] = value;
    return chunk;
  }

  /** Copies a list. */
  read(head: number, length: number, target: { [index: number]: number }): void {
    let chunk = head;
    for (let i = 0; i < length; i++) {
      const place = i % VALUES;
      if (i > 0 && place === 0) chunk = this.page(chunk)[this.at(chunk)] as number;
      target[i] = this.page(chunk)[this.at(chunk) + 1 + place] as number;
    }
  }

  /** Gives the chunks of a list back. */
  release(head: number, tail: number): void {
    if (head === 0) return;
    this.page(tail)[this.at(tail)] = this.free;
    this.free = head;
  }

  private take(): number {
    if (this.free !== 0) {
      const chunk = this.free;
      this.free = this.page(chunk)[this.at(chunk)] as number;
      return chunk;
    }
    const chunk = this.chunks++;
    if (Math.floor(chunk / PAGE_CHUNKS) >= this.pages.length) {
      this.pages.push(new Float64Array(PAGE_CHUNKS * CHUNK));
    }
    return chunk;
  }

  private page(chunk: number): Float64Array {
    return this.pages[Math.floor(chunk / PAGE_CHUNKS)] as Float64Array;
  }

  private at(chunk: number): number {
    return (chunk % PAGE_CHUNKS) * CHUNK;
  }
}
