/**
 * One step of Adam (Kingma and Ba, ICLR 2015, algorithm 1) over so many numbers, in place, two at a time.
 * @param bytes of each of the four, a multiple of 16
 * @param rest1 what the first moment is divided by, `rest2` the second
 * @param l2 times the number itself is added to its gradient
 * @param decay1 of the first moment, `decay2` of the second
 * @param tiny keeps the quotient finite
 */
export function adam(
  numbers: usize,
  gradients: usize,
  first: usize,
  second: usize,
  bytes: usize,
  rate: f64,
  rest1: f64,
  rest2: f64,
  l2: f64,
  decay1: f64,
  decay2: f64,
  tiny: f64,
): void {
  const kept1 = f64x2.splat(decay1);
  const kept2 = f64x2.splat(decay2);
  const other1 = f64x2.splat(1 - decay1);
  const other2 = f64x2.splat(1 - decay2);
  const least = f64x2.splat(tiny);
  const rates = f64x2.splat(rate);
  const rests1 = f64x2.splat(rest1);
  const rests2 = f64x2.splat(rest2);
  const pull = f64x2.splat(l2);
  for (let at: usize = 0; at < bytes; at += 16) {
    const value = v128.load(numbers + at);
    const gradient = f64x2.add(v128.load(gradients + at), f64x2.mul(pull, value));
    const moment1 = f64x2.add(f64x2.mul(kept1, v128.load(first + at)), f64x2.mul(other1, gradient));
    const moment2 = f64x2.add(
      f64x2.mul(kept2, v128.load(second + at)),
      f64x2.mul(f64x2.mul(other2, gradient), gradient),
    );
    v128.store(first + at, moment1);
    v128.store(second + at, moment2);
    const root = f64x2.add(f64x2.sqrt(f64x2.div(moment2, rests2)), least);
    v128.store(numbers + at, f64x2.sub(value, f64x2.mul(rates, f64x2.div(f64x2.div(moment1, rests1), root))));
  }
}
