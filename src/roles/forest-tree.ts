/**
 * Growing one tree: the inner loops of the forest, over flat arrays and without allocation per node. Some functions are
 * longer than elsewhere, because a call for each row would cost more than what it does.
 */
import type { Random } from '../math/index.js';
import type { CodedItems } from './forest-data.js';

/** How a cut is chosen: the best of each column tried, or a random one of it (extremely randomised trees). */
export type Splitter = 'best' | 'random';

/** Settings of one tree. */
export interface TreeSettings {
  /** Columns tried at each split; more only until one that is not constant is met. */
  readonly columnsPerSplit: number;
  /** Fewest items in a leaf. */
  readonly leafItems: number;
  readonly splitter: Splitter;
}

/** A grown tree, root first. The children of a split are neighbours: `child` and `child + 1`. */
export interface GrownTree {
  /** Index into the coded columns, -1 in a leaf. */
  readonly column: Int32Array;
  /** A value up to this goes to the first child; in a leaf the weight of its items. */
  readonly threshold: Float32Array;
  /** First child; in a leaf its place in `leaves`. */
  readonly child: Uint32Array;
  /** [leaves x classes], each row sums to 1. */
  readonly leaves: Float32Array;
}

/** Below this many items a list is put into order by insertion. */
const fewItems = 24;

/** Room that all trees of one forest share. */
export class TreeGrower {
  private readonly data: CodedItems;
  private readonly settings: TreeSettings;
  private readonly sample: Uint32Array;
  private readonly spare: Uint32Array;
  private readonly order: Uint32Array;
  private readonly pool: Uint32Array;
  private readonly counts: Uint32Array;
  private readonly left: Float64Array;
  private readonly total: Float64Array;
  /** Place among the coded columns by column of the rows, -1 where it is constant; null where it is of no use. */
  private readonly place: Int32Array | null;
  private readonly seen: Uint32Array;
  private readonly differs: Uint8Array;
  private readonly touched: Uint32Array;
  private readonly firstValue: Float32Array;
  private touchedCount = 0;
  private weights: Float64Array = new Float64Array(0);
  private totalWeight = 0;
  private totalSquare = 0;
  // The best cut of the node at hand.
  private bestScore = 0;
  private bestColumn = -1;
  private bestCode = 0;
  private bestThreshold = 0;

  constructor(data: CodedItems, settings: TreeSettings) {
    const items = data.row.length;
    this.data = data;
    this.settings = settings;
    this.sample = new Uint32Array(items);
    this.spare = new Uint32Array(items);
    this.order = new Uint32Array(items);
    this.pool = Uint32Array.from(data.columns.keys());
    this.counts = new Uint32Array(65537);
    this.left = new Float64Array(data.classCount);
    this.total = new Float64Array(data.classCount);
    const columns = data.columns.length;
    this.seen = new Uint32Array(columns);
    this.differs = new Uint8Array(columns);
    this.touched = new Uint32Array(columns);
    this.firstValue = new Float32Array(columns);
    const { rows } = data;
    const entriesPerRow = rows.indices.length / Math.max(1, rows.rowCount);
    this.place = entriesPerRow < settings.columnsPerSplit ? placesOf(data) : null;
  }

  /**
   * @param weights of each item in this tree: what the bootstrap drew times the weight of a row; 0 is left out.
   */
  grow(weights: Float64Array, random: Random): GrownTree {
    const { sample, data, pool } = this;
    this.weights = weights;
    // Each tree starts from the same order of columns: it must not depend on which trees the thread grew before.
    for (let j = 0; j < pool.length; j++) pool[j] = j;
    let count = 0;
    for (let item = 0; item < weights.length; item++)
      if ((weights[item] as number) > 0) sample[count++] = item;
    const column = new Int32Array(2 * count);
    const threshold = new Float32Array(2 * count);
    const child = new Uint32Array(2 * count);
    const leaves: number[] = [];
    let nodes = 1;
    const stack = [0, 0, count];
    while (stack.length > 0) {
      const to = stack.pop() as number;
      const from = stack.pop() as number;
      const node = stack.pop() as number;
      if (this.findCut(from, to, random)) {
        const middle = this.partition(from, to);
        column[node] = this.bestColumn;
        threshold[node] = this.bestThreshold;
        child[node] = nodes;
        stack.push(nodes + 1, middle, to, nodes, from, middle);
        nodes += 2;
      } else {
        column[node] = -1;
        threshold[node] = this.totalWeight;
        child[node] = leaves.length / data.classCount;
        for (const sum of this.total) leaves.push(sum / this.totalWeight);
      }
    }
    return {
      column: column.slice(0, nodes),
      threshold: threshold.slice(0, nodes),
      child: child.slice(0, nodes),
      leaves: Float32Array.from(leaves),
    };
  }

