import { createHash } from 'node:crypto';
import { workerData } from 'node:worker_threads';
import {
  type DigestRing,
  FINISHED,
  HASHED,
  LENGTHS,
  RING_SLOTS,
  SLOT_BYTES,
  WRITTEN,
} from './digest-ring.js';

const { control, data } = workerData as DigestRing;
const hash = createHash('sha256');

for (let hashed = 0; ; ) {
  const written = Atomics.load(control, WRITTEN);
  if (hashed === written) {
    if (Atomics.load(control, FINISHED) !== 0 && Atomics.load(control, WRITTEN) === hashed) break;
    // FINISHED is announced on WRITTEN without changing it, hence the short wait.
    Atomics.wait(control, WRITTEN, written, 20);
    continue;
  }
  const slot = hashed % RING_SLOTS;
  hash.update(data.subarray(slot * SLOT_BYTES, slot * SLOT_BYTES + (control[LENGTHS + slot] as number)));
  hashed++;
  Atomics.store(control, HASHED, hashed);
  Atomics.notify(control, HASHED);
}

data.set(hash.digest(), RING_SLOTS * SLOT_BYTES);
Atomics.store(control, FINISHED, 2);
Atomics.notify(control, FINISHED);
