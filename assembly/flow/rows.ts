/**
 * Rows of live sessions, named by where they lie, and the chain of them from the one not used for longest to the last
 * used one. Rows that are free are used again first.
 */
import * as at from '../../src/sessions/meter/meter-layout';
import { allocate } from './memory';

const ROW_BYTES: usize = at.ROW_DOUBLES * 8;
/** Rows that are asked for at once. */
const PIECE: usize = 1024;

export let live: i32 = 0;
/** Ends of the chain, 0 without live rows. */
export let oldest: usize = 0;
export let newest: usize = 0;
let free: usize = 0;
let next: usize = 0;
let end: usize = 0;

/** A row with unknown content, the newest of the chain. */
export function takeRow(): usize {
  let row = free;
  if (row !== 0) {
    free = load<u32>(row, at.LATER * 4);
  } else {
    if (next === end) {
      next = allocate(ROW_BYTES * PIECE);
      end = next + ROW_BYTES * PIECE;
    }
    row = next;
    next += ROW_BYTES;
  }
  live++;
  append(row);
  return row;
}

/** Makes a live row the newest. */
export function touchRow(row: usize): void {
  if (row === newest) return;
  unlink(row);
  append(row);
}

export function releaseRow(row: usize): void {
  unlink(row);
  store<u32>(row, <u32>free, at.LATER * 4);
  free = row;
  live--;
}

/** Space that its owner needs no more becomes free rows. */
export function giveSpace(start: usize, bytes: usize): void {
  for (let row = start; row + ROW_BYTES <= start + bytes; row += ROW_BYTES) {
    store<u32>(row, <u32>free, at.LATER * 4);
    free = row;
  }
}

function append(row: usize): void {
  store<u32>(row, <u32>newest, at.EARLIER * 4);
  store<u32>(row, 0, at.LATER * 4);
  if (newest !== 0) store<u32>(newest, <u32>row, at.LATER * 4);
  else oldest = row;
  newest = row;
}

function unlink(row: usize): void {
  const before: usize = load<u32>(row, at.EARLIER * 4);
  const after: usize = load<u32>(row, at.LATER * 4);
  if (before !== 0) store<u32>(before, <u32>after, at.LATER * 4);
  else oldest = after;
  if (after !== 0) store<u32>(after, <u32>before, at.EARLIER * 4);
  else newest = before;
}
