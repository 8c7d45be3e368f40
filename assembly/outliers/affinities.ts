/**
 * Sums over the affinities `w_j = exp(-beta x_j)` of one point, where x_j is how much farther point j is than the nearest:
 * what
 * Stochastic Outlier Selection spends its time on. Distances are looked at in pairs: the place behind an odd number of them is
 * written to.
 */
import { exponentiate } from './exponential';

const LN2: f64 = Math.LN2;
const LOG2E: f64 = Math.LOG2E;
/** What is added to 1.5 * 2^52 is rounded to a whole number, which the sum's last bits hold. */
const ROUNDER: f64 = 6755399441055744;

/** The same for floats: 1.5 * 2^23. */
const ROUGH_ROUNDER: f32 = 12582912;
/**
 * `2^f` for |f| <= 1/2, to 1e-7: the series to degree five, over whose terms that of degree six is spread as Chebyshev's
 * polynomial of that degree says (`f^6` is `3/8 f^4 - 9/256 f^2 + 1/2048`, give or take as much as the last).
 */
const R6: f64 = (LN2 * LN2 * LN2 * LN2 * LN2 * LN2) / 720;
const ROUGH = memory.data<f32>(
  [
    <f32>(1 + R6 / 2048),
    <f32>LN2,
    <f32>((LN2 * LN2) / 2 - (9 * R6) / 256),
    <f32>((LN2 * LN2 * LN2) / 6),
    <f32>((LN2 * LN2 * LN2 * LN2) / 24 + (3 * R6) / 8),
    <f32>((LN2 * LN2 * LN2 * LN2 * LN2) / 120),
    ROUGH_ROUNDER,
    120,
  ],
  64,
);
/** Bytes of distances whose sums are kept in floats. */
const SPAN: usize = 2048;

/** Entries of the table per power of two. */
const STEPS: i32 = 128;
/** `2^(f / 128)` for |f| <= 1/2, to a few units of the last digit, in the same way (`f^5` is `5/16 f^3 - 5/256 f`). */
const S: f64 = LN2 / STEPS;
const S5: f64 = (S * S * S * S * S) / 120;
/** Affinities smaller than e^-44 count as none: 1 - 8e-20 is 1. */
const LIMIT: f64 = 44 * STEPS * LOG2E;
const EXACT = memory.data<f64>(
  [1, S - (5 * S5) / 256, (S * S) / 2, (S * S * S) / 6 + (5 * S5) / 16, (S * S * S * S) / 24, ROUNDER, LIMIT],
  64,
);
/** `2^(-i / 128)`; the host writes it. */
export const powers: usize = memory.data(STEPS * 8, 64);

/**
 * Four doubles into `out`: the least of some distances, how many equal it, their sum and that of their squares.
 * @param self number of the distance that does not count; -1 for none
 */
export function summarize(distances: usize, count: i32, self: i32, out: usize): void {
  const own = self >= 0 && self < count ? distances + ((<usize>self) << 3) : 0;
  if (own !== 0 && count === 1) {
    store<f64>(out, Infinity);
    memory.fill(out + 8, 0, 24);
    return;
  }
  // Another one stands in for the distance that does not count, and is taken away again.
  const kept = own !== 0 ? load<f64>(own) : 0;
  const other = own !== 0 ? load<f64>(distances + (self === 0 ? 8 : 0)) : 0;
  if (own !== 0) store<f64>(own, other);
  addPairs(distances, count, out);
  const nearest = load<f64>(out);
  store<f64>(out, <f64>countOf(nearest, distances, count) - (own !== 0 && other === nearest ? 1 : 0), 8);
  if (own === 0) return;
  store<f64>(own, kept);
  store<f64>(out, load<f64>(out, 16) - other, 16);
  store<f64>(out, load<f64>(out, 24) - other * other, 24);
}

/** The least, the sum, the sum of the squares. */
function addPairs(distances: usize, count: i32, out: usize): void {
  let nearest = f64x2.splat(Infinity);
  let total = f64x2.splat(0);
  let squares = total;
  let at = distances;
  for (const end = distances + ((<usize>(count >> 1)) << 4); at < end; at += 16) {
    const distance = v128.load(at);
    nearest = f64x2.pmin(nearest, distance);
    total = f64x2.add(total, distance);
    squares = f64x2.add(squares, f64x2.mul(distance, distance));
  }
  if (count & 1) {
    const distance = load<f64>(at);
    nearest = f64x2.pmin(nearest, f64x2.splat(distance));
    total = f64x2.add(total, f64x2(distance, 0));
    squares = f64x2.add(squares, f64x2(distance * distance, 0));
  }
  store<f64>(out, min(f64x2.extract_lane(nearest, 0), f64x2.extract_lane(nearest, 1)));
  store<f64>(out, sumOf(total), 16);
  store<f64>(out, sumOf(squares), 24);
}

