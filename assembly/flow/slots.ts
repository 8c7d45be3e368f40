/**
 * Open-addressed hash table from 32-bit hashes to rows: linear probing, never more than half full, removal by shifting
 * back, so that it stays as fast after a million sessions have come and gone (Knuth, TAOCP 3, 6.4, R). The hash lies
 * beside the row: most look-ups touch no other row's memory.
 */
import { allocate } from './memory';
import { giveSpace } from './rows';

/** Eight bytes a slot: the row (0: free), its hash. */
export let slots: usize = allocate(1024 * 8);
export let mask: u32 = 1023;
let used: u32 = 0;

/** Puts a row in, which must not be there yet. */
export function insertSlot(hash: u32, row: usize): void {
  if (++used * 2 > mask) grow();
  place(hash, row);
}

/** Takes a row out that is there. */
export function removeSlot(hash: u32, row: usize): void {
  let slot = hash & mask;
  while (load<u32>(slots + ((<usize>slot) << 3)) !== <u32>row) slot = (slot + 1) & mask;
  used--;
  let next = slot;
  for (;;) {
    next = (next + 1) & mask;
    const entry = load<u64>(slots + ((<usize>next) << 3));
    if (<u32>entry === 0) break;
    const home = <u32>(entry >> 32) & mask;
    // An entry may not be moved before its home.
    if (((next - home) & mask) < ((next - slot) & mask)) continue;
    store<u64>(slots + ((<usize>slot) << 3), entry);
    slot = next;
  }
  store<u64>(slots + ((<usize>slot) << 3), 0);
}

function place(hash: u32, row: usize): void {
  let slot = hash & mask;
  while (load<u32>(slots + ((<usize>slot) << 3)) !== 0) slot = (slot + 1) & mask;
  store<u64>(slots + ((<usize>slot) << 3), ((<u64>hash) << 32) | <u64>row);
}

function grow(): void {
  const old = slots;
  const bytes = (<usize>mask + 1) * 8;
  slots = allocate(bytes * 2);
  mask = mask * 2 + 1;
  for (let from: usize = 0; from < bytes; from += 8) {
    const entry = load<u64>(old + from);
    if (<u32>entry !== 0) place(<u32>(entry >> 32), <usize>(<u32>entry));
  }
  giveSpace(old, bytes);
}
