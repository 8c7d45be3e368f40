/**
 * `e^x` for x up to 0, the very double that JavaScript's Math.exp is in V8 (fdlibm, Sun Microsystems 1993: see
 * assembly/outliers/exponential.ts, which is faster and leaves some cases out); NaN for NaN.
 */

/** Below it the result is 0. */
const LEAST: f64 = -745.1332191019411;
const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;

export function exponential(x: f64): f64 {
  if (!(x >= LEAST)) return x < LEAST ? 0 : x;
  const high = <u32>(reinterpret<u64>(x) >> 32) & 0x7fffffff;
  // 1 + x for |x| < 2^-28.
  if (high < 0x3e300000) return 1 + x;
  let k = 0;
  let upper = x;
  let lower: f64 = 0;
  // |x| > ln 2 / 2
  if (high > 0x3fd62e42) {
    k = high < 0x3ff0a2b2 ? -1 : <i32>(Math.LOG2E * x - 0.5);
    upper = x - <f64>k * LN2_HIGH;
    lower = <f64>k * LN2_LOW;
  }
  const r = upper - lower;
  const square = r * r;
  let p = square * 4.1381367970572385e-8 - 1.6533902205465252e-6;
  p = 6.613756321437934e-5 + square * p;
  p = square * p - 0.0027777777777015593;
  p = 0.16666666666666602 + square * p;
  const rest = r - square * p;
  const mantissa = 1 - (lower - (r * rest) / (2 - rest) - upper);
  return k >= -1021 ? mantissa * power(k) : mantissa * power(k + 1000) * power(-1000);
}

/** `2^k` */
function power(k: i32): f64 {
  return reinterpret<f64>((<u64>(1023 + k)) << 52);
}
