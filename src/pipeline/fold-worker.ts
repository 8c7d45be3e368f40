/** Thread body of `fold-threads.ts`: trains and asks the folds it is sent, one after another. */

import { parentPort, workerData } from 'node:worker_threads';
import { toNetworkmlError } from '../errors.js';
import { answerFold, type FoldTask, type FoldTraining } from './fold-answers.js';
import type { FoldReply } from './fold-threads.js';

const training = workerData as FoldTraining;
let last: Promise<void> = Promise.resolve();

async function work(fold: number, task: FoldTask): Promise<void> {
  let reply: FoldReply;
  try {
    reply = { fold, answers: await answerFold(training, task, { threads: 1 }) };
  } catch (error) {
    const { code, message } = toNetworkmlError(error);
    reply = { fold, failure: { code, message } };
  }
  parentPort?.postMessage(reply);
}

parentPort?.on('message', ({ fold, task }: { fold: number; task: FoldTask }) => {
  last = last.then(() => work(fold, task));
});
