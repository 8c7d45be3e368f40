/** Captures of live windows predicted in a thread, so that the main thread goes on taking packets meanwhile. */

import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { NetworkmlError } from '../errors.js';
import { packageRoot } from '../package-root.js';
import { errorRecord } from '../report/index.js';
import type { PredictionOutcome } from '../types.js';
import type { PredictSettings } from './predict-input.js';

/** What the thread is started with. */
export interface PredictSetup {
  /** Directory of the bundle. */
  readonly bundle: string;
  readonly settings: PredictSettings;
}

/** One capture of a device that is known. */
export interface PredictRequest {
  readonly path: string;
  /** Name of the capture in the record. */
  readonly name: string;
  /** MAC or IP address. */
  readonly device: string;
}

/** A thread that predicts one capture at a time; one that dies costs the capture it was at. */
export interface PredictThread {
  predict(request: PredictRequest): Promise<PredictionOutcome>;
  close(): Promise<void>;
}

/** Starts the thread. */
export function startPredictThread(setup: PredictSetup): PredictThread {
  let worker: Worker | undefined;
  const start = (): Worker =>
    new Worker(join(packageRoot(), 'dist/cli/capture-predict-worker.js'), { workerData: setup });
  return {
    predict: (request) =>
      new Promise((resolve) => {
        worker ??= start();
        const thread = worker;
        const failed = (said: string): void => {
          worker = undefined;
          const error = new NetworkmlError('NML_INTERNAL', `its thread failed: ${said}`);
          resolve(errorRecord(error, request.name));
        };
        thread.removeAllListeners();
        thread.once('message', (outcome: PredictionOutcome) => resolve(outcome));
        thread.once('error', (error: Error) => failed(error.message));
        thread.once('exit', () => failed('it ended'));
        thread.postMessage(request);
      }),
    close: async () => {
      worker?.removeAllListeners();
      await worker?.terminate();
    },
  };
}
