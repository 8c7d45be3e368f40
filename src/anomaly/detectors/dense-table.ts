/** What every detector works on: rows of numbers, and a fitted model that is numbers only. */
import { NetworkmlError } from '../../errors.js';

/** Row-major table of finite numbers; `values.length` is `rowCount * columnCount`. */
export interface DenseTable {
  readonly values: Float64Array;
  readonly rowCount: number;
  readonly columnCount: number;
}

/** Numbers by name: `nu`, `components`, ... */
export type DetectorSettings = Readonly<Record<string, number>>;

/** Arrays by name. */
export type DetectorArrays = Readonly<Record<string, Float64Array>>;

/** The score of one row of `columnCount` numbers; higher is stranger. */
export type RowScorer = (row: ArrayLike<number>) => number;

/** One way to tell strange rows. */
export interface DetectorKernel {
  /** Settings and what they are without a word from the user. */
  readonly defaults: DetectorSettings;
  /** Scores come no higher. */
  readonly largestScore: number;
  /** Fits to rows that are taken to be normal. @throws NetworkmlError NML_TABLE where the rows do not allow it */
  readonly fit: (table: DenseTable, settings: DetectorSettings, seed: number) => DetectorArrays;
  /** The scorer of fitted arrays. @throws NetworkmlError NML_MODEL_MANIFEST when they contradict each other */
  readonly scorer: (arrays: DetectorArrays, columnCount: number, settings: DetectorSettings) => RowScorer;
}

/** A row of a table as a view of it. */
export function rowOf({ values, columnCount }: DenseTable, row: number): Float64Array {
  return values.subarray(row * columnCount, (row + 1) * columnCount);
}

/** The rows named by index, copied. */
export function pickRows(table: DenseTable, rows: ArrayLike<number>): DenseTable {
  const { columnCount } = table;
  const values = new Float64Array(rows.length * columnCount);
  for (let at = 0; at < rows.length; at++) values.set(rowOf(table, rows[at] as number), at * columnCount);
  return { values, rowCount: rows.length, columnCount };
}

/** A setting by name. */
export function settingOf(settings: DetectorSettings, name: string): number {
  const value = settings[name];
  if (value === undefined) throw new NetworkmlError('NML_MODEL_MANIFEST', `the setting ${name} is missing`);
  return value;
}

/**
 * An array of a model.
 * @param length what it must be; undefined: any but 0
 * @throws NetworkmlError NML_MODEL_MANIFEST
 */
export function arrayOf(arrays: DetectorArrays, name: string, length?: number): Float64Array {
  const array = arrays[name];
  const fits = array !== undefined && (length === undefined ? array.length > 0 : array.length === length);
  if (!fits || !array.every(Number.isFinite)) {
    throw new NetworkmlError('NML_MODEL_MANIFEST', `the detector has no usable array ${name}`);
  }
  return array;
}

/**
 * Number of rows of an array of a model that is a table of `columnCount` columns.
 * @throws NetworkmlError NML_MODEL_MANIFEST
 */
export function tableOf(arrays: DetectorArrays, name: string, columnCount: number): DenseTable {
  const values = arrayOf(arrays, name);
  const rowCount = values.length / columnCount;
  if (!Number.isInteger(rowCount)) {
    throw new NetworkmlError('NML_MODEL_MANIFEST', `the array ${name} is no table of ${columnCount} columns`);
  }
  return { values, rowCount, columnCount };
}

/** Squared Euclidean distance of a row to row `other` of a table. */
export function squaredDistance(row: ArrayLike<number>, table: DenseTable, other: number): number {
  const { values, columnCount } = table;
  let sum = 0;
  for (let k = 0, at = other * columnCount; k < columnCount; k++, at++) {
    const difference = (row[k] as number) - (values[at] as number);
    sum += difference * difference;
  }
  return sum;
}
