/** Thread body of `long-task.ts`. */

import { parentPort, workerData } from 'node:worker_threads';
import { toNetworkmlError } from '../errors.js';
import { evaluate, loadBundle, type StepProgress, trainBundle } from '../pipeline/index.js';
import { packError } from './coded-failure.js';
import type { Evaluated, LongTask, LongTaskReply } from './long-task.js';

function reply(message: LongTaskReply): void {
  parentPort?.postMessage(message);
}

/** The main thread draws ten times a second at most; a message for every step would only keep it busy. */
const PROGRESS_EVERY_MS = 50;
let lastProgress = 0;

function onProgress(progress: StepProgress): void {
  const now = performance.now();
  if (now - lastProgress < PROGRESS_EVERY_MS) return;
  lastProgress = now;
  reply({ progress });
}

async function evaluated(task: LongTask & { kind: 'evaluate' }): Promise<Evaluated> {
  const bundle =
    task.options.grouped === undefined ? await loadBundle(task.bundle, task.options.classifier) : undefined;
  const record = await evaluate(task.paths, { ...task.options, ...(bundle && { bundle }), onProgress });
  return { record, titles: bundle?.titles ?? new Map() };
}

const task = workerData as LongTask;
try {
  const result =
    task.kind === 'train'
      ? await trainBundle(task.paths, { ...task.options, onProgress })
      : await evaluated(task);
  reply({ result });
} catch (error) {
  reply({ failure: packError(toNetworkmlError(error)) });
}
