/** Coded errors between threads: an error loses its class on the way. */

import { type ErrorCode, type ErrorPlace, NetworkmlError } from '../errors.js';

/** A coded error on its way between threads. */
export interface CodedFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
  readonly place: ErrorPlace;
  readonly stack: string;
}

/** An error as it can be sent to another thread. */
export function packError({ code, message, hint, place, stack }: NetworkmlError): CodedFailure {
  return { code, message, hint, place, stack: stack ?? message };
}

/** The error that was sent, with the stack of where it happened. */
export function unpackError({ code, message, hint, place, stack }: CodedFailure): NetworkmlError {
  const error = new NetworkmlError(code, message, { ...place, hint });
  error.stack = stack;
  return error;
}
