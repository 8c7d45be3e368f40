/** Takes jobs from the stream: each of a fixed number of slots holds one at a time, so no more are ever held. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import type { WorkerContext } from './context.js';
import { runJob } from './job-runner.js';
import { JOBS_CONSUMER, JOBS_STREAM } from './subjects.js';

/** How long one request for a job stays with the server, milliseconds. */
const EXPIRES_MS = 5_000;

/** Silence after which a request is taken for lost with the server that had it. */
const LOST_MS = 3 * EXPIRES_MS;

/** How long a job can be on its way from the server, milliseconds. */
const IN_TRANSIT_MS = 300;

const PAUSE_AFTER_ERROR_MS = 500;

/** The slots of one process. */
export interface JobLoop {
  /** Takes no more jobs. @returns when all that were held have ended */
  stop(): Promise<void>;
}

/**
 * Starts taking jobs.
 * @param repair called after an error: makes again what an operator may have removed
 */
export function startJobLoop(context: WorkerContext, repair: () => Promise<void>): JobLoop {
  const state = { stopping: false, waiting: new Set<ConsumerMessages>() };
  const source = consumerSource(context);
  const slot = async (): Promise<void> => {
    while (!state.stopping) {
      try {
        const consumer = await source.get();
        if (state.stopping) return;
        const message = await nextMessage(consumer, state.waiting);
        if (message === undefined) continue;
        if (state.stopping) message.nak();
        else await runJob(message, context);
      } catch (error) {
        if (state.stopping) return;
        context.log.debug({ error: error instanceof Error ? error.message : String(error) }, 'no job');
        source.forget();
        await sleep(PAUSE_AFTER_ERROR_MS, undefined, { signal: context.stop }).catch(() => {});
        await repair().catch(() => {});
      }
    }
  };
  const slots = Array.from({ length: context.limits.maxInFlight }, slot);
  return {
    stop: async () => {
      state.stopping = true;
      const ended = Promise.all(slots);
      // A job that is on its way to a closed request would be missed until its time is over: in a busy stream the
      // requests end by themselves in this moment, and their jobs are handed back.
      await Promise.race([ended, sleep(IN_TRANSIT_MS)]);
      for (const messages of state.waiting) void messages.close();
      await ended;
    },
  };
}

/** One look-up of the consumer for all slots. */
function consumerSource({ jetstream }: WorkerContext): { get(): Promise<Consumer>; forget(): void } {
  let known: Promise<Consumer> | undefined;
  return {
    get: () => {
      known ??= jetstream.consumers.get(JOBS_STREAM, JOBS_CONSUMER);
      return known;
    },
    forget: () => {
      known = undefined;
    },
  };
}

/** Asks for one job; undefined when none came in time. */
async function nextMessage(consumer: Consumer, waiting: Set<ConsumerMessages>): Promise<JsMsg | undefined> {
  const messages = await consumer.fetch({ max_messages: 1, expires: EXPIRES_MS });
  waiting.add(messages);
  const lost = setTimeout(() => void messages.close(), LOST_MS);
  try {
    for await (const message of messages) return message;
    return undefined;
  } finally {
    clearTimeout(lost);
    waiting.delete(messages);
  }
}
