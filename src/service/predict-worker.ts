/** Thread body of `predict-threads.ts`: predicts what it is sent, one capture after another. */

import { parentPort, workerData } from 'node:worker_threads';
import { toNetworkmlError } from '../errors.js';
import { loadBundle, predictCapture } from '../pipeline/index.js';
import { errorRecord } from '../report/index.js';
import type { PredictTask, ThreadAnswer, ThreadSetup } from './predict-threads.js';

const { bundle: directory, classifier, alarmRate, names, hints } = workerData as ThreadSetup;
const bundle = await loadBundle(directory, classifier);

async function answer({ source, name, device }: PredictTask): Promise<ThreadAnswer> {
  try {
    const outcome = await predictCapture(source, bundle, {
      name,
      ...(device === undefined ? {} : { device }),
      ...(classifier === undefined ? {} : { classifier }),
      ...(alarmRate === undefined ? {} : { alarmRate }),
      ...(names === undefined ? {} : { names }),
      ...(hints === undefined ? {} : { hints }),
    });
    return { outcome, fault: null };
  } catch (thrown) {
    const error = toNetworkmlError(thrown);
    return { outcome: errorRecord(error, name), fault: error.kind };
  }
}

parentPort?.on('message', async (task: PredictTask) => {
  parentPort?.postMessage(await answer(task));
});
