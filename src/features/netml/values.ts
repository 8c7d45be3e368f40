/**
 * The six families over one piece of a flow. Every function writes at most `dimension` values and returns how many;
 * what is behind them is zero. The pieces are rows `start .. end` of the columns of the flows.
 */
import type { TimedFlows } from './flow-times.js';
import { floorDivide, sortedQuantile } from './numpy.js';
import { zeroLength } from './pieces.js';
import { FLAG_COUNTS, type FlowShape, flowStatNames } from './shape.js';

/** Writes the values of one piece; returns their number. */
export type FamilyWriter = (start: number, end: number, out: Float64Array) => number;

/** The writer of a shape's family. */
export function familyWriter(timed: TimedFlows, shape: FlowShape): FamilyWriter {
  switch (shape.kind) {
    case 'iat':
      return (start, end, out) => writeIntervals(timed, start, end, shape.dimension, out);
    case 'size':
      return (start, end, out) => writeSizes(timed, start, end, shape.dimension, out);
    case 'iat-size':
      return (start, end, out) => writeIntervalsAndSizes(timed, start, end, shape.dimension, out);
    case 'stats':
      return (start, end, out) => writeStatistics(timed, start, end, out);
    default:
      return sampler(timed, shape);
  }
}

function writeIntervals(
  { times, perSecond }: TimedFlows,
  start: number,
  end: number,
  most: number,
  out: Float64Array,
): number {
  const count = Math.min(end - start - 1, most);
  for (let at = 0; at < count; at++) {
    out[at] = ((times[start + at + 1] as number) - (times[start + at] as number)) / perSecond;
  }
  return count;
}

function writeSizes(
  { flows }: TimedFlows,
  start: number,
  end: number,
  most: number,
  out: Float64Array,
): number {
  const count = Math.min(end - start, most);
  for (let at = 0; at < count; at++) out[at] = flows.sizeBytes[start + at] as number;
  return count;
}

/** iat 1, size 1, iat 2, size 2, ..., iat n - 1, size n - 1, size n. */
function writeIntervalsAndSizes(
  { flows, times, perSecond }: TimedFlows,
  start: number,
  end: number,
  most: number,
  out: Float64Array,
): number {
  const last = 2 * (end - start - 1);
  const count = Math.min(last + 1, most);
  for (let at = 0; at < count; at++) {
    const row = start + (at >> 1);
    out[at] =
      at % 2 === 0 && at < last
        ? ((times[row + 1] as number) - (times[row] as number)) / perSecond
        : (flows.sizeBytes[row] as number);
  }
  return count;
}

function writeStatistics(
  { flows, times, perSecond }: TimedFlows,
  start: number,
  end: number,
  out: Float64Array,
): number {
  const packets = end - start;
  const sizes = Float64Array.from(flows.sizeBytes.subarray(start, end)).sort();
  let bytes = 0;
  for (const size of sizes) bytes += size;
  const mean = bytes / packets;
  let squares = 0;
  for (const size of sizes) squares += (size - mean) ** 2;
  const duration = ((times[end - 1] as number) - (times[start] as number)) / perSecond;
  out[0] = duration;
  out[1] = duration === 0 ? 0 : packets / duration;
  out[2] = duration === 0 ? 0 : bytes / duration;
  out[3] = mean;
  out[4] = Math.sqrt(squares / packets);
  out[5] = sortedQuantile(sizes, 0.25);
  out[6] = sortedQuantile(sizes, 0.5);
  out[7] = sortedQuantile(sizes, 0.75);
  out[8] = sizes[0] as number;
  out[9] = sizes[packets - 1] as number;
  out[10] = packets;
  out[11] = bytes;
  return flowStatNames.length;
}

function sampler(timed: TimedFlows, shape: FlowShape): FamilyWriter {
  const seconds = shape.samplingSeconds ?? 0;
  const { sizeBytes } = timed.flows;
  const weight: (row: number) => number =
    shape.kind === 'samp-num' ? () => 1 : (row) => sizeBytes[row] as number;
  return shape.compat === 'netml'
    ? netmlSampler(timed, seconds, weight, shape.dimension)
    : gridSampler(timed, seconds, weight, shape.dimension);
}

/** Sub-windows (a, a + dt] on a grid from the first packet, the first one closed on both sides. */
function gridSampler(
  { times, perSecond }: TimedFlows,
  seconds: number,
  weight: (row: number) => number,
  most: number,
): FamilyWriter {
  return (start, end, out) => {
    const first = times[start] as number;
    out.fill(0, 0, most);
    let count = 0;
    for (let row = start; row < end; row++) {
      const since = ((times[row] as number) - first) / perSecond;
      const window = Math.max(0, Math.ceil(since / seconds) - 1);
      if (window >= most) break;
      out[window] = (out[window] as number) + weight(row);
      count = window + 1;
    }
    return count;
  };
}

/** netml fills a silence with so many empty sub-windows at most, and stops behind so many values. */
const NETML_MOST = 500;

/** netml's sub-windows: their start drifts with the rounding of every addition, so that is done in its order. */
function netmlSampler(
  { times }: TimedFlows,
  seconds: number,
  weight: (row: number) => number,
  most: number,
): FamilyWriter {
  return (start, end, out) => {
    let current = times[start] as number;
    let sum = weight(start);
    let count = 0;
    const push = (value: number): void => {
      if (count < most) out[count] = value;
      count++;
    };
    for (let row = start + 1; row < end; row++) {
      const time = times[row] as number;
      if (time - current <= seconds) {
        sum += weight(row);
        continue;
      }
      if (seconds === 0) throw zeroLength('sub-window');
      current += seconds;
      push(sum);
      const empty = Math.min(floorDivide(time - current, seconds), NETML_MOST);
      if (empty > 0) {
        for (let at = 0; at < empty; at++) push(0);
        current += empty * seconds;
      }
      if (count > NETML_MOST) {
        return cutAt(NETML_MOST, count, most, out);
      }
      sum = weight(row);
    }
    push(sum);
    return Math.min(count, most);
  };
}

function cutAt(longest: number, count: number, most: number, out: Float64Array): number {
  if (most > longest) out.fill(0, longest, Math.min(count, most));
  return Math.min(longest, most);
}

/** Counts of the eight TCP flags over the piece, then the hop limit of each packet; returns the number of values. */
export function writeHeader(
  { flows }: TimedFlows,
  start: number,
  end: number,
  most: number,
  out: Float64Array,
): number {
  out.fill(0, 0, Math.min(FLAG_COUNTS, most));
  for (let row = start; row < end; row++) {
    const flags = flows.tcpFlags[row] as number;
    if (flags === 0) continue;
    for (let bit = 0; bit < FLAG_COUNTS; bit++) out[bit] = (out[bit] as number) + ((flags >> bit) & 1);
  }
  const count = Math.min(FLAG_COUNTS + end - start, most);
  for (let at = FLAG_COUNTS; at < count; at++) {
    out[at] = flows.hopLimit[start + at - FLAG_COUNTS] as number;
  }
  return count;
}
