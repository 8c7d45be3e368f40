/** What a bundle may not hold. */

/** Whether no float is a NaN or infinity. */
export function areFinite(numbers: usize, count: u32): boolean {
  // A difference with itself is 0 or NaN, and NaN stays.
  let sum = f32x4.splat(0);
  const end = numbers + ((<usize>count) << 2);
  // Sixteen at a time: what is not kept in registers between turns counts before the code is compiled for speed.
  for (const whole = numbers + ((<usize>count >> 4) << 6); numbers < whole; numbers += 64) {
    const a = v128.load(numbers);
    const b = v128.load(numbers, 16);
    const c = v128.load(numbers, 32);
    const d = v128.load(numbers, 48);
    const first = f32x4.add(f32x4.sub(a, a), f32x4.sub(b, b));
    sum = f32x4.add(sum, f32x4.add(first, f32x4.add(f32x4.sub(c, c), f32x4.sub(d, d))));
  }
  for (; numbers < end; numbers += 4) {
    const one = v128.load32_splat(numbers);
    sum = f32x4.add(sum, f32x4.sub(one, one));
  }
  return !!i32x4.all_true(f32x4.eq(sum, f32x4.splat(0)));
}

/** Whether all words are below a limit. */
export function areBelow(words: usize, count: u32, limit: u32): boolean {
  const end = words + ((<usize>count) << 2);
  let most = i32x4.splat(0);
  for (const whole = words + ((<usize>count >> 2) << 4); words < whole; words += 16) {
    most = i32x4.max_u(most, v128.load(words));
  }
  for (; words < end; words += 4) most = i32x4.max_u(most, v128.load32_splat(words));
  return count === 0 || !!i32x4.all_true(i32x4.lt_u(most, i32x4.splat(limit)));
}

/** Whether all shorts are below a limit. */
export function areShortsBelow(shorts: usize, count: u32, limit: u32): boolean {
  const end = shorts + ((<usize>count) << 1);
  let most = i16x8.splat(0);
  for (const whole = shorts + ((<usize>count >> 3) << 4); shorts < whole; shorts += 16) {
    most = i16x8.max_u(most, v128.load(shorts));
  }
  for (; shorts < end; shorts += 2) most = i16x8.max_u(most, v128.load16_splat(shorts));
  return count === 0 || limit > 0xffff || !!i16x8.all_true(i16x8.lt_u(most, i16x8.splat(<i16>limit)));
}

/** Place of the first word that is less than, or `strictly` not more than, the one before; -1 where there is none. */
export function firstOutOfOrder(words: usize, count: i32, strictly: boolean): i32 {
  for (let i = 1; i < count; i++) {
    words += 4;
    const before = load<u32>(words - 4);
    const word = load<u32>(words);
    if (word < before || (strictly && word === before)) return i;
  }
  return -1;
}
