/** Sparse rows, and rows spread over all columns of the layout. */
import * as at from '../../src/roles/kernel-layout';

/** Where the entries of a row begin, as a number; those of the next row begin where they end. */
export function entryOf(rows: usize, row: u32): u32 {
  return load<u32>(load<usize>(rows, at.ROWS_START) + ((<usize>row) << 2));
}

/** Writes the entries of some rows, one after the other `width` floats each, into room that is all zero. */
export function spreadRows(rows: usize, first: u32, last: u32, dense: usize, width: u32): void {
  for (let row = first; row < last; row++) {
    putEntries(rows, row, dense);
    dense += (<usize>width) << 2;
  }
}

/** Zeros where `spreadRows` wrote. */
export function clearRows(rows: usize, first: u32, last: u32, dense: usize, width: u32): void {
  const indices = load<usize>(rows, at.ROWS_INDICES);
  for (let row = first; row < last; row++) {
    const end = indices + ((<usize>entryOf(rows, row + 1)) << 2);
    for (let index = indices + ((<usize>entryOf(rows, row)) << 2); index < end; index += 4) {
      store<f32>(dense + ((<usize>load<u32>(index)) << 2), 0);
    }
    dense += (<usize>width) << 2;
  }
}

function putEntries(rows: usize, row: u32, dense: usize): void {
  const from = (<usize>entryOf(rows, row)) << 2;
  const end = load<usize>(rows, at.ROWS_INDICES) + ((<usize>entryOf(rows, row + 1)) << 2);
  let value = load<usize>(rows, at.ROWS_VALUES) + from;
  for (let index = load<usize>(rows, at.ROWS_INDICES) + from; index < end; index += 4) {
    store<f32>(dense + ((<usize>load<u32>(index)) << 2), load<f32>(value));
    value += 4;
  }
}
