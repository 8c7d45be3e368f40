/** Thread body of the pool in `predict-pool.ts`: predicts the captures it is sent, one after another. */

import { parentPort, workerData } from 'node:worker_threads';
import { toNetworkmlError } from '../errors.js';
import { loadBundle } from '../pipeline/index.js';
import { packError } from './coded-failure.js';
import { predictInput } from './predict-input.js';
import type { PoolReply, PoolSetup } from './predict-pool.js';

const { bundle: directory, settings } = workerData as PoolSetup;
const bundle = await loadBundle(directory, settings.classifier);

function reply(message: PoolReply): void {
  parentPort?.postMessage(message);
}

parentPort?.on('message', async (path: string) => {
  try {
    const answer = await predictInput({ path }, bundle, settings, (progress) => reply({ progress }));
    reply({ answer });
  } catch (error) {
    reply({ fatal: packError(toNetworkmlError(error)) });
  }
});
