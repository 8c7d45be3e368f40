/**
 * Small whole numbers in Parquet's hybrid of runs and packed bits (parquet-format, Encodings.md, RLE = 3): one run where
 * all are equal, otherwise all of them packed with `width` bits each, the lowest bit first.
 */
import { at, put8, put32, putVarint } from './out';

/** @param values 32-bit numbers below 2^width; width is 24 at most */
export function putHybrid(values: usize, length: u32, width: u32): void {
  const first = length === 0 ? 0 : load<u32>(values);
  let same: u32 = 1;
  while (same < length && load<u32>(values + (same << 2)) === first) same++;
  if (same >= length) {
    putRun(first, length, width);
    return;
  }
  const groups = (length + 7) >> 3;
  putVarint(groups * 2 + 1);
  let pending: u64 = 0;
  let bits: u32 = 0;
  for (let i: u32 = 0; i < groups << 3; i++) {
    const value: u64 = i < length ? load<u32>(values + (i << 2)) : 0;
    pending |= value << bits;
    bits += width;
    while (bits >= 8) {
      put8(<u32>(pending & 255));
      pending >>= 8;
      bits -= 8;
    }
  }
}

function putRun(value: u32, length: u32, width: u32): void {
  putVarint(length * 2);
  for (let bits: u32 = 0; bits < width; bits += 8) put8((value >> bits) & 255);
}

/** Levels of a data page, 0 or 1: the hybrid behind its length in four bytes. */
export function putLevels(values: usize, length: u32): void {
  const lengthAt = at;
  put32(0);
  putHybrid(values, length, 1);
  store<u32>(lengthAt, <u32>(at - lengthAt - 4));
}

/** The same where all are 1. */
export function putAllThere(length: u32): void {
  const lengthAt = at;
  put32(0);
  putRun(1, length, 1);
  store<u32>(lengthAt, <u32>(at - lengthAt - 4));
}
