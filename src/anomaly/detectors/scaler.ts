/** Standard scores: each column less its mean, divided by its standard deviation. */
import { type DenseTable, rowOf } from './dense-table.js';

/** One number a column; a column without deviation has 1. */
export interface Scaler {
  readonly means: Float64Array;
  /** Population standard deviations. */
  readonly deviations: Float64Array;
}

/** @param table at least one row */
export function fitScaler({ values, rowCount, columnCount }: DenseTable): Scaler {
  const means = new Float64Array(columnCount);
  const deviations = new Float64Array(columnCount);
  for (let at = 0; at < values.length; at++) {
    const k = at % columnCount;
    means[k] = (means[k] as number) + (values[at] as number) / rowCount;
  }
  for (let at = 0; at < values.length; at++) {
    const k = at % columnCount;
    deviations[k] = (deviations[k] as number) + ((values[at] as number) - (means[k] as number)) ** 2;
  }
  for (let k = 0; k < columnCount; k++) {
    const deviation = Math.sqrt((deviations[k] as number) / rowCount);
    // What rounding leaves of a constant column is no deviation.
    const noise = 10 * Number.EPSILON * Math.abs(means[k] as number);
    deviations[k] = deviation > noise ? deviation : 1;
  }
  return { means, deviations };
}

/** Standard scores of one row, into `out`. */
export function scaleRow({ means, deviations }: Scaler, row: ArrayLike<number>, out: Float64Array): void {
  for (let k = 0; k < out.length; k++) {
    out[k] = ((row[k] as number) - (means[k] as number)) / (deviations[k] as number);
  }
}

/** Standard scores of a table, in a new one. */
export function scaleTable(scaler: Scaler, table: DenseTable): DenseTable {
  const scaled = { ...table, values: new Float64Array(table.values.length) };
  for (let row = 0; row < table.rowCount; row++) scaleRow(scaler, rowOf(table, row), rowOf(scaled, row));
  return scaled;
}
