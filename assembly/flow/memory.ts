/**
 * Memory of one meter. It is only ever taken from its end, in pieces that their owners use again; the whole of it goes
 * when the meter goes.
 */
import { outOfMemory } from './host';

let top: usize = __heap_base;

/** The last page stays unused, so that no place behind what is taken is beyond what 32 bits can name. */
const END: u64 = 0xffff_0000;

/** Space for so many bytes that begins at a cache line. New space is zero. */
export function allocate(bytes: usize): usize {
  const start = (top + 63) & ~63;
  const end = <u64>start + <u64>bytes;
  if (end > END) outOfMemory();
  const have = (<u64>memory.size()) << 16;
  if (end > have) {
    const need = <i32>((end - have + 0xffff) >> 16);
    // A quarter more than there is, so that the views of the host are seldom made anew.
    const wanted = max<i32>(need, memory.size() >> 2);
    if (memory.grow(wanted) < 0 && memory.grow(need) < 0) outOfMemory();
  }
  top = <usize>end;
  return start;
}
