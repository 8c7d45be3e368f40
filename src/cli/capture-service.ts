/** The captures of live windows sent to the service, a few at a time; what became of each is counted. */

import type { DeviceCapture, SentCaptures } from '../capture/index.js';
import { NetworkmlError, toNetworkmlError } from '../errors.js';
import { findBundle, readManifest } from '../models/index.js';
import { errorRecord } from '../report/index.js';
import type { Submitter } from '../service/index.js';
import type { PredictionOutcome } from '../types.js';
import { natsSettings } from './nats-settings.js';
import type { Settings } from './settings.js';

/** Captures under way at a time. */
const PARALLEL = 8;
/** For what has no result when no more packets come. */
const ENDING_MS = 30_000;

/** Sends captures of windows. A window whose time is over is given up, so that the next one has its turn. */
export interface ServiceSender {
  /** Outcomes in the order of the captures; what was not answered in time has an error record. Never rejects. */
  outcomes(
    captures: readonly DeviceCapture[],
    nameOf: (path: string) => string,
  ): Promise<PredictionOutcome[]>;
  /** Counts captures that nobody had the time to send. */
  lose(captures: number): void;
  /** No more packets come: what is under way has half a minute. */
  ending(): void;
  readonly counts: SentCaptures;
  close(): Promise<void>;
}

/**
 * Connects to the service.
 * @param timeoutMs for the results of one window, milliseconds
 * @throws NetworkmlError NML_USAGE, NML_NATS_CONNECT, NML_NATS_AUTH, NML_NATS_TLS, NML_NATS_STREAM
 */
export async function openServiceSender(settings: Settings, timeoutMs: number): Promise<ServiceSender> {
  const { hasCredentials, openSubmitter } = await import('../service/index.js');
  const nats = natsSettings(settings, hasCredentials);
  if (nats === undefined) {
    throw new NetworkmlError('NML_USAGE', 'no NATS server is named', { hint: 'use --nats or set NATS_URL' });
  }
  const submitter = await openSubmitter({
    nats,
    parallel: PARALLEL,
    timeoutMs,
    bundleSha256: () => readManifest(findBundle(settings.text('bundle'))).sha256,
  });
  return senderOver(submitter, timeoutMs);
}

function senderOver(submitter: Submitter, timeoutMs: number): ServiceSender {
  const counts: SentCaptures = { answered: 0, unanswered: 0, lost: 0 };
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  return {
    counts,
    outcomes: async (captures, nameOf) => {
      const window = { until: Date.now() + timeoutMs, away: false };
      return await inParallel(captures, (capture) =>
        outcomeOf(submitter, capture, { name: nameOf(capture.path), window, counts, signal: stop.signal }),
      );
    },
    lose: (captures) => {
      counts.lost += captures;
    },
    ending: () => {
      timer ??= setTimeout(() => stop.abort(), ENDING_MS);
    },
    close: async () => {
      clearTimeout(timer);
      await submitter.close();
    },
  };
}

interface Sent {
  readonly name: string;
  /** Until when the window has time, and whether its time was over before the stream took a capture. */
  readonly window: { readonly until: number; away: boolean };
  readonly counts: SentCaptures;
  readonly signal: AbortSignal;
}

async function outcomeOf(
  submitter: Submitter,
  { path, mac, addresses }: DeviceCapture,
  { name, window, counts, signal }: Sent,
): Promise<PredictionOutcome> {
  let accepted = false;
  const onAccepted = (): void => {
    accepted = true;
  };
  try {
    // Each try would take seconds to fail, and the windows behind this one wait.
    if (window.away)
      throw new NetworkmlError('NML_SERVICE_TIMEOUT', 'not sent: the time of its window is over');
    const device = mac ?? addresses[0];
    const outcome = await submitter.send(
      { path, name, ...(device === undefined ? {} : { device }) },
      { signal, timeoutMs: Math.max(0, window.until - Date.now()), onAccepted },
    );
    counts[accepted ? 'answered' : 'lost']++;
    return outcome;
  } catch (thrown) {
    counts[accepted ? 'unanswered' : 'lost']++;
    window.away ||= !accepted;
    return errorRecord(toNetworkmlError(thrown), name);
  }
}

/** Results in the order of the values, of which so many are worked on at a time. */
async function inParallel<T, R>(values: readonly T[], work: (value: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const hand = async (): Promise<void> => {
    while (next < values.length) {
      const at = next++;
      results[at] = await work(values[at] as T);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, hand));
  return results;
}
