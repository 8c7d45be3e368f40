/** A failed capture as a record, and as a sentence. */

import type { NetworkmlError } from '../errors.js';
import type { ErrorRecord } from '../types.js';

/** The record that takes the place of a capture's prediction. */
export function errorRecord(error: NetworkmlError, file: string): ErrorRecord {
  const { packet, byteOffset } = error.place;
  const where = [
    ...(packet === undefined ? [] : [`packet ${packet}`]),
    ...(byteOffset === undefined ? [] : [`byte ${byteOffset}`]),
  ].join(', ');
  const message = where === '' ? error.message : `${where}: ${error.message}`;
  return {
    schema: 'networkml/error/v1',
    capture: { file },
    error: { code: error.code, message, hint: error.hint },
  };
}

/** The same sentence as `NetworkmlError.toSentence` gives. */
export function errorSentence({ capture, error }: ErrorRecord): string {
  return `${capture.file}: ${error.message}; ${error.hint} [${error.code}]`;
}
