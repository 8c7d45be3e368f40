/** Captures metered by several threads at a time; their rows come in the order of the captures. */

import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ColumnBatch } from '../column-table.js';
import { NetworkmlError, toNetworkmlError } from '../errors.js';
import { packageRoot } from '../package-root.js';
import type { Progress } from '../pipeline/index.js';
import { type CodedFailure, unpackError } from './coded-failure.js';
import type { SessionsWish } from './sessions-settings.js';

/** What a thread is started with. */
export interface SessionsSetup {
  readonly wish: SessionsWish;
  /** One number: batches that the thread may still send before it waits. */
  readonly credit: Int32Array;
}

/** What a thread says. */
export type SessionsReply =
  | { readonly progress: Progress }
  | { readonly batch: ColumnBatch }
  | { readonly done: CodedFailure | null }
  | { readonly fatal: CodedFailure };

/** What is done with what the threads say. */
export interface SessionsListener {
  readonly onBatch: (batch: ColumnBatch) => void;
  readonly onProgress: (index: number, now: Progress) => void;
  /** A capture is done with, after its rows. */
  readonly onDone: (index: number, error: NetworkmlError | undefined) => void;
}

/** Batches that a thread may be ahead: it bounds what waits for the captures before. */
const CREDIT = 8;

/** One capture: what has come of it so far, and the thread that sends it. */
interface Slot {
  readonly waiting: ColumnBatch[];
  done: boolean;
  error: NetworkmlError | undefined;
  credit: Int32Array | undefined;
}

/**
 * Meters captures with `jobs` threads. A thread that dies costs only the capture it was at.
 * @throws NetworkmlError when a thread meets an error that would end the run
 */
export function meterWithPool(
  paths: readonly string[],
  jobs: number,
  wish: SessionsWish,
  listener: SessionsListener,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const slots: Slot[] = paths.map(() => ({
      waiting: [],
      done: false,
      error: undefined,
      credit: undefined,
    }));
    const running = new Set<Worker>();
    let next = 0;
    let current = 0;
    const stop = (error?: NetworkmlError): void => {
      for (const worker of running) void worker.terminate();
      if (error === undefined) resolve();
      else reject(error);
    };
    const drain = (): void => {
      for (; current < slots.length; current++) {
        const slot = slots[current] as Slot;
        for (const batch of slot.waiting.splice(0)) {
          listener.onBatch(batch);
          if (slot.credit !== undefined) giveCredit(slot.credit);
        }
        if (!slot.done) return;
        listener.onDone(current, slot.error);
      }
      stop();
    };
    const guarded = (work: () => void): void => {
      try {
        work();
      } catch (error) {
        stop(toNetworkmlError(error));
      }
    };
    const start = (): void => {
      const credit = new Int32Array(new SharedArrayBuffer(4));
      credit[0] = CREDIT;
      const setup: SessionsSetup = { wish, credit };
      const worker = new Worker(join(packageRoot(), 'dist/cli/sessions-worker.js'), { workerData: setup });
      running.add(worker);
      let at = -1;
      const takeNext = (): void => {
        at = next++;
        const slot = slots[at];
        if (slot === undefined) void worker.terminate();
        else {
          slot.credit = credit;
          worker.postMessage(paths[at]);
        }
      };
      const finish = (error: NetworkmlError | undefined): void => {
        const slot = slots[at];
        if (slot === undefined) return;
        slot.done = true;
        slot.error = error;
      };
      worker.on('message', (reply: SessionsReply) =>
        guarded(() => {
          if ('progress' in reply) listener.onProgress(at, reply.progress);
          else if ('fatal' in reply) stop(unpackError(reply.fatal));
          else if ('batch' in reply) {
            slots[at]?.waiting.push(reply.batch);
            if (at === current) drain();
          } else {
            finish(reply.done === null ? undefined : unpackError(reply.done));
            takeNext();
            drain();
          }
        }),
      );
      worker.on('error', (cause) =>
        guarded(() => {
          const file = paths[at];
          const said = `its thread failed: ${cause.message}`;
          finish(
            new NetworkmlError('NML_INTERNAL', said, { ...(file === undefined ? {} : { file }), cause }),
          );
          if (next < paths.length) start();
          drain();
        }),
      );
      worker.on('exit', () => running.delete(worker));
      takeNext();
    };
    for (let i = 0; i < Math.min(jobs, paths.length); i++) start();
  });
}

function giveCredit(credit: Int32Array): void {
  Atomics.add(credit, 0, 1);
  Atomics.notify(credit, 0);
}
