/** Thread body of the threaded digest: hashes the pieces of the ring in order, then sends the digest. */
import { createHash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { type DigestRing, FINISHED, HASHED, PIECES, RING_BUFFERS, WRITTEN } from './digest-ring.js';

const { control, buffers } = workerData as DigestRing;
const hash = createHash('sha256');

for (let hashed = 0; ; ) {
  const written = Atomics.load(control, WRITTEN);
  if (hashed === written) {
    // The count is looked at again after the flag: the last piece may have come between the two.
    if (Atomics.load(control, FINISHED) === 1 && Atomics.load(control, WRITTEN) === hashed) break;
    Atomics.wait(control, WRITTEN, written, 5);
    continue;
  }
  const slot = hashed % RING_BUFFERS;
  const at = control[PIECES + 2 * slot] as number;
  const count = control[PIECES + 2 * slot + 1] as number;
  hash.update((buffers[slot] as Uint8Array).subarray(at, at + count));
  hashed++;
  Atomics.store(control, HASHED, hashed);
  Atomics.notify(control, HASHED);
}
parentPort?.postMessage(hash.digest('hex'));
