import { createHash } from 'node:crypto';
import { ThreadedDigest } from './threaded-digest.js';

/** SHA-256 (FIPS 180-4) over the bytes of a capture as it is stored. */
export interface Digest {
  update(bytes: Uint8Array): void;
  /** Lower-case hexadecimal; call once, last. */
  hex(): string;
  /** Gives up without a result. */
  abandon(): void;
}

/** Above this size a second thread hashes while the first one parses: hashing takes longer than parsing. */
const THREAD_FROM_BYTES = 48 * 1024 * 1024;

/** @param expectedBytes size of the file, or null when it is not known */
export function createDigest(expectedBytes: number | null): Digest {
  if (expectedBytes !== null && expectedBytes >= THREAD_FROM_BYTES) return new ThreadedDigest();
  const hash = createHash('sha256');
  return {
    update: (bytes) => {
      hash.update(bytes);
    },
    hex: () => hash.digest('hex'),
    abandon: () => {},
  };
}
