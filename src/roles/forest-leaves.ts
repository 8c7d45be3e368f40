/** The distributions of a forest's leaves: equal ones are kept once, in the order in which they were met first. */
export class LeafTable {
  /** How many there are. */
  size = 0;
  private cells: Float32Array;
  /** The distribution that was met last of those with the same hash, and the one that was met before each; -1: none. */
  private readonly latest = new Map<number, number>();
  private readonly before: number[] = [];

  constructor(private readonly classCount: number) {
    this.cells = new Float32Array(64 * classCount);
  }

  /** The place of the distribution that begins at a cell. */
  place(leaves: Float32Array, from: number): number {
    const { classCount } = this;
    let hash = 0x811c9dc5;
    for (let k = 0; k < classCount; k++) {
      const share = leaves[from + k] as number;
      if (share !== 0) hash = Math.imul(Math.imul(hash ^ k, 0x01000193) ^ (share * 0x3fffffff), 0x01000193);
    }
    const latest = this.latest.get(hash) ?? -1;
    for (let place = latest; place >= 0; place = this.before[place] as number)
      if (this.equals(place, leaves, from)) return place;
    const place = this.size++;
    if (this.size * classCount > this.cells.length) {
      const cells = new Float32Array(2 * this.cells.length);
      cells.set(this.cells);
      this.cells = cells;
    }
    this.cells.set(leaves.subarray(from, from + classCount), place * classCount);
    this.before.push(latest);
    this.latest.set(hash, place);
    return place;
  }

  /** All of them, [size x classes]. */
  distributions(): Float32Array {
    return this.cells.slice(0, this.size * this.classCount);
  }

  private equals(place: number, leaves: Float32Array, from: number): boolean {
    const at = place * this.classCount;
    for (let k = 0; k < this.classCount; k++) if (this.cells[at + k] !== leaves[from + k]) return false;
    return true;
  }
}
