/** Arithmetic in the order in which numpy does it, where a different last bit would move a cut. */

/**
 * Quantile by linear interpolation between order statistics (Hyndman and Fan, 1996, type 7; numpy's default).
 * @param values any order, not changed
 * @param q 0 to 1
 * @returns NaN for an empty list
 */
export function linearQuantile(values: ArrayLike<number>, q: number): number {
  const sorted = Float64Array.from(values).sort();
  return sortedQuantile(sorted, q);
}

/** The same of values that are in ascending order. */
export function sortedQuantile(sorted: ArrayLike<number>, q: number): number {
  if (sorted.length === 0) return Number.NaN;
  const place = (sorted.length - 1) * q;
  const below = Math.floor(place);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  const t = place - below;
  // Interpolated from the nearer end, so that rounding errors stay small (numpy does the same).
  return t >= 0.5 ? high - (high - low) * (1 - t) : low + (high - low) * t;
}

/** Quotient rounded down by way of the remainder, as Python and numpy compute `a // b`. */
export function floorDivide(a: number, b: number): number {
  let remainder = a % b;
  let quotient = (a - remainder) / b;
  if (remainder !== 0 && remainder < 0 !== b < 0) {
    remainder += b;
    quotient -= 1;
  }
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}
