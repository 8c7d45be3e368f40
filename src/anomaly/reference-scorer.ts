/**
 * Scores of units against the reference points of one role, by the kernels of assembly/outliers: four units side by side,
 * every sum in the order of the plain loop. Nothing is kept for a reference but its own arrays: it is copied to the kernels
 * when the next call is about another one.
 */
import { createOutlierKernel, type OutlierKernel, takeBytes, takeDoubles } from './outlier-kernel.js';
import type { Bandwidths } from './reference.js';

/** Reference points of one role, ready for scoring; the object says which one it is, so it must not change. */
export interface ReferenceScorer extends Bandwidths {
  /** n x columns, as units are after scaling. */
  readonly points: Float32Array | Float64Array;
  readonly columns: number;
  /** `sessToken` of each point; then there are sixteen columns. */
  readonly tokens?: Uint32Array;
}

/** Units that are yet to be scaled. */
export interface RawUnits {
  readonly count: number;
  /** As many columns a row as the reference has. */
  readonly numbers: Float32Array;
  readonly medians: Float32Array;
  readonly factors: Float32Array;
  /** Whether what is below the median counts as at it. */
  readonly aboveOnly: boolean;
}

/** Units that are copied to the kernels at a time. */
const batch = 1024;
const noTokens = new Uint32Array(0);

/** The kernels of a thread, and what they hold. */
interface Bench {
  readonly kernel: OutlierKernel;
  /** Where the memory is free without a reference, and beside the one that is held. */
  readonly empty: number;
  free: number;
  held: Bandwidths | undefined;
}

let shared: Bench | undefined;

/**
 * Scores `-ln T` of units; higher is stranger.
 * @param tokens of the units, where the points have some
 * @returns finite for finite numbers
 * @throws NetworkmlError NML_MEMORY
 */
export function scoreUnits(
  scorer: ReferenceScorer,
  units: RawUnits,
  tokens: Uint32Array = noTokens,
): Float64Array {
  const scores = new Float64Array(units.count);
  const bench = hold(scorer);
  for (let from = 0; from < units.count; from += batch) {
    const to = Math.min(units.count, from + batch);
    bench.kernel.run.top.value = bench.free;
    const rows = scaleRows(bench, units, from, to);
    scores.set(scoreRows(bench, rows, to - from, tokens.subarray(from, to)), from);
  }
  return scores;
}

/** Units by the measure of the role, row-major. */
export function scaledUnits(units: RawUnits): Float64Array {
  shared ??= createBench();
  const { kernel, free } = shared;
  const columns = units.medians.length;
  const scaled = new Float64Array(units.count * columns);
  for (let from = 0; from < units.count; from += batch) {
    const to = Math.min(units.count, from + batch);
    kernel.run.top.value = free;
    const rows = scaleRows(shared, units, from, to);
    scaled.set(new Float64Array(kernel.memory.buffer, rows, (to - from) * columns), from * columns);
  }
  return scaled;
}

/**
 * The same for units that are scaled.
 * @param rows row-major
 */
export function scoreScaled(
  scorer: ReferenceScorer,
  rows: Float64Array,
  tokens: Uint32Array = noTokens,
): Float64Array {
  const bench = hold(scorer);
  const count = rows.length / scorer.columns;
  const at = putRows(bench, rows);
  return scoreRows(bench, at, count, tokens).slice();
}

/**
 * Distances of up to four scaled units to all points.
 * @returns a row for each unit; until the next call
 */
export function distancesToPoints(
  scorer: ReferenceScorer,
  rows: Float64Array,
  tokens: Uint32Array = noTokens,
): Float64Array {
  const bench = hold(scorer);
  const pointCount = scorer.betas.length;
  const at = putRows(bench, rows);
  const itsTokens = putWords(bench.kernel, tokens);
  const out = takeDoubles(bench.kernel, 4 * pointCount);
  bench.kernel.run.distancesOfFour(at, itsTokens, out.at);
  return out.numbers.subarray(0, (rows.length / scorer.columns) * pointCount);
}

/**
 * `s = -ln T` of one unit from its distances to the points: the same ranking as the outlier probability `exp(-T)`, without its
 * saturation at 1. Higher is stranger.
 * @returns finite for finite distances
 */
export function referenceScore(distances: Float64Array, bandwidths: Bandwidths): number {
  const bench = hold(bandwidths);
  const own = takeDoubles(bench.kernel, distances.length);
  own.numbers.set(distances);
  const scores = takeDoubles(bench.kernel, 4);
  bench.kernel.run.scoreOfDistances(own.at, scores.at);
  return scores.numbers[0] as number;
}

/** Copies a reference to the kernels unless they hold it, and gives back what the last call took. */
function hold(reference: Bandwidths & Partial<ReferenceScorer>): Bench {
  shared ??= createBench();
  const bench = shared;
  const { kernel, empty, free, held } = bench;
  kernel.run.top.value = held === reference ? free : empty;
  if (held === reference) return bench;
  const { betas, logSums, points = betas.subarray(0, 0), columns = 0, tokens } = reference;
  bench.held = undefined;
  const places = [points, betas, logSums].map((numbers) => {
    const copy = takeDoubles(kernel, numbers.length);
    copy.numbers.set(numbers);
    return copy.at;
  });
  const [itsPoints = 0, itsBetas = 0, itsLogSums = 0] = places;
  const itsTokens = tokens === undefined ? 0 : putWords(kernel, tokens);
  const work = takeBytes(kernel, (columns + 2 * betas.length) * 32);
  kernel.run.holdReference(itsPoints, itsTokens, betas.length, columns, itsBetas, itsLogSums, work);
  bench.free = kernel.run.top.value;
  bench.held = reference;
  return bench;
}

function createBench(): Bench {
  const kernel = createOutlierKernel();
  const empty = kernel.run.top.value;
  return { kernel, empty, free: empty, held: undefined };
}

/** @returns where the scaled rows lie */
function scaleRows({ kernel }: Bench, units: RawUnits, from: number, to: number): number {
  const { medians, factors, aboveOnly } = units;
  const columns = medians.length;
  const numbers = units.numbers.subarray(from * columns, to * columns);
  const count = to - from;
  const places = [numbers, medians, factors].map((values) => {
    const at = takeBytes(kernel, values.length * 4);
    new Float32Array(kernel.memory.buffer, at, values.length).set(values);
    return at;
  });
  const rows = takeBytes(kernel, (count + 4) * columns * 8);
  const [itsNumbers = 0, itsMedians = 0, itsFactors = 0] = places;
  kernel.run.scaleUnits(itsNumbers, count, columns, itsMedians, itsFactors, Number(aboveOnly), rows);
  return rows;
}

/** @returns scores in the kernels' memory */
function scoreRows({ kernel }: Bench, rows: number, count: number, tokens: Uint32Array): Float64Array {
  const itsTokens = putWords(kernel, tokens);
  const scores = takeDoubles(kernel, count);
  kernel.run.scoreUnits(rows, itsTokens, count, scores.at);
  return scores.numbers;
}

/** Rows of doubles, with room for three more; @returns where they lie */
function putRows({ kernel, held }: Bench, rows: Float64Array): number {
  const { columns = 0 } = held as ReferenceScorer;
  const copy = takeDoubles(kernel, rows.length + 3 * columns);
  copy.numbers.set(rows);
  return copy.at;
}

/** Words, with room for three more; @returns where they lie */
function putWords(kernel: OutlierKernel, words: Uint32Array): number {
  const at = takeBytes(kernel, (words.length + 4) * 4);
  new Uint32Array(kernel.memory.buffer, at, words.length).set(words);
  return at;
}
