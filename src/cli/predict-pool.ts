/** Captures predicted by several threads at a time; the answers come in the order of the captures. */

import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { NetworkmlError } from '../errors.js';
import { packageRoot } from '../package-root.js';
import type { Progress } from '../pipeline/index.js';
import { type CodedFailure, unpackError } from './coded-failure.js';
import { type Answer, failed, type PredictSettings } from './predict-input.js';

/** What a thread is started with. */
export interface PoolSetup {
  /** Directory of the bundle. */
  readonly bundle: string;
  readonly settings: PredictSettings;
}

/** What a thread says. */
export type PoolReply =
  | { readonly progress: Progress }
  | { readonly answer: Answer }
  | { readonly fatal: CodedFailure };

/** The work of a pool, shared by its threads. */
interface Work {
  readonly paths: readonly string[];
  readonly setup: PoolSetup;
  readonly slots: readonly Deferred<Answer>[];
  readonly running: Set<Worker>;
  readonly onProgress: (index: number, progress: Progress) => void;
  /** Index of the next capture that no thread has taken. */
  next: number;
}

/**
 * Predicts captures with `jobs` threads. A thread that dies costs only the capture it was at.
 * @param onProgress called with the index of a capture and how far it is
 * @throws NetworkmlError when a thread meets an error that would end the run
 */
export async function* predictWithPool(
  paths: readonly string[],
  jobs: number,
  setup: PoolSetup,
  onProgress: (index: number, progress: Progress) => void,
): AsyncGenerator<Answer> {
  const slots = paths.map(() => deferred<Answer>());
  const work: Work = { paths, setup, slots, running: new Set(), onProgress, next: 0 };
  try {
    for (let i = 0; i < Math.min(jobs, paths.length); i += 1) startThread(work);
    for (const slot of slots) yield await slot.promise;
  } finally {
    for (const worker of work.running) void worker.terminate();
  }
}

function startThread(work: Work): void {
  const { paths, slots, running } = work;
  const worker = new Worker(join(packageRoot(), 'dist/cli/predict-worker.js'), { workerData: work.setup });
  running.add(worker);
  let current = -1;
  const takeNext = (): void => {
    const path = paths[work.next];
    current = work.next;
    work.next += 1;
    if (path === undefined) void worker.terminate();
    else worker.postMessage(path);
  };
  worker.on('message', (reply: PoolReply) => {
    if ('progress' in reply) work.onProgress(current, reply.progress);
    else if ('fatal' in reply) slots[current]?.reject(unpackError(reply.fatal));
    else {
      slots[current]?.resolve(reply.answer);
      takeNext();
    }
  });
  worker.on('error', (cause) => {
    const path = paths[current];
    if (path === undefined) return;
    const said = `its thread failed: ${cause.message}`;
    slots[current]?.resolve(failed(new NetworkmlError('NML_INTERNAL', said, { file: path, cause }), path));
    if (work.next < paths.length) startThread(work);
  });
  worker.on('exit', () => running.delete(worker));
  takeNext();
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: Error): void;
}

function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // Whoever waits for it still sees the error; nobody waits for those behind an error.
  promise.catch(() => {});
  return { promise, resolve: (value) => resolve(value), reject: (error) => reject(error) };
}
