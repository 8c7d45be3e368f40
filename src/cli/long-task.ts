/**
 * Training and evaluating in a thread of their own: they compute for long without a pause, and the main thread has to
 * hear signals and show progress meanwhile.
 */

import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { NetworkmlError } from '../errors.js';
import { packageRoot } from '../package-root.js';
import type { EvaluateOptions, StepProgress, TrainOptions, TrainSummary } from '../pipeline/index.js';
import type { EvaluationRecord } from '../types.js';
import { onAbort } from './abort.js';
import { type CodedFailure, unpackError } from './coded-failure.js';

/** What the thread is to do. */
export type LongTask =
  | {
      readonly kind: 'train';
      readonly paths: readonly string[];
      readonly options: Omit<TrainOptions, 'onProgress'>;
    }
  | {
      readonly kind: 'evaluate';
      readonly paths: readonly string[];
      readonly options: Omit<EvaluateOptions, 'onProgress' | 'bundle'>;
      /** Directory or name of the bundle to score; undefined for the one in use. */
      readonly bundle: string | undefined;
    };

/** An evaluation, and the titles of its roles. */
export interface Evaluated {
  readonly record: EvaluationRecord;
  readonly titles: ReadonlyMap<string, string>;
}

/** What a task gives. */
export type LongTaskResult<T extends LongTask> = T extends { kind: 'train' } ? TrainSummary : Evaluated;

/** What the thread says. */
export type LongTaskReply =
  | { readonly progress: StepProgress }
  | { readonly result: TrainSummary | Evaluated }
  | { readonly failure: CodedFailure };

/**
 * Does a task in a thread of its own.
 * @param cleanUp called after the thread was stopped because the run is cut off
 * @throws NetworkmlError what the task throws
 */
export function runLongTask<T extends LongTask>(
  task: T,
  onProgress: (progress: StepProgress) => void,
  cleanUp: () => void = () => {},
): Promise<LongTaskResult<T>> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(packageRoot(), 'dist/cli/long-task-worker.js'), { workerData: task });
    let stopped = false;
    const forget = onAbort(async () => {
      stopped = true;
      await worker.terminate();
      cleanUp();
    });
    worker.on('message', (reply: LongTaskReply) => {
      if ('progress' in reply) onProgress(reply.progress);
      else if ('result' in reply) resolve(reply.result as LongTaskResult<T>);
      else reject(unpackError(reply.failure));
    });
    worker.on('error', reject);
    worker.on('exit', () => {
      forget();
      if (!stopped) reject(new NetworkmlError('NML_INTERNAL', 'the thread ended without a result'));
    });
  });
}
