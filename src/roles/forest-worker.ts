/** Thread body of `forest-threads.ts`. */

import { parentPort, workerData } from 'node:worker_threads';
import type { ForestThreadReply, ForestThreadSetup, ForestThreadTask } from './forest-threads.js';
import { growTrees } from './forest-training.js';

const { data, options } = workerData as ForestThreadSetup;
parentPort?.on('message', ([first, last]: ForestThreadTask) => {
  const reply: ForestThreadReply = growTrees(data, options, first, last);
  parentPort?.postMessage(reply);
});
