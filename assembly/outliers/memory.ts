/** Memory that is taken from its end and given back in the reverse order. */

/** Where the next piece begins. The host keeps it and puts it back, which gives back all that was taken in between. */
export let top: usize = __heap_base;

/** The last page stays unused, so that no place behind what is taken is beyond what 32 bits can name. */
const END: u64 = 0xffff_0000;

/** Space for so many bytes that begins at a cache line; 0 when there is none. What is in it is left from before. */
export function allocate(bytes: f64): usize {
  const start = (top + 63) & ~63;
  const wanted = <f64>start + bytes;
  if (wanted > <f64>END) return 0;
  const end = <u64>wanted;
  const have = (<u64>memory.size()) << 16;
  if (end > have && memory.grow(<i32>((end - have + 0xffff) >> 16)) < 0) return 0;
  top = <usize>end;
  return start;
}
