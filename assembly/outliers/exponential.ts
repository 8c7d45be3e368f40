/**
 * `e^x` for x from -700 to 700, the very double that JavaScript's Math.exp is in V8: the method and the coefficients are
 * those of fdlibm (Sun Microsystems 1993), which engines compute it with. x is `k ln 2 + r`, and
 * `e^r = 1 + 2r / (R - r)`, where `R = r (e^r + 1) / (e^r - 1)` is a polynomial in r squared. Two special cases are left
 * out, which change the last digit at most: arguments closer to 0 than 2^-28, and 1 itself.
 */

/** Numbers are read from where they lie: otherwise the engine makes each of them anew in every round of a loop. */
const NUMBERS = memory.data<f64>(
  [
    -0.0,
    0.5,
    0.3465735912322998,
    Math.LOG2E,
    0.6931471803691238,
    1.9082149292705877e-10,
    4.1381367970572385e-8,
    1.6533902205465252e-6,
    6.613756321437934e-5,
    0.0027777777777015593,
    0.16666666666666602,
    2.0,
    1.0,
    6755399441056767.0,
  ],
  64,
);

/** @param pairs how many pairs of numbers; may be more than lie there by one number */
export function exponentiate(from: usize, to: usize, pairs: usize): void {
  for (const end = from + (pairs << 4); from < end; from += 16) {
    v128.store(to, exponentialsOf(v128.load(from)));
    to += 16;
  }
}

function exponentialsOf(x: v128): v128 {
  const half = v128.or(v128.and(x, number(0)), number(1));
  const isFar = f64x2.ge(f64x2.abs(x), number(2));
  const k = v128.and(f64x2.trunc(f64x2.add(f64x2.mul(x, number(3)), half)), isFar);
  const high = f64x2.sub(x, f64x2.mul(k, number(4)));
  const low = f64x2.mul(k, number(5));
  const r = f64x2.sub(high, low);
  const square = f64x2.mul(r, r);
  let p = f64x2.sub(f64x2.mul(square, number(6)), number(7));
  p = f64x2.add(number(8), f64x2.mul(square, p));
  p = f64x2.sub(f64x2.mul(square, p), number(9));
  p = f64x2.add(number(10), f64x2.mul(square, p));
  const rest = f64x2.sub(r, f64x2.mul(square, p));
  const quotient = f64x2.div(f64x2.mul(r, rest), f64x2.sub(number(11), rest));
  const mantissa = f64x2.sub(number(12), f64x2.sub(f64x2.sub(low, quotient), high));
  // 1.5 * 2^52 + 1023 + k holds 1023 + k in its last bits, which become the exponent.
  return f64x2.mul(mantissa, i64x2.shl(f64x2.add(k, number(13)), 52));
}

function number(place: usize): v128 {
  return v128.load64_splat(NUMBERS + (place << 3));
}
