/** Growing one tree: which columns are tried at a node, and how its pairs are parted. */
import type { Random } from '../math/index.js';
import { CutFinder, type CutSettings } from './forest-cuts.js';
import type { CodedItems } from './forest-data.js';

/** Settings of one tree. */
export interface TreeSettings extends CutSettings {
  /** Columns tried at each split; more only until one that is not constant is met. */
  readonly columnsPerSplit: number;
}

/** A grown tree, root first. The children of a split are neighbours: `child` and `child + 1`. */
export interface GrownTree {
  /** Index into the coded columns, -1 in a leaf. */
  readonly column: Int32Array;
  /** A value up to this goes to the first child; in a leaf the weight of its pairs. */
  readonly threshold: Float32Array;
  /** First child; in a leaf its place in `leaves`. */
  readonly child: Uint32Array;
  /** [leaves x classes], each row sums to 1. */
  readonly leaves: Float32Array;
}

/** Whether looking at all entries of a node takes less than looking at the columns that would be drawn. */
export function worthCounting({ rows }: CodedItems, { columnsPerSplit }: TreeSettings): boolean {
  return rows.indices.length / Math.max(1, rows.rowCount) < columnsPerSplit;
}

/** Room that all trees of one forest share. */
export class TreeGrower {
  private readonly sample: Uint32Array;
  private readonly spare: Uint32Array;
  private readonly cuts: CutFinder;
  private readonly pool: Uint32Array;
  /** Place among the coded columns by column of the rows, -1 where it is constant; null where it is of no use. */
  private readonly place: Int32Array | null;
  private readonly seen: Uint32Array;
  private readonly differs: Uint8Array;
  private readonly touched: Uint32Array;
  private readonly firstValue: Float32Array;
  /** Weight of the node's pairs that have a column, by label: [columns x classes]. */
  private readonly present: Float64Array;

  constructor(
    private readonly data: CodedItems,
    private readonly settings: TreeSettings,
  ) {
    const pairs = data.pairRow.length;
    this.sample = new Uint32Array(pairs);
    this.spare = new Uint32Array(pairs);
    this.cuts = new CutFinder(data, this.sample, settings);
    const columns = data.columns.length;
    this.pool = Uint32Array.from(data.columns.keys());
    this.seen = new Uint32Array(columns);
    this.differs = new Uint8Array(columns);
    this.touched = new Uint32Array(columns);
    this.firstValue = new Float32Array(columns);
    this.place = worthCounting(data, settings) ? placesOf(data) : null;
    this.present = new Float64Array(this.place === null ? 0 : columns * data.classCount);
  }

  /**
   * @param weights of each pair in this tree: what the bootstrap drew times the weight of a row; 0 is left out.
   */
  grow(weights: Float64Array, random: Random): GrownTree {
    const { sample, data, pool, cuts } = this;
    cuts.begin(weights);
    // Each tree starts from the same order of columns: it must not depend on which trees the thread grew before.
    for (let j = 0; j < pool.length; j++) pool[j] = j;
    let count = 0;
    for (let pair = 0; pair < weights.length; pair++)
      if ((weights[pair] as number) > 0) sample[count++] = pair;
    const column = new Int32Array(2 * count);
    const threshold = new Float32Array(2 * count);
    const child = new Uint32Array(2 * count);
    const leaves = new Float32Array(count * data.classCount);
    let leafCells = 0;
    let nodes = 1;
    const stack = [0, 0, count];
    while (stack.length > 0) {
      const to = stack.pop() as number;
      const from = stack.pop() as number;
      const node = stack.pop() as number;
      if (this.findCut(from, to, random)) {
        const middle = this.partition(from, to);
        column[node] = cuts.bestColumn;
        threshold[node] = cuts.bestThreshold;
        child[node] = nodes;
        stack.push(nodes + 1, middle, to, nodes, from, middle);
        nodes += 2;
      } else {
        column[node] = -1;
        threshold[node] = cuts.totalWeight;
        child[node] = leafCells / data.classCount;
        for (const sum of cuts.total) leaves[leafCells++] = sum / cuts.totalWeight;
      }
    }
    return {
      column: column.slice(0, nodes),
      threshold: threshold.slice(0, nodes),
      child: child.slice(0, nodes),
      leaves: leaves.slice(0, leafCells),
    };
  }

  /** Sums up the node and looks for its cut; false when it is a leaf. */
  private findCut(from: number, to: number, random: Random): boolean {
    if (!this.cuts.enter(from, to)) return false;
    const { place } = this;
    if (place === null) this.tryDrawn(from, to, random);
    else {
      this.tryDiffering(this.columnsThatDiffer(from, to, place), from, to, random);
      this.forget(from, to, place);
    }
    return this.cuts.bestColumn >= 0;
  }

