import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { NetworkmlError } from '../errors.js';
import { packageRoot } from '../package-root.js';
import { type CodedItems, codeItems, type ForestItems } from './forest-data.js';
import {
  type ForestAbout,
  type ForestOptions,
  forestPieces,
  type GrownTrees,
  growTrees,
  joinPieces,
  type TrainedForest,
} from './forest-training.js';

/** What a thread is started with: the same for all threads, the arrays in shared memory. */
export interface ForestThreadSetup {
  readonly data: CodedItems;
  readonly options: ForestOptions;
}

/** Which trees a thread is asked for, and what it answers. */
export type ForestThreadTask = readonly [first: number, last: number];
export type ForestThreadReply = GrownTrees;

/** Below so many items x trees the start of threads takes longer than the work. */
const worthThreads = 200_000;

/**
 * `trainForest` over several threads: the same bytes whatever their number.
 *
 * @param threads how many; one means this thread.
 * @throws NetworkmlError as `trainForest`; `NML_INTERNAL` when a thread dies.
 */
export async function trainForestThreaded(
  about: ForestAbout,
  items: ForestItems,
  options: ForestOptions,
  threads: number,
): Promise<TrainedForest> {
  const data = codeItems(items);
  const tasks = forestPieces(options);
  const work = items.row.length * (tasks.at(-1)?.[1] ?? 0);
  if (threads < 2 || tasks.length < 2 || work < worthThreads) {
    return joinPieces(
      about,
      data,
      tasks.map(([first, last]) => growTrees(data, options, first, last)),
    );
  }
  const pieces: GrownTrees[] = [];
  let next = 0;
  const take = (): number => next++;
  const setup: ForestThreadSetup = { data: shared(data), options };
  const workers = Array.from({ length: Math.min(threads, tasks.length) }, () =>
    runThread(setup, tasks, take, pieces),
  );
  await Promise.all(workers);
  return joinPieces(about, data, pieces);
}

/** One thread that takes pieces until there are none. */
function runThread(
  setup: ForestThreadSetup,
  tasks: readonly ForestThreadTask[],
  take: () => number,
  pieces: GrownTrees[],
): Promise<void> {
  const worker = new Worker(join(packageRoot(), 'dist/roles/forest-worker.js'), { workerData: setup });
  return new Promise<void>((resolve, reject) => {
    let current = -1;
    const go = (): void => {
      current = take();
      const task = tasks[current];
      if (task === undefined) {
        void worker.terminate();
        resolve();
      } else worker.postMessage(task);
    };
    const fail = (cause?: unknown): void =>
      reject(new NetworkmlError('NML_INTERNAL', 'a thread that grows trees failed', { cause }));
    worker.on('message', (reply: ForestThreadReply) => {
      pieces[current] = reply;
      go();
    });
    worker.once('error', fail);
    worker.once('exit', () => fail());
    go();
  });
}

/** The large array of the items in memory that threads share instead of copying. */
function shared(data: CodedItems): CodedItems {
  const codes = new Uint16Array(new SharedArrayBuffer(data.codes.byteLength));
  codes.set(data.codes);
  return { ...data, codes };
}
