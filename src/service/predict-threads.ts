/** Threads that predict, for as long as the service lives: the main thread stays free to tell NATS that work goes on. */

import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type ErrorKind, NetworkmlError } from '../errors.js';
import { packageRoot } from '../package-root.js';
import type { PredictionOutcome } from '../types.js';

/** What a thread is started with. */
export interface ThreadSetup {
  /** Directory of the bundle. */
  readonly bundle: string;
  readonly classifier?: string;
  readonly alarmRate?: 0.01 | 0.05;
  readonly names?: boolean;
  readonly hints?: boolean;
}

/** One capture to predict. */
export interface PredictTask {
  /** A path, or the bytes; these are handed over and are empty afterwards. */
  readonly source: string | Uint8Array<ArrayBuffer>;
  /** Name of the capture in the record. */
  readonly name: string;
  readonly device?: string;
}

/** Its outcome, and whose fault it is when it is an error. */
export interface ThreadAnswer {
  readonly outcome: PredictionOutcome;
  /** Null for a prediction. */
  readonly fault: ErrorKind | null;
}

export interface TaskOptions {
  /** Higher ones are taken first. */
  readonly priority: number;
  /** Milliseconds from when a thread begins. */
  readonly deadlineMs: number;
}

interface Waiting {
  readonly task: PredictTask;
  readonly options: TaskOptions;
  resolve(answer: ThreadAnswer): void;
  reject(error: NetworkmlError): void;
}

interface Thread {
  readonly worker: Worker;
  current: Waiting | undefined;
  timer: NodeJS.Timeout | undefined;
}

/** A fixed number of threads. One that dies, or takes too long, costs the capture it is at and is replaced. */
export class PredictThreads {
  readonly #setup: ThreadSetup;
  readonly #threads = new Set<Thread>();
  readonly #waiting: Waiting[] = [];
  #closed = false;

  constructor(setup: ThreadSetup, count: number) {
    this.#setup = setup;
    for (let i = 0; i < count; i += 1) this.#start();
  }

  /**
   * Predicts a capture as soon as a thread is free.
   * @throws NetworkmlError NML_JOB_DEADLINE, NML_INTERNAL when its thread died: not the capture's proven fault
   */
  run(task: PredictTask, options: TaskOptions): Promise<ThreadAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new NetworkmlError('NML_INTERNAL', 'the service is being stopped'));
      const waiting = { task, options, resolve, reject };
      const later = this.#waiting.findIndex((other) => other.options.priority < options.priority);
      this.#waiting.splice(later < 0 ? this.#waiting.length : later, 0, waiting);
      this.#assign();
    });
  }

  /** Ends all threads at once. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const waiting of this.#waiting.splice(0)) waiting.reject(stopped());
    await Promise.all([...this.#threads].map(({ worker }) => worker.terminate()));
  }

  #start(): void {
    const worker = new Worker(join(packageRoot(), 'dist/service/predict-worker.js'), {
      workerData: this.#setup,
    });
    const thread: Thread = { worker, current: undefined, timer: undefined };
    this.#threads.add(thread);
    worker.on('message', (answer: ThreadAnswer) => {
      const { current } = thread;
      this.#free(thread);
      current?.resolve(answer);
      this.#assign();
    });
    let cause: unknown;
    worker.on('error', (error) => {
      cause = error;
    });
    worker.on('exit', () => {
      this.#threads.delete(thread);
      const { current } = thread;
      this.#free(thread);
      const said = cause instanceof Error ? cause.message : 'it ended';
      current?.reject(new NetworkmlError('NML_INTERNAL', `the thread failed: ${said}`, { cause }));
      if (this.#closed) return;
      this.#start();
      this.#assign();
    });
  }

  #free(thread: Thread): void {
    clearTimeout(thread.timer);
    thread.timer = undefined;
    thread.current = undefined;
  }

  #assign(): void {
    for (const thread of this.#threads) {
      if (thread.current !== undefined) continue;
      const next = this.#waiting.shift();
      if (next === undefined) return;
      thread.current = next;
      thread.timer = setTimeout(() => this.#expire(thread), next.options.deadlineMs);
      const { source } = next.task;
      // Bytes of a pooled buffer cannot be handed over: they share it with others.
      const whole = typeof source !== 'string' && source.byteLength === source.buffer.byteLength;
      thread.worker.postMessage(next.task, whole ? [source.buffer] : []);
    }
  }

  #expire(thread: Thread): void {
    const { current } = thread;
    this.#free(thread);
    const seconds = (current?.options.deadlineMs ?? 0) / 1000;
    current?.reject(new NetworkmlError('NML_JOB_DEADLINE', `not done after ${seconds} s`));
    // Its exit starts another one.
    this.#threads.delete(thread);
    void thread.worker.terminate();
  }
}

function stopped(): NetworkmlError {
  return new NetworkmlError('NML_INTERNAL', 'the service is being stopped');
}
