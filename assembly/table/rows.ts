/** Rows of all sessions one after the other, as in src/sessions/row-layout.ts, and the tables of what they name by number. */
import * as row from '../../src/sessions/row-layout';
import { allocate, giveBack } from '../flow/memory';
import { createKeys } from './keys';

const FIRST_ROOM: i32 = 1024;

/** Addresses of IPv6 by their four words, and MAC addresses by their first two bytes and last four. */
export const addresses6: usize = createKeys();
export const macs: usize = createKeys();

/** Where row 0 lies, and how many rows there are. */
export let rows: usize = allocate(FIRST_ROOM * row.ROW_BYTES);
export let rowCount: i32 = 0;
/** Packets that would have opened one more row than there may be. */
export let refused: f64 = 0;
let room = FIRST_ROOM;
let mostRows: i32 = 0;

/** Most rows that are kept. */
export function limitRows(most: i32): void {
  mostRows = most;
}

/** Where a row lies. */
export function rowAt(index: i32): usize {
  return rows + <usize>index * row.ROW_BYTES;
}

/** Number of a fresh row, all zero; -1 where there are as many as may be. */
export function newRow(): i32 {
  if (rowCount >= mostRows) {
    refused++;
    return -1;
  }
  if (rowCount === room) {
    // Memory that is never touched costs nothing, so the room grows by four.
    const grown = allocate(<usize>room * 4 * row.ROW_BYTES);
    memory.copy(grown, rows, <usize>room * row.ROW_BYTES);
    giveBack(rows, <usize>room * row.ROW_BYTES);
    rows = grown;
    room *= 4;
  }
  return rowCount++;
}
