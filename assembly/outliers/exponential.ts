/**
 * `e^x` for x from -700 to 700, the very double that JavaScript's Math.exp is in V8: the method and the coefficients are
 * those of fdlibm (Sun Microsystems 1993), which engines compute it with. x is `k ln 2 + r`, and
 * `e^r = 1 + 2r / (R - r)`, where `R = r (e^r + 1) / (e^r - 1)` is a polynomial in r squared. Special cases are left out
 * that change the last digit at most: arguments closer to 0 than 2^-28, 1 itself, and those within 1e-9 of half of ln 2.
 */

/** Numbers are read from where they lie: otherwise the engine makes each of them anew in every round of a loop. */
const NUMBERS = memory.data<f64>(
  [
    Math.LOG2E,
    // What is added to 1.5 * 2^52 is rounded to a whole number; the sum's last bits hold it, here with 1023 more.
    6755399441056767.0,
    0.6931471803691238,
    1.9082149292705877e-10,
    4.1381367970572385e-8,
    1.6533902205465252e-6,
    6.613756321437934e-5,
    0.0027777777777015593,
    0.16666666666666602,
    2.0,
    1.0,
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
  const rounded = f64x2.add(f64x2.mul(x, number(0)), number(1));
  const k = f64x2.sub(rounded, number(1));
  const high = f64x2.sub(x, f64x2.mul(k, number(2)));
  const low = f64x2.mul(k, number(3));
  const r = f64x2.sub(high, low);
  const square = f64x2.mul(r, r);
  let p = f64x2.sub(f64x2.mul(square, number(4)), number(5));
  p = f64x2.add(number(6), f64x2.mul(square, p));
  p = f64x2.sub(f64x2.mul(square, p), number(7));
  p = f64x2.add(number(8), f64x2.mul(square, p));
  const rest = f64x2.sub(r, f64x2.mul(square, p));
  const quotient = f64x2.div(f64x2.mul(r, rest), f64x2.sub(number(9), rest));
  const mantissa = f64x2.sub(number(10), f64x2.sub(f64x2.sub(low, quotient), high));
  // Without its first bits the sum is the exponent of 2^k.
  return f64x2.mul(mantissa, i64x2.shl(rounded, 52));
}

function number(place: usize): v128 {
  return v128.load64_splat(NUMBERS + (place << 3));
}
