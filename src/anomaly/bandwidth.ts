/**
 * The bandwidth of one point in Stochastic Outlier Selection (Janssens, Huszar, Postma, van den Herik, TiCC TR
 * 2012-001, section 4): the beta at which the binding probabilities `exp(-beta d_j) / sum` have the entropy
 * `ln(perplexity)`. Distances are Euclidean and not squared, as in the author's own package.
 *
 * That package finds beta by bisection and stops 1e-5 off the root, and those last digits show in the scores (up to
 * 4e-6). To agree with it, its path of betas is followed here step by step; but entropy falls with beta, so two
 * points known to lie either side of the root settle most steps without computing them, and a series around the root
 * (`bandwidth-series.ts`) nearly all the others. Where there is no such series, the same is done by looking.
 */

import {
  type BandwidthGuess,
  createBandwidthGuess,
  guessBandwidth,
  learnBandwidth,
} from './bandwidth-guess.js';
import {
  approachRoot,
  createSeries,
  type EntropySeries,
  entropyTolerance,
  seriesGap,
  seriesSum,
} from './bandwidth-series.js';
import type { KernelDoubles, OutlierKernel } from './outlier-kernel.js';

/** Steps after which the bisection gives up. */
const maximumSteps = 5000;
/** Newton steps; each one that leaves the known bracket halves it instead, so it ends well before. */
const maximumNewtonSteps = 200;

/** Work space and results of `solveBandwidth`; made once, used for every row. */
export interface BandwidthSolver {
  /**
   * The bandwidth, per unit of distance. `Infinity`: even the nearest points are too many for the perplexity
   * (duplicates): all binding goes to them in equal parts. 0: the perplexity is more than there are points.
   */
  beta: number;
  /** Smallest of the distances. */
  nearest: number;
  /** How many distances equal the smallest. */
  nearestCount: number;
  /** Entropy in nats and variance of the distances under the binding probabilities, at the beta looked at last. */
  entropy: number;
  variance: number;
  /** Largest beta known to have too much entropy, smallest known to have too little. */
  below: number;
  above: number;
  /** Sum of the affinities at `beta`, that of the nearest point being 1; NaN where it was not needed on the way. */
  sum: number;
  /** Mean of the distances, less the nearest. */
  spread: number;
  /** Their standard deviation, the point itself counted as at the nearest. */
  deviation: number;
  readonly guess: BandwidthGuess;
  /** What is known of the entropy around the root. */
  readonly series: EntropySeries;
}

/** A solver without a result yet, for rows of so many distances in the memory of a kernel. */
export function createBandwidthSolver(kernel: OutlierKernel, count: number): BandwidthSolver {
  return {
    beta: 1,
    nearest: 0,
    nearestCount: 0,
    entropy: 0,
    variance: 0,
    below: 0,
    above: Number.POSITIVE_INFINITY,
    sum: Number.NaN,
    spread: 0,
    deviation: 0,
    guess: createBandwidthGuess(),
    series: createSeries(kernel, count),
  };
}

/**
 * Finds the bandwidth of a point from its distances to the others; the result is left in `solver.beta`.
 * Never NaN: where the bisection cannot end, `beta` is the limit that it is heading for.
 * @param solver what it learnt from the points before saves steps
 * @param distances to every point; finite, not negative; with room for one more behind them
 * @param count how many of them
 * @param self index of the point itself, which is left out; -1 for none
 * @param perplexity at least 1
 */
export function solveBandwidth(
  solver: BandwidthSolver,
  distances: KernelDoubles,
  count: number,
  self: number,
  perplexity: number,
): void {
  findNearest(solver, distances, count, self);
  solver.sum = Number.NaN;
  const others = self >= 0 && self < count ? count - 1 : count;
  const target = Math.log(perplexity);
  if (others === 0 || target > Math.log(others) + entropyTolerance) {
    solver.beta = 0;
    return;
  }
  if (target < Math.log(solver.nearestCount) - entropyTolerance) {
    solver.beta = Number.POSITIVE_INFINITY;
    return;
  }
  const { guess, series } = solver;
  const first = guessBandwidth(guess, solver.spread, solver.deviation);
  const isNear = approachRoot(series, distances, count, self, solver.nearest, target, first);
  if (isNear) {
    solver.below = series.centre - series.reach;
    solver.above = series.centre + series.reach;
  }
  const root = isNear ? series.root : bracketRoot(solver, distances.numbers, count, self, target);
  solver.beta = followBisection(solver, distances.numbers, count, self, target, root);
  if (isNear) learnBandwidth(guess, solver.beta);
  solver.sum = seriesSum(series, solver.beta);
}

