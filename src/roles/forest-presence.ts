/**
 * Growing a tree where every column is 0 or one value above it, as in vectors of sessions. The same tree as `TreeGrower`
 * grows, draw by draw, in a small part of the time. A cut parts the pairs that have a column from the others, and mostly
 * they are few. So what is known of a node is not counted anew from all its pairs: it is what was known of the node above,
 * without those that were parted.
 */
import type { Random } from '../math/index.js';
import type { CodedItems } from './forest-data.js';
import { PlaceSet } from './forest-places.js';
import { scoreOfCut } from './forest-score.js';
import type { GrownTree, TreeSettings } from './forest-tree.js';

/** Whether `PresenceGrower` can grow trees of these items. */
export function onlyPresence({ columns, values, valueStart }: CodedItems): boolean {
  for (let j = 0; j < columns.length; j++) {
    const start = valueStart[j] as number;
    if ((valueStart[j + 1] as number) - start !== 2 || values[start] !== 0) return false;
  }
  return true;
}

/** Grows trees, one after the other; between them its lists are empty. */
export class PresenceGrower {
  /** Entries of the pairs, pair after pair: where each pair's begin, the column and the pair of each. */
  private readonly entryStart: Uint32Array;
  private readonly entryColumn: Uint32Array;
  private readonly entryPair: Uint32Array;
  /** Of each column its entries in the node, by rising pair: how many, first, last, and the neighbours of each; -1: none. */
  private readonly seen: Uint32Array;
  private readonly firstEntry: Int32Array;
  private readonly lastEntry: Int32Array;
  private readonly nextEntry: Int32Array;
  private readonly previousEntry: Int32Array;
  /** The first entry of each column that the node has: in this order columns are drawn. */
  private readonly heads: PlaceSet;
  /** Pairs of the node by label, likewise, and their weight. */
  private readonly firstPair: Int32Array;
  private readonly lastPair: Int32Array;
  private readonly nextPair: Int32Array;
  private readonly previousPair: Int32Array;
  private readonly total: Float64Array;
  private readonly changed: Uint8Array;
  private size = 0;
  private totalWeight = 0;
  /** Entries of the node's first pair whose columns differ within the node. */
  private readonly differing: Uint32Array;
  /** How many these are, and how many entries of the first pair are none of them. */
  private few = 0;
  private behind = 0;
  /** Places of columns that others were moved to as columns were drawn, and those. */
  private readonly moved: Uint32Array;
  private movedCount = 0;
  private readonly left: Float64Array;
  /** Pairs of the nodes that wait. */
  private readonly waiting: Uint32Array;
  private weights: Float64Array = new Float64Array(0);
  private bestColumn = -1;
  private bestScore = 0;

  constructor(
    private readonly data: CodedItems,
    private readonly settings: TreeSettings,
  ) {
    const { columns, classCount, pairRow } = data;
    const { start, column, pair, longest } = entriesOf(data);
    this.entryStart = start;
    this.entryColumn = column;
    this.entryPair = pair;
    this.seen = new Uint32Array(columns.length);
    this.firstEntry = new Int32Array(columns.length).fill(-1);
    this.lastEntry = new Int32Array(columns.length).fill(-1);
    this.nextEntry = new Int32Array(column.length);
    this.previousEntry = new Int32Array(column.length);
    this.heads = new PlaceSet(column.length);
    this.firstPair = new Int32Array(classCount).fill(-1);
    this.lastPair = new Int32Array(classCount).fill(-1);
    this.nextPair = new Int32Array(pairRow.length);
    this.previousPair = new Int32Array(pairRow.length);
    this.total = new Float64Array(classCount);
    this.changed = new Uint8Array(classCount);
    this.differing = new Uint32Array(longest);
    this.moved = new Uint32Array(2 * columns.length);
    this.left = new Float64Array(classCount);
    this.waiting = new Uint32Array(pairRow.length);
  }

