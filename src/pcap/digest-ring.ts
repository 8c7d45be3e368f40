/**
 * The memory that the reading and the hashing thread share: a ring of slots, and control words.
 * One writer, one reader; the counts only grow (and may wrap, which subtraction in 32 bits forgives).
 */
export const RING_SLOTS = 16;
export const SLOT_BYTES = 512 * 1024;

/** Control words: slots written, slots hashed, 1 when no more will come; then the lengths of the slots. */
export const WRITTEN = 0;
export const HASHED = 1;
export const FINISHED = 2;
export const LENGTHS = 3;

/** The digest is put behind the slots. */
export const DIGEST_BYTES = 32;

export interface DigestRing {
  readonly control: Int32Array;
  readonly data: Uint8Array;
}

export function createRing(): DigestRing {
  return {
    control: new Int32Array(new SharedArrayBuffer((LENGTHS + RING_SLOTS) * 4)),
    data: new Uint8Array(new SharedArrayBuffer(RING_SLOTS * SLOT_BYTES + DIGEST_BYTES)),
  };
}
