/** Trying again while NATS is gone. */

import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

/** Until when something is tried again. */
export interface Patience {
  /** Ends it early. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/**
 * Does something that a missing server can make fail, again and again with growing pauses.
 * @param final says which errors no repetition will change
 * @throws the last error
 */
export async function persist<T>(
  work: () => Promise<T>,
  { signal, until }: Patience,
  final: (error: unknown) => boolean = () => false,
): Promise<T> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (final(error) || signal.aborted || Date.now() + pause >= until) throw error;
      await sleep(pause, undefined, { signal }).catch(() => {});
    }
  }
}
