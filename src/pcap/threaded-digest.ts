import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { NetworkmlError } from '../errors.js';
import { packageRoot } from '../package-root.js';
import {
  createRing,
  FINISHED,
  HASHED,
  PIECES,
  RING_BUFFER_BYTES,
  RING_BUFFERS,
  WRITTEN,
} from './digest-ring.js';

/** How long a full ring may stay untouched before the hashing thread is taken for dead. Milliseconds. */
const PATIENCE_MS = 60_000;

/**
 * SHA-256 in a worker thread. The reader fills and parses the buffers of the ring itself, so that nothing is copied;
 * it waits only when all of them are still to be hashed.
 */
export class ThreadedDigest {
  private readonly ring = createRing();
  private readonly worker: Worker;
  private readonly result: Promise<string>;
  private written = 0;

  constructor() {
    this.worker = new Worker(join(packageRoot(), 'dist/pcap/digest-worker.js'), { workerData: this.ring });
    this.result = new Promise((resolve, reject) => {
      const fail = (cause?: unknown): void =>
        reject(new NetworkmlError('NML_INTERNAL', 'the hashing thread failed', { cause }));
      this.worker.once('message', resolve);
      this.worker.once('error', fail);
      this.worker.once('exit', () => fail());
    });
    // Whoever abandons the digest does not wait for it.
    this.result.catch(() => {});
  }

  /** The buffer to fill next; free until it is given to `take`. */
  buffer(): Uint8Array {
    const { control, buffers } = this.ring;
    for (;;) {
      const hashed = Atomics.load(control, HASHED);
      if (this.written - hashed < RING_BUFFERS) return buffers[this.written % RING_BUFFERS] as Uint8Array;
      if (Atomics.wait(control, HASHED, hashed, PATIENCE_MS) === 'timed-out') {
        throw new NetworkmlError('NML_INTERNAL', 'the hashing thread does not answer');
      }
    }
  }

  /** Hands over bytes of the last `buffer()`; bytes that lie elsewhere are copied into the ring. */
  take(bytes: Uint8Array): void {
    if (bytes.buffer === this.buffer().buffer) {
      this.put(bytes.byteOffset, bytes.length);
      return;
    }
    for (let at = 0; at < bytes.length; at += RING_BUFFER_BYTES) {
      const piece = bytes.subarray(at, at + RING_BUFFER_BYTES);
      this.buffer().set(piece);
      this.put(0, piece.length);
    }
  }

  hex(): Promise<string> {
    const { control } = this.ring;
    Atomics.store(control, FINISHED, 1);
    Atomics.notify(control, WRITTEN);
    return this.result;
  }

  abandon(): void {
    void this.worker.terminate();
  }

  private put(at: number, count: number): void {
    const { control } = this.ring;
    const slot = this.written % RING_BUFFERS;
    control[PIECES + 2 * slot] = at;
    control[PIECES + 2 * slot + 1] = count;
    this.written++;
    Atomics.store(control, WRITTEN, this.written);
    Atomics.notify(control, WRITTEN);
  }
}
