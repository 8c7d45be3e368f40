/**
 * Scores of four units against a reference, from their distances to its points: see src/anomaly/reference-scorer.ts. Every step
 * and the order of the sums is that of a plain loop over one unit's points, so that the scores are its to the last bit.
 */
import { exponentiate } from './exponential';
import { log } from './host';

/** Logarithm of T below which its terms may vanish in floating point. */
const SMALLEST: f64 = -600;
/** Terms smaller than the largest by this factor of e cannot be seen in the sum of a reference set. */
const NEGLIGIBLE: f64 = 45;
/** 0: `ln(1 + a)` is `ln a` from here on. 1: below it is a series. 2: a product is taken the logarithm of. Then the series. */
const NUMBERS = memory.data<f64>(
  [40.0, 0.01, 1e200, 1.0, 0.5, 0.3333333333333333, 0.25, 0.2, 0.16666666666666666],
  64,
);
/** Of each of the four units the largest exponent. */
const largest: usize = memory.data(32, 16);

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
  for (let pair: usize = 0; pair < 32; pair += 16) {
    addTerms(distances + pair, work + pair, count, v128.load(largest + pair), out + pair);
  }
  for (let unit: usize = 0; unit < 32; unit += 8) {
    const most = load<f64>(largest + unit);
    // There ln(1 + a) is a to the last digit, so ln T is a plain log-sum-exp.
    if (most < SMALLEST) store<f64>(out + unit, farScore(distances + unit, count, most, work));
  }
}

/** Logarithms of `a_j / S_j` instead of the distances, and the largest of each unit. */
function findExponents(distances: usize, betas: usize, logSums: usize, count: usize): void {
  let most = f64x2.splat(-Infinity);
  let others = most;
  for (const end = distances + (count << 5); distances < end; distances += 32) {
    const beta = f64x2.neg(v128.load64_splat(betas));
    const logSum = v128.load64_splat(logSums);
    const first = f64x2.sub(f64x2.mul(beta, v128.load(distances)), logSum);
    const second = f64x2.sub(f64x2.mul(beta, v128.load(distances, 16)), logSum);
    v128.store(distances, first);
    v128.store(distances, second, 16);
    most = f64x2.pmax(most, first);
    others = f64x2.pmax(others, second);
    betas += 8;
    logSums += 8;
  }
  v128.store(largest, most);
  v128.store(largest, others, 16);
}

/** Scores of two units: `T = sum of ln(1 + a_j / S_j)`, one logarithm for many terms that are not small. */
function addTerms(exponents: usize, terms: usize, count: usize, most: v128, out: usize): void {
  const seen = f64x2.sub(most, f64x2.splat(NEGLIGIBLE));
  let total = f64x2.splat(0);
  let product = f64x2.splat(1);
  for (const end = exponents + (count << 5); exponents < end; exponents += 32) {
    const exponent = v128.load(exponents);
    const a = v128.load(terms);
    const isSeen = f64x2.ge(exponent, seen);
    const isLarge = f64x2.gt(exponent, number(0));
    const isSmall = f64x2.lt(a, number(1));
    // Taylor's series; 1 + a would lose the digits of a.
    let term = f64x2.sub(number(7), f64x2.mul(a, number(8)));
    term = f64x2.sub(number(6), f64x2.mul(a, term));
    term = f64x2.sub(number(5), f64x2.mul(a, term));
    term = f64x2.sub(number(4), f64x2.mul(a, term));
    term = f64x2.sub(number(3), f64x2.mul(a, term));
    term = v128.and(f64x2.mul(a, term), isSmall);
    total = f64x2.add(total, v128.and(v128.bitselect(exponent, term, isLarge), isSeen));
    const isFactor = v128.andnot(isSeen, v128.or(isSmall, isLarge));
    product = f64x2.mul(product, v128.bitselect(f64x2.add(number(3), a), number(3), isFactor));
    const isFull = f64x2.gt(product, number(2));
    if (v128.any_true(isFull)) {
      total = f64x2.add(total, v128.and(logarithms(product), isFull));
      product = v128.bitselect(number(3), product, isFull);
    }
    terms += 32;
  }
  v128.store(out, f64x2.neg(logarithms(f64x2.add(total, logarithms(product)))));
}

function logarithms(numbers: v128): v128 {
  const first = f64x2.splat(log(f64x2.extract_lane(numbers, 0)));
  return f64x2.replace_lane(first, 1, log(f64x2.extract_lane(numbers, 1)));
}

function farScore(exponents: usize, count: usize, most: f64, work: usize): f64 {
  for (let j: usize = 0; j < count; j++) {
    store<f64>(work + (j << 3), load<f64>(exponents + (j << 5)) - most);
  }
  exponentiate(work, work, (count + 1) >> 1);
  let sum: f64 = 0;
  for (let j: usize = 0; j < count; j++) {
    if (load<f64>(exponents + (j << 5)) > most - NEGLIGIBLE) sum += load<f64>(work + (j << 3));
  }
  return -(most + log(sum));
}

function number(place: usize): v128 {
  return v128.load64_splat(NUMBERS + (place << 3));
}
