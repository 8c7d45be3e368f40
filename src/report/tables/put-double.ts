import { digitsOf, putAscii, putInt, putSixDigits, putSmallInt } from './put-number.js';

/**
 * Doubles in the fewest digits that read back as the same (ECMA-262, Number::toString), without making a string: means
 * and deviations are most of what a table of sessions takes to write. Three ways, the common one first: 15 or 16 digits
 * where they read back as the same, 16 or 17 rounded from the exact value, a string for what is very large or small.
 */

const ZERO = 0x30;
const MINUS = 0x2d;
const POINT = 0x2e;

/** Powers of ten that doubles hold exactly. */
const tens = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

const TWO_31 = 0x8000_0000;

/** Digits of the number at hand behind the point in three groups of six, then the number itself without its sign. */
const groups = new Float64Array(4);
const SIZE = 3;

/** A finite double; whole numbers keep a ".0", so that a column of them still reads as numbers with a fraction. */
export function putDouble(
  bytes: Uint8Array,
  start: number,
  values: ArrayLike<number>,
  index: number,
): number {
  const value = values[index] as number;
  let at = start;
  if (value === 0) {
    bytes[at++] = ZERO;
  } else if (value > -1e15 && value < 1e15 && Math.floor(value) === value) {
    at = putInt(bytes, at, values, index);
  } else {
    const size = value < 0 ? -value : value;
    if (!(size >= 0.01 && size < 1e9)) return putAscii(bytes, at, String(value));
    const whole = size | 0;
    groups[SIZE] = size;
    const places = shortPlaces(whole) || exactPlaces(whole);
    if (places === 0) return putAscii(bytes, at, String(value));
    if (value < 0) bytes[at++] = MINUS;
    return putFraction(bytes, putSmallInt(bytes, at, whole), places);
  }
  bytes[at] = POINT;
  bytes[at + 1] = ZERO;
  return at + 2;
}

/** Digits before the first one that counts are not counted: 0 for 0.x, -1 for 0.0x. */
function leadingDigits(whole: number): number {
  return whole > 0 ? digitsOf(whole) : (groups[SIZE] as number) >= 0.1 ? 0 : -1;
}

/**
 * The places that 15 or 16 digits have behind the point, put into `groups`; 0 where they do not read back as the same. A
 * whole number within 2^53 divided by an exact power of ten is rounded once, as a reader rounds (Clinger, PLDI 1990).
 */
function shortPlaces(whole: number): number {
  const size = groups[SIZE] as number;
  let places = 15 - leadingDigits(whole);
  let power = tens[places] as number;
  let digits = Math.round(size * power);
  if (digits / power !== size) {
    power = tens[++places] as number;
    const product = size * power;
    if (product > Number.MAX_SAFE_INTEGER) return 0;
    digits = Math.round(product);
    if (digits / power !== size) {
      // A product that was itself rounded to a half may have been less.
      if (digits - product !== 0.5 || --digits / power !== size) return 0;
    }
  }
  // Every difference and product here is whole and within 2^53; a quotient may be rounded up to the next whole number.
  let rest = digits - whole * power;
  for (let group = 0, left = places - 6; group < 3; group++, left -= 6) {
    if (left <= 0) {
      groups[group] = left > -6 ? rest * (tens[-left] as number) : 0;
      rest = 0;
      continue;
    }
    const unit = tens[left] as number;
    let six = Math.floor(rest / unit);
    if (six * unit > rest) six--;
    groups[group] = six;
    rest -= six * unit;
  }
  return places;
}

/**
 * The places of the nearest number of 17 digits, put into `groups`, for a size that 16 do not tell apart from its
 * neighbours; of 16 digits where these lie closer together than doubles do, which is where they pass 2^53. The fraction
 * is a whole number of 2^-62: its decimal digits come out exactly. 0 where it lies in the middle between two.
 */
function exactPlaces(whole: number): number {
  const size = groups[SIZE] as number;
  const leading = leadingDigits(whole);
  const of16 = size * (tens[16 - leading] as number) > Number.MAX_SAFE_INTEGER;
  const places = (of16 ? 16 : 17) - leading;
  const upper = (size - whole) * TWO_31;
  let high = Math.floor(upper);
  let low = (upper - high) * TWO_31;
  for (let group = 0; group < 3; group++) {
    const lows = low * 1e6;
    const carry = Math.floor(lows / TWO_31);
    low = lows - carry * TWO_31;
    const highs = high * 1e6 + carry;
    const six = Math.floor(highs / TWO_31);
    high = highs - six * TWO_31;
    groups[group] = six;
  }
  return roundGroups(places, high, low);
}

/** Rounds `groups` to so many places; `high` and `low` are what follows them, in 2^-31 and 2^-62. */
function roundGroups(places: number, high: number, low: number): number {
  const unit = tens[18 - places] as number;
  const twelve = (groups[1] as number) * 1e6 + (groups[2] as number);
  let kept = Math.floor(twelve / unit);
  // What is cut off, against a half: in units of the last group, then of what follows it.
  const half = unit === 1 ? 0 : unit / 2;
  const cut = twelve - kept * unit;
  const behind = unit === 1 ? (high === TWO_31 / 2 ? low : high - TWO_31 / 2) : high + low;
  if (cut > half || (cut === half && behind > 0)) kept++;
  else if (cut === half && behind === 0) return 0;
  const rounded = kept * unit;
  if (rounded >= 1e12) {
    if (groups[0] === 999_999) return 0;
    groups[0] = (groups[0] as number) + 1;
    groups[1] = groups[2] = 0;
    return places;
  }
  groups[1] = Math.floor(rounded / 1e6);
  groups[2] = rounded - (groups[1] as number) * 1e6;
  return places;
}

/** Point and `places` digits of `groups`, without the zeros at the end. */
function putFraction(bytes: Uint8Array, start: number, places: number): number {
  bytes[start] = POINT;
  const at = start + 1;
  putSixDigits(bytes, at, groups[0] as number);
  putSixDigits(bytes, at + 6, groups[1] as number);
  putSixDigits(bytes, at + 12, groups[2] as number);
  let end = at + places;
  while (bytes[end - 1] === ZERO) end--;
  return end;
}
