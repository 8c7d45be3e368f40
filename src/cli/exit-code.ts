/** Exit codes of the command line. */

import type { NetworkmlError } from '../errors.js';

export const EXIT = {
  done: 0,
  internal: 1,
  usage: 2,
  noInput: 3,
  bundle: 4,
  someFailed: 5,
  service: 6,
  anomalous: 10,
  unknown: 11,
} as const;

/** The exit code of an error that ends the run. */
export function exitCodeOf(error: NetworkmlError): number {
  switch (error.kind) {
    case 'usage':
      return EXIT.usage;
    case 'input':
      return EXIT.noInput;
    case 'bundle':
      return EXIT.bundle;
    case 'service':
      return EXIT.service;
    case 'internal':
      return EXIT.internal;
  }
}
