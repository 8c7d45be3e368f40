/**
 * Tables that give every distinct key of four 32-bit integers a number 0, 1, 2 ... in order of appearance, as `IntKeyTable`
 * of the host does: open addressing, linear probing, never more than half full.
 */
import { hash32 } from '../flow/hash';
import { allocate, giveBack } from '../flow/memory';

/** A table, in words: where the slots lie (a number + 1, or 0), their mask, where the keys lie, room for so many, how many there are. */
const SLOTS: usize = 0;
const MASK: usize = 4;
const KEYS: usize = 8;
const ROOM: usize = 12;
const COUNT: usize = 16;
const TABLE_BYTES: usize = 20;
const FIRST_ROOM: u32 = 32;

/** An empty table. */
export function createKeys(): usize {
  const table = allocate(TABLE_BYTES);
  store<u32>(table, <u32>allocate(FIRST_ROOM * 8), SLOTS);
  store<u32>(table, FIRST_ROOM * 2 - 1, MASK);
  store<u32>(table, <u32>allocate(FIRST_ROOM * 16), KEYS);
  store<u32>(table, FIRST_ROOM, ROOM);
  return table;
}

/** Number of the key, given now if it is new. */
export function internKey(table: usize, k0: i32, k1: i32, k2: i32, k3: i32): i32 {
  const slot = slotOf(table, k0, k1, k2, k3);
  const id = load<i32>(slot) - 1;
  return id < 0 ? add(table, slot, k0, k1, k2, k3) : id;
}

/** Number of the key, or -1. */
export function findKey(table: usize, k0: i32, k1: i32, k2: i32, k3: i32): i32 {
  return load<i32>(slotOf(table, k0, k1, k2, k3)) - 1;
}

/** How many keys there are. */
export function keyCount(table: usize): i32 {
  return load<i32>(table, COUNT);
}

/** Word 0 to 3 of a key by its number. */
export function keyWord(table: usize, id: i32, index: i32): i32 {
  return load<i32>(keyAt(table, id) + ((<usize>index) << 2));
}

function keyAt(table: usize, id: i32): usize {
  return <usize>load<u32>(table, KEYS) + ((<usize>id) << 4);
}

/** The slot that holds the key, or the free one where it belongs. */
function slotOf(table: usize, k0: i32, k1: i32, k2: i32, k3: i32): usize {
  const slots: usize = load<u32>(table, SLOTS);
  const keys: usize = load<u32>(table, KEYS);
  const mask = load<u32>(table, MASK);
  let place = slots + ((<usize>(hash32(k0, k1, k2, k3) & mask)) << 2);
  const end = slots + ((<usize>mask) << 2);
  let number = load<u32>(place);
  while (number !== 0 && !isKey(keys + ((<usize>(number - 1)) << 4), k0, k1, k2, k3)) {
    place = place === end ? slots : place + 4;
    number = load<u32>(place);
  }
  return place;
}

function isKey(key: usize, k0: i32, k1: i32, k2: i32, k3: i32): boolean {
  return (
    load<i32>(key) === k0 && load<i32>(key, 4) === k1 && load<i32>(key, 8) === k2 && load<i32>(key, 12) === k3
  );
}

function add(table: usize, slot: usize, k0: i32, k1: i32, k2: i32, k3: i32): i32 {
  const id = load<i32>(table, COUNT);
  const room = load<u32>(table, ROOM);
  if (<u32>id === room) {
    const keys = allocate((<usize>room) << 5);
    memory.copy(keys, load<u32>(table, KEYS), (<usize>room) << 4);
    giveBack(load<u32>(table, KEYS), (<usize>room) << 4);
    store<u32>(table, <u32>keys, KEYS);
    store<u32>(table, room * 2, ROOM);
  }
  const key = keyAt(table, id);
  store<i32>(key, k0);
  store<i32>(key, k1, 4);
  store<i32>(key, k2, 8);
  store<i32>(key, k3, 12);
  store<i32>(slot, id + 1);
  store<i32>(table, id + 1, COUNT);
  if (<u32>(id + 1) * 2 > load<u32>(table, MASK)) spread(table);
  return id;
}

/** Twice the slots. */
function spread(table: usize): void {
  const mask = load<u32>(table, MASK) * 2 + 1;
  giveBack(load<u32>(table, SLOTS), (<usize>load<u32>(table, MASK) + 1) << 2);
  store<u32>(table, <u32>allocate((<usize>mask + 1) << 2), SLOTS);
  store<u32>(table, mask, MASK);
  const count = load<i32>(table, COUNT);
  for (let id = 0; id < count; id++) {
    const key = keyAt(table, id);
    const slot = slotOf(table, load<i32>(key), load<i32>(key, 4), load<i32>(key, 8), load<i32>(key, 12));
    store<i32>(slot, id + 1);
  }
}
