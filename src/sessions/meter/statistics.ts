import * as at from './meter-layout.js';

/**
 * Adds a packet to a set of running statistics of sizes and intervals (Welford, Technometrics 4, 1962), in the order of
 * operations that NFStream has, so that results are equal to the last bit: mean += (x - mean) / n;
 * M2 += (x - old mean) * (x - new mean).
 *
 * @param set where the set lies: see meter-layout
 * @param count packets with this one
 * @param measures its size first, its interval at `interval`: a double that is passed by itself would be allocated
 */
export function addToSet(
  floats: Float64Array,
  set: number,
  count: number,
  measures: Float64Array,
  interval: number,
): void {
  const size = measures[0] as number;
  if (count === 1) {
    floats[set + at.SIZE_MEAN] = size;
    floats[set + at.SIZE_M2] = 0;
    floats[set + at.SIZE_MIN] = size;
    floats[set + at.SIZE_MAX] = size;
    return;
  }
  const distance = size - (floats[set + at.SIZE_MEAN] as number);
  const mean = (floats[set + at.SIZE_MEAN] as number) + distance / count;
  floats[set + at.SIZE_MEAN] = mean;
  floats[set + at.SIZE_M2] = (floats[set + at.SIZE_M2] as number) + distance * (size - mean);
  if (size < (floats[set + at.SIZE_MIN] as number)) floats[set + at.SIZE_MIN] = size;
  if (size > (floats[set + at.SIZE_MAX] as number)) floats[set + at.SIZE_MAX] = size;
  const time = measures[interval] as number;
  if (count === 2) {
    floats[set + at.INTERVAL_MEAN] = time;
    floats[set + at.INTERVAL_M2] = 0;
    floats[set + at.INTERVAL_MIN] = time;
    floats[set + at.INTERVAL_MAX] = time;
    return;
  }
  const late = time - (floats[set + at.INTERVAL_MEAN] as number);
  const meanTime = (floats[set + at.INTERVAL_MEAN] as number) + late / (count - 1);
  floats[set + at.INTERVAL_MEAN] = meanTime;
  floats[set + at.INTERVAL_M2] = (floats[set + at.INTERVAL_M2] as number) + late * (time - meanTime);
  if (time < (floats[set + at.INTERVAL_MIN] as number)) floats[set + at.INTERVAL_MIN] = time;
  if (time > (floats[set + at.INTERVAL_MAX] as number)) floats[set + at.INTERVAL_MAX] = time;
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
