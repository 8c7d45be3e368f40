/**
 * Scores of four units against a reference: see src/anomaly/reference-scorer.ts. Every step and the order of the sums is that of
 * a plain loop over one unit's points, so that the scores are its to the last bit.
 */
import { exponentiate } from './exponential';
import { log } from './host';

/** Logarithm of T below which its terms may vanish in floating point. */
const SMALLEST: f64 = -600;
/** Terms smaller than the largest by this factor of e cannot be seen in the sum of a reference set. */
const NEGLIGIBLE: f64 = 45;
/** `ln(1 + e^x)` is x from here on. */
const LARGE: f64 = 40;
/** Below it ln(1 + a) is a series. */
const SMALL: f64 = 0.01;
/** Products above it are taken the logarithm of. */
const FULL: f64 = 1e200;
/** Logarithms of `a_j / S_j`, the least and the largest of each of the four units. */
const bounds: usize = memory.data(64, 16);
/** Where the series begins, 1, and the coefficients of the series. */
const NUMBERS = memory.data<f64>([SMALL, 1.0, 0.5, 0.3333333333333333, 0.25, 0.2, 0.16666666666666666], 64);

/**
 * @param distances of point after point, those of the four units side by side; overwritten
 * @param betas a double for each point, likewise logarithms of its sum
 * @param work as long as the distances
 * @param out gets four scores
 */
export function scoreFour(
  distances: usize,
  betas: usize,
  logSums: usize,
  count: usize,
  work: usize,
  out: usize,
): void {
  findExponents(distances, betas, logSums, count);
  exponentiate(distances, work, count << 1);
  addTerms(work, count, out);
  addTerms(work + 16, count, out + 16);
  for (let unit: usize = 0; unit < 32; unit += 8) {
    const most = load<f64>(bounds + unit, 32);
    const isPlain = most >= SMALLEST && most <= LARGE && load<f64>(bounds + unit) >= most - NEGLIGIBLE;
    if (isPlain && !isNaN(load<f64>(out + unit))) continue;
    store<f64>(out + unit, scoreOf(distances + unit, count, most, work));
  }
}

/** Logarithms of `a_j / S_j` instead of the distances. */
function findExponents(distances: usize, betas: usize, logSums: usize, count: usize): void {
  let least = f64x2.splat(Infinity);
  let otherLeast = least;
  let most = f64x2.splat(-Infinity);
  let otherMost = most;
  for (const end = distances + (count << 5); distances < end; distances += 32) {
    const beta = f64x2.neg(v128.load64_splat(betas));
    const logSum = v128.load64_splat(logSums);
    const first = f64x2.sub(f64x2.mul(beta, v128.load(distances)), logSum);
    const second = f64x2.sub(f64x2.mul(beta, v128.load(distances, 16)), logSum);
    v128.store(distances, first);
    v128.store(distances, second, 16);
    least = f64x2.pmin(least, first);
    otherLeast = f64x2.pmin(otherLeast, second);
    most = f64x2.pmax(most, first);
    otherMost = f64x2.pmax(otherMost, second);
    betas += 8;
    logSums += 8;
  }
  v128.store(bounds, least);
  v128.store(bounds, otherLeast, 16);
  v128.store(bounds, most, 32);
  v128.store(bounds, otherMost, 48);
}

/**
 * Scores of two units: `T = sum of ln(1 + a_j / S_j)`, one logarithm for all terms that are not small. NaN where their product
 * is too large for that.
 */
function addTerms(terms: usize, count: usize, out: usize): void {
  let total = f64x2.splat(0);
  let product = f64x2.splat(1);
  for (const end = terms + (count << 5); terms < end; terms += 32) {
    const a = v128.load(terms);
    const isSmall = f64x2.lt(a, number(0));
    // Taylor's series; 1 + a would lose the digits of a.
    let term = f64x2.sub(number(5), f64x2.mul(a, number(6)));
    term = f64x2.sub(number(4), f64x2.mul(a, term));
    term = f64x2.sub(number(3), f64x2.mul(a, term));
    term = f64x2.sub(number(2), f64x2.mul(a, term));
    term = f64x2.sub(number(1), f64x2.mul(a, term));
    total = f64x2.add(total, v128.and(f64x2.mul(a, term), isSmall));
    product = f64x2.mul(product, f64x2.add(number(1), v128.andnot(a, isSmall)));
  }
  for (let unit: usize = 0; unit < 16; unit += 8) {
    const factors = unit === 0 ? f64x2.extract_lane(product, 0) : f64x2.extract_lane(product, 1);
    const sum = unit === 0 ? f64x2.extract_lane(total, 0) : f64x2.extract_lane(total, 1);
    store<f64>(out + unit, factors > FULL ? NaN : -log(sum + log(factors)));
  }
}

/** The score of any one unit. */
function scoreOf(exponents: usize, count: usize, most: f64, work: usize): f64 {
  const isFar = most < SMALLEST;
  for (let j: usize = 0; j < count; j++) {
    store<f64>(work + (j << 3), load<f64>(exponents + (j << 5)) - (isFar ? most : 0));
  }
  exponentiate(work, work, (count + 1) >> 1);
  let total: f64 = 0;
  let product: f64 = 1;
  for (let j: usize = 0; j < count; j++) {
    const exponent = load<f64>(exponents + (j << 5));
    const a = load<f64>(work + (j << 3));
    if (exponent < most - NEGLIGIBLE) continue;
    // Far away ln(1 + a) is a to the last digit, so ln T is a plain log-sum-exp.
    if (isFar) total += a;
    else if (exponent > LARGE) total += exponent;
    else if (a < SMALL) total += a * (1 - a * (0.5 - a * (1.0 / 3 - a * (0.25 - a * (0.2 - a / 6)))));
    else {
      product *= 1 + a;
      if (product > FULL) {
        total += log(product);
        product = 1;
      }
    }
  }
  return isFar ? -(most + log(total)) : -log(total + log(product));
}

function number(place: usize): v128 {
  return v128.load64_splat(NUMBERS + (place << 3));
}
