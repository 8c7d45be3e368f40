/**
 * Order statistics and spreads of plain number lists, with and without weights.
 */

/**
 * Middle value; the mean of the two middle ones for an even count (numpy's `median`).
 * @param values any order, not changed; no NaN
 * @returns NaN for an empty list
 */
export function median(values: ArrayLike<number>): number {
  const count = values.length;
  if (count === 0) return Number.NaN;
  const sorted = Float64Array.from(values).sort();
  const upper = sorted[count >> 1] as number;
  return count % 2 === 1 ? upper : ((sorted[(count >> 1) - 1] as number) + upper) / 2;
}

/**
 * Population standard deviation (divided by n), computed in two passes.
 * @returns 0 for an empty list
 */
export function standardDeviation(values: ArrayLike<number>): number {
  const count = values.length;
  if (count === 0) return 0;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[i] as number;
  const mean = sum / count;
  let squares = 0;
  for (let i = 0; i < count; i++) squares += ((values[i] as number) - mean) ** 2;
  return Math.sqrt(squares / count);
}

/**
 * The smallest value at which the weights, added in ascending order of the values, reach the share `q` of their sum
 * (the inverted empirical distribution function).
 * @param values and their `weights` (not negative), in the same order
 * @param q 0 to 1
 * @returns NaN for an empty list
 */
export function weightedQuantile(values: ArrayLike<number>, weights: ArrayLike<number>, q: number): number {
  const order = ascendingOrder(values);
  let total = 0;
  for (const index of order) total += weights[index] as number;
  let reached = 0;
  for (const index of order) {
    reached += weights[index] as number;
    if (reached >= q * total) return values[index] as number;
  }
  const last = order.at(-1);
  return last === undefined ? Number.NaN : (values[last] as number);
}

/**
 * The sample at or next above the position `q (n - 1)` (numpy's `quantile` with method `higher`): a threshold
 * that at most the share `1 - q` of the sample exceeds.
 * @returns NaN for an empty list
 */
export function upperQuantile(values: ArrayLike<number>, q: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.ceil((sorted.length - 1) * q)] ?? Number.NaN;
}

/** Indices of `values` in ascending order of value; equal values keep their order. */
export function ascendingOrder(values: ArrayLike<number>): Uint32Array {
  const order = new Uint32Array(values.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  return order.sort((a, b) => (values[a] as number) - (values[b] as number) || a - b);
}

/**
 * Area under the receiver operating characteristic: the chance that a positive scores above a negative, ties half
 * (Mann-Whitney's U over the number of pairs).
 * @returns NaN when either list is empty
 */
export function areaUnderRoc(negatives: ArrayLike<number>, positives: ArrayLike<number>): number {
  if (negatives.length === 0 || positives.length === 0) return Number.NaN;
  const sorted = Float64Array.from(negatives).sort();
  let won = 0;
  for (let i = 0; i < positives.length; i++) {
    const value = positives[i] as number;
    won += (countBelow(sorted, value, false) + countBelow(sorted, value, true)) / 2;
  }
  return won / (negatives.length * positives.length);
}

/**
 * How many entries of an ascending array lie below `value` (or at it, too, with `inclusive`).
 */
export function countBelow(sorted: ArrayLike<number>, value: number, inclusive = false): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const entry = sorted[middle] as number;
    if (entry < value || (inclusive && entry === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The bits of a number that are all set in infinities and what is no number (IEEE 754, binary32). */
const EXPONENT = 0x7f800000;

/** Whether no number is a NaN or infinity. */
export function allFinite(numbers: Float32Array): boolean {
  const bits = bitsOf(numbers);
  for (let i = 0; i < bits.length; i++) if (((bits[i] as number) & EXPONENT) === EXPONENT) return false;
  return true;
}

/** Whether all numbers are finite and above 0. */
export function allPositive(numbers: Float32Array): boolean {
  const bits = bitsOf(numbers);
  for (let i = 0; i < bits.length; i++) {
    const own = bits[i] as number;
    if (own <= 0 || own >= EXPONENT) return false;
  }
  return true;
}

/** Numbers as integers: before code is compiled for speed, every floating-point number that it looks at takes memory of its own. */
function bitsOf({ buffer, byteOffset, length }: Float32Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length);
}