  /** As `TreeGrower.grow`. */
  grow(weights: Float64Array, random: Random): GrownTree {
    const { data, waiting, total } = this;
    this.weights = weights;
    for (let pair = 0; pair < weights.length; pair++) if ((weights[pair] as number) > 0) this.insert(pair);
    const room = 2 * this.size;
    const column = new Int32Array(room);
    const threshold = new Float32Array(room);
    const child = new Uint32Array(room);
    const leaves = new Float32Array(this.size * data.classCount);
    let leafCells = 0;
    let nodes = 1;
    let node = 0;
    // Nodes that wait, and where their pairs begin in `waiting`.
    const stack: number[] = [];
    let top = 0;
    for (;;) {
      if (this.findCut(random)) {
        column[node] = this.bestColumn;
        threshold[node] = this.thresholdOf(this.bestColumn);
        child[node] = nodes;
        stack.push(nodes + 1, top);
        top = this.part(this.bestColumn, top);
        node = nodes;
        nodes += 2;
        continue;
      }
      column[node] = -1;
      threshold[node] = this.totalWeight;
      child[node] = leafCells / data.classCount;
      for (let k = 0; k < total.length; k++) leaves[leafCells++] = (total[k] as number) / this.totalWeight;
      this.clear();
      if (stack.length === 0) break;
      const from = stack.pop() as number;
      node = stack.pop() as number;
      for (let at = from; at < top; at++) this.insert(waiting[at] as number);
      top = from;
    }
    return {
      column: column.slice(0, nodes),
      threshold: threshold.slice(0, nodes),
      child: child.slice(0, nodes),
      leaves: leaves.slice(0, leafCells),
    };
  }

  /** Looks for the cut of the node; false when it is a leaf. */
  private findCut(random: Random): boolean {
    const { total, settings, data, heads, seen, entryColumn } = this;
    let weight = 0;
    let present = 0;
    for (let label = 0; label < total.length; label++) {
      const sum = total[label] as number;
      if (sum > 0) present++;
      weight += sum;
    }
    this.totalWeight = weight;
    this.bestColumn = -1;
    this.bestScore = Number.NEGATIVE_INFINITY;
    if (present < 2 || this.size < 2 * settings.leafItems) return false;
    const pair = this.lowestPair();
    const from = this.entryStart[pair] as number;
    const to = this.entryStart[pair + 1] as number;
    let few = 0;
    for (let entry = from; entry < to; entry++) {
      // A column that all pairs have is one of the first pair's.
      if ((seen[entryColumn[entry] as number] as number) < this.size) this.differing[few++] = entry;
    }
    const count = heads.size - (to - from) + few;
    const all = data.columns.length;
    const drawn = Math.min(settings.columnsPerSplit, all);
    let wanted = 0;
    for (let t = 0; t < drawn && wanted < count; t++) if (random.below(all - t) < count - wanted) wanted++;
    this.few = few;
    this.behind = to - from - few;
    this.movedCount = 0;
    for (let left = count; left > 0 && (count - left < wanted || this.bestColumn < 0); left--) {
      const pick = random.below(left);
      this.tryColumn(this.take(pick, left - 1));
    }
    return this.bestColumn >= 0;
  }

  /** The column at a place of those that differ; the one at the last place moves there. */
  private take(place: number, last: number): number {
    const { moved } = this;
    const column = this.columnAt(place);
    if (place === last) return column;
    const other = this.columnAt(last);
    let at = 0;
    while (at < this.movedCount && moved[2 * at] !== place) at++;
    if (at === this.movedCount) this.movedCount++;
    moved[2 * at] = place;
    moved[2 * at + 1] = other;
    return column;
  }

  /** Columns that differ lie in the order of their first entries, but for those that were moved. */
  private columnAt(place: number): number {
    const { moved, movedCount, few } = this;
    for (let at = 0; at < movedCount; at++) if (moved[2 * at] === place) return moved[2 * at + 1] as number;
    const entry = place < few ? (this.differing[place] as number) : this.heads.select(place + this.behind);
    return this.entryColumn[entry] as number;
  }

  /** Tries the cut of one column; a better one than the best so far is kept. */
  private tryColumn(column: number): void {
    const { left, weights, entryPair, nextEntry, total, totalWeight, settings } = this;
    const { pairLabel } = this.data;
    const having = this.seen[column] as number;
    if (having < settings.leafItems || this.size - having < settings.leafItems) return;
    left.fill(0);
    for (let entry = this.firstEntry[column] as number; entry >= 0; entry = nextEntry[entry] as number) {
      const pair = entryPair[entry] as number;
      const label = pairLabel[pair] as number;
      left[label] = (left[label] as number) + (weights[pair] as number);
    }
    const score = scoreOfCut(left, total, totalWeight);
    if (!(score > this.bestScore)) return;
    this.bestScore = score;
    this.bestColumn = column;
  }

  /** Half way to the value of a column, unless rounding to 32 bits would carry it over. */
  private thresholdOf(column: number): number {
    const value = this.data.values[(this.data.valueStart[column] as number) + 1] as number;
    const middle = Math.fround(value / 2);
    return middle < value ? middle : 0;
  }

