import { NetworkmlError } from '../../../src/errors.js';

/** The coded error that some work throws. */
export function refusal(work: () => unknown): NetworkmlError {
  try {
    work();
  } catch (error) {
    if (error instanceof NetworkmlError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
