/** Adds `factor` times some floats to as many doubles. */
export function addScaled(sums: usize, floats: usize, count: u32, factor: f64): void {
  const factors = f64x2.splat(factor);
  const end = sums + ((<usize>count) << 3);
  for (const whole = sums + ((<usize>count >> 1) << 4); sums < whole; sums += 16) {
    const two = f64x2.promote_low_f32x4(v128.load64_zero(floats));
    v128.store(sums, f64x2.add(v128.load(sums), f64x2.mul(factors, two)));
    floats += 8;
  }
  if (sums < end) store<f64>(sums, load<f64>(sums) + factor * <f64>load<f32>(floats));
}
