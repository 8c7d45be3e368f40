/** The body of the page at hand. */
import { room } from './memory';

const AREA = 7;

export let start: usize = 0;
export let at: usize = 0;

/** Begins a body of so many bytes at most. */
export function begin(bytes: usize): void {
  start = room(AREA, bytes);
  at = start;
}

export function put8(value: u32): void {
  store<u8>(at, <u8>value);
  at++;
}

export function put32(value: u32): void {
  store<u32>(at, value);
  at += 4;
}

export function put64(value: u64): void {
  store<u64>(at, value);
  at += 8;
}

/** Unsigned LEB128. */
export function putVarint(value: u32): void {
  let rest = value;
  while (rest >= 0x80) {
    put8((rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  put8(rest);
}

export function putBytes(from: usize, length: usize): void {
  memory.copy(at, from, length);
  at += length;
}
