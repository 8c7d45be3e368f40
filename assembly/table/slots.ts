/** Open-addressed hash table from 32-bit hashes to rows: linear probing, never more than half full, nothing is removed. */
import { allocate, giveBack } from '../flow/memory';

/** Eight bytes a slot: the row's number + 1 (0: free), its hash. */
export let slots: usize = allocate(4096 * 8);
export let mask: u32 = 4095;

/** Puts a row into a slot: a free one, or that of the session's row before. */
export function placeRow(slot: usize, hash: u32, index: i32): void {
  store<u64>(slot, ((<u64>hash) << 32) | <u64>(index + 1));
}

/** Twice the slots. */
export function growSlots(): void {
  const old = slots;
  const end = old + ((<usize>mask + 1) << 3);
  mask = mask * 2 + 1;
  slots = allocate((<usize>mask + 1) << 3);
  for (let from = old; from < end; from += 8) {
    const entry = load<u64>(from);
    if (<u32>entry === 0) continue;
    let slot = <u32>(entry >> 32) & mask;
    while (load<u32>(slots + ((<usize>slot) << 3)) !== 0) slot = (slot + 1) & mask;
    store<u64>(slots + ((<usize>slot) << 3), entry);
  }
  giveBack(old, end - old);
}
