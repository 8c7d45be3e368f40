/** Thread body of the pool in `sessions-pool.ts`: meters the captures it is sent, one after another. */

import { parentPort, workerData } from 'node:worker_threads';
import { type ColumnBatch, trimmedBatch } from '../column-table.js';
import { toNetworkmlError } from '../errors.js';
import { CaptureMeter } from '../pipeline/index.js';
import { packError } from './coded-failure.js';
import type { SessionsReply, SessionsSetup } from './sessions-pool.js';
import { meterOptions } from './sessions-settings.js';

const { wish, credit } = workerData as SessionsSetup;

function reply(message: SessionsReply): void {
  parentPort?.postMessage(message);
}

function send(batch: ColumnBatch): void {
  for (let left = Atomics.load(credit, 0); left <= 0; left = Atomics.load(credit, 0)) {
    Atomics.wait(credit, 0, left);
  }
  Atomics.sub(credit, 0, 1);
  reply({ batch: trimmedBatch(batch) });
}

const meter = new CaptureMeter(await meterOptions(wish), send);

parentPort?.on('message', async (path: string) => {
  try {
    await meter.read(path, { onProgress: (progress) => reply({ progress }) });
    meter.flush();
    reply({ done: null });
  } catch (thrown) {
    const error = toNetworkmlError(thrown, path);
    meter.flush();
    reply(error.kind === 'input' ? { done: packError(error) } : { fatal: packError(error) });
  }
});
