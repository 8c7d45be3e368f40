/**
 * A network with one hidden layer over standardised columns: x = clip((sqrt(v) - mean) / deviation), then
 * softmax(relu(x W1 + b1) W2 + b2). Columns that are empty in training have no weights at all. Absent columns have the
 * same standardised value in every row, so that their part of the hidden layer is summed up once and a row costs what its
 * entries cost: see layer-kernel.ts.
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
const clipAt = 4;

/** Deviations below this count as this: a column that hardly varies must not shout. */
export const leastDeviation = 0.15;

/** The standardised value of a column entry. */
export function standardised(value: number, mean: number, deviation: number): number {
  const x = (Math.sqrt(Math.max(0, value)) - mean) / deviation;
  return Math.max(-clipAt, Math.min(clipAt, x));
}