  /** Sums up the node and looks for its cut; false when it is a leaf. */
  private findCut(from: number, to: number, random: Random): boolean {
    const { total, sample, weights, data, pool, settings } = this;
    total.fill(0);
    for (let at = from; at < to; at++) {
      const item = sample[at] as number;
      const label = data.label[item] as number;
      total[label] = (total[label] as number) + (weights[item] as number);
    }
    let weight = 0;
    let square = 0;
    let present = 0;
    for (let label = 0; label < total.length; label++) {
      const sum = total[label] as number;
      if (sum > 0) present++;
      weight += sum;
      square += sum * sum;
    }
    this.totalWeight = weight;
    this.totalSquare = square;
    this.bestColumn = -1;
    this.bestScore = Number.NEGATIVE_INFINITY;
    if (present < 2 || to - from < 2 * settings.leafItems) return false;
    const differs = this.columnsThatDiffer(from, to);
    let met = 0;
    for (
      let left = pool.length;
      left > 0 && (met < settings.columnsPerSplit || this.bestColumn < 0);
      left--
    ) {
      const pick = random.below(left);
      const column = pool[pick] as number;
      pool[pick] = pool[left - 1] as number;
      pool[left - 1] = column;
      met++;
      // Columns are drawn all the same, so that the trees do not depend on this shortcut.
      if (differs === null || (differs[column] as number) === 1) this.tryColumn(column, from, to, random);
    }
    return this.bestColumn >= 0;
  }

  /**
   * 1 for each column in which the items of a node differ, by a look at their few entries instead of one at every column;
   * null where rows have so many entries that trying columns takes less.
   */
  private columnsThatDiffer(from: number, to: number): Uint8Array | null {
    const { sample, data, seen, differs, touched } = this;
    if (this.place === null) return null;
    const { start, indices, values } = data.rows;
    for (let i = 0; i < this.touchedCount; i++) {
      const column = touched[i] as number;
      seen[column] = 0;
      differs[column] = 0;
    }
    let met = 0;
    for (let at = from; at < to; at++) {
      const row = data.row[sample[at] as number] as number;
      for (let entry = start[row] as number; entry < (start[row + 1] as number); entry++) {
        const column = this.place[indices[entry] as number] as number;
        if (column < 0) continue;
        const value = values[entry] as number;
        if (seen[column] === 0) {
          touched[met++] = column;
          this.firstValue[column] = value;
        } else if (this.firstValue[column] !== value) differs[column] = 1;
        seen[column] = (seen[column] as number) + 1;
      }
    }
    // Absent is 0: a column that only some items have differs, too.
    for (let i = 0; i < met; i++) {
      const column = touched[i] as number;
      if ((seen[column] as number) < to - from) differs[column] = 1;
    }
    this.touchedCount = met;
    return differs;
  }

  private tryColumn(column: number, from: number, to: number, random: Random): void {
    const { sample, data } = this;
    const { codes } = data;
    const base = column * data.row.length;
    let least = codes[base + (sample[from] as number)] as number;
    let most = least;
    for (let at = from + 1; at < to; at++) {
      const code = codes[base + (sample[at] as number)] as number;
      if (code < least) least = code;
      else if (code > most) most = code;
    }
    if (least === most) return;
    if (this.settings.splitter === 'random') this.tryRandomCut(column, from, to, least, most, random);
    else if (most === least + 1) this.tryPair(column, from, to, least);
    else this.tryAllCuts(column, from, to, least, most);
  }

  /** Only two values: one cut. */
  private tryPair(column: number, from: number, to: number, code: number): void {
    const { sample, data, weights, left } = this;
    const base = column * data.row.length;
    left.fill(0);
    let items = 0;
    for (let at = from; at < to; at++) {
      const item = sample[at] as number;
      if ((data.codes[base + item] as number) > code) continue;
      const label = data.label[item] as number;
      left[label] = (left[label] as number) + (weights[item] as number);
      items++;
    }
    if (items < this.settings.leafItems || to - from - items < this.settings.leafItems) return;
    this.keepIfBetter(this.scoreOfLeft(), column, code, code + 1);
  }

  private scoreOfLeft(): number {
    const { left, total } = this;
    let weight = 0;
    let squareLeft = 0;
    let squareRight = 0;
    for (let label = 0; label < total.length; label++) {
      const sum = left[label] as number;
      const rest = (total[label] as number) - sum;
      weight += sum;
      squareLeft += sum * sum;
      squareRight += rest * rest;
    }
    return squareLeft / weight + squareRight / (this.totalWeight - weight);
  }