  /** Draws columns and tries each, constant or not. */
  private tryDrawn(from: number, to: number, random: Random): void {
    const { pool, cuts, settings } = this;
    for (
      let left = pool.length;
      left > 0 && (pool.length - left < settings.columnsPerSplit || cuts.bestColumn < 0);
      left--
    ) {
      const pick = random.below(left);
      const column = pool[pick] as number;
      pool[pick] = pool[left - 1] as number;
      pool[left - 1] = column;
      cuts.tryColumn(column, from, to, random);
    }
  }

  /**
   * The same where the columns that differ are known: how many of the drawn ones would be among these is drawn
   * (hypergeometric), then as many of them, in random order; always one. Trees are as likely as by `tryDrawn`, and a node
   * with few such columns does not draw through all the others.
   *
   * @param count of the columns at the front of `touched`
   */
  private tryDiffering(count: number, from: number, to: number, random: Random): void {
    const { touched, cuts, settings, pool, seen, present } = this;
    let wanted = 0;
    const drawn = Math.min(settings.columnsPerSplit, pool.length);
    for (let t = 0; t < drawn && wanted < count; t++)
      if (random.below(pool.length - t) < count - wanted) wanted++;
    for (let left = count; left > 0 && (count - left < wanted || cuts.bestColumn < 0); left--) {
      const pick = random.below(left);
      const column = touched[pick] as number;
      touched[pick] = touched[left - 1] as number;
      if (!cuts.tryPresence(column, present, seen[column] as number, to - from))
        cuts.tryColumn(column, from, to, random);
    }
  }

  /** Puts the columns in which the pairs of a node differ at the front of `touched`, by a look at their few entries; how many. */
  private columnsThatDiffer(from: number, to: number, place: Int32Array): number {
    const { sample, data, seen, differs, touched, firstValue, present, cuts } = this;
    const { start, indices, values } = data.rows;
    const { classCount } = data;
    let met = 0;
    for (let at = from; at < to; at++) {
      const pair = sample[at] as number;
      const row = data.pairRow[pair] as number;
      const label = data.pairLabel[pair] as number;
      const weight = cuts.weights[pair] as number;
      for (let entry = start[row] as number; entry < (start[row + 1] as number); entry++) {
        const column = place[indices[entry] as number] as number;
        if (column < 0) continue;
        const value = values[entry] as number;
        if (seen[column] === 0) {
          touched[met++] = column;
          firstValue[column] = value;
        } else if (firstValue[column] !== value) differs[column] = 1;
        seen[column] = (seen[column] as number) + 1;
        const cell = column * classCount + label;
        present[cell] = (present[cell] as number) + weight;
      }
    }
    let count = 0;
    for (let i = 0; i < met; i++) {
      const column = touched[i] as number;
      // Absent is 0: a column that only some pairs have differs, too.
      if (differs[column] === 1 || (seen[column] as number) < to - from) touched[count++] = column;
    }
    return count;
  }

  /** Clears what was noted of the columns of a node, by another look at its entries. */
  private forget(from: number, to: number, place: Int32Array): void {
    const { sample, data, seen, differs, present } = this;
    const { start, indices } = data.rows;
    for (let at = from; at < to; at++) {
      const pair = sample[at] as number;
      const row = data.pairRow[pair] as number;
      const label = data.pairLabel[pair] as number;
      for (let entry = start[row] as number; entry < (start[row + 1] as number); entry++) {
        const column = place[indices[entry] as number] as number;
        if (column < 0) continue;
        seen[column] = 0;
        differs[column] = 0;
        present[column * data.classCount + label] = 0;
      }
    }
  }

  /** Puts the pairs of a node on their sides, in their order; returns where the second side begins. */
  private partition(from: number, to: number): number {
    const { sample, spare, data, cuts } = this;
    const { bestCode } = cuts;
    const base = cuts.bestColumn * data.pairRow.length;
    let middle = from;
    let rest = 0;
    for (let at = from; at < to; at++) {
      const pair = sample[at] as number;
      if ((data.codes[base + pair] as number) <= bestCode) sample[middle++] = pair;
      else spare[rest++] = pair;
    }
    sample.set(spare.subarray(0, rest), middle);
    return middle;
  }
}

function placesOf({ rows, columns }: CodedItems): Int32Array {
  const place = new Int32Array(rows.columnCount).fill(-1);
  for (const [index, column] of columns.entries()) place[column] = index;
  return place;
}