function countOf(wanted: f64, distances: usize, count: i32): i64 {
  let found = i64x2.splat(0);
  let at = distances;
  for (const end = distances + ((<usize>(count >> 1)) << 4); at < end; at += 16) {
    found = i64x2.sub(found, f64x2.eq(v128.load(at), f64x2.splat(wanted)));
  }
  const last: i64 = count & 1 && load<f64>(at) === wanted ? 1 : 0;
  return i64x2.extract_lane(found, 0) + i64x2.extract_lane(found, 1) + last;
}

/**
 * Sums of the affinities times the powers 0 to 2 of x, to five digits, into `out`.
 * @param self number of the distance that does not count; -1 for none
 */
export function estimate(distances: usize, count: i32, self: i32, nearest: f64, beta: f64, out: usize): void {
  const own = putNearest(distances, count, self, nearest);
  const scale = beta * LOG2E;
  let sum = f64x2.splat(0);
  let first = sum;
  let second = sum;
  const end = distances + ((<usize>count) << 3);
  for (let from = distances; from < end; from += SPAN) {
    estimateSpan(from, min(end, from + SPAN), nearest, scale);
    sum = f64x2.add(sum, bothOf(v128.load(spanSums)));
    first = f64x2.add(first, bothOf(v128.load(spanSums, 16)));
    second = f64x2.add(second, bothOf(v128.load(spanSums, 32)));
  }
  store<f64>(out, sumOf(sum));
  store<f64>(out, sumOf(first) / scale, 8);
  store<f64>(out, sumOf(second) / scale / scale, 16);
  if (self >= 0 && self < count) leaveOut(distances, self, own, out);
}

/** Sums of four affinities each, of these times y, and times y squared. */
const spanSums: usize = memory.data(48, 16);

/** The affinity is 2^-y: y is a whole number less f. */
function estimateSpan(at: usize, end: usize, nearest: f64, scale: f64): void {
  const from = f64x2.splat(nearest);
  const scales = f64x2.splat(scale);
  let sum = f32x4.splat(0);
  let first = sum;
  let second = sum;
  for (; at < end; at += 32) {
    const left = f32x4.demote_f64x2_zero(f64x2.mul(f64x2.sub(v128.load(at), from), scales));
    const right = f32x4.demote_f64x2_zero(f64x2.mul(f64x2.sub(v128.load(at, 16), from), scales));
    const y = f32x4.pmin(i64x2.shuffle(left, right, 0, 2), rough(7));
    const rounded = f32x4.add(y, rough(6));
    const f = f32x4.sub(f32x4.sub(rounded, rough(6)), y);
    let power = f32x4.add(rough(4), f32x4.mul(f, rough(5)));
    power = f32x4.add(rough(3), f32x4.mul(f, power));
    power = f32x4.add(rough(2), f32x4.mul(f, power));
    power = f32x4.add(rough(1), f32x4.mul(f, power));
    power = f32x4.add(rough(0), f32x4.mul(f, power));
    let term = i32x4.sub(power, i32x4.shl(rounded, 23));
    sum = f32x4.add(sum, term);
    term = f32x4.mul(term, y);
    first = f32x4.add(first, term);
    second = f32x4.add(second, f32x4.mul(term, y));
  }
  v128.store(spanSums, sum);
  v128.store(spanSums, first, 16);
  v128.store(spanSums, second, 32);
}

/** Four floats as two doubles. */
function bothOf(floats: v128): v128 {
  const upper = i64x2.shuffle(floats, floats, 1, 1);
  return f64x2.add(f64x2.promote_low_f32x4(floats), f64x2.promote_low_f32x4(upper));
}

/**
 * The same for the powers 0 to 4 and as exactly as doubles do it.
 * @param weights gets every affinity; 0 for the one that does not count
 */
export function addUp(
  distances: usize,
  count: i32,
  self: i32,
  nearest: f64,
  beta: f64,
  weights: usize,
  out: usize,
): void {
  const own = putNearest(distances, count, self, nearest);
  const scale = beta * STEPS * LOG2E;
  const from = f64x2.splat(nearest);
  const scales = f64x2.splat(scale);
  let sum = f64x2.splat(0);
  let first = sum;
  let second = sum;
  let third = sum;
  let fourth = sum;
  let to = weights;
  for (let at = distances, end = distances + ((<usize>count) << 3); at < end; at += 16) {
    const y = f64x2.pmin(f64x2.mul(f64x2.sub(v128.load(at), from), scales), exact(6));
    const rounded = f64x2.add(y, exact(5));
    const f = f64x2.sub(f64x2.sub(rounded, exact(5)), y);
    let factor = f64x2.add(exact(3), f64x2.mul(f, exact(4)));
    factor = f64x2.add(exact(2), f64x2.mul(f, factor));
    factor = f64x2.add(exact(1), f64x2.mul(f, factor));
    factor = f64x2.add(exact(0), f64x2.mul(f, factor));
    let term = f64x2.mul(powersOf(rounded), factor);
    term = v128.and(term, f64x2.lt(y, exact(6)));
    v128.store(to, term);
    to += 16;
    sum = f64x2.add(sum, term);
    term = f64x2.mul(term, y);
    first = f64x2.add(first, term);
    term = f64x2.mul(term, y);
    second = f64x2.add(second, term);
    term = f64x2.mul(term, y);
    third = f64x2.add(third, term);
    fourth = f64x2.add(fourth, f64x2.mul(term, y));
  }
  store<f64>(out, sumOf(sum));
  store<f64>(out, sumOf(first) / scale, 8);
  store<f64>(out, sumOf(second) / scale / scale, 16);
  store<f64>(out, sumOf(third) / scale / scale / scale, 24);
  store<f64>(out, sumOf(fourth) / scale / scale / scale / scale, 32);
  if (self < 0 || self >= count) return;
  leaveOut(distances, self, own, out);
  store<f64>(weights + ((<usize>self) << 3), 0);
}

