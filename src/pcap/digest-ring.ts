/**
 * The memory that the reading and the hashing thread share: a ring of buffers that the reader fills and parses in
 * place, and control words. The two counts only grow; their difference is what waits to be hashed.
 */
/** Small enough to stay in the cache of the processor: memory touched for the first time costs more than waiting. */
export const RING_BUFFERS = 32;
export const RING_BUFFER_BYTES = 512 * 1024;

/** Control words: pieces written, pieces hashed, 1 when no more will come; then offset and length of each piece. */
export const WRITTEN = 0;
export const HASHED = 1;
export const FINISHED = 2;
export const PIECES = 3;

export interface DigestRing {
  readonly control: Int32Array;
  readonly buffers: readonly Uint8Array[];
}

export function createRing(): DigestRing {
  return {
    control: new Int32Array(new SharedArrayBuffer((PIECES + 2 * RING_BUFFERS) * 4)),
    buffers: Array.from(
      { length: RING_BUFFERS },
      () => new Uint8Array(new SharedArrayBuffer(RING_BUFFER_BYTES)),
    ),
  };
}
