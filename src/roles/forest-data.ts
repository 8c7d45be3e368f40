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

/** The items with every column as ranks of its distinct values: what the growing of trees works on. */
export interface CodedItems extends ForestItems {
  /** The columns that differ between rows, ascending. */
  readonly columns: Uint32Array;
  /** Rank of the value of column j in item i at `j * items + i`. */
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
  const count = row.length;
  if (count === 0) throw new NetworkmlError('NML_TRAIN_DATA', 'a forest needs at least one row');
  const used = usedColumns(rows, row);
  if (used.length * count > mostCodes) {
    throw new NetworkmlError('NML_TRAIN_DATA', `${count} distinct rows of ${used.length} columns`);
  }
  const itemsOfRow = groupByRow(row, rows.rowCount);
  const dense = denseColumns(rows, used, itemsOfRow, count);
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
    columns: Uint32Array.from(kept),
    codes: codes.slice(0, kept.length * count),
    values: Float32Array.from(values),
    valueStart: Uint32Array.from(valueStart),
  };
}

function groupByRow(row: Uint32Array, rowCount: number): number[][] {
  const lists = Array.from({ length: rowCount }, (): number[] => []);
  row.forEach((id, item) => {
    (lists[id] as number[]).push(item);
  });
  return lists;
}

/** [columns x items] */
function denseColumns(
  rows: SparseRows,
  used: Uint32Array,
  itemsOfRow: readonly (readonly number[])[],
  count: number,
): Float32Array {
  const place = new Int32Array(rows.columnCount).fill(-1);
  used.forEach((column, index) => {
    place[column] = index;
  });
  const dense = new Float32Array(used.length * count);
  for (let id = 0; id < rows.rowCount; id++) {
    const own = itemsOfRow[id] as readonly number[];
    if (own.length === 0) continue;
    for (let entry = rows.start[id] as number; entry < (rows.start[id + 1] as number); entry++) {
      const at = (place[rows.indices[entry] as number] as number) * count;
      for (const item of own) dense[at + item] = rows.values[entry] as number;
    }
  }
  return dense;
}