/** `2^-(n / 128)` of two whole numbers in the last bits. */
function powersOf(rounded: v128): v128 {
  const first = powers + ((<usize>(i32x4.extract_lane(rounded, 0) & (STEPS - 1))) << 3);
  const second = powers + ((<usize>(i32x4.extract_lane(rounded, 2) & (STEPS - 1))) << 3);
  const part = v128.load_lane<f64>(second, v128.load64_zero(first), 1);
  // What is left of n, in steps of 128, goes into the exponent, 52 - 7 bits further up.
  return i64x2.sub(part, i64x2.shl(v128.and(rounded, i64x2.splat(~(STEPS - 1))), 45));
}

/**
 * The point itself, put beside the nearest, adds exactly 1 to the first sum and nothing else; what comes behind the last adds
 * nothing, for it is infinitely far.
 * @returns what was there
 */
function putNearest(distances: usize, count: i32, self: i32, nearest: f64): f64 {
  const end = distances + ((<usize>count) << 3);
  for (let at = end; ((at - distances) & 31) !== 0; at += 8) store<f64>(at, Infinity);
  if (self < 0 || self >= count) return 0;
  const own = load<f64>(distances + ((<usize>self) << 3));
  store<f64>(distances + ((<usize>self) << 3), nearest);
  return own;
}

function leaveOut(distances: usize, self: i32, own: f64, out: usize): void {
  store<f64>(distances + ((<usize>self) << 3), own);
  store<f64>(out, load<f64>(out) - 1);
}

/** The series of `exp(-x)` for small x, its last term first. */
const SMALL = memory.data<f64>([1 / 24.0, 1 / 6.0, 1 / 2.0, 1], 64);

/**
 * Every other point's factor, 1 less its share of one point's affinities, into its product.
 * @param weights affinities at a beta nearby; 0 for the point itself
 * @param shift by how much the beta meant is larger; its product with any x that counts is below 0.1
 * @param share 1 / the sum of the affinities at the beta meant
 */
export function multiplyByUnbound(
  products: usize,
  distances: usize,
  weights: usize,
  count: i32,
  nearest: f64,
  shift: f64,
  share: f64,
): void {
  const from = f64x2.splat(nearest);
  const shifts = f64x2.splat(shift);
  const shares = f64x2.splat(share);
  for (const end = products + ((<usize>count) << 3); products < end; products += 16) {
    const weight = v128.load(weights);
    const x = f64x2.mul(f64x2.sub(v128.load(distances), from), shifts);
    // exp(-x), for small x
    let change = f64x2.sub(small(1), f64x2.mul(x, small(0)));
    change = f64x2.sub(small(2), f64x2.mul(x, change));
    change = f64x2.sub(small(3), f64x2.mul(x, change));
    change = f64x2.sub(small(3), f64x2.mul(x, change));
    const bound = f64x2.mul(f64x2.mul(weight, shares), change);
    const counts = f64x2.gt(weight, f64x2.splat(0));
    v128.store(products, f64x2.mul(v128.load(products), f64x2.sub(small(3), v128.and(bound, counts))));
    distances += 16;
    weights += 16;
  }
}

/** Sum of `exp(-beta d)` over all distances but one's own, in their order. */
export function affinitySum(distances: usize, count: i32, self: i32, beta: f64, work: usize): f64 {
  const scale = f64x2.splat(-beta);
  // Beyond that they are below 1e-300, and no sum is used that is as small.
  const least = f64x2.splat(-690);
  for (let at: usize = 0; at < (<usize>count) << 3; at += 16) {
    v128.store(work + at, f64x2.pmax(least, f64x2.mul(scale, v128.load(distances + at))));
  }
  exponentiate(work, work, (count + 1) >> 1);
  let sum: f64 = 0;
  for (let j = 0; j < count; j++) {
    if (j !== self) sum += load<f64>(work + ((<usize>j) << 3));
  }
  return sum;
}

function sumOf(pair: v128): f64 {
  return f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1);
}

function rough(place: usize): v128 {
  return v128.load32_splat(ROUGH + (place << 2));
}

function exact(place: usize): v128 {
  return v128.load64_splat(EXACT + (place << 3));
}

function small(place: usize): v128 {
  return v128.load64_splat(SMALL + (place << 3));
}
