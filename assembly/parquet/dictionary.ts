/**
 * Distinct values of a column within one row group, numbered in order of appearance. Their PLAIN encoding lies on end, as
 * the dictionary's page has it. A column with more of them, or longer ones, is written plainly from there on.
 */
import { allocate } from './memory';

const MOST_ENTRIES: u32 = 2048;
const SLOTS: u32 = 8192;
/** Bytes of plain values that are kept: texts that are longer are hardly ever met twice. */
const PLAIN_BYTES: usize = 1 << 18;

/** 2^64 over the golden ratio (Knuth, TAOCP 3, 6.4). */
const GOLDEN = ((<u64>0x9e37_79b9) << 32) | 0x7f4a_7c15;

const SIZE = 0;
const FULL = 4;
const PLAIN_LENGTH = 8;
const SLOTS_AT: usize = 16;
/** Where each text begins among the plain values, behind its length. */
const TEXTS_AT: usize = SLOTS_AT + SLOTS * 4;
const PLAIN_AT: usize = TEXTS_AT + MOST_ENTRIES * 4;

/** An empty dictionary; returns where it lies. */
export function createDictionary(): usize {
  return allocate(PLAIN_AT + PLAIN_BYTES);
}

export function clearDictionary(dictionary: usize): void {
  memory.fill(dictionary, 0, TEXTS_AT);
}

export function dictionarySize(dictionary: usize): u32 {
  return load<u32>(dictionary, SIZE);
}

export function isFull(dictionary: usize): boolean {
  return load<u32>(dictionary, FULL) !== 0;
}

/** Where the plain values lie, and their bytes. */
export function plainAt(dictionary: usize): usize {
  return dictionary + PLAIN_AT;
}

export function plainLength(dictionary: usize): u32 {
  return load<u32>(dictionary, PLAIN_LENGTH);
}

/** Gives each 64-bit value its index; false when there are too many distinct ones. */
export function numberIndices(dictionary: usize, values: usize, count: u32, out: usize): boolean {
  const plain = dictionary + PLAIN_AT;
  let last: u32 = 0;
  let lastValue = load<u64>(plain);
  let any = load<u32>(dictionary, SIZE) > 0;
  for (let i: u32 = 0; i < count; i++) {
    const value = load<u64>(values + (i << 3));
    // What was met last comes again more often than not.
    if (!any || value !== lastValue) {
      const found = numberIndex(dictionary, plain, value);
      if (found < 0) return false;
      last = found;
      lastValue = value;
      any = true;
    }
    store<u32>(out + (i << 2), last);
  }
  return true;
}

function numberIndex(dictionary: usize, plain: usize, value: u64): i32 {
  let slot = <u32>((value * GOLDEN) >> 51);
  let index = entryAt(dictionary, slot);
  while (index >= 0) {
    if (load<u64>(plain + (index << 3)) === value) return index;
    slot = (slot + 1) & (SLOTS - 1);
    index = entryAt(dictionary, slot);
  }
  const size = load<u32>(dictionary, SIZE);
  if (size >= MOST_ENTRIES) return giveUp(dictionary);
  store<u64>(plain + (size << 3), value);
  store<u32>(dictionary, (size + 1) << 3, PLAIN_LENGTH);
  return enter(dictionary, slot, size);
}

/** Index of a text, or -1 when there are too many distinct ones. */
export function textIndex(dictionary: usize, text: usize, length: u32): i32 {
  const plain = dictionary + PLAIN_AT;
  let code: u32 = length;
  for (let i: u32 = 0; i < length; i++) code = code * 31 + load<u8>(text + i);
  let slot = (code * 0x9e37_79b1) >> 19;
  let index = entryAt(dictionary, slot);
  while (index >= 0) {
    const known = plain + load<u32>(dictionary + TEXTS_AT + (index << 2));
    if (load<u32>(known - 4) === length && memory.compare(known, text, length) === 0) return index;
    slot = (slot + 1) & (SLOTS - 1);
    index = entryAt(dictionary, slot);
  }
  const size = load<u32>(dictionary, SIZE);
  const used = load<u32>(dictionary, PLAIN_LENGTH);
  if (size >= MOST_ENTRIES || used + 4 + length > <u32>PLAIN_BYTES) return giveUp(dictionary);
  store<u32>(plain + used, length);
  memory.copy(plain + used + 4, text, length);
  store<u32>(dictionary + TEXTS_AT + (size << 2), used + 4);
  store<u32>(dictionary, used + 4 + length, PLAIN_LENGTH);
  return enter(dictionary, slot, size);
}

/** Number of the entry in a slot, -1 where it is free. */
function entryAt(dictionary: usize, slot: u32): i32 {
  return load<i32>(dictionary + SLOTS_AT + (slot << 2)) - 1;
}

function enter(dictionary: usize, slot: u32, size: u32): i32 {
  store<u32>(dictionary + SLOTS_AT + (slot << 2), size + 1);
  store<u32>(dictionary, size + 1, SIZE);
  return size;
}

function giveUp(dictionary: usize): i32 {
  store<u32>(dictionary, 1, FULL);
  return -1;
}
