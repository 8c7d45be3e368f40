/** Numbers of units as the role measures them. */

/**
 * @param numbers a row of floats for each unit
 * @param medians a float for each column, likewise `factors`
 * @param aboveOnly whether what is below the median counts as at it
 * @param to a row of doubles for each unit
 */
export function scaleUnits(
  numbers: usize,
  count: usize,
  columns: usize,
  medians: usize,
  factors: usize,
  aboveOnly: boolean,
  to: usize,
): void {
  const width = columns << 2;
  for (const end = numbers + count * width; numbers < end; ) {
    for (let k: usize = 0; k < width; k += 4) {
      const above = <f64>load<f32>(numbers) - <f64>load<f32>(medians + k);
      store<f64>(to, aboveOnly && !(above > 0) ? 0 : above * <f64>load<f32>(factors + k));
      numbers += 4;
      to += 8;
    }
  }
}
