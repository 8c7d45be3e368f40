/**
 * The cuts of one node of a tree: the inner loops of the forest, over flat arrays and without allocation per node. Some
 * functions are longer than elsewhere, because a call for each row would cost more than what it does.
 */
import type { Random } from '../math/index.js';
import type { CodedItems } from './forest-data.js';
import { scoreOfCut } from './forest-score.js';

/** How a cut is chosen: the best of each column tried, or a random one of it (extremely randomised trees). */
export type Splitter = 'best' | 'random';

/** What cuts are bound by. */
export interface CutSettings {
  /** Fewest pairs (see `CodedItems`) in a leaf. */
  readonly leafItems: number;
  readonly splitter: Splitter;
}

/** Below this many pairs a list is put into order by insertion. */
const fewPairs = 24;

/** Looks for the best cut of the node at hand. */
export class CutFinder {
  /** The best cut so far: a column (-1 for none), the greatest code on its first side, and the value between. */
  bestColumn = -1;
  bestCode = 0;
  bestThreshold = 0;
  /** Weight of the node's pairs, by label and in sum. */
  readonly total: Float64Array;
  totalWeight = 0;
  private totalSquare = 0;
  private bestScore = 0;
  /** Of each pair in the tree at hand. */
  weights: Float64Array = new Float64Array(0);
  private readonly order: Uint32Array;
  private readonly counts = new Uint32Array(65537);
  private readonly left: Float64Array;
  /** 1 for columns with one value besides 0. */
  private readonly there: Uint8Array;

  /** @param sample the pairs of the tree, node by node; the grower puts them there */
  constructor(
    private readonly data: CodedItems,
    private readonly sample: Uint32Array,
    private readonly settings: CutSettings,
  ) {
    this.order = new Uint32Array(data.pairRow.length);
    this.left = new Float64Array(data.classCount);
    const { values, valueStart } = data;
    this.there = Uint8Array.from(data.columns, (_, column) => {
      const own = values.subarray(valueStart[column], valueStart[column + 1]);
      return Number(own.length === 2 && own.includes(0));
    });
    this.total = new Float64Array(data.classCount);
  }

  /** Begins a tree. @param weights of each pair in it */
  begin(weights: Float64Array): void {
    this.weights = weights;
  }

  /** Begins a node: sums it up, and says whether it could be cut at all. */
  enter(from: number, to: number): boolean {
    const { total, sample, weights, data } = this;
    total.fill(0);
    const firstRow = data.pairRow[sample[from] as number] as number;
    let oneRow = true;
    for (let at = from; at < to; at++) {
      const pair = sample[at] as number;
      const label = data.pairLabel[pair] as number;
      total[label] = (total[label] as number) + (weights[pair] as number);
      if ((data.pairRow[pair] as number) !== firstRow) oneRow = false;
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
    // Of one vector there is nothing to cut, however many roles have it.
    return present > 1 && !oneRow && to - from >= 2 * this.settings.leafItems;
  }

  /** Tries the cuts of one column on the pairs `sample[from .. to)`; a better one than the best so far is kept. */
  tryColumn(column: number, from: number, to: number, random: Random): void {
    const { sample, data } = this;
    const { codes } = data;
    const base = column * data.pairRow.length;
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

  /**
   * The cut of a column that has but one value besides 0, from the weights of the pairs that have it; false where it has
   * more, or cuts are random.
   *
   * @param present by label, from `column * classCount` on.
   * @param having how many of the node's `count` pairs have it.
   */
  tryPresence(column: number, present: Float64Array, having: number, count: number): boolean {
    const { classCount } = this.data;
    if (this.there[column] === 0 || this.settings.splitter === 'random') return false;
    if (having < this.settings.leafItems || count - having < this.settings.leafItems) return true;
    const { left } = this;
    for (let label = 0; label < classCount; label++)
      left[label] = present[column * classCount + label] as number;
    this.keepIfBetter(scoreOfCut(this.left, this.total, this.totalWeight), column, 0, 1);
    return true;
  }

  /** Only two values: one cut. */
  private tryPair(column: number, from: number, to: number, code: number): void {
    const { sample, data, weights, left } = this;
    const base = column * data.pairRow.length;
    left.fill(0);
    let pairs = 0;
    for (let at = from; at < to; at++) {
      const pair = sample[at] as number;
      if ((data.codes[base + pair] as number) > code) continue;
      const label = data.pairLabel[pair] as number;
      left[label] = (left[label] as number) + (weights[pair] as number);
      pairs++;
    }
    if (pairs < this.settings.leafItems || to - from - pairs < this.settings.leafItems) return;
    this.keepIfBetter(scoreOfCut(this.left, this.total, this.totalWeight), column, code, code + 1);
  }

  /** All cuts between neighbouring values; the sums of squares change with each pair that goes over to the left. */
  private tryAllCuts(column: number, from: number, to: number, least: number, most: number): void {
    const { data, weights, left, total, order } = this;
    const base = column * data.pairRow.length;
    const count = to - from;
    this.sortByCode(base, from, to, least, most);
    left.fill(0);
    let weight = 0;
    let squareLeft = 0;
    let squareRight = this.totalSquare;
    let previous = least;
    for (let at = 0; at < count; at++) {
      const pair = order[at] as number;
      const code = data.codes[base + pair] as number;
      if (code !== previous) {
        if (at >= this.settings.leafItems && count - at >= this.settings.leafItems) {
          const score = squareLeft / weight + squareRight / (this.totalWeight - weight);
          this.keepIfBetter(score, column, previous, code);
        }
        previous = code;
      }
      const label = data.pairLabel[pair] as number;
      const own = weights[pair] as number;
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

  /** Fills `order` with the pairs of a node by rising code: by insertion, by counting, or by the library's sort. */
  private sortByCode(base: number, from: number, to: number, least: number, most: number): void {
    const { sample, order, counts } = this;
    const { codes } = this.data;
    const count = to - from;
    if (count <= fewPairs) {
      for (let at = 0; at < count; at++) {
        const pair = sample[from + at] as number;
        const code = codes[base + pair] as number;
        let place = at;
        while (place > 0 && (codes[base + (order[place - 1] as number)] as number) > code) {
          order[place] = order[place - 1] as number;
          place--;
        }
        order[place] = pair;
      }
      return;
    }
    if (most - least > 16 * count) {
      const keys = new Float64Array(count);
      for (let at = 0; at < count; at++) {
        const pair = sample[from + at] as number;
        keys[at] = (codes[base + pair] as number) * 2 ** 32 + pair;
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
      const pair = sample[at] as number;
      const code = (codes[base + pair] as number) - least;
      order[counts[code] as number] = pair;
      counts[code] = (counts[code] as number) + 1;
    }
  }
}
