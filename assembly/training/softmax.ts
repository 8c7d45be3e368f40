/** Softmax of a row of logits, to the last bit that of src/math/softmax.ts. */
import { exponentiate } from '../outliers/exponential';
import { exp } from './host';

/** Powers of these are left to the host: `exponentiate` may be off by the last bit there, or is not made for them. */
const SMALLEST: f64 = -700;
const NEAR_ZERO: f64 = -3.8e-9;
const HALF_LN2_BELOW: f64 = -0.3465737;
const HALF_LN2_ABOVE: f64 = -0.3465735;

/** In place; numbers behind the last class become 0, up to a whole pair. */
export function softmax(row: usize, classes: usize): void {
  const end = row + (classes << 3);
  let most = -Infinity;
  for (let at = row; at < end; at += 8) most = max<f64>(most, load<f64>(at));
  const pairs = (classes + 1) >> 1;
  store<f64>(end, select<f64>(most, load<f64>(end), (classes & 1) === 1));
  if (takeOff(row, pairs, most)) for (let at = row; at < end; at += 8) store<f64>(at, exp(load<f64>(at)));
  else exponentiate(row, row, pairs);
  let sum: f64 = 0;
  for (let at = row; at < end; at += 8) sum += load<f64>(at);
  const sums = f64x2.splat(sum);
  for (let at = row, last = row + (pairs << 4); at < last; at += 16) {
    v128.store(at, f64x2.div(v128.load(at), sums));
  }
  if ((classes & 1) === 1) store<f64>(end, 0);
}

/** Takes the largest off; whether there is a number among what is left whose power is left to the host. */
function takeOff(row: usize, pairs: usize, most: f64): bool {
  const largest = f64x2.splat(most);
  const smallest = f64x2.splat(SMALLEST);
  const nearZero = f64x2.splat(NEAR_ZERO);
  const zero = f64x2.splat(0);
  const below = f64x2.splat(HALF_LN2_BELOW);
  const above = f64x2.splat(HALF_LN2_ABOVE);
  let strange = zero;
  for (let at = row, end = row + (pairs << 4); at < end; at += 16) {
    const x = f64x2.sub(v128.load(at), largest);
    v128.store(at, x);
    // Not a number is none of the usual ones either.
    const usual = v128.and(f64x2.ge(x, smallest), v128.or(f64x2.le(x, nearZero), f64x2.eq(x, zero)));
    const half = v128.and(f64x2.ge(x, below), f64x2.le(x, above));
    strange = v128.or(strange, v128.or(v128.not(usual), half));
  }
  return v128.any_true(strange);
}

/** Probabilities to the gradient of the weighted cross-entropy by the logits. @param bytes of a row, a multiple of 16 */
export function gradientByLogits(row: usize, targets: usize, weight: f64, bytes: usize): void {
  const weights = f64x2.splat(weight);
  for (let at: usize = 0; at < bytes; at += 16) {
    const difference = f64x2.sub(v128.load(row + at), v128.load(targets + at));
    v128.store(row + at, f64x2.mul(weights, difference));
  }
}
