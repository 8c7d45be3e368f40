/** The sending side: a capture becomes an object and a job, and its result is waited for. */

import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import type { ObjectStore } from '@nats-io/obj';
import type { NatsConnection } from '@nats-io/transport-node';
import { NetworkmlError } from '../errors.js';
import { jobIdOf } from './job.js';
import type { JobMessage, ModelsReply, ResultMessage } from './messages.js';
import { storedResult } from './results.js';
import { persist } from './retry.js';
import { JOBS_SUBJECT, MODELS_ENDPOINT, resultSubject } from './subjects.js';

/** What sending needs. */
export interface ClientContext {
  readonly connection: NatsConnection;
  readonly jetstream: JetStreamClient;
  readonly manager: JetStreamManager;
  readonly captures: ObjectStore;
  /** Of the bundle that predicts. */
  readonly bundleSha256: string;
}

/** One capture to send. */
export interface Sending {
  /** A regular file. */
  readonly path: string;
  /** Its name in the record. */
  readonly name: string;
  readonly device?: string;
  readonly priority?: number;
  /** The service reads the file itself, at this path below one of its root folders. */
  readonly byPath?: boolean;
}

export interface WaitOptions {
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly timeoutMs: number;
  /** Called when the stream has the job, or its result: from then on it does not get lost. */
  readonly onAccepted?: () => void;
}

const PUBLISH_ATTEMPT_MS = 5_000;

/** How often the stream is looked at when no message says that there is something new. */
const POLL_MS = 2_000;

/** Digest of the bundle that the running services use; undefined when none answers. */
export async function askModels(connection: NatsConnection): Promise<ModelsReply | undefined> {
  try {
    return (await connection.request(MODELS_ENDPOINT, '', { timeout: 1_000 })).json<ModelsReply>();
  } catch {
    // Nobody there yet: the jobs will wait for them.
    return undefined;
  }
}

/** The id of the job that a capture is. @throws NetworkmlError NML_INPUT_ACCESS */
async function idOfSending(sending: Sending, bundleSha256: string): Promise<string> {
  const { name, device } = sending;
  const options = { file: name, ...(device === undefined ? {} : { device }) };
  return jobIdOf(await digestOf(sending.path), bundleSha256, options);
}

async function digestOf(path: string): Promise<string> {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) {
    // It is read twice; a pipe could be waited for without end, and a device may have none.
    throw new NetworkmlError('NML_INPUT_ACCESS', 'is not a regular file, which a job needs', { file: path });
  }
  const hash = createHash('sha256');
  try {
    for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 }))
      hash.update(piece as Buffer);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new NetworkmlError('NML_INPUT_ACCESS', said, { file: path, cause });
  }
  return hash.digest('hex');
}

/**
 * Sends a capture unless it was answered before, and waits for its result. Sending the same capture again, after a crash
 * in the middle too, leads to the same job and the same result.
 * @throws NetworkmlError NML_SERVICE_TIMEOUT, NML_INPUT_ACCESS; what JetStream throws when the time is over
 */
export async function sendCapture(
  context: ClientContext,
  sending: Sending,
  options: WaitOptions,
): Promise<{ id: string; result: ResultMessage }> {
  const { manager, captures } = context;
  const patience = { signal: options.signal, until: Date.now() + options.timeoutMs };
  const id = await idOfSending(sending, context.bundleSha256);
  const known = await persist(() => storedResult(manager, id), patience);
  if (known !== undefined) {
    options.onAccepted?.();
    return { id, result: known };
  }
  const job = await jobFor(context, id, sending, patience);
  const body = JSON.stringify(job);
  const { jetstream } = context;
  await persist(
    () => jetstream.publish(JOBS_SUBJECT, body, { msgID: id, timeout: PUBLISH_ATTEMPT_MS }),
    patience,
  );
  options.onAccepted?.();
  const result = await waitForResult(context, id, patience);
  // The object was made for this job alone, and the job is over.
  if ('object' in job.capture) await captures.delete(id).catch(() => {});
  return { id, result };
}

interface Patience {
  readonly signal: AbortSignal;
  readonly until: number;
}

async function jobFor(
  { captures }: ClientContext,
  id: string,
  { path, name, device, priority, byPath }: Sending,
  patience: Patience,
): Promise<JobMessage> {
  if (byPath !== true) {
    await persist(async () => {
      const stream = Readable.toWeb(createReadStream(path, { highWaterMark: 1 << 17 }));
      await captures.put({ name: id }, stream as ReadableStream<Uint8Array>);
    }, patience);
  }
  return {
    id,
    capture: byPath === true ? { path } : { object: id },
    file: name,
    ...(device === undefined ? {} : { device }),
    ...(priority === undefined ? {} : { priority }),
  };
}

/**
 * The result of a job once it is in the stream. The message that announces it is only a sign to look: one that the stream
 * refused is heard too.
 */
async function waitForResult(
  { connection, manager }: ClientContext,
  id: string,
  { signal, until }: Patience,
): Promise<ResultMessage> {
  let pause = POLL_MS;
  let timer = new AbortController();
  const wake = (): void => {
    // Announced before it is stored: it will be there in a moment.
    pause = 1;
    timer.abort();
  };
  const subscription = connection.subscribe(resultSubject(id), { callback: wake });
  signal.addEventListener('abort', wake);
  try {
    for (;;) {
      const found = await storedResult(manager, id).catch(() => undefined);
      if (found !== undefined) return found;
      if (signal.aborted)
        throw new NetworkmlError('NML_SERVICE_TIMEOUT', 'stopped before the result was there');
      if (Date.now() >= until) throw new NetworkmlError('NML_SERVICE_TIMEOUT', `no result of job ${id}`);
      await sleep(pause, undefined, { signal: timer.signal }).catch(() => {});
      if (timer.signal.aborted) timer = new AbortController();
      pause = Math.min(2 * pause, POLL_MS);
    }
  } finally {
    signal.removeEventListener('abort', wake);
    subscription.unsubscribe();
  }
}
