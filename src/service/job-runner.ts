/** One delivery of a job, from the stream to its acknowledgement. */

import type { JsMsg } from '@nats-io/jetstream';
import { type ErrorKind, NetworkmlError, toNetworkmlError } from '../errors.js';
import { errorRecord } from '../report/index.js';
import type { PredictionRecord } from '../types.js';
import { type FetchedCapture, fetchCapture } from './capture-fetch.js';
import type { WorkerContext } from './context.js';
import { recordSighting } from './device-store.js';
import { jobIdOf, jsonOf, messageId, parseJob } from './job.js';
import { publishLegacy } from './legacy.js';
import type { JobMessage, ResultMessage } from './messages.js';
import type { JobOutcome } from './metrics.js';
import { publishEvent, storeDeadLetter, storedResult, storeResult } from './results.js';
import { type Patience, persist } from './retry.js';
import { isJobId } from './subjects.js';

/** Attempts at a job that fails for our own reasons. */
const MOST_ATTEMPTS = 5;

/** Deliveries after which a job is given up although no attempt reported a failure: it kills whoever takes it. */
const MOST_DELIVERIES = 20;

/** For how long a capture that cannot be got is asked for again before the job is handed back, milliseconds. */
const FETCH_PATIENCE_MS = 30_000;

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;

/** One delivery and what is known about it so far. */
interface Attempt {
  readonly message: JsMsg;
  readonly context: WorkerContext;
  readonly number: number;
  readonly patience: Patience;
  job: JobMessage | undefined;
  id: string | undefined;
}

/** How an attempt ended, for the log. */
interface Ended {
  readonly outcome: JobOutcome;
  readonly detail: Readonly<Record<string, unknown>>;
}

/**
 * Handles one delivery. Never throws: what goes wrong ends in a result, or in the job being handed back.
 */
export async function runJob(message: JsMsg, context: WorkerContext): Promise<void> {
  const { metrics, log, limits, store } = context;
  const started = performance.now();
  const number = message.info.deliveryCount;
  const until = Date.now() + limits.jobTimeoutMs;
  const attempt: Attempt = {
    message,
    context,
    number,
    patience: { signal: context.stop, until },
    job: undefined,
    id: undefined,
  };
  metrics.inFlight += 1;
  if (number > 1) metrics.redelivered += 1;
  // While a thread computes, this thread tells the server that the job is not lost; never beyond its deadline.
  const alive = setInterval(() => {
    if (Date.now() < until) message.working();
    else clearInterval(alive);
  }, store.ackWaitMs / 3);
  const ended = await answerJob(attempt).catch((error: unknown) => handBack(attempt, error));
  clearInterval(alive);
  metrics.inFlight -= 1;
  metrics.jobs.add(ended.outcome);
  const ms = performance.now() - started;
  if (ended.outcome === 'done' || ended.outcome === 'failed') metrics.seconds.observe(ms / 1000);
  log.info(
    { job: attempt.id ?? null, attempt: number, outcome: ended.outcome, ms: Math.round(ms), ...ended.detail },
    'job',
  );
}

async function answerJob(attempt: Attempt): Promise<Ended> {
  const { message, context, number } = attempt;
  try {
    attempt.id = claimedId(message.data);
    if (attempt.id !== undefined && (await alreadyAnswered(attempt, attempt.id))) return duplicate(attempt);
    attempt.job = parseJob(message.data);
    if (number > MOST_DELIVERIES) {
      throw new NetworkmlError('NML_JOB_ATTEMPTS', `${number - 1} deliveries ended without a report`);
    }
    const capture = await fetchOnce(attempt, attempt.job);
    try {
      return await predictJob(attempt, attempt.job, capture);
    } finally {
      await capture.release();
    }
  } catch (thrown) {
    const error = toNetworkmlError(thrown);
    if (!isOwnFault(error.kind) && (number < MOST_ATTEMPTS || context.stop.aborted)) throw error;
    return failJob(attempt, attempt.id ?? messageId(message.data), errorRecord(error, nameOf(attempt.job)));
  }
}

/** A missing server is no failure of the job: it is waited for. Anything that the capture is to blame for is final. */
function fetchOnce({ context, patience }: Attempt, { capture }: JobMessage): Promise<FetchedCapture> {
  const limited = {
    signal: patience.signal,
    until: Math.min(patience.until, Date.now() + FETCH_PATIENCE_MS),
  };
  return persist(
    () =>
      fetchCapture(
        capture,
        { jetstream: context.jetstream, captures: context.store.captures },
        context.fetch,
      ),
    limited,
    (error) => error instanceof NetworkmlError,
  );
}

/** The id that a message names, even if the rest of it is no job: its sender waits for that result. */
function claimedId(data: Uint8Array): string | undefined {
  const value = jsonOf(data);
  const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : undefined;
  return typeof id === 'string' && isJobId(id) ? id : undefined;
}

function isOwnFault(kind: ErrorKind | null): boolean {
  return kind === 'input' || kind === 'usage';
}

/** Name of the capture in records: as its sender calls it, else as it is stored. */
function nameOf(job: JobMessage | undefined): string {
  if (job === undefined) return '';
  return job.file ?? ('object' in job.capture ? job.capture.object : job.capture.path);
}

