import { NetworkmlError } from '../errors.js';
import { type SparseRows, usedColumns } from '../math/index.js';

/** What a forest learns from: distinct (vector, class) pairs with how many rows each stands for and what a row weighs. */
export interface ForestItems {
  readonly rows: SparseRows;
  readonly classCount: number;
  /** Id of the vector of each item. */
  readonly row: Uint32Array;
  /** Class index of each item. */
  readonly label: Uint32Array;
  /** Rows that the item stands for, an integer above 0: the bootstrap draws rows, not items. */
  readonly copies: Uint32Array;
  /** Weight of one such row in counts of impurity, above 0. */
  readonly weight: Float64Array;
}

/**
 * The items with every column as ranks of its distinct values: what the growing of trees works on. A tree cannot part items
 * of the same vector, and of the same class it need not: such items are one *pair*, whose weight is theirs.
 */
export interface CodedItems extends ForestItems {
  /** Pair of each item, and the vector and class of each pair. */
  readonly pairOf: Uint32Array;
  readonly pairRow: Uint32Array;
  readonly pairLabel: Uint32Array;
  /** The columns that differ between rows, ascending. */
  readonly columns: Uint32Array;
  /** Rank of the value of column j in pair i at `j * pairs + i`. */
  readonly codes: Uint16Array;
  /** Distinct values of column j, ascending, in `values[valueStart[j] .. valueStart[j + 1])`. */
  readonly values: Float32Array;
  readonly valueStart: Uint32Array;
}

/** Most bytes of codes: larger sets than this are refused instead of taking all the memory there is. */
const mostCodes = 2 ** 29;

/**
 * Ranks the values of every column that is not constant.
 *
 * @throws NetworkmlError `NML_TRAIN_DATA` for no items, or more items x columns than memory allows, or more than 65,536
 *   distinct values in one column.
 */
export function codeItems(items: ForestItems): CodedItems {
  const { rows, row } = items;
  if (row.length === 0) throw new NetworkmlError('NML_TRAIN_DATA', 'a forest needs at least one row');
  const pairs = pairItems(items);
  const count = pairs.pairRow.length;
  const used = usedColumns(rows, pairs.pairRow);
  if (used.length * count > mostCodes) {
    throw new NetworkmlError('NML_TRAIN_DATA', `${count} distinct rows of ${used.length} columns`);
  }
  const dense = denseColumns(rows, used, groupByRow(pairs.pairRow, rows.rowCount), count);
  const kept: number[] = [];
  const values: number[] = [];
  const valueStart = [0];
  const codes = new Uint16Array(used.length * count);
  for (let j = 0; j < used.length; j++) {
    const own = dense.subarray(j * count, (j + 1) * count);
    const distinct = Float32Array.from(new Set(own)).sort();
    if (distinct.length < 2) continue;
    if (distinct.length > 65536) throw new NetworkmlError('NML_TRAIN_DATA', `${distinct.length} values`);
    const rank = new Map(Array.from(distinct, (value, code) => [value, code]));
    const at = kept.length * count;
    for (let i = 0; i < count; i++) codes[at + i] = rank.get(own[i] as number) as number;
    for (const value of distinct) values.push(value);
    valueStart.push(values.length);
    kept.push(used[j] as number);
  }
  return {
    ...items,
    ...pairs,
    columns: Uint32Array.from(kept),
    codes: codes.slice(0, kept.length * count),
    values: Float32Array.from(values),
    valueStart: Uint32Array.from(valueStart),
  };
}

/** The pairs of vector and class, in order of appearance. */
function pairItems({
  row,
  label,
  classCount,
}: ForestItems): Pick<CodedItems, 'pairOf' | 'pairRow' | 'pairLabel'> {
  const places = new Map<number, number>();
  const pairRow: number[] = [];
  const pairLabel: number[] = [];
  const pairOf = Uint32Array.from(row, (id, item) => {
    const own = label[item] as number;
    const key = id * classCount + own;
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, pairRow.length);
    pairLabel.push(own);
    return pairRow.push(id) - 1;
  });
  return { pairOf, pairRow: Uint32Array.from(pairRow), pairLabel: Uint32Array.from(pairLabel) };
}

function groupByRow(row: Uint32Array, rowCount: number): number[][] {
  const lists = Array.from({ length: rowCount }, (): number[] => []);
  row.forEach((id, pair) => {
    (lists[id] as number[]).push(pair);
  });
  return lists;
}

/** [columns x pairs] */
function denseColumns(
  rows: SparseRows,
  used: Uint32Array,
  pairsOfRow: readonly (readonly number[])[],
  count: number,
): Float32Array {
  const place = new Int32Array(rows.columnCount).fill(-1);
  used.forEach((column, index) => {
    place[column] = index;
  });
  const dense = new Float32Array(used.length * count);
  for (let id = 0; id < rows.rowCount; id++) {
    const own = pairsOfRow[id] as readonly number[];
    if (own.length === 0) continue;
    for (let entry = rows.start[id] as number; entry < (rows.start[id + 1] as number); entry++) {
      const at = (place[rows.indices[entry] as number] as number) * count;
      for (const pair of own) dense[at + pair] = rows.values[entry] as number;
    }
  }
  return dense;
}
