/** Structured logs: JSON lines on standard error, one for each job. */

import { type Logger, pino } from 'pino';

export type { Logger };

/** A logger. Secrets never get here: options that hold them are read where they are used. */
export function createLog(level: 'silent' | 'info' | 'debug'): Logger {
  // Written at once: what was said before a crash is what explains it.
  return pino({ level, base: { pid: process.pid } }, pino.destination({ dest: 2, sync: true }));
}
