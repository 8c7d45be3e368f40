/**
 * Adds `factor` times some floats to as many doubles. Eight in a turn: before the code is compiled for speed, a turn itself
 * has its price.
 */
export function addScaled(sums: usize, floats: usize, count: u32, factor: f64): void {
  const factors = f64x2.splat(factor);
  const end = sums + ((<usize>count) << 3);
  for (const whole = sums + ((<usize>count >> 3) << 6); sums < whole; sums += 64) {
    const first = f64x2.promote_low_f32x4(v128.load64_zero(floats));
    v128.store(sums, f64x2.add(v128.load(sums), f64x2.mul(factors, first)));
    const second = f64x2.promote_low_f32x4(v128.load64_zero(floats, 8));
    v128.store(sums, f64x2.add(v128.load(sums, 16), f64x2.mul(factors, second)), 16);
    const third = f64x2.promote_low_f32x4(v128.load64_zero(floats, 16));
    v128.store(sums, f64x2.add(v128.load(sums, 32), f64x2.mul(factors, third)), 32);
    const fourth = f64x2.promote_low_f32x4(v128.load64_zero(floats, 24));
    v128.store(sums, f64x2.add(v128.load(sums, 48), f64x2.mul(factors, fourth)), 48);
    floats += 32;
  }
  for (; sums < end; sums += 8) {
    store<f64>(sums, load<f64>(sums) + factor * <f64>load<f32>(floats));
    floats += 4;
  }
}

/** Some floats as doubles. */
export function promote(floats: usize, count: u32, out: usize): void {
  for (const end = out + ((<usize>count) << 3); out < end; out += 8) {
    store<f64>(out, <f64>load<f32>(floats));
    floats += 4;
  }
}
