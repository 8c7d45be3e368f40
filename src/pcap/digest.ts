import { createHash } from 'node:crypto';
import { ThreadedDigest } from './threaded-digest.js';

/** SHA-256 (FIPS 180-4) over the bytes of a capture as it is stored. */
export interface Digest {
  /** A buffer that the digest would like the next bytes in, if it has a wish. */
  buffer(): Uint8Array | undefined;
  /** Takes bytes in the order of the file. The memory may be used again after the next `buffer()`. */
  take(bytes: Uint8Array): void;
  /** Lower-case hexadecimal; call once, last. */
  hex(): Promise<string>;
  /** Gives up without a result. */
  abandon(): void;
}

/** Hashes what it is given, at once. */
export function createDigest(): Digest {
  const hash = createHash('sha256');
  return {
    buffer: () => undefined,
    take: (bytes) => {
      hash.update(bytes);
    },
    hex: () => Promise.resolve(hash.digest('hex')),
    abandon: () => {},
  };
}

/** Above this size a second thread hashes while the first one parses: hashing takes longer than parsing. */
const THREAD_FROM_BYTES = 48 * 1024 * 1024;

/** A hashing thread that was started before its file was opened. */
let warm: ThreadedDigest | undefined;

/**
 * Starts the hashing thread for a file of `size` bytes that will be read soon, if it will need one: a thread takes some
 * 40 ms to start, and a program has other things to do meanwhile.
 */
export function warmUpDigest(size: number): void {
  if (size >= THREAD_FROM_BYTES) warm ??= new ThreadedDigest();
}

/** Digest for a file of `size` bytes. */
export function createFileDigest(size: number): Digest {
  if (size < THREAD_FROM_BYTES) return createDigest();
  const digest = warm ?? new ThreadedDigest();
  warm = undefined;
  return digest;
}
