/** The first contact with NATS: containers start in any order, so the server may come after us. */

import { setTimeout as sleep } from 'node:timers/promises';
import { JetStreamApiError } from '@nats-io/jetstream';
import { NetworkmlError } from '../errors.js';
import { backOff } from './connect.js';

/** How long, and who is told meanwhile. */
export interface ContactPatience {
  /** Milliseconds from now; 0 for one try. */
  readonly timeoutMs: number;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
  /** Called after each try in vain that is followed by another, with the pause until then, milliseconds. */
  readonly onPause?: (error: NetworkmlError, pauseMs: number) => void;
}

/** What JetStream answers while a cluster has no leader, and where a `networkml serve` has not made a stream yet. */
const NO_LEADER = 10_008;
const NO_STREAM = 10_059;

/** Whether time alone may mend it: wrong credentials, certificates and streams stay wrong however long one waits. */
function mayComeYet(error: unknown): error is NetworkmlError {
  if (!(error instanceof NetworkmlError)) return false;
  const { cause } = error;
  return (
    error.code === 'NML_NATS_CONNECT' ||
    (cause instanceof JetStreamApiError && (cause.code === NO_LEADER || cause.code === NO_STREAM))
  );
}

/**
 * Makes contact, again and again with growing, jittered pauses while the server is not there yet.
 * @param contact one try; it leaves no connection behind when it fails
 * @throws NetworkmlError that of the last try; at once when waiting is of no use
 */
export async function firstContact<T>(contact: () => Promise<T>, patience: ContactPatience): Promise<T> {
  const { timeoutMs, signal, onPause } = patience;
  const until = Date.now() + timeoutMs;
  const pauses = backOff();
  const stopped = (): boolean => signal?.aborted === true;
  for (;;) {
    try {
      return await contact();
    } catch (error) {
      const pauseMs = Math.min(pauses.next(), until - Date.now());
      if (!mayComeYet(error) || pauseMs <= 0 || stopped()) throw error;
      onPause?.(error, pauseMs);
      await sleep(pauseMs, undefined, signal === undefined ? {} : { signal }).catch(() => {});
      if (stopped()) throw error;
    }
  }
}
