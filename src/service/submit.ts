/** Captures sent to a service, several at a time; the results come in the order of the captures. */

import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Objm, setSha256Backend } from '@nats-io/obj';
import type { NatsConnection } from '@nats-io/transport-node';
import { toNetworkmlError } from '../errors.js';
import { errorRecord } from '../report/index.js';
import type { PredictionOutcome } from '../types.js';
import { askModels, type ClientContext, type Sending, sendCapture, type WaitOptions } from './client.js';
import { connectNats, type NatsOptions } from './connect.js';
import { firstContact } from './first-contact.js';
import { streamError } from './provision.js';
import { CAPTURES_BUCKET } from './subjects.js';

export interface SubmitOptions {
  readonly nats: NatsOptions;
  /** Captures under way at a time. */
  readonly parallel: number;
  /** For the result of one capture, milliseconds. */
  readonly timeoutMs: number;
  /** Digest of the bundle that ids are made with when no service says which one it uses. */
  readonly bundleSha256: () => string;
}

/** A connection for sending captures. */
export interface Submitter {
  /**
   * Sends captures.
   * @returns an outcome for each, in their order; a capture that cannot be read has an error record
   * @throws NetworkmlError NML_NATS_*, NML_SERVICE_TIMEOUT: of no use to go on
   */
  submit(sendings: readonly Sending[]): AsyncGenerator<PredictionOutcome>;
  /**
   * Sends one capture.
   * @returns its outcome; an error record when it cannot be read
   * @throws NetworkmlError NML_NATS_*, NML_SERVICE_TIMEOUT: another try may succeed
   */
  send(sending: Sending, options: WaitOptions): Promise<PredictionOutcome>;
  close(): Promise<void>;
}

/**
 * Connects to where the services take their jobs. A server, or streams, that are not there yet are waited for as long as
 * `nats.connectTimeoutMs` says.
 * @throws NetworkmlError NML_NATS_CONNECT, NML_NATS_AUTH, NML_NATS_TLS, NML_NATS_STREAM
 */
export async function openSubmitter(options: SubmitOptions): Promise<Submitter> {
  setSha256Backend('native');
  const timeoutMs = options.nats.connectTimeoutMs ?? 0;
  const context = await firstContact(() => openContext(options), { timeoutMs });
  const stop = new AbortController();
  return {
    submit: (sendings) => inOrder(context, sendings, options, stop.signal),
    send: (sending, wait) => sendOne(context, sending, wait),
    close: async () => {
      stop.abort();
      await context.connection.close();
    },
  };
}

async function openContext(options: SubmitOptions): Promise<ClientContext> {
  const connection = await connectNats({ ...options.nats, name: 'networkml-submit' });
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const captures = await new Objm(connection).open(CAPTURES_BUCKET, { check: false });
    const bundleSha256 = (await askModels(connection))?.sha256 ?? options.bundleSha256();
    return { connection, jetstream: jetstream(connection), manager, captures, bundleSha256 };
  } catch (error) {
    await connection.close();
    throw streamError(error, connection);
  }
}

async function* inOrder(
  context: ClientContext,
  sendings: readonly Sending[],
  { parallel, timeoutMs }: SubmitOptions,
  signal: AbortSignal,
): AsyncGenerator<PredictionOutcome> {
  const underWay: Promise<PredictionOutcome>[] = [];
  const start = (sending: Sending): Promise<PredictionOutcome> => {
    const sent = sendOne(context, sending, { signal, timeoutMs });
    // Whoever waits for it still sees the error; nobody waits for those behind an error.
    sent.catch(() => {});
    return sent;
  };
  let next = 0;
  for (let i = 0; i < sendings.length; i += 1) {
    while (next < sendings.length && next < i + parallel) {
      underWay[next] = start(sendings[next] as Sending);
      next += 1;
    }
    yield await (underWay[i] as Promise<PredictionOutcome>);
    delete underWay[i];
  }
}

async function sendOne(
  context: ClientContext,
  sending: Sending,
  options: WaitOptions,
): Promise<PredictionOutcome> {
  try {
    return (await sendCapture(context, sending, options)).result;
  } catch (thrown) {
    const { connection } = context;
    const error = isCoded(thrown)
      ? toNetworkmlError(thrown)
      : streamError(thrown, connection as NatsConnection);
    if (error.kind === 'input') return errorRecord(error, sending.name);
    throw error;
  }
}

function isCoded(thrown: unknown): boolean {
  return toNetworkmlError(thrown) === thrown;
}
