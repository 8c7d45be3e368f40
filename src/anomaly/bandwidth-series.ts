/**
 * The entropy of a point's binding probabilities as a function of beta around the root, from sums over the distances at
 * one beta near it: what the bisection asks there is then answered without another look at the distances.
 */
import { type KernelDoubles, type OutlierKernel, takeDoubles } from './outlier-kernel.js';

/** Distance from the root, in nats of entropy, at which the bisection stops. */
export const entropyTolerance = 1e-5;
/** Looks at the distances after which the root is left to the general search. */
const maximumLooks = 12;
/** Change of ln(beta) beyond which a rough look is worth repeating, and below which the series may begin. */
const roughStep = 0.1;
const lastStep = 1e-3;
/** The series is for betas within this share of its centre. */
const widestReach = 4e-3;

/** How many powers of the distance are summed up. */
const momentCount = 5;

/** Sums at `centre`, good for betas within `reach` of it; 0: none. */
export interface EntropySeries {
  readonly kernel: OutlierKernel;
  /** Sums of the affinities times the powers 0 to 4 of how much farther each point is than the nearest. */
  readonly moments: KernelDoubles;
  /** Affinities, that of the nearest point being 1; 0 for the point itself. */
  readonly weights: KernelDoubles;
  centre: number;
  reach: number;
  /** Where the entropy is right. */
  root: number;
}

/** A series that holds nowhere yet, of points with so many distances at most. */
export function createSeries(kernel: OutlierKernel, count: number): EntropySeries {
  return {
    kernel,
    moments: takeDoubles(kernel, momentCount),
    weights: takeDoubles(kernel, count),
    centre: 1,
    reach: 0,
    root: 0,
  };
}

/**
 * Newton's and Halley's methods on ln(beta).
 * @param distances in the memory of the series' kernel, with room for one more behind them
 * @param self index of the point itself, which does not count; -1 for none
 * @param nearest smallest of the distances
 * @param target entropy, nats
 * @param guess where to look first
 * @returns whether a series was found whose ends lie either side of the root, clearly beyond the tolerance; false for flat
 *   entropy and extreme scales
 */
export function approachRoot(
  series: EntropySeries,
  distances: KernelDoubles,
  count: number,
  self: number,
  nearest: number,
  target: number,
  guess: number,
): boolean {
  series.reach = 0;
  const { kernel, moments, weights } = series;
  const { numbers } = moments;
  let beta = guess;
  let rough = true;
  for (let look = 0; look < maximumLooks && beta > 1e-200 && beta < 1e200; look++) {
    if (rough) kernel.run.estimate(distances.at, count, self, nearest, beta, moments.at);
    else kernel.run.addUp(distances.at, count, self, nearest, beta, weights.at, moments.at);
    const step: number = rough ? newtonStep(numbers, beta, target) : halleyStep(numbers, beta, target);
    if (!(Math.abs(step) < 100)) break;
    const next = beta * Math.exp(Math.max(-1.5, Math.min(1.5, step)));
    if (!rough && Math.abs(step) < lastStep) {
      series.centre = beta;
      series.root = next;
      openReach(series, count, target);
      break;
    }
    beta = next;
    rough = rough && Math.abs(step) > roughStep;
  }
  return series.reach > 0;
}

/** Change of ln(beta) that should bring the entropy to the target, from the first three moments. */
function newtonStep(moments: Float64Array, beta: number, target: number): number {
  const sum = moments[0] as number;
  const mean = (moments[1] as number) / sum;
  const variance = (moments[2] as number) / sum - mean * mean;
  return (Math.log(sum) + beta * mean - target) / (beta * beta * variance);
}

/** The same from four, by the curvature as well. */
function halleyStep(moments: Float64Array, beta: number, target: number): number {
  const sum = moments[0] as number;
  const mean = (moments[1] as number) / sum;
  const square = (moments[2] as number) / sum;
  const variance = square - mean * mean;
  const skewness = (moments[3] as number) / sum - 3 * mean * square + 2 * mean * mean * mean;
  const gap = Math.log(sum) + beta * mean - target;
  const slope = -beta * beta * variance;
  const bend = 2 * slope + beta * beta * beta * skewness;
  return -gap / (slope - (gap * bend) / (2 * slope));
}

/** Lets the series hold to twice the last step and somewhat beyond the tolerance, if its ends are then either side. */
function openReach(series: EntropySeries, count: number, target: number): void {
  const { centre, root } = series;
  const moments = series.moments.numbers;
  const mean = (moments[1] as number) / (moments[0] as number);
  const variance = (moments[2] as number) / (moments[0] as number) - mean * mean;
  const reach = 2 * Math.abs(root - centre) + (6 * entropyTolerance) / (centre * variance);
  if (!(reach < widestReach * centre)) return;
  series.reach = reach;
  const above = seriesGap(series, count, target, centre - reach) > 2 * entropyTolerance;
  const below = seriesGap(series, count, target, centre + reach) < -2 * entropyTolerance;
  if (!(above && below)) series.reach = 0;
}

/**
 * Entropy minus target at a beta near the centre, from the series of `sum of w exp(-shift x)` and its derivative. What is
 * left out of an exponential's series is at most its next term, for a negative shift times `e^(-shift x)`, which is below
 * 2 here; what the distances beyond the affinities' table would add is lost in the rounding.
 * @returns NaN where that, or rounding, could change a decision of the bisection, or without a series
 */
export function seriesGap(series: EntropySeries, count: number, target: number, beta: number): number {
  if (series.reach === 0) return Number.NaN;
  const moments = series.moments.numbers;
  const zeroth = moments[0] as number;
  const first = moments[1] as number;
  const second = moments[2] as number;
  const third = moments[3] as number;
  const fourth = moments[4] as number;
  const shift = beta - series.centre;
  const sum = zeroth - shift * (first - (shift / 2) * second);
  const weighted = first - shift * (second - (shift / 2) * third);
  const mean = weighted / sum;
  const gap = Math.log(sum) + beta * mean - target;
  const cube = Math.abs(shift) ** 3 / 3;
  const rest = (cube * (third * (1 + beta * mean) + beta * fourth)) / sum;
  const doubt = 2 * rest + (1 + beta * mean) * (1e-13 + 1e-15 * count);
  return Math.abs(Math.abs(gap) - entropyTolerance) > doubt ? gap : Number.NaN;
}

/** The affinities' sum at a beta within reach; NaN elsewhere. */
export function seriesSum(series: EntropySeries, beta: number): number {
  const shift = beta - series.centre;
  if (!(series.reach > 0 && Math.abs(shift) <= series.reach)) return Number.NaN;
  let sum = 0;
  for (let k = momentCount - 1; k >= 0; k--) {
    sum = (series.moments.numbers[k] as number) - (shift / (k + 1)) * sum;
  }
  return sum;
}