  /** Takes the pairs that have a column out of the node, to wait; returns where they end in `waiting`. */
  private part(column: number, from: number): number {
    const { waiting, entryPair, nextEntry, total, changed, firstPair, nextPair, weights } = this;
    let top = from;
    for (let entry = this.firstEntry[column] as number; entry >= 0; entry = nextEntry[entry] as number)
      waiting[top++] = entryPair[entry] as number;
    for (let at = from; at < top; at++) this.remove(waiting[at] as number);
    for (let label = 0; label < total.length; label++) {
      if (changed[label] === 0) continue;
      changed[label] = 0;
      let sum = 0;
      for (let pair = firstPair[label] as number; pair >= 0; pair = nextPair[pair] as number)
        sum += weights[pair] as number;
      total[label] = sum;
    }
    return top;
  }

  private lowestPair(): number {
    let least = this.data.pairRow.length;
    for (const pair of this.firstPair) if (pair >= 0 && pair < least) least = pair;
    return least;
  }

  /** Puts a pair behind all others into the node. */
  private insert(pair: number): void {
    const { seen, firstEntry, lastEntry, nextEntry, previousEntry, entryColumn, total } = this;
    const label = this.data.pairLabel[pair] as number;
    const before = this.lastPair[label] as number;
    this.previousPair[pair] = before;
    this.nextPair[pair] = -1;
    if (before < 0) this.firstPair[label] = pair;
    else this.nextPair[before] = pair;
    this.lastPair[label] = pair;
    total[label] = (total[label] as number) + (this.weights[pair] as number);
    this.size++;
    const to = this.entryStart[pair + 1] as number;
    for (let entry = this.entryStart[pair] as number; entry < to; entry++) {
      const column = entryColumn[entry] as number;
      const last = lastEntry[column] as number;
      seen[column] = (seen[column] as number) + 1;
      previousEntry[entry] = last;
      nextEntry[entry] = -1;
      lastEntry[column] = entry;
      if (last >= 0) nextEntry[last] = entry;
      else {
        firstEntry[column] = entry;
        this.heads.add(entry);
      }
    }
  }

  /** Takes a pair out of the node; the weight of its label is left as it was. */
  private remove(pair: number): void {
    const { seen, firstEntry, lastEntry, nextEntry, previousEntry, entryColumn, heads } = this;
    const label = this.data.pairLabel[pair] as number;
    const before = this.previousPair[pair] as number;
    const after = this.nextPair[pair] as number;
    if (before < 0) this.firstPair[label] = after;
    else this.nextPair[before] = after;
    if (after < 0) this.lastPair[label] = before;
    else this.previousPair[after] = before;
    this.changed[label] = 1;
    this.size--;
    const to = this.entryStart[pair + 1] as number;
    for (let entry = this.entryStart[pair] as number; entry < to; entry++) {
      const column = entryColumn[entry] as number;
      const previous = previousEntry[entry] as number;
      const next = nextEntry[entry] as number;
      seen[column] = (seen[column] as number) - 1;
      if (next < 0) lastEntry[column] = previous;
      else previousEntry[next] = previous;
      if (previous >= 0) nextEntry[previous] = next;
      else {
        firstEntry[column] = next;
        heads.remove(entry);
        if (next >= 0) heads.add(next);
      }
    }
  }

  /** Empties the node. */
  private clear(): void {
    const { firstPair, total, changed } = this;
    for (let label = 0; label < total.length; label++) {
      for (let pair = firstPair[label] as number; pair >= 0; pair = firstPair[label] as number)
        this.remove(pair);
    }
    total.fill(0);
    changed.fill(0);
  }
}

/** Entries of all pairs in columns that are not constant, pair after pair, and how many a pair has at most. */
function entriesOf({ rows, pairRow, columns }: CodedItems): {
  start: Uint32Array;
  column: Uint32Array;
  pair: Uint32Array;
  longest: number;
} {
  const place = new Int32Array(rows.columnCount).fill(-1);
  for (const [index, column] of columns.entries()) place[column] = index;
  const start = new Uint32Array(pairRow.length + 1);
  const column: number[] = [];
  const pair: number[] = [];
  let longest = 0;
  pairRow.forEach((row, index) => {
    for (let entry = rows.start[row] as number; entry < (rows.start[row + 1] as number); entry++) {
      const own = place[rows.indices[entry] as number] as number;
      if (own < 0 || rows.values[entry] === 0) continue;
      column.push(own);
      pair.push(index);
    }
    start[index + 1] = column.length;
    longest = Math.max(longest, column.length - (start[index] as number));
  });
  return { start, column: Uint32Array.from(column), pair: Uint32Array.from(pair), longest };
}
