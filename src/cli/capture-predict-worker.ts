/** Thread body of `capture-predict.ts`: predicts the captures it is sent, one after another. */

import { parentPort, workerData } from 'node:worker_threads';
import { toNetworkmlError } from '../errors.js';
import { loadBundle, predictCapture } from '../pipeline/index.js';
import { errorRecord } from '../report/index.js';
import type { PredictionOutcome } from '../types.js';
import type { PredictRequest, PredictSetup } from './capture-predict.js';

const { bundle: directory, settings } = workerData as PredictSetup;
const bundle = await loadBundle(directory, settings.classifier);

async function outcomeOf({ path, name, device }: PredictRequest): Promise<PredictionOutcome> {
  try {
    return await predictCapture(path, bundle, { ...settings, name, device });
  } catch (thrown) {
    return errorRecord(toNetworkmlError(thrown), name);
  }
}

parentPort?.on('message', async (request: PredictRequest) => {
  parentPort?.postMessage(await outcomeOf(request));
});
