import { NetworkmlError } from '../errors.js';
import { type SparseRows, softmax } from '../math/index.js';

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

/** Computes single rows; made by `netEvaluator`. */
export interface NetEvaluator {
  /** Adds `share` times the probabilities of one row to `out[at .. at + roles)`, without allocating. */
  add(row: number, share: number, out: Float64Array, at: number): void;
  /**
   * What a role's probability loses in one row when some of its entries are absent, for each group of entries.
   *
   * @param groups indices into `rows.indices` of entries of the row
   * @returns [groups]; above 0 where the group speaks for the role
   */
  ablate(row: number, role: number, groups: readonly (readonly number[])[]): Float64Array;
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
  const base = new Float64Array(hidden);
  base.set(net.b1);
  for (let index = 0; index < columns.length; index++) {
    const column = columns[index] as number;
    if (column >= rows.columnCount) {
      throw new NetworkmlError('NML_MODEL_LAYOUT', `vectors of ${rows.columnCount} columns, not ${column}`);
    }
    place[column] = index;
    const x = standardised(0, mean[index] as number, deviation[index] as number);
    absent[index] = x;
    addScaled(base, w1, index * hidden, x);
  }
  const sums = new Float64Array(hidden);
  const outputs = new Float64Array(classCount);
  /** Adds to the hidden layer what an entry changes against its absence, `times` times. */
  const addEntry = (entry: number, times: number): void => {
    const index = place[rows.indices[entry] as number] as number;
    if (index < 0) return;
    const x = standardised(rows.values[entry] as number, mean[index] as number, deviation[index] as number);
    addScaled(sums, w1, index * hidden, (x - (absent[index] as number)) * times);
  };
  const sumUp = (row: number): void => {
    sums.set(base);
    const end = rows.start[row + 1] as number;
    for (let entry = rows.start[row] as number; entry < end; entry++) addEntry(entry, 1);
  };
  const answer = (): void => {
    outputs.set(net.b2);
    for (let j = 0; j < hidden; j++) {
      const activation = sums[j] as number;
      if (activation > 0) addScaled(outputs, w2, j * classCount, activation);
    }
    softmax(outputs, 0, classCount);
  };
  return {
    add(row, share, out, at) {
      sumUp(row);
      answer();
      for (let k = 0; k < classCount; k++) {
        out[at + k] = (out[at + k] as number) + share * (outputs[k] as number);
      }
    },
    ablate(row, role, groups) {
      sumUp(row);
      answer();
      const whole = sums.slice();
      const probability = outputs[role] as number;
      const lost = new Float64Array(groups.length);
      for (let group = 0; group < groups.length; group++) {
        sums.set(whole);
        for (const entry of groups[group] as readonly number[]) addEntry(entry, -1);
        answer();
        lost[group] = probability - (outputs[role] as number);
      }
      return lost;
    },
  };
}

/** Adds `factor` times `values[from ..]` to all of `sums`. */
function addScaled(sums: Float64Array, values: Float32Array, from: number, factor: number): void {
  for (let j = 0; j < sums.length; j++) {
    sums[j] = (sums[j] as number) + factor * (values[from + j] as number);
  }
}
