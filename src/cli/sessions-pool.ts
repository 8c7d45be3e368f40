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
  return new SessionsPool(paths, wish, listener).run(jobs);
}

class SessionsPool {
  private readonly slots: Slot[];
  private readonly running = new Set<Worker>();
  /** The next capture that no thread has taken, and the one whose rows are written. */
  private next = 0;
  private current = 0;
  private end: (error?: NetworkmlError) => void = () => {};

  constructor(
    private readonly paths: readonly string[],
    private readonly wish: SessionsWish,
    private readonly listener: SessionsListener,
  ) {
    this.slots = paths.map(() => ({ waiting: [], done: false, error: undefined, credit: undefined }));
  }

  run(jobs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.end = (error) => {
        for (const worker of this.running) void worker.terminate();
        if (error === undefined) resolve();
        else reject(error);
      };
      for (let i = 0; i < Math.min(jobs, this.paths.length); i++) this.start();
    });
  }

  private start(): void {
    const credit = new Int32Array(new SharedArrayBuffer(4));
    credit[0] = CREDIT;
    const setup: SessionsSetup = { wish: this.wish, credit };
    const worker = new Worker(join(packageRoot(), 'dist/cli/sessions-worker.js'), { workerData: setup });
    this.running.add(worker);
    let at = this.give(worker, credit);
    worker.on('message', (reply: SessionsReply) =>
      this.guarded(() => {
        this.take(at, reply);
        if ('done' in reply) {
          at = this.give(worker, credit);
          this.drain();
        }
      }),
    );
    worker.on('error', (cause) =>
      this.guarded(() => {
        const file = this.paths[at] ?? '';
        const said = `its thread failed: ${cause.message}`;
        this.finish(at, new NetworkmlError('NML_INTERNAL', said, { file, cause }));
        if (this.next < this.paths.length) this.start();
        this.drain();
      }),
    );
    worker.on('exit', () => this.running.delete(worker));
  }

  /** Gives a thread its next capture, or ends it; returns the number of the capture. */
  private give(worker: Worker, credit: Int32Array): number {
    const at = this.next++;
    const slot = this.slots[at];
    if (slot === undefined) void worker.terminate();
    else {
      slot.credit = credit;
      worker.postMessage(this.paths[at]);
    }
    return at;
  }

  private take(at: number, reply: SessionsReply): void {
    if ('progress' in reply) this.listener.onProgress(at, reply.progress);
    else if ('fatal' in reply) this.end(unpackError(reply.fatal));
    else if ('done' in reply) this.finish(at, reply.done === null ? undefined : unpackError(reply.done));
    else {
      this.slots[at]?.waiting.push(reply.batch);
      if (at === this.current) this.drain();
    }
  }

  private finish(at: number, error: NetworkmlError | undefined): void {
    const slot = this.slots[at];
    if (slot !== undefined) Object.assign(slot, { done: true, error });
  }

  /** Writes what has come of the capture whose turn it is, and of those behind it that are done. */
  private drain(): void {
    for (; this.current < this.slots.length; this.current++) {
      const slot = this.slots[this.current] as Slot;
      for (const batch of slot.waiting.splice(0)) {
        this.listener.onBatch(batch);
        if (slot.credit !== undefined) giveCredit(slot.credit);
      }
      if (!slot.done) return;
      this.listener.onDone(this.current, slot.error);
    }
    this.end();
  }

  /** A failure of the writer ends the run, not the process. */
  private guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.end(toNetworkmlError(error));
    }
  }
}

function giveCredit(credit: Int32Array): void {
  Atomics.add(credit, 0, 1);
  Atomics.notify(credit, 0);
}
