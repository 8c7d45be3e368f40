/** From which score on a row is called anomalous. */
/** More scores are thinned to so many order statistics: the medcouple looks at all pairs. */
const MOST_FOR_PAIRS = 801;

/** At most this share of the scores lies above the threshold where the fence of a lopsided sample flies off. */
const HIGHEST_QUANTILE = 0.99;

/**
 * Median of `((b - m) - (m - a)) / (b - a)` over pairs a <= m <= b about the median m: how lopsided a sample is, -1 to 1
 * (Brys, Hubert, Struyf, Journal of Computational and Graphical Statistics 13, 2004). Pairs of two medians count as 0.
 * @param sorted ascending, not empty
 */
export function medcouple(sorted: ArrayLike<number>): number {
  const middle = quantileOf(sorted, 0.5);
  const below: number[] = [];
  const above: number[] = [];
  for (let at = 0; at < sorted.length; at++) {
    const value = sorted[at] as number;
    if (value <= middle) below.push(value);
    if (value >= middle) above.push(value);
  }
  const ratios = new Float64Array(below.length * above.length);
  let at = 0;
  for (const a of below) {
    for (const b of above) ratios[at++] = b === a ? 0 : (b - middle - (middle - a)) / (b - a);
  }
  return quantileOf(ratios.sort(), 0.5);
}

/**
 * Upper fence of the adjusted boxplot (Hubert and Vandervieren, Computational Statistics and Data Analysis 52, 2008):
 * where a sample without outliers would end, lopsided ones too; no share of outliers is presumed. It is no higher than
 * the 0.99 quantile, so that one in a hundred is called anomalous even where the fence lies beyond all scores.
 * @param scores of rows that the model was not fitted to; not empty
 * @param largestScore bound of the scores; the threshold lies below it where any score does, or nothing could pass it
 */
export function automaticThreshold(scores: ArrayLike<number>, largestScore: number): number {
  const sorted = Float64Array.from(scores).sort();
  const step = Math.max(1, (sorted.length - 1) / (MOST_FOR_PAIRS - 1));
  const thinned = sorted.length <= MOST_FOR_PAIRS ? sorted : thin(sorted, step);
  const lower = quantileOf(sorted, 0.25);
  const upper = quantileOf(sorted, 0.75);
  const lopsided = medcouple(thinned);
  const reach = 1.5 * Math.exp((lopsided >= 0 ? 3 : 4) * lopsided);
  const threshold = Math.min(upper + reach * (upper - lower), quantileOf(sorted, HIGHEST_QUANTILE));
  return threshold < largestScore
    ? threshold
    : (sorted.findLast((score) => score < largestScore) ?? threshold);
}

function thin(sorted: Float64Array, step: number): Float64Array {
  return Float64Array.from({ length: MOST_FOR_PAIRS }, (_, at) => sorted[Math.round(at * step)] as number);
}

/** Quantile by linear interpolation (Hyndman and Fan, 1996, type 7) of ascending values. */
export function quantileOf(sorted: ArrayLike<number>, q: number): number {
  const place = (sorted.length - 1) * q;
  const below = Math.floor(place);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (place - below) * (high - low);
}