  /** All cuts between neighbouring values; the sums of squares change with each item that goes over to the left. */
  private tryAllCuts(column: number, from: number, to: number, least: number, most: number): void {
    const { data, weights, left, total, order } = this;
    const base = column * data.row.length;
    const count = to - from;
    this.sortByCode(base, from, to, least, most);
    left.fill(0);
    let weight = 0;
    let squareLeft = 0;
    let squareRight = this.totalSquare;
    let previous = least;
    for (let at = 0; at < count; at++) {
      const item = order[at] as number;
      const code = data.codes[base + item] as number;
      if (code !== previous) {
        if (at >= this.settings.leafItems && count - at >= this.settings.leafItems) {
          const score = squareLeft / weight + squareRight / (this.totalWeight - weight);
          this.keepIfBetter(score, column, previous, code);
        }
        previous = code;
      }
      const label = data.label[item] as number;
      const own = weights[item] as number;
      const before = left[label] as number;
      const rest = (total[label] as number) - before;
      squareLeft += own * (2 * before + own);
      squareRight += own * (own - 2 * rest);
      left[label] = before + own;
      weight += own;
    }
  }

  private tryRandomCut(
    column: number,
    from: number,
    to: number,
    least: number,
    most: number,
    random: Random,
  ): void {
    const { values, valueStart } = this.data;
    const start = valueStart[column] as number;
    const low = values[start + least] as number;
    const high = values[start + most] as number;
    const drawn = low + random.uniform() * (high - low);
    let code = least;
    while (code + 1 < most && (values[start + code + 1] as number) <= drawn) code++;
    this.tryPair(column, from, to, code);
    if (this.bestColumn === column) {
      const next = values[start + code + 1] as number;
      this.bestThreshold = Math.fround(drawn) < next ? drawn : (values[start + code] as number);
    }
  }

  private keepIfBetter(score: number, column: number, code: number, next: number): void {
    if (!(score > this.bestScore)) return;
    const { values, valueStart } = this.data;
    const start = valueStart[column] as number;
    const low = values[start + code] as number;
    const high = values[start + next] as number;
    // Half way, unless rounding to 32 bits would carry the upper value over.
    const middle = Math.fround(low + (high - low) / 2);
    this.bestScore = score;
    this.bestColumn = column;
    this.bestCode = code;
    this.bestThreshold = middle < high ? middle : low;
  }

  /** Fills `order` with the items of a node by rising code: by insertion, by counting, or by the library's sort. */
  private sortByCode(base: number, from: number, to: number, least: number, most: number): void {
    const { sample, order, counts } = this;
    const { codes } = this.data;
    const count = to - from;
    if (count <= fewItems) {
      for (let at = 0; at < count; at++) {
        const item = sample[from + at] as number;
        const code = codes[base + item] as number;
        let place = at;
        while (place > 0 && (codes[base + (order[place - 1] as number)] as number) > code) {
          order[place] = order[place - 1] as number;
          place--;
        }
        order[place] = item;
      }
      return;
    }
    if (most - least > 16 * count) {
      const keys = new Float64Array(count);
      for (let at = 0; at < count; at++) {
        const item = sample[from + at] as number;
        keys[at] = (codes[base + item] as number) * 2 ** 32 + item;
      }
      keys.sort();
      for (let at = 0; at < count; at++) order[at] = (keys[at] as number) % 2 ** 32;
      return;
    }
    counts.fill(0, 0, most - least + 2);
    for (let at = from; at < to; at++) {
      const code = (codes[base + (sample[at] as number)] as number) - least;
      counts[code + 1] = (counts[code + 1] as number) + 1;
    }
    for (let code = 1; code <= most - least; code++) {
      counts[code] = (counts[code] as number) + (counts[code - 1] as number);
    }
    for (let at = from; at < to; at++) {
      const item = sample[at] as number;
      const code = (codes[base + item] as number) - least;
      order[counts[code] as number] = item;
      counts[code] = (counts[code] as number) + 1;
    }
  }

  /** Puts the items of a node on their sides, in their order; returns where the second side begins. */
  private partition(from: number, to: number): number {
    const { sample, spare, data, bestCode } = this;
    const base = this.bestColumn * data.row.length;
    let middle = from;
    let rest = 0;
    for (let at = from; at < to; at++) {
      const item = sample[at] as number;
      if ((data.codes[base + item] as number) <= bestCode) sample[middle++] = item;
      else spare[rest++] = item;
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
