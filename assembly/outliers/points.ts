/** Distances of four scaled units at a time to the points of a reference. */

/** A token is who opened a session and its protocol, and in its last bits the service. */
const SERVICE_BITS = 17;
const SERVICE_MASK: i32 = (1 << SERVICE_BITS) - 1;
/** Units that stand side by side. */
const LANES: usize = 4;

/** Numbers of four units by the column; `units` holds them row by row. */
export function interleave(units: usize, columns: usize, to: usize): void {
  for (let row: usize = 0; row < LANES; row++) {
    for (let k: usize = 0; k < columns; k++) {
      store<f64>(to + (k << 5) + (row << 3), load<f64>(units));
      units += 8;
    }
  }
}

/** Row `row` of four distances side by side, `count` each. */
export function takeRow(distances: usize, row: usize, count: usize, to: usize): void {
  distances += row << 3;
  for (const end = to + (count << 3); to < end; to += 8) {
    store<f64>(to, load<f64>(distances));
    distances += 32;
  }
}

/**
 * Euclidean distances; the columns are added in their order.
 * @param units four, interleaved
 * @param points a row of doubles for each
 * @param out point after point the four units' distances
 */
export function distances(units: usize, points: usize, columns: usize, count: usize, out: usize): void {
  const endOfUnits = units + (columns << 5);
  for (const end = out + (count << 5); out < end; out += 32) {
    let first = f64x2.splat(0);
    let second = first;
    for (let unit = units; unit < endOfUnits; unit += 32) {
      const point = v128.load64_splat(points);
      first = f64x2.add(first, squareOf(f64x2.sub(v128.load(unit), point)));
      second = f64x2.add(second, squareOf(f64x2.sub(v128.load(unit, 16), point)));
      points += 8;
    }
    v128.store(out, f64x2.sqrt(first));
    v128.store(out, f64x2.sqrt(second), 16);
  }
}

/**
 * Distances of sessions: sixteen numbers, whose sums are kept in two that do not wait for one another, and the token. Kind,
 * service, and both together are each a group of one-hot columns of weight 1: two different ones are sqrt(2) apart, so a
 * group that differs adds 2 to the squared distance.
 * @param tokens of the four units; -1 agrees with every point
 */
export function sessDistances(
  units: usize,
  tokens: usize,
  points: usize,
  pointTokens: usize,
  count: usize,
  out: usize,
): void {
  const own = v128.load(tokens);
  const counts = i32x4.ne(own, i32x4.splat(-1));
  for (const end = out + (count << 5); out < end; out += 32) {
    const difference = v128.and(v128.xor(own, v128.load32_splat(pointTokens)), counts);
    const kind = i32x4.ne(i32x4.shr_u(difference, SERVICE_BITS), i32x4.splat(0));
    const service = i32x4.ne(v128.and(difference, i32x4.splat(SERVICE_MASK)), i32x4.splat(0));
    const either = v128.and(v128.or(kind, service), i32x4.splat(4));
    const groups = i32x4.add(either, v128.and(v128.and(kind, service), i32x4.splat(2)));
    let first = f64x2.convert_low_i32x4_s(groups);
    let second = f64x2.convert_low_i32x4_s(i64x2.shuffle(groups, groups, 1, 1));
    let firstRest = f64x2.splat(0);
    let secondRest = firstRest;
    for (let unit = units; unit < units + 512; unit += 128) {
      const a = v128.load64_splat(points);
      const b = v128.load64_splat(points, 8);
      const c = v128.load64_splat(points, 16);
      const d = v128.load64_splat(points, 24);
      first = f64x2.add(first, squaresOf(unit, a, b));
      second = f64x2.add(second, squaresOf(unit + 16, a, b));
      firstRest = f64x2.add(firstRest, squaresOf(unit + 64, c, d));
      secondRest = f64x2.add(secondRest, squaresOf(unit + 80, c, d));
      points += 32;
    }
    v128.store(out, f64x2.sqrt(f64x2.add(first, firstRest)));
    v128.store(out, f64x2.sqrt(f64x2.add(second, secondRest)), 16);
    pointTokens += 4;
  }
}

/** Of two units' numbers in two columns. */
function squaresOf(unit: usize, first: v128, second: v128): v128 {
  const a = f64x2.sub(v128.load(unit), first);
  const b = f64x2.sub(v128.load(unit, 32), second);
  return f64x2.add(f64x2.mul(a, a), f64x2.mul(b, b));
}

function squareOf(value: v128): v128 {
  return f64x2.mul(value, value);
}