function findNearest(solver: BandwidthSolver, distances: KernelDoubles, count: number, self: number): void {
  const { kernel, moments } = solver.series;
  kernel.run.summarize(distances.at, count, self, moments.at);
  const [nearest = 0, nearestCount = 0, total = 0, squares = 0] = moments.numbers;
  solver.nearest = nearest;
  solver.nearestCount = nearestCount;
  const mean = total / count;
  solver.spread = mean - nearest;
  solver.deviation = Math.sqrt(Math.max(0, squares / count - mean * mean));
}

/**
 * Entropy and variance at one beta, into the solver; narrows its bracket. Distances are taken from the nearest one,
 * which changes neither, and keeps the sum from vanishing.
 * @returns entropy minus target, nats
 */
function lookAt(
  solver: BandwidthSolver,
  distances: Float64Array,
  count: number,
  self: number,
  target: number,
  beta: number,
): number {
  const nearest = solver.nearest;
  let sum = 0;
  let first = 0;
  let second = 0;
  for (let j = 0; j < count; j++) {
    if (j === self) continue;
    const distance = (distances[j] as number) - nearest;
    const affinity = Math.exp(-beta * distance);
    sum += affinity;
    first += affinity * distance;
    second += affinity * distance * distance;
  }
  const mean = first / sum;
  solver.entropy = Math.log(sum) + beta * mean;
  solver.variance = Math.max(0, second / sum - mean * mean);
  const difference = solver.entropy - target;
  if (difference > entropyTolerance) solver.below = Math.max(solver.below, beta);
  else if (difference < -entropyTolerance) solver.above = Math.min(solver.above, beta);
  return difference;
}

/**
 * Newton's method on ln(beta) to a beta well within the tolerance, then one look to either side of it just outside
 * the tolerance. Leaves the bracket in the solver.
 */
function bracketRoot(
  solver: BandwidthSolver,
  distances: Float64Array,
  count: number,
  self: number,
  target: number,
): number {
  solver.below = 0;
  solver.above = Number.POSITIVE_INFINITY;
  let beta = solver.beta > 0 && solver.beta < 1e300 ? solver.beta : 1;
  for (let step = 0; step < maximumNewtonSteps; step++) {
    const difference = lookAt(solver, distances, count, self, target, beta);
    if (Math.abs(difference) < entropyTolerance / 2) break;
    const slope = beta * beta * solver.variance;
    if (slope === 0 && Math.abs(difference) <= entropyTolerance) break;
    const factor = slope > 0 ? Math.exp(Math.max(-3, Math.min(3, difference / slope))) : Number.NaN;
    const next = beta * factor;
    beta = next > solver.below && next < solver.above ? next : insideBracket(solver, beta);
    if (beta < 1e-300 || beta > 1e300) break;
  }
  const width = (3 * entropyTolerance) / (beta * solver.variance);
  if (width < beta / 2) {
    if (solver.below < beta - width) lookAt(solver, distances, count, self, target, beta - width);
    if (solver.above > beta + width) lookAt(solver, distances, count, self, target, beta + width);
  }
  return beta;
}

function insideBracket(solver: BandwidthSolver, beta: number): number {
  const { below, above } = solver;
  if (above === Number.POSITIVE_INFINITY) return Math.max(below, beta) * 16;
  return below === 0 ? above / 16 : Math.sqrt(below) * Math.sqrt(above);
}

/**
 * The author's search: from 1, doubled or halved until the root is bracketed, then the midpoint; where every affinity
 * underflows (entropy NaN there), a tenth. Returns the root itself when the search does not end.
 */
function followBisection(
  solver: BandwidthSolver,
  distances: Float64Array,
  count: number,
  self: number,
  target: number,
  root: number,
): number {
  let beta = 1;
  let low = Number.NaN;
  let high = Number.NaN;
  for (let step = 0; step <= maximumSteps; step++) {
    if (Math.exp(-beta * solver.nearest) === 0) {
      beta /= 10;
      continue;
    }
    let rising: boolean;
    if (beta <= solver.below) rising = true;
    else if (beta >= solver.above) rising = false;
    else {
      let difference = seriesGap(solver.series, count, target, beta);
      if (Number.isNaN(difference)) difference = lookAt(solver, distances, count, self, target, beta);
      if (Math.abs(difference) <= entropyTolerance) return beta;
      rising = difference > 0;
    }
    if (rising) low = beta;
    else high = beta;
    const other = rising ? high : low;
    if (Number.isNaN(other)) beta = rising ? beta * 2 : beta / 2;
    else beta = (beta + other) / 2;
    if (beta === 0 || beta > Number.MAX_VALUE) break;
  }
  return root;
}
