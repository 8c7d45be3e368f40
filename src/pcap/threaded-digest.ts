import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { NetworkmlError } from '../errors.js';
import { packageRoot } from '../package-root.js';
import {
  createRing,
  DIGEST_BYTES,
  FINISHED,
  HASHED,
  LENGTHS,
  RING_SLOTS,
  SLOT_BYTES,
  WRITTEN,
} from './digest-ring.js';

/** How long the hashing thread may leave a full ring untouched before it is taken for dead. Milliseconds. */
const PATIENCE_MS = 60_000;

/** A `Digest` that hashes in a worker thread, fed through shared memory. The calling thread waits only when the ring is full. */
export class ThreadedDigest {
  private readonly ring = createRing();
  private readonly worker: Worker;
  private written = 0;

  constructor() {
    this.worker = new Worker(join(packageRoot(), 'dist/pcap/digest-worker.js'), { workerData: this.ring });
    this.worker.unref();
    // A worker that cannot start is met as a time-out below, with a coded error.
    this.worker.on('error', () => {});
  }

  update(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += SLOT_BYTES) this.put(bytes.subarray(at, at + SLOT_BYTES));
  }

  hex(): string {
    const { control, data } = this.ring;
    Atomics.store(control, FINISHED, 1);
    Atomics.notify(control, WRITTEN);
    this.await(() => Atomics.load(control, FINISHED) === 1, FINISHED, 1);
    return Buffer.from(
      data.subarray(RING_SLOTS * SLOT_BYTES, RING_SLOTS * SLOT_BYTES + DIGEST_BYTES),
    ).toString('hex');
  }

  abandon(): void {
    void this.worker.terminate();
  }

  private put(bytes: Uint8Array): void {
    const { control, data } = this.ring;
    const slot = this.written % RING_SLOTS;
    for (;;) {
      const hashed = Atomics.load(control, HASHED);
      if (this.written - hashed < RING_SLOTS) break;
      this.await(() => Atomics.load(control, HASHED) === hashed, HASHED, hashed);
    }
    data.set(bytes, slot * SLOT_BYTES);
    control[LENGTHS + slot] = bytes.length;
    this.written++;
    Atomics.store(control, WRITTEN, this.written);
    Atomics.notify(control, WRITTEN);
  }

  private await(unchanged: () => boolean, word: number, value: number): void {
    while (unchanged()) {
      if (Atomics.wait(this.ring.control, word, value, PATIENCE_MS) === 'timed-out') {
        this.abandon();
        throw new NetworkmlError('NML_INTERNAL', 'the hashing thread does not answer');
      }
    }
  }
}
