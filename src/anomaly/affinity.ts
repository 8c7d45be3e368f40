/**
 * Sums over `exp(-beta d)` for one point's distances: what Stochastic Outlier Selection spends its time on. The
 * exponential is its own here: the argument is never positive, values below e^-50 of the largest are of no account, and a
 * table of `exp(-i / 128)` with a polynomial of degree four gets within two units of the last digit, in a third of the
 * time of a call.
 */

/** Entries of the table per unit of the exponent. */
const steps = 128;
/** Affinities smaller than e^-44 of the nearest point's count as none: 1 - 8e-20 is 1. */
const limit = 44 * steps;
/** How many powers of the distance `affinityMoments` sums up. */
export const momentCount = 5;

/** Sums over one point's affinities `w_j = exp(-beta x_j)`, where x_j is how much farther point j is than the nearest. */
export interface Affinities {
  /**
   * `sum of w_j x_j^k` for k = 0..2, to five digits.
   * @param count how many of the distances
   * @param beta positive and finite
   * @param moments overwritten
   */
  readonly estimate: (
    distances: Float64Array,
    count: number,
    nearest: number,
    beta: number,
    moments: Float64Array,
  ) => void;
  /**
   * The same for k = 0..4, as exactly as doubles do it.
   * @param weights gets every w_j
   */
  readonly addUp: (
    distances: Float64Array,
    count: number,
    nearest: number,
    beta: number,
    moments: Float64Array,
    weights: Float64Array,
  ) => void;
}

let shared: Affinities | undefined;

/** The kernels; the table behind them is made when they are first asked for. */
export function affinities(): Affinities {
  shared ??= createAffinities();
  return shared;
}

/** Made once: what only these functions close over are constants to the compiler. */
function createAffinities(): Affinities {
  const table = Float64Array.from({ length: limit + 2 }, (_, index) => Math.exp(-index / steps));
  // `exp(f / steps)` as a polynomial in f, |f| <= 1/2: its series, whose term of degree five is spread over the lower ones
  // as Chebyshev's polynomial of that degree says (`f^5` is `5/16 f^3 - 5/256 f`, give or take 1/512).
  const c5 = 1 / (120 * steps ** 5);
  const c1 = 1 / steps - (5 / 256) * c5;
  const c2 = 1 / (2 * steps ** 2);
  const c3 = 1 / (6 * steps ** 3) + (5 / 16) * c5;
  const c4 = 1 / (24 * steps ** 4);
  const end = limit;
  const addUp: Affinities['addUp'] = (distances, count, nearest, beta, moments, weights) => {
    const exponentials = table;
    const scale = beta * steps;
    let sum = 0;
    let first = 0;
    let second = 0;
    let third = 0;
    let fourth = 0;
    for (let j = 0; j < count; j++) {
      const t = ((distances[j] as number) - nearest) * scale;
      if (t < end) {
        const index = (t + 0.5) | 0;
        const f = index - t;
        let term = (exponentials[index] as number) * (1 + f * (c1 + f * (c2 + f * (c3 + f * c4))));
        weights[j] = term;
        sum += term;
        term *= t;
        first += term;
        term *= t;
        second += term;
        term *= t;
        third += term;
        fourth += term * t;
      } else weights[j] = 0;
    }
    moments[0] = sum;
    moments[1] = first / scale;
    moments[2] = second / scale / scale;
    moments[3] = third / scale / scale / scale;
    moments[4] = fourth / scale / scale / scale / scale;
  };
  const estimate: Affinities['estimate'] = (distances, count, nearest, beta, moments) => {
    const exponentials = table;
    const scale = beta * steps;
    let sum = 0;
    let first = 0;
    let second = 0;
    for (let j = 0; j < count; j++) {
      const t = ((distances[j] as number) - nearest) * scale;
      if (t < end) {
        const index = (t + 0.5) | 0;
        const f = index - t;
        let term = (exponentials[index] as number) * (1 + f * (c1 + f * c2));
        sum += term;
        term *= t;
        first += term;
        second += term * t;
      }
    }
    moments[0] = sum;
    moments[1] = first / scale;
    moments[2] = second / scale / scale;
  };
  return { addUp, estimate };
}

/**
 * Every other point's factor, 1 less its share of one point's affinities, into its product.
 * @param weights affinities at a beta nearby; 0 for the point itself
 * @param shift by how much the beta meant is larger; its product with any distance that counts is below 0.1
 * @param sum of the affinities at the beta meant
 */
export function multiplyByUnbound(
  products: Float64Array,
  distances: Float64Array,
  weights: Float64Array,
  nearest: number,
  shift: number,
  sum: number,
): void {
  const share = 1 / sum;
  for (let j = 0; j < products.length; j++) {
    const weight = weights[j] as number;
    if (weight > 0) {
      const x = ((distances[j] as number) - nearest) * shift;
      // exp(-x), for small x
      const change = 1 - x * (1 - x * (1 / 2 - x * (1 / 6 - x * (1 / 24))));
      products[j] = (products[j] as number) * (1 - weight * share * change);
    }
  }
}
