/** Memory that is taken from its end, and areas in it that grow as wanted. */

let top: usize = __heap_base;

/** Space for so many bytes that begins at a cache line. New space is zero. */
export function allocate(bytes: usize): usize {
  const start = (top + 63) & ~63;
  const end = <u64>start + <u64>bytes;
  const have = (<u64>memory.size()) << 16;
  if (end > have) memory.grow(<i32>((end - have + 0xffff) >> 16));
  top = <usize>end;
  return start;
}

const AREAS = 8;
/** Of each area where it lies and how long it is. */
const areas: usize = memory.data(AREAS * 8, 8);

/** Area `number` with room for so many bytes and some more; what was in it is lost when it has to move. */
export function room(number: i32, bytes: usize): usize {
  const area = areas + ((<usize>number) << 3);
  const wanted = bytes + 64;
  if (load<u32>(area, 4) < <u32>wanted) {
    const size = max<usize>(wanted, 2 * load<u32>(area, 4));
    store<u32>(area, <u32>allocate(size));
    store<u32>(area, <u32>size, 4);
  }
  return load<u32>(area);
}
