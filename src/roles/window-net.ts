/**
 * Networks with one hidden layer over the same standardised columns, x = clip((sqrt(v) - mean) / deviation), side by side:
 * the mean of their softmax(relu(x W1 + b) W2 + b2). Columns that are empty in training have no weights at all. Absent columns
 * have the same standardised value in every row; what they make of the hidden layers is summed up once, after training, and a row
 * costs what its entries cost: see layer-kernel.ts.
 */
export interface WindowNets {
  /** The columns they have weights for, ascending. */
  readonly columns: Uint32Array;
  /** Mean and deviation of the square root of each column in training. */
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
  /** How many there are. */
  readonly nets: number;
  /** Hidden units of each. */
  readonly hidden: number;
  /** [columns x nets x hidden] */
  readonly w1: Float32Array;
  /** [nets x hidden]: the hidden units, before the rectifier, where all columns are absent. */
  readonly b1: Float32Array;
  /** [nets x hidden x roles] */
  readonly w2: Float32Array;
  /** [nets x roles] */
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
