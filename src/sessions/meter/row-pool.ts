/** Rows of a page: a power of two. */
const PAGE_BITS = 12;
const PAGE_ROWS = 1 << PAGE_BITS;

/**
 * Rows of equal size in pages, so that more rows never move the old ones; a chain of live rows from the one not used
 * for longest to the last used; and a list of free rows. Rows are named by their number.
 */
export class RowPool {
  live = 0;
  /** Ends of the chain, -1 without live rows. */
  oldest = -1;
  newest = -1;
  private readonly pages32: Int32Array[] = [];
  private readonly pages64: Float64Array[] = [];
  /** Two of each row: the one used before it, the one used after it (or the next free row). */
  private links = new Int32Array(PAGE_ROWS * 2);
  private rows = 0;
  private free = -1;

  /** @param doubles size of a row in doubles. */
  constructor(private readonly doubles: number) {}

  /** The page of a row as integers, and where the row begins in it. */
  ints(row: number): Int32Array {
    return this.pages32[row >> PAGE_BITS] as Int32Array;
  }

  intsAt(row: number): number {
    return (row & (PAGE_ROWS - 1)) * this.doubles * 2;
  }

  /** The same page as doubles. */
  floats(row: number): Float64Array {
    return this.pages64[row >> PAGE_BITS] as Float64Array;
  }

  floatsAt(row: number): number {
    return (row & (PAGE_ROWS - 1)) * this.doubles;
  }

  /** A row with unknown content, the newest of the chain. */
  take(): number {
    let row = this.free;
    if (row >= 0) this.free = this.links[row * 2 + 1] as number;
    else row = this.add();
    this.live++;
    this.append(row);
    return row;
  }

  /** Makes a live row the newest. */
  touch(row: number): void {
    if (row === this.newest) return;
    this.unlink(row);
    this.append(row);
  }

  release(row: number): void {
    this.unlink(row);
    this.links[row * 2 + 1] = this.free;
    this.free = row;
    this.live--;
  }

  private add(): number {
    const row = this.rows++;
    if (row >> PAGE_BITS >= this.pages32.length) {
      const page = new ArrayBuffer(PAGE_ROWS * this.doubles * 8);
      this.pages32.push(new Int32Array(page));
      this.pages64.push(new Float64Array(page));
    }
    if (row * 2 >= this.links.length) {
      const links = new Int32Array(this.links.length * 2);
      links.set(this.links);
      this.links = links;
    }
    return row;
  }

  private append(row: number): void {
    const { links } = this;
    links[row * 2] = this.newest;
    links[row * 2 + 1] = -1;
    if (this.newest >= 0) links[this.newest * 2 + 1] = row;
    else this.oldest = row;
    this.newest = row;
  }

  private unlink(row: number): void {
    const { links } = this;
    const before = links[row * 2] as number;
    const after = links[row * 2 + 1] as number;
    if (before >= 0) links[before * 2 + 1] = after;
    else this.oldest = after;
    if (after >= 0) links[after * 2] = before;
    else this.newest = before;
  }
}
