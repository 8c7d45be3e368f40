/**
 * Lists of doubles for many sessions at a time, in chained chunks that are used again: memory follows what is live. A
 * chunk is the next chunk (0: none) and its values. A list is its first and last chunk and its length, which the owner
 * keeps.
 */
import { LIST_VALUES } from '../../src/sessions/meter/meter-layout';
import { allocate } from './memory';

const CHUNK_BYTES: usize = (LIST_VALUES + 1) * 8;
const PIECE: usize = 256;

let free: usize = 0;
let next: usize = 0;
let end: usize = 0;

/** Appends to a list of `length` values that ends in chunk `tail`; returns the chunk in which it ends now. */
export function pushValue(tail: usize, length: u32, value: f64): usize {
  const place = length % LIST_VALUES;
  let chunk = tail;
  if (place === 0) {
    chunk = takeChunk();
    if (tail !== 0) store<u32>(tail, <u32>chunk);
  }
  store<f64>(chunk + 8 + ((<usize>place) << 3), value);
  return chunk;
}

/** Gives the chunks of a list back. */
export function releaseList(head: usize, tail: usize): void {
  if (head === 0) return;
  store<u32>(tail, <u32>free);
  free = head;
}

function takeChunk(): usize {
  let chunk = free;
  if (chunk !== 0) {
    free = load<u32>(chunk);
    return chunk;
  }
  if (next === end) {
    next = allocate(CHUNK_BYTES * PIECE);
    end = next + CHUNK_BYTES * PIECE;
  }
  chunk = next;
  next += CHUNK_BYTES;
  return chunk;
}
