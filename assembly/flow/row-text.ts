/**
 * The rows of a batch as text of some form, CSV or NDJSON: before each cell stands a prefix, behind the last one an end; see
 * `RowForm` in src/column-table.ts.
 */
import { TEXT_ROOM } from '../../src/sessions/meter/meter-layout';
import { putFraction } from './double-text';
import { text } from './host';
import { allocate } from './memory';
import { putSix, putWhole } from './number-text';
import { capacity, filled, moments, numbers, texts } from './table';

/** Kinds of columns in a plan: whole numbers, doubles, moments, text that is never quoted or escaped. */
const WHOLE = 0;
const DOUBLE = 1;
const MOMENT = 2;

/** Of each column in a plan, four bytes each: kind, number among those of the same sort, where its prefix lies, its bytes. */
const PLANNED_BYTES = 16;
/** Bytes that a cell can take at most, in quotes. */
const CELL_ROOM = TEXT_ROOM + 2;
const OUT_BYTES: usize = 1 << 17;

let plan: usize = 0;
let planned: usize = 0;
let out: usize = 0;
/** Quotes around texts and moments, 0 for none; what stands for a missing cell, and behind a row: where it lies, its bytes. */
let quote: u32 = 0;
let missing: usize = 0;
let missingBytes: u32 = 0;
let ending: usize = 0;
let endingBytes: u32 = 0;

/** Space for a plan of so many columns, whose prefixes take so many bytes in all; returns where it is put. */
export function prepareText(columns: i32, prefixBytes: i32): usize {
  planned = columns;
  plan = allocate(columns * PLANNED_BYTES);
  out = allocate(OUT_BYTES + <usize>columns * CELL_ROOM + prefixBytes + 64);
  return plan;
}

/** What is the same for all cells. */
export function configureText(mark: u32, none: usize, noneBytes: u32, end: usize, endBytes: u32): void {
  quote = mark;
  missing = none;
  missingBytes = noneBytes;
  ending = end;
  endingBytes = endBytes;
}

/** Hands the rows of the batch to the host as text. */
export function writeText(): void {
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
  for (let place = plan; place < plan + planned * PLANNED_BYTES; place += PLANNED_BYTES) {
    const kind = load<i32>(place);
    const column: usize = load<u32>(place, 4) * capacity;
    at = putBytes(at, load<u32>(place, 8), load<u32>(place, 12));
    if (kind === WHOLE) at = putWhole(at, load<f64>(numbers + ((column + row) << 3)));
    else if (kind === DOUBLE) at = putFraction(at, load<f64>(numbers + ((column + row) << 3)));
    else if (kind === MOMENT) at = putMoment(at, moments + column * 12, row);
    else at = putText(at, texts + column * (TEXT_ROOM + 4), row);
  }
  return putBytes(at, ending, endingBytes);
}

function putMoment(at: usize, column: usize, row: usize): usize {
  const ms = load<f64>(column + (row << 3));
  if (isNaN(ms)) return putBytes(at, missing, missingBytes);
  const digits = putWhole(putQuote(at), ms);
  return putQuote(putSix(digits, load<u32>(column + ((<usize>capacity) << 3) + (row << 2))));
}

function putText(at: usize, bytes: usize, row: usize): usize {
  const ends = bytes + <usize>capacity * TEXT_ROOM;
  const from: usize = row === 0 ? 0 : load<u32>(ends + ((row - 1) << 2));
  const end: usize = load<u32>(ends + (row << 2));
  return putQuote(putBytes(putQuote(at), bytes + from, end - from));
}

function putQuote(at: usize): usize {
  if (quote === 0) return at;
  store<u8>(at, <u8>quote);
  return at + 1;
}

/** Eight bytes at once: there is room behind all that is read and written here. */
function putBytes(at: usize, from: usize, length: usize): usize {
  for (let done: usize = 0; done < length; done += 8) store<u64>(at + done, load<u64>(from + done));
  return at + length;
}
