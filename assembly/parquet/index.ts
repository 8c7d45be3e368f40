/**
 * Bodies of Parquet's data pages (parquet-format, Encodings.md): levels, then values by a dictionary or plain. The caller
 * puts the cells of a column into the areas 0 to 2; see src/report/tables/parquet-kernel.ts.
 */
import { dictionarySize, isFull, numberIndices, textIndex } from './dictionary';
import { putAllThere, putHybrid, putLevels } from './hybrid';
import { room } from './memory';
import { at, begin, put8, put32, put64, putBytes, start } from './out';

export { clearDictionary, createDictionary, dictionarySize, plainAt, plainLength } from './dictionary';
export { header, putHeader } from './header';
export { room } from './memory';

/** Encodings. */
const PLAIN = 0;
const RLE_DICTIONARY = 8;

const LEVELS = 3;
const INDICES = 4;
const REPETITION = 5;

/** Of the page at hand: where its body begins, its bytes, its encoding, and its values with missing ones. */
export function bodyAt(): usize {
  return start;
}

export function bodyLength(): u32 {
  return <u32>(at - start);
}

export let pageValues: u32 = 0;

/** A page of numbers in area 0, of which NaN is a missing one. @returns the encoding */
export function numberPage(dictionary: usize, rows: u32, asDouble: boolean): i32 {
  const values = room(0, 0);
  begin(rows * 9 + 64);
  pageValues = rows;
  const present = putPresenceOfNumbers(values, rows);
  return putNumbers(dictionary, values, present, asDouble);
}

/** A page of moments: milliseconds in area 0, of which NaN is a missing one, nanoseconds within them in area 1. */
export function momentPage(rows: u32): i32 {
  const milliseconds = room(0, 0);
  const nanoseconds = room(1, 0);
  begin(rows * 9 + 64);
  pageValues = rows;
  const levels = room(LEVELS, rows * 4);
  putPresence(levels, rows, levelsOfNumbers(milliseconds, rows, levels));
  for (let row: u32 = 0; row < rows; row++) {
    if (load<u32>(levels + (row << 2)) === 0) continue;
    const ms = <i64>load<f64>(milliseconds + (row << 3));
    put64(ms * 1_000_000 + load<i32>(nanoseconds + (row << 2)));
  }
  return PLAIN;
}

/** A page of texts: bytes on end in area 0, where each ends in area 1, a byte for each missing one in area 2. */
export function textPage(dictionary: usize, rows: u32): i32 {
  const bytes = room(0, 0);
  const ends = room(1, 0);
  const missing = room(2, 0);
  const all = rows === 0 ? 0 : load<u32>(ends + ((rows - 1) << 2));
  begin(all + rows * 5 + 64);
  pageValues = rows;
  const levels = room(LEVELS, rows * 4);
  let present: u32 = 0;
  for (let row: u32 = 0; row < rows; row++) {
    const here = 1 - <u32>load<u8>(missing + row);
    store<u32>(levels + (row << 2), here);
    present += here;
  }
  putPresence(levels, rows, present);
  if (!isFull(dictionary) && putTextIndices(dictionary, bytes, ends, levels, rows)) return RLE_DICTIONARY;
  let from: u32 = 0;
  for (let row: u32 = 0; row < rows; row++) {
    const end = load<u32>(ends + (row << 2));
    if (load<u32>(levels + (row << 2)) !== 0) {
      put32(end - from);
      putBytes(bytes + from, end - from);
    }
    from = end;
  }
  return PLAIN;
}

/**
 * A page of lists of required elements: numbers on end in area 0, where each list ends in area 1. Both levels are 0 or 1
 * (parquet-format, LogicalTypes.md, Lists).
 */
export function listPage(dictionary: usize, rows: u32, asDouble: boolean): i32 {
  const numbers = room(0, 0);
  const ends = room(1, 0);
  const count = rows === 0 ? 0 : load<u32>(ends + ((rows - 1) << 2));
  const most = count + rows;
  begin(most * 9 + 128);
  const definition = room(LEVELS, most * 4);
  const repetition = room(REPETITION, most * 4);
  let values: u32 = 0;
  let from: u32 = 0;
  for (let row: u32 = 0; row < rows; row++) {
    const end = load<u32>(ends + (row << 2));
    if (end === from) {
      store<u32>(definition + (values << 2), 0);
      store<u32>(repetition + (values << 2), 0);
      values++;
    }
    for (let i = from; i < end; i++) {
      store<u32>(definition + (values << 2), 1);
      store<u32>(repetition + (values << 2), i > from ? 1 : 0);
      values++;
    }
    from = end;
  }
  putLevels(repetition, values);
  putLevels(definition, values);
  pageValues = values;
  return putNumbers(dictionary, numbers, count, asDouble);
}

/** 0 for each NaN, else 1; returns how many numbers there are. */
function levelsOfNumbers(values: usize, rows: u32, levels: usize): u32 {
  let present: u32 = 0;
  for (let row: u32 = 0; row < rows; row++) {
    const here: u32 = isNaN(load<f64>(values + (row << 3))) ? 0 : 1;
    store<u32>(levels + (row << 2), here);
    present += here;
  }
  return present;
}

/** Writes the levels and moves the numbers that are there together; returns how many there are. */
function putPresenceOfNumbers(values: usize, rows: u32): u32 {
  const levels = room(LEVELS, rows * 4);
  const present = levelsOfNumbers(values, rows, levels);
  putPresence(levels, rows, present);
  if (present === rows) return rows;
  let kept: u32 = 0;
  for (let row: u32 = 0; row < rows; row++) {
    if (load<u32>(levels + (row << 2)) === 0) continue;
    store<u64>(values + (kept << 3), load<u64>(values + (row << 3)));
    kept++;
  }
  return present;
}

function putPresence(levels: usize, rows: u32, present: u32): void {
  if (present === rows) putAllThere(rows);
  else putLevels(levels, rows);
}

/** DOUBLE or INT64 values, by the dictionary while it has room. */
function putNumbers(dictionary: usize, values: usize, count: u32, asDouble: boolean): i32 {
  if (!asDouble) {
    for (let i: u32 = 0; i < count; i++) {
      store<i64>(values + (i << 3), <i64>load<f64>(values + (i << 3)));
    }
  }
  if (!isFull(dictionary)) {
    const indices = room(INDICES, count * 4);
    if (numberIndices(dictionary, values, count, indices)) {
      putIndices(dictionary, indices, count);
      return RLE_DICTIONARY;
    }
  }
  putBytes(values, count << 3);
  return PLAIN;
}

function putTextIndices(dictionary: usize, bytes: usize, ends: usize, levels: usize, rows: u32): boolean {
  const indices = room(INDICES, rows * 4);
  let kept: u32 = 0;
  let from: u32 = 0;
  for (let row: u32 = 0; row < rows; row++) {
    const end = load<u32>(ends + (row << 2));
    if (load<u32>(levels + (row << 2)) !== 0) {
      const index = textIndex(dictionary, bytes + from, end - from);
      if (index < 0) return false;
      store<i32>(indices + (kept << 2), index);
      kept++;
    }
    from = end;
  }
  putIndices(dictionary, indices, kept);
  return true;
}

function putIndices(dictionary: usize, indices: usize, count: u32): void {
  const size = dictionarySize(dictionary);
  const width: u32 = size <= 1 ? 0 : 32 - clz(size - 1);
  put8(width);
  putHybrid(indices, count, width);
}
