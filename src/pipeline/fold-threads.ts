import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type ErrorCode, NetworkmlError } from '../errors.js';
import { packageRoot } from '../package-root.js';
import type { FoldAnswers, FoldTask, FoldTraining } from './fold-answers.js';

/** What a thread answers. */
export type FoldReply =
  | { readonly fold: number; readonly answers: FoldAnswers }
  | { readonly fold: number; readonly failure: { readonly code: ErrorCode; readonly message: string } };

/** Threads that train folds, each fold by one of them. */
export interface FoldThreads {
  /** Answers of a fold. All folds may be handed in at once: each thread has its queue, whatever the caller does meanwhile. */
  answer(fold: number, task: FoldTask): Promise<FoldAnswers>;
  close(): void;
}

/** Below so many vectors x classifiers the start of threads takes longer than the work. */
const worthThreads = 500;

/** Whether folds of these captures are worth threads of their own. */
export function worthFoldThreads({ sets, kinds }: FoldTraining): boolean {
  return (sets.sessions.rows.rowCount + sets.windows.rows.rowCount) * kinds.length >= worthThreads;
}

/**
 * Starts the threads.
 *
 * @throws NetworkmlError by `answer`: as `trainRoleModel`; NML_INTERNAL when a thread dies
 */
export function startFoldThreads(training: FoldTraining, threads: number): FoldThreads {
  const waiting = new Map<number, Deferred<FoldAnswers>>();
  const fail = (cause?: unknown): void => {
    const error = new NetworkmlError('NML_INTERNAL', 'a thread that trains failed', { cause });
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  const workers = Array.from({ length: threads }, () => {
    const worker = new Worker(join(packageRoot(), 'dist/pipeline/fold-worker.js'), { workerData: training });
    worker.on('message', (reply: FoldReply) => {
      const { fold } = reply;
      const asked = waiting.get(fold);
      waiting.delete(fold);
      if ('answers' in reply) asked?.resolve(reply.answers);
      else asked?.reject(new NetworkmlError(reply.failure.code, reply.failure.message));
    });
    worker.once('error', fail);
    worker.once('exit', () => fail());
    return worker;
  });
  return {
    answer: (fold, task) => {
      const asked = deferred<FoldAnswers>();
      waiting.set(fold, asked);
      workers[fold % threads]?.postMessage({ fold, task });
      return asked.promise;
    },
    close: () => {
      for (const worker of workers) {
        worker.removeAllListeners('exit');
        void worker.terminate();
      }
    },
  };
}

/** As `Promise.withResolvers`, which Node 20 does not have. */
interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve: (value) => resolve(value), reject: (error) => reject(error) };
}
