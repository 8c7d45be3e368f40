/**
 * Memory of one core. It is taken from its end, in pieces that their owners use again or give back; the whole of it goes
 * when the core goes.
 */
import { outOfMemory } from './host';

let top: usize = __heap_base;

/** The last page stays unused, so that no place behind what is taken is beyond what 32 bits can name. */
const END: u64 = 0xffff_0000;

/** Pieces that were given back: places and sizes. Some are few enough to look through, and enough for the large ones. */
const PIECES: usize = 16;
const pieces: usize = memory.data(128, 8);

/** Takes back what its owner needs no more. Memory that was never touched costs far more than to empty this. */
export function giveBack(start: usize, bytes: usize): void {
  let least = pieces;
  for (let piece = pieces; piece < pieces + PIECES * 8; piece += 8) {
    if (load<u32>(piece, 4) < load<u32>(least, 4)) least = piece;
  }
  if (<usize>load<u32>(least, 4) >= bytes) return;
  store<u32>(least, <u32>start);
  store<u32>(least, <u32>bytes, 4);
}

/** Space in a piece that was given back, the smallest that is large enough; 0 without any. */
function takeBack(bytes: usize): usize {
  let best: usize = 0;
  for (let piece = pieces; piece < pieces + PIECES * 8; piece += 8) {
    const size: usize = load<u32>(piece, 4);
    if (size >= bytes && (best === 0 || size < <usize>load<u32>(best, 4))) best = piece;
  }
  if (best === 0) return 0;
  const start: usize = load<u32>(best);
  const taken = (bytes + 63) & ~63;
  const size: usize = load<u32>(best, 4);
  store<u32>(best, <u32>(start + taken));
  store<u32>(best, size > taken ? <u32>(size - taken) : 0, 4);
  memory.fill(start, 0, bytes);
  return start;
}

/** Space for so many bytes that begins at a cache line. New space is zero. */
export function allocate(bytes: usize): usize {
  const again = takeBack(bytes);
  if (again !== 0) return again;
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
