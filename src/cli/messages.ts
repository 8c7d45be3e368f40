/** What is said on standard error, apart from progress. */

import type { NetworkmlError } from '../errors.js';
import { plainText } from '../report/index.js';
import { STANDARD_ERROR, writeText } from './standard-streams.js';

/** One line. */
export function say(text: string): void {
  writeText(STANDARD_ERROR, `${plainText(text)}\n`);
}

/** An error in one sentence; its stack and those of its causes only when they are wanted. */
export function sayError(error: NetworkmlError, debug: boolean): void {
  say(error.toSentence());
  if (!debug) return;
  for (
    let cause: unknown = error, depth = 0;
    cause instanceof Error && depth < 8;
    cause = cause.cause, depth += 1
  ) {
    const lines = (cause.stack ?? cause.message).split('\n');
    for (const line of depth === 0 ? lines : [`caused by ${lines[0] ?? ''}`, ...lines.slice(1)]) say(line);
  }
}
