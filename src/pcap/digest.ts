import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { NetworkmlError } from '../errors.js';
import { packageRoot } from '../package-root.js';

/** SHA-256 (FIPS 180-4) over the bytes of a capture as it is stored. */
export interface Digest {
  /**
   * Takes `count` bytes of `buffer` from `at`, in the order of the file. `lend` is called when the digest wants to
   * keep the buffer for a while: it gives the reader another one in its place.
   */
  take(
    buffer: Uint8Array,
    at: number,
    count: number,
    lend: (spare: Uint8Array | undefined) => void,
  ): Promise<void> | void;
  /** Lower-case hexadecimal; call once, last. */
  hex(): Promise<string>;
  /** Gives up without a result. */
  abandon(): void;
}

/** Hashes what it is given, at once. */
export function createDigest(): Digest {
  const hash = createHash('sha256');
  return {
    take: (buffer, at, count) => {
      hash.update(buffer.subarray(at, at + count));
    },
    hex: () => Promise.resolve(hash.digest('hex')),
    abandon: () => {},
  };
}

/** Above this size a second thread hashes while the first one parses: hashing takes longer than parsing. */
const THREAD_FROM_BYTES = 48 * 1024 * 1024;

/** Buffers that may be with the hashing thread at one time. */
const MOST_LENT = 16;

/** Digest for a file of `size` bytes. */
export function createFileDigest(size: number): Digest {
  return size < THREAD_FROM_BYTES ? createDigest() : createThreadedDigest();
}

/** What goes to the thread: a piece to hash, or nothing: the end. */
export type DigestPiece = { buffer: ArrayBuffer; at: number; count: number } | 'end';
/** What comes back: a buffer to use again, or the digest. */
export type DigestReply = ArrayBuffer | string;

/** The buffers themselves change hands: nothing is copied. The caller waits only when all are with the thread. */
function createThreadedDigest(): Digest {
  const worker = new Worker(join(packageRoot(), 'dist/pcap/digest-worker.js'));
  const spares: Uint8Array[] = [];
  let lent = 0;
  let returned = (): void => {};
  let failed = false;
  const result = new Promise<string>((resolve, reject) => {
    const fail = (cause?: unknown): void => {
      failed = true;
      returned();
      reject(new NetworkmlError('NML_INTERNAL', 'the hashing thread failed', { cause }));
    };
    worker.on('message', (reply: DigestReply) => {
      if (typeof reply === 'string') {
        resolve(reply);
        return;
      }
      spares.push(new Uint8Array(reply));
      lent--;
      returned();
    });
    worker.once('error', fail);
    worker.once('exit', () => fail());
  });
  // Whoever abandons the digest does not wait for it.
  result.catch(() => {});
  return {
    async take(buffer, at, count, lend) {
      lend(spares.pop());
      lent++;
      const whole = buffer.buffer as ArrayBuffer;
      worker.postMessage({ buffer: whole, at, count } satisfies DigestPiece, [whole]);
      while (lent >= MOST_LENT && !failed) {
        await new Promise<void>((resolve) => {
          returned = resolve;
        });
      }
    },
    hex() {
      worker.postMessage('end' satisfies DigestPiece);
      return result;
    },
    abandon() {
      void worker.terminate();
    },
  };
}
