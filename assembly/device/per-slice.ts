/**
 * Entries by owner (a peer, or a service of a peer) and slice, of two words each, which are zero at first. Nearly all owners
 * are met in one slice only, or in one slice after the other: an owner keeps its last entry, and only those with several are
 * put into a table of keys.
 */
import { allocate } from '../flow/memory';
import { createPairs, findPair, putPair } from './pair-keys';

/** A set: entries so far, most of them, last entries by owner, entries, their slices, and the table of keys. */
const COUNT: usize = 0;
const MOST: usize = 4;
const LAST: usize = 8;
const ENTRIES: usize = 12;
const SLICES: usize = 16;
const KEYS: usize = 20;
const SET_BYTES: usize = 24;
/** Of an owner: number of its last entry + 1, and whether its entries are in the table of keys. */
const LISTED: u32 = 0x8000_0000;

/** An empty set for so many owners and entries at most; what comes beyond has none. */
export function createPerSlice(owners: i32, most: i32): usize {
  const set = allocate(SET_BYTES);
  store<i32>(set, most, MOST);
  store<u32>(set, <u32>allocate((<usize>owners) << 2), LAST);
  store<u32>(set, <u32>allocate((<usize>most) << 3), ENTRIES);
  store<u32>(set, <u32>allocate((<usize>most) << 2), SLICES);
  return set;
}

export function perSliceCount(set: usize): i32 {
  return load<i32>(set, COUNT);
}

/** Where an entry lies. */
export function entryAt(set: usize, entry: i32): usize {
  return <usize>load<u32>(set, ENTRIES) + ((<usize>entry) << 3);
}

/** Slice of an entry. */
export function sliceOfEntry(set: usize, entry: i32): i32 {
  return load<i32>(slicePlace(set, entry));
}

function slicePlace(set: usize, entry: i32): usize {
  return <usize>load<u32>(set, SLICES) + ((<usize>entry) << 2);
}

/** Where the entry of an owner in a slice lies, made now if it is new; 0 where there are as many as may be. */
export function entryOf(set: usize, owner: i32, slice: i32): usize {
  const own = <usize>load<u32>(set, LAST) + ((<usize>owner) << 2);
  const state = load<u32>(own);
  const last = <i32>(state & ~LISTED) - 1;
  if (last >= 0) {
    if (sliceOfEntry(set, last) === slice) return entryAt(set, last);
    const known = earlierEntry(set, owner, slice, last, (state & LISTED) !== 0);
    if (known >= 0) {
      store<u32>(own, <u32>(known + 1) | LISTED);
      return entryAt(set, known);
    }
  }
  const entry = load<i32>(set, COUNT);
  if (entry >= load<i32>(set, MOST)) return 0;
  store<i32>(set, entry + 1, COUNT);
  store<i32>(slicePlace(set, entry), slice);
  store<u32>(own, last < 0 ? <u32>(entry + 1) : <u32>(entry + 1) | LISTED);
  if (last >= 0) putPair(load<u32>(set, KEYS), owner, slice, entry);
  return entryAt(set, entry);
}

/** Number of an entry that is not the owner's last one, or -1. */
function earlierEntry(set: usize, owner: i32, slice: i32, last: i32, listed: boolean): i32 {
  if (load<u32>(set, KEYS) === 0) store<u32>(set, <u32>createPairs(load<i32>(set, MOST)), KEYS);
  const keys: usize = load<u32>(set, KEYS);
  if (!listed) putPair(keys, owner, sliceOfEntry(set, last), last);
  return findPair(keys, owner, slice);
}
