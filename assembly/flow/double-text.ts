/**
 * Doubles in the fewest digits that read back as the same (ECMA-262, Number::toString). Three ways, the common one first:
 * 15 or 16 digits where they read back as the same, 16 or 17 rounded from the exact value, and the host for what is very
 * large or small. The same steps as src/report/tables/put-double.ts.
 */
import { putDouble } from './host';
import { digitsOf, putSix, putSmall, putWhole } from './number-text';

const ZERO = 0x30;
const MINUS = 0x2d;
const POINT = 0x2e;
const _TWO_31: f64 = 0x8000_0000;
const TWO_62 = <f64>((<u64>1) << 62);
const MAX_SAFE: f64 = 9007199254740991;

/** Powers of ten that doubles hold exactly. */
const tens: usize = memory.data<f64>([
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
  1e20, 1e21, 1e22,
]);

/** Digits of the number at hand behind the point in three groups of six. */
let group0: u32 = 0;
let group1: u32 = 0;
let group2: u32 = 0;

/** A finite double; whole numbers keep a ".0", so that a column of them still reads as numbers with a fraction. */
export function putFraction(start: usize, value: f64): usize {
  let at = start;
  if (value > -1e15 && value < 1e15 && floor(value) === value) {
    // -0 is 0.
    at = putWhole(at, value);
    store<u16>(at, POINT | (ZERO << 8));
    return at + 2;
  }
  const size = abs(value);
  if (!(size >= 0.01 && size < 1e9)) return putDouble(at, value);
  const whole = <u32>size;
  let places = shortPlaces(size, whole);
  if (places === 0) places = exactPlaces(size, whole);
  if (places === 0) return putDouble(at, value);
  if (value < 0) store<u8>(at++, MINUS);
  at = putSmall(at, whole);
  store<u8>(at++, POINT);
  putSix(putSix(putSix(at, group0), group1), group2);
  let end = at + places;
  while (load<u8>(end - 1) === ZERO) end--;
  return end;
}

function ten(power: i32): f64 {
  return load<f64>(tens + ((<usize>power) << 3));
}

/** Digits before the first one that counts are not counted: 0 for 0.x, -1 for 0.0x. */
function leadingDigits(size: f64, whole: u32): i32 {
  return whole > 0 ? digitsOf(whole) : size >= 0.1 ? 0 : -1;
}

/**
 * The places that 15 or 16 digits have behind the point, put into the groups; 0 where they do not read back as the same.
 * A whole number within 2^53 divided by an exact power of ten is rounded once, as a reader rounds (Clinger, PLDI 1990).
 */
function shortPlaces(size: f64, whole: u32): i32 {
  let places = 15 - leadingDigits(size, whole);
  let power = ten(places);
  let digits = floor(size * power + 0.5);
  if (digits / power !== size) {
    power = ten(++places);
    const product = size * power;
    if (product > MAX_SAFE) return 0;
    digits = roundHalfUp(product);
    if (digits / power !== size) {
      // A product that was itself rounded to a half may have been less.
      if (digits - product !== 0.5 || --digits / power !== size) return 0;
    }
  }
  spread(digits - <f64>whole * power, places);
  return places;
}

/** As Math.round: adding a half could itself be rounded. */
function roundHalfUp(value: f64): f64 {
  const down = floor(value);
  return value - down >= 0.5 ? down + 1 : down;
}

/** Puts a whole number of so many places, 18 at most, into the groups. */
function spread(rest: f64, places: i32): void {
  let left = <u64>rest;
  for (let i = places; i < 18; i++) left *= 10;
  const upper = left / 1_000_000;
  group2 = <u32>(left - upper * 1_000_000);
  const top = upper / 1_000_000;
  group1 = <u32>(upper - top * 1_000_000);
  group0 = <u32>top;
}

/**
 * The places of the nearest number of 17 digits, put into the groups, for a size that 16 do not tell apart from its
 * neighbours; of 16 digits where these lie closer together than doubles do, which is where they pass 2^53. The fraction
 * is a whole number of 2^-62: its decimal digits come out exactly. 0 where it lies in the middle between two.
 */
function exactPlaces(size: f64, whole: u32): i32 {
  const leading = leadingDigits(size, whole);
  const of16 = size * ten(16 - leading) > MAX_SAFE;
  const places = (of16 ? 16 : 17) - leading;
  // In units of 2^-62: below 2^62, so that six digits at a time fit in two words.
  const fraction = <u64>((size - <f64>whole) * TWO_62);
  let high = fraction >> 31;
  let low = fraction & 0x7fff_ffff;
  let digits: u64 = 0;
  for (let group = 0; group < 3; group++) {
    const lows = low * 1_000_000;
    low = lows & 0x7fff_ffff;
    const highs = high * 1_000_000 + (lows >> 31);
    high = highs & 0x7fff_ffff;
    digits = digits * 1_000_000 + (highs >> 31);
  }
  let unit: u64 = 1;
  for (let i = places; i < 18; i++) unit *= 10;
  let kept = digits / unit;
  // What is cut off, against a half: in units of the last place, then of what follows it.
  const cut = digits - kept * unit;
  const half = unit === 1 ? 0 : unit / 2;
  const behind = unit === 1 ? <i64>((high << 31) | low) - (1 << 61) : <i64>((high << 31) | low);
  if (cut > half || (cut === half && behind > 0)) kept++;
  else if (cut === half && behind === 0) return 0;
  const rounded = kept * unit;
  if (rounded >= 1_000_000_000_000_000_000) return 0;
  const upper = rounded / 1_000_000;
  group2 = <u32>(rounded - upper * 1_000_000);
  const top = upper / 1_000_000;
  group1 = <u32>(upper - top * 1_000_000);
  group0 = <u32>top;
  return places;
}
