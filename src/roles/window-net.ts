import { NetworkmlError } from '../errors.js';
import type { SparseRows } from '../math/index.js';
import { softmax } from './one-layer.js';

/**
 * A network with one hidden layer over standardised columns: x = clip((sqrt(v) - mean) / deviation), then
 * softmax(relu(x W1 + b1) W2 + b2). Columns that are empty in training have no weights at all.
 */
export interface WindowNet {
  /** The columns it has weights for, ascending. */
  readonly columns: Uint32Array;
  /** Mean and deviation of the square root of each column in training. */
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
  readonly hidden: number;
  /** [columns x hidden] */
  readonly w1: Float32Array;
  /** [hidden] */
  readonly b1: Float32Array;
  /** [hidden x roles] */
  readonly w2: Float32Array;
  /** [roles] */
  readonly b2: Float32Array;
}

/** Standardised values beyond this are cut off. */
export const clipAt = 4;

/** Deviations below this count as this: a column that hardly varies must not shout. */
export const leastDeviation = 0.15;

/** The standardised value of a column entry. */
export function standardised(value: number, mean: number, deviation: number): number {
  const x = (Math.sqrt(Math.max(0, value)) - mean) / deviation;
  return Math.max(-clipAt, Math.min(clipAt, x));
}

/** Computes single rows without allocating; made by `netEvaluator`. */
export interface NetEvaluator {
  /**
   * Adds `share` times the probabilities of one row to `out[at .. at + roles)`.
   *
   * @param keep entries (index into `rows.indices`) for which this is 0 count as absent; all count unless given.
   */
  add(row: number, share: number, out: Float64Array, at: number, keep?: Uint8Array): void;
}

/**
 * Prepares a net for some rows. Absent columns have the same standardised value in every row, so that their part of the
 * hidden layer is summed up once and a row costs what its entries cost.
 */
export function netEvaluator(net: WindowNet, rows: SparseRows): NetEvaluator {
  const { columns, mean, deviation, hidden, w1, w2 } = net;
  const classCount = net.b2.length;
  const place = new Int32Array(rows.columnCount).fill(-1);
  const absent = new Float64Array(columns.length);
  const base = Float64Array.from(net.b1);
  columns.forEach((column, index) => {
    if (column >= rows.columnCount) {
      throw new NetworkmlError('NML_MODEL_LAYOUT', `vectors of ${rows.columnCount} columns, not ${column}`);
    }
    place[column] = index;
    const x = standardised(0, mean[index] as number, deviation[index] as number);
    absent[index] = x;
    for (let j = 0; j < hidden; j++) base[j] = (base[j] as number) + x * (w1[index * hidden + j] as number);
  });
  const sums = new Float64Array(hidden);
  const outputs = new Float64Array(classCount);
  return {
    add(row, share, out, at, keep) {
      sums.set(base);
      const end = rows.start[row + 1] as number;
      for (let entry = rows.start[row] as number; entry < end; entry++) {
        const index = place[rows.indices[entry] as number] as number;
        if (index < 0 || (keep !== undefined && keep[entry] === 0)) continue;
        const x = standardised(
          rows.values[entry] as number,
          mean[index] as number,
          deviation[index] as number,
        );
        const change = x - (absent[index] as number);
        const offset = index * hidden;
        for (let j = 0; j < hidden; j++) sums[j] = (sums[j] as number) + change * (w1[offset + j] as number);
      }
      outputs.set(net.b2);
      for (let j = 0; j < hidden; j++) {
        const activation = sums[j] as number;
        if (activation <= 0) continue;
        for (let k = 0; k < classCount; k++) {
          outputs[k] = (outputs[k] as number) + activation * (w2[j * classCount + k] as number);
        }
      }
      softmax(outputs, 0, classCount);
      for (let k = 0; k < classCount; k++)
        out[at + k] = (out[at + k] as number) + share * (outputs[k] as number);
    },
  };
}
