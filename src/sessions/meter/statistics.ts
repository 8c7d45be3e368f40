/**
 * Running statistics of one number (Welford, Technometrics 4, 1962), in the order of operations that NFStream has, so
 * that results are equal to the last bit: mean += (x - mean) / n; M2 += (x - old mean) * (x - new mean).
 *
 * @param place where mean, M2, minimum and maximum lie, on end
 * @param count how many numbers there are with this one
 */
export function addToStatistics(floats: Float64Array, place: number, count: number, value: number): void {
  if (count === 1) {
    floats[place] = value;
    floats[place + 1] = 0;
    floats[place + 2] = value;
    floats[place + 3] = value;
    return;
  }
  const old = floats[place] as number;
  const distance = value - old;
  const mean = old + distance / count;
  floats[place] = mean;
  floats[place + 1] = (floats[place + 1] as number) + distance * (value - mean);
  if (value < (floats[place + 2] as number)) floats[place + 2] = value;
  if (value > (floats[place + 3] as number)) floats[place + 3] = value;
}

/**
 * Writes minimum, mean, sample deviation and maximum.
 * @param count how many numbers went in; without any all four are 0
 */
export function finishStatistics(
  floats: Float64Array,
  place: number,
  count: number,
  target: Float64Array,
  to: number,
): void {
  if (count < 1) {
    target[to] = target[to + 1] = target[to + 2] = target[to + 3] = 0;
    return;
  }
  target[to] = floats[place + 2] as number;
  target[to + 1] = floats[place] as number;
  target[to + 2] = count < 2 ? 0 : Math.sqrt((floats[place + 1] as number) / (count - 1));
  target[to + 3] = floats[place + 3] as number;
}

/** Counts the set bits of a TCP flag byte, one counter a bit. */
export function countFlags(ints: Int32Array, place: number, flags: number): void {
  for (let rest = flags; rest !== 0; rest &= rest - 1) {
    const counter = place + 31 - Math.clz32(rest & -rest);
    ints[counter] = (ints[counter] as number) + 1;
  }
}
