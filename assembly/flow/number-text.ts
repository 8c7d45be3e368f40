/** Whole numbers as ASCII digits. Every function writes at `at` and returns the place behind. */

const ZERO = 0x30;
const MINUS = 0x2d;

/** All pairs of digits, "00" to "99". */
const pairs: usize = memory.data(200, 8);
for (let i: u32 = 0; i < 100; i++)
  store<u16>(pairs + (i << 1), <u16>(ZERO + i / 10 + ((ZERO + (i % 10)) << 8)));

/** A whole number within 2^53. */
export function putWhole(at: usize, value: f64): usize {
  if (value >= 0 && value < 10) {
    store<u8>(at, <u8>(ZERO + <i32>value));
    return at + 1;
  }
  let place = at;
  let rest = <i64>value;
  if (rest < 0) {
    store<u8>(place++, MINUS);
    rest = -rest;
  }
  if (rest < 0x1_0000_0000) return putSmall(place, <u32>rest);
  const high = <u64>rest / 1_000_000;
  const low = <u32>(<u64>rest - high * 1_000_000);
  if (high < 0x1_0000_0000) {
    place = putSmall(place, <u32>high);
  } else {
    const highest = high / 1_000_000;
    place = putSix(putSmall(place, <u32>highest), <u32>(high - highest * 1_000_000));
  }
  return putSix(place, low);
}

/** A whole number below 2^32. */
export function putSmall(at: usize, value: u32): usize {
  const end = at + digitsOf(value);
  let place = end;
  let rest = value;
  while (rest >= 100) {
    const next = rest / 100;
    place -= 2;
    store<u16>(place, load<u16>(pairs + ((rest - next * 100) << 1)));
    rest = next;
  }
  if (rest >= 10) store<u16>(at, load<u16>(pairs + (rest << 1)));
  else store<u8>(at, <u8>(ZERO + rest));
  return end;
}

/** Digits of a whole number below 2^32. */
export function digitsOf(value: u32): u32 {
  if (value < 10_000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4;
  if (value < 1_000_000) return value < 100_000 ? 5 : 6;
  if (value < 100_000_000) return value < 10_000_000 ? 7 : 8;
  return value < 1_000_000_000 ? 9 : 10;
}

/** A whole number below 10^6 as exactly six digits. */
export function putSix(at: usize, value: u32): usize {
  const high = value / 10_000;
  const low = value - high * 10_000;
  const middle = low / 100;
  store<u16>(at, load<u16>(pairs + (high << 1)));
  store<u16>(at, load<u16>(pairs + (middle << 1)), 2);
  store<u16>(at, load<u16>(pairs + ((low - middle * 100) << 1)), 4);
  return at + 6;
}
