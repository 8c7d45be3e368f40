/**
 * Numbers as ASCII digits straight into bytes: a string for each of ten million cells costs more than all the rest.
 * Every function writes at `at` and returns the place behind; the caller has seen to the room (`NUMBER_ROOM`).
 * Values are passed as array and index: a double given to a function that is not inlined would be allocated.
 */

/** No number takes more bytes. */
export const NUMBER_ROOM = 32;

const ZERO = 0x30;
const MINUS = 0x2d;

/** All pairs of digits, "00" to "99". */
const pairs = Uint8Array.from({ length: 200 }, (_, i) =>
  (i & 1) === 0 ? ZERO + Math.floor(i / 20) : ZERO + ((i >> 1) % 10),
);

/** A whole number from 0 below 2^31. */
export function putSmallInt(bytes: Uint8Array, at: number, value: number): number {
  if (value < 10) {
    bytes[at] = ZERO + value;
    return at + 1;
  }
  const end = at + digitsOf(value);
  let place = end;
  let rest = value;
  while (rest >= 100) {
    const next = (rest / 100) | 0;
    const pair = (rest - next * 100) << 1;
    bytes[--place] = pairs[pair + 1] as number;
    bytes[--place] = pairs[pair] as number;
    rest = next;
  }
  if (rest >= 10) bytes[--place] = pairs[(rest << 1) + 1] as number;
  bytes[--place] = rest >= 10 ? (pairs[rest << 1] as number) : ZERO + rest;
  return end;
}

/** Digits of a whole number from 0 below 2^31. */
export function digitsOf(value: number): number {
  if (value < 10_000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4;
  if (value < 1_000_000) return value < 100_000 ? 5 : 6;
  if (value < 100_000_000) return value < 10_000_000 ? 7 : 8;
  return value < 1_000_000_000 ? 9 : 10;
}

/** A whole number from 0 below 10^6 as exactly six digits. */
export function putSixDigits(bytes: Uint8Array, at: number, value: number): number {
  const high = (value / 10_000) | 0;
  const low = value - high * 10_000;
  const middle = (low / 100) | 0;
  const last = low - middle * 100;
  bytes[at] = pairs[high << 1] as number;
  bytes[at + 1] = pairs[(high << 1) + 1] as number;
  bytes[at + 2] = pairs[middle << 1] as number;
  bytes[at + 3] = pairs[(middle << 1) + 1] as number;
  bytes[at + 4] = pairs[last << 1] as number;
  bytes[at + 5] = pairs[(last << 1) + 1] as number;
  return at + 6;
}

/** A whole number within 2^53. */
export function putInt(bytes: Uint8Array, at: number, values: ArrayLike<number>, index: number): number {
  let value = values[index] as number;
  let place = at;
  if (value < 0) {
    bytes[place++] = MINUS;
    value = -value;
  }
  if (value < 0x8000_0000) return putSmallInt(bytes, place, value | 0);
  const high = Math.floor(value / 1e6);
  const low = (value - high * 1e6) | 0;
  if (high < 0x8000_0000) {
    place = putSmallInt(bytes, place, high | 0);
  } else {
    const highest = Math.floor(high / 1e6);
    place = putSmallInt(bytes, place, highest | 0);
    place = putSixDigits(bytes, place, (high - highest * 1e6) | 0);
  }
  return putSixDigits(bytes, place, low);
}

/** Text of ASCII characters only. */
export function putAscii(bytes: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
  return at + text.length;
}
