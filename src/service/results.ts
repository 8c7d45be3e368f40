/** Results, dead letters and events: who writes first has written. */

import type { JetStreamManager } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import type { WorkerContext } from './context.js';
import { isWrongSequence } from './device-store.js';
import type { DeadLetter, DeviceEvent, ResultMessage } from './messages.js';
import { type Patience, persist } from './retry.js';
import {
  ATTEMPT_HEADER,
  deadSubject,
  eventSubject,
  JOB_HEADER,
  RESULTS_STREAM,
  resultSubject,
  WORKER_HEADER,
} from './subjects.js';

/** The result of a job as it is stored; undefined when it has none yet. */
export async function storedResult(
  manager: JetStreamManager,
  jobId: string,
): Promise<ResultMessage | undefined> {
  const message = await manager.streams.getMessage(RESULTS_STREAM, { last_by_subj: resultSubject(jobId) });
  return message === null ? undefined : message.json<ResultMessage>();
}

/**
 * Stores the result of a job, on condition that it has none: an acknowledgement alone does not keep two workers from
 * answering (a late one of the first counts for the second's delivery, nats-server issue 4786).
 * @returns false when another worker, or an earlier attempt, had stored one
 */
export async function storeResult(
  { jetstream, workerId }: WorkerContext,
  jobId: string,
  result: ResultMessage,
  attempt: number,
  patience: Patience,
): Promise<boolean> {
  const about = headers();
  about.set(JOB_HEADER, jobId);
  about.set(ATTEMPT_HEADER, String(attempt));
  about.set(WORKER_HEADER, workerId);
  const body = JSON.stringify(result);
  return publishFirst(
    () =>
      jetstream.publish(resultSubject(jobId), body, { headers: about, expect: { lastSubjectSequence: 0 } }),
    patience,
  );
}

/** Records that a job failed for good; once, however often it is called. */
export async function storeDeadLetter(
  { jetstream }: WorkerContext,
  letter: DeadLetter,
  patience: Patience,
): Promise<boolean> {
  const body = JSON.stringify(letter);
  return publishFirst(
    () => jetstream.publish(deadSubject(letter.jobId), body, { expect: { lastSubjectSequence: 0 } }),
    patience,
  );
}

async function publishFirst(publish: () => Promise<unknown>, patience: Patience): Promise<boolean> {
  try {
    await persist(publish, patience, isWrongSequence);
    return true;
  } catch (error) {
    if (isWrongSequence(error)) return false;
    throw error;
  }
}

/** Publishes an event; a repetition within the stream's window of duplicates is dropped by the server. */
export async function publishEvent(
  { jetstream }: WorkerContext,
  event: DeviceEvent,
  patience: Patience,
): Promise<void> {
  const msgID = `${event.jobId}.${event.kind}`;
  const body = JSON.stringify(event);
  await persist(() => jetstream.publish(eventSubject(event.kind, event.device), body, { msgID }), patience);
}
