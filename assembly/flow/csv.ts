/** The rows of a batch as CSV, as src/report/tables/csv-writer.ts writes them. */
import { ADDRESS_ROOM } from './address-text';
import { putFraction } from './double-text';
import { text } from './host';
import { allocate } from './memory';
import { putSix, putWhole } from './number-text';
import { capacity, filled, moments, numbers, texts } from './table';

const COMMA = 0x2c;
const NEWLINE = 0x0a;

/** Kinds of columns in a plan: whole numbers, doubles, moments, text that is never quoted. */
const WHOLE = 0;
const DOUBLE = 1;
const MOMENT = 2;

/** Bytes that a cell can take at most, with its comma. */
const CELL_ROOM = ADDRESS_ROOM + 1;
const OUT_BYTES: usize = 1 << 17;

/** For each column of the table its kind and its number among those of the same sort, four bytes each. */
let plan: usize = 0;
let planned: i32 = 0;
let out: usize = 0;

/** Space for the plan of so many columns; returns where it is put. */
export function prepareCsv(columns: i32): usize {
  planned = columns;
  plan = allocate(columns * 8);
  out = allocate(OUT_BYTES + <usize>columns * CELL_ROOM);
  return plan;
}

/** Hands the rows of the batch to the host as text. */
export function writeCsv(): void {
  let at = out;
  for (let row = 0; row < filled; row++) {
    at = putRow(at, row);
    if (at - out >= OUT_BYTES) {
      text(out, <i32>(at - out));
      at = out;
    }
  }
  if (at > out) text(out, <i32>(at - out));
}

function putRow(start: usize, row: usize): usize {
  let at = start;
  for (let i: usize = 0; i < <usize>planned; i++) {
    const kind = load<i32>(plan + (i << 3));
    const column: usize = load<u32>(plan + (i << 3), 4) * capacity;
    if (kind === WHOLE) at = putWhole(at, load<f64>(numbers + ((column + row) << 3)));
    else if (kind === DOUBLE) at = putFraction(at, load<f64>(numbers + ((column + row) << 3)));
    else if (kind === MOMENT) at = putMoment(at, moments + column * 12, row);
    else at = putText(at, texts + column * (ADDRESS_ROOM + 4), row);
    store<u8>(at++, COMMA);
  }
  store<u8>(at - 1, NEWLINE);
  return at;
}

function putMoment(at: usize, column: usize, row: usize): usize {
  const ms = load<f64>(column + (row << 3));
  if (isNaN(ms)) return at;
  return putSix(putWhole(at, ms), load<u32>(column + ((<usize>capacity) << 3) + (row << 2)));
}

function putText(at: usize, bytes: usize, row: usize): usize {
  const ends = bytes + <usize>capacity * ADDRESS_ROOM;
  const from: usize = row === 0 ? 0 : load<u32>(ends + ((row - 1) << 2));
  const end: usize = load<u32>(ends + (row << 2));
  const length = end - from;
  // Eight bytes at once: there is room behind every cell.
  for (let done: usize = 0; done < length; done += 8) {
    store<u64>(at + done, load<u64>(bytes + from + done));
  }
  return at + length;
}