async function alreadyAnswered({ context, patience }: Attempt, id: string): Promise<boolean> {
  return (await persist(() => storedResult(context.store.manager, id), patience)) !== undefined;
}

async function predictJob(attempt: Attempt, job: JobMessage, capture: FetchedCapture): Promise<Ended> {
  const { context, patience, number } = attempt;
  const { threads, bundle, limits } = context;
  const options = { ...(job.file === undefined ? {} : { file: job.file }), ...deviceOf(job) };
  if (attempt.id === undefined) {
    attempt.id = jobIdOf(await capture.digest(), bundle.bundle.sha256, options);
    if (await alreadyAnswered(attempt, attempt.id)) return duplicate(attempt);
  }
  const task = { source: capture.source, name: nameOf(job), ...deviceOf(job) };
  const deadlineMs = Math.max(1, Math.min(limits.jobTimeoutMs, patience.until - Date.now()));
  const answer = await threads.run(task, { priority: job.priority ?? 0, deadlineMs });
  const { outcome, fault } = answer;
  if (outcome.schema === 'networkml/error/v1') {
    if (isOwnFault(fault) || number >= MOST_ATTEMPTS) return failJob(attempt, attempt.id, outcome);
    throw new NetworkmlError('NML_INTERNAL', `${outcome.error.message} [${outcome.error.code}]`);
  }
  return succeed(attempt, attempt.id, outcome);
}

function deviceOf({ device }: JobMessage): { device?: string } {
  return device === undefined ? {} : { device };
}

async function succeed(attempt: Attempt, id: string, record: PredictionRecord): Promise<Ended> {
  const { context, patience, number } = attempt;
  const { history, events } = await rememberDevice(attempt, id, record);
  const result: ResultMessage = { ...record, history };
  if (!(await storeResult(context, id, result, number, patience))) return duplicate(attempt);
  context.metrics.observe(result);
  if (context.legacy) publishLegacy(context, result);
  await acknowledge(attempt);
  const detail = {
    role: record.role.label,
    verdict: record.anomaly.verdict,
    events,
    packets: record.capture.packets,
  };
  return { outcome: 'done', detail };
}

/** The device's state with this capture in it, and the events that follow; both before the result is stored. */
async function rememberDevice(
  { context, patience }: Attempt,
  id: string,
  record: PredictionRecord,
): Promise<{ history: NonNullable<PredictionRecord['history']>; events: readonly string[] }> {
  const seen = await persist(() => recordSighting(context.store.devices, id, record), patience);
  const { history, sighting, previousRole, state } = seen;
  for (const kind of sighting.events) {
    const event = {
      schema: 'networkml/event/v1',
      kind,
      device: state.device,
      mac: record.device.mac,
      addresses: record.device.addresses,
      jobId: id,
      at: sighting.lastPacket,
      role: history.role.label,
      previousRole,
      confidence: history.role.confidence,
      verdict: sighting.verdict,
    } as const;
    await publishEvent(context, event, patience);
  }
  return { history, events: sighting.events };
}

/** Another worker, or an earlier attempt of whoever, had answered: our copy is dropped, what is missing is made up for. */
async function duplicate(attempt: Attempt): Promise<Ended> {
  const { context, patience, id } = attempt;
  if (id !== undefined) {
    const result = await persist(() => storedResult(context.store.manager, id), patience);
    if (result?.schema === 'networkml/error/v1') await bury(attempt, id, result.error);
  }
  await acknowledge(attempt);
  return { outcome: 'duplicate', detail: {} };
}

async function failJob(
  attempt: Attempt,
  id: string,
  record: Extract<ResultMessage, { schema: 'networkml/error/v1' }>,
): Promise<Ended> {
  const { context, patience, number } = attempt;
  attempt.id = id;
  if (!(await storeResult(context, id, record, number, patience))) return duplicate(attempt);
  await bury(attempt, id, record.error);
  if (context.legacy) publishLegacy(context, record);
  await acknowledge(attempt);
  return { outcome: 'failed', detail: { code: record.error.code, message: record.error.message } };
}

async function bury(
  { context, message, number, patience }: Attempt,
  id: string,
  error: DeadError,
): Promise<void> {
  const job = jsonOf(message.data);
  const letter = { schema: 'networkml/dead-letter/v1', jobId: id, error, attempts: number, job } as const;
  if (await storeDeadLetter(context, letter, patience)) context.metrics.deadLetters += 1;
}

type DeadError = { code: string; message: string; hint: string };

/** Twice sure: the server confirms that it has the acknowledgement. */
async function acknowledge({ message }: Attempt): Promise<void> {
  // Unconfirmed, the job comes again, finds its result and is acknowledged then.
  await message.ackAck({ timeout: 5_000 }).catch(() => {});
}

/** The job goes back to the stream: at once when this process is stopping, else after a pause that grows. */
function handBack({ message, number, context }: Attempt, thrown: unknown): Ended {
  const error = toNetworkmlError(thrown);
  const detail = { code: error.code, message: error.message };
  if (context.stop.aborted) {
    message.nak();
    return { outcome: 'handed-back', detail };
  }
  message.nak(Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (number - 1)));
  return { outcome: 'retried', detail };
}
