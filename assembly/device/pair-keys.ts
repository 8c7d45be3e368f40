/**
 * Tables that give every distinct key of two 32-bit words a number 0, 1, 2 ... in order of appearance: as those of
 * assembly/table/keys.ts, but with room for as many keys as there may be from the beginning, so that nothing is ever moved,
 * and half as large: memory that is touched first costs more than all else here.
 */
import { hash32 } from '../flow/hash';
import { allocate, giveBack } from '../flow/memory';

/** A table: where the slots lie (a number + 1, or 0), their mask, where the keys lie, how many there are. */
const MASK: usize = 4;
const KEYS: usize = 8;
const COUNT: usize = 12;
const TABLE_BYTES: usize = 16;

/** An empty table for so many keys at most. */
export function createPairs(most: i32): usize {
  return createPairsOf(most, allocate((<usize>most) << 3));
}

/** An empty table whose keys lie, each of two words, where its owner wants them. */
export function createPairsOf(most: i32, keys: usize): usize {
  let size: u32 = 64;
  while (size < <u32>most * 2) size *= 2;
  const table = allocate(TABLE_BYTES);
  store<u32>(table, <u32>allocate((<usize>size) << 2));
  store<u32>(table, size - 1, MASK);
  store<u32>(table, <u32>keys, KEYS);
  return table;
}

/** Number of the key, given now if it is new. */
export function internPair(table: usize, k0: i32, k1: i32): i32 {
  const slot = slotOf(table, k0, k1);
  const known = load<i32>(slot);
  if (known !== 0) return known - 1;
  const number = load<i32>(table, COUNT);
  put(table, slot, k0, k1, number);
  return number;
}

/** Number of the key, or -1. */
export function findPair(table: usize, k0: i32, k1: i32): i32 {
  return load<i32>(slotOf(table, k0, k1)) - 1;
}

/** Gives a new key a number of its owner's; a table has either these or numbers of its own. */
export function putPair(table: usize, k0: i32, k1: i32, number: i32): void {
  put(table, slotOf(table, k0, k1), k0, k1, number);
}

/** How many keys there are. */
export function pairCount(table: usize): i32 {
  return load<i32>(table, COUNT);
}

/** No key is looked up any more; they stay where they are. */
export function closePairs(table: usize): void {
  giveBack(load<u32>(table), (<usize>load<u32>(table, MASK) + 1) << 2);
}

function put(table: usize, slot: usize, k0: i32, k1: i32, number: i32): void {
  store<u64>(keyAt(load<u32>(table, KEYS), number), keyOf(k0, k1));
  store<i32>(slot, number + 1);
  store<i32>(table, load<i32>(table, COUNT) + 1, COUNT);
}

function keyOf(k0: i32, k1: i32): u64 {
  return <u64>(<u32>k0) | ((<u64>(<u32>k1)) << 32);
}

function keyAt(keys: usize, number: i32): usize {
  return keys + ((<usize>number) << 3);
}

/** The slot that holds the key, or the free one where it belongs. */
function slotOf(table: usize, k0: i32, k1: i32): usize {
  const slots: usize = load<u32>(table);
  const keys: usize = load<u32>(table, KEYS);
  const mask = load<u32>(table, MASK);
  const key = keyOf(k0, k1);
  let slot: u32 = hash32(k0, k1, 0, 0) & mask;
  let at = slots + ((<usize>slot) << 2);
  let known = load<i32>(at);
  while (known !== 0 && load<u64>(keyAt(keys, known - 1)) !== key) {
    slot = (slot + 1) & mask;
    at = slots + ((<usize>slot) << 2);
    known = load<i32>(at);
  }
  return at;
}
