import { createHash } from 'node:crypto';
import { ThreadedDigest } from './threaded-digest.js';

/** SHA-256 (FIPS 180-4) over the bytes of a capture as it is stored. */
export interface Digest {
  /** A buffer that the digest would like the next bytes in, if it has a wish. */
  buffer(): Uint8Array | undefined;
  /** Takes bytes in the order of the file. The memory may be used again after the next `buffer()`. */
  take(bytes: Uint8Array): void;
  /** Lower-case hexadecimal, or null when none was wanted; call once, last. */
  hex(): Promise<string | null>;
  /** Gives up without a result. */
  abandon(): void;
}

/** Hashes what it is given, at once. */
function createDigest(): Digest {
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

/** Files up to this size are hashed without being asked for. */
const HASHED_UNASKED_BYTES = 256 * 1024 * 1024;

/**
 * Whether the digest of a capture is wanted: `auto` means up to 256 MiB. One core hashes 1.8 GB/s, which is longer than
 * all the rest of a prediction takes (bench/README.md).
 */
export type DigestWish = 'always' | 'auto' | 'never';

const noDigest: Digest = {
  buffer: () => undefined,
  take: () => {},
  hex: () => Promise.resolve(null),
  abandon: () => {},
};

/** Digest for a source of `size` bytes (null: not known). */
export function digestFor(wish: DigestWish, size: number | null): Digest {
  if (wish === 'never' || (wish === 'auto' && (size ?? 0) > HASHED_UNASKED_BYTES)) return noDigest;
  return size !== null && size >= THREAD_FROM_BYTES ? new ThreadedDigest() : createDigest();
}
