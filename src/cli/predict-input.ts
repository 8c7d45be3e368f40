/** One capture to its outcome: a prediction, or the record of why there is none. */

import { type NetworkmlError, toNetworkmlError } from '../errors.js';
import {
  type Input,
  type LoadedBundle,
  type PredictOptions,
  type Progress,
  predictCapture,
} from '../pipeline/index.js';
import { errorRecord } from '../report/index.js';
import type { PredictionOutcome } from '../types.js';

/** What is the same for all captures of a run; may be handed to another thread. */
export type PredictSettings = Omit<PredictOptions, 'onProgress'>;

/** An outcome, and the stack where it is a failure. */
export interface Answer {
  readonly outcome: PredictionOutcome;
  readonly stack?: string;
}

/**
 * Predicts one capture.
 * @throws NetworkmlError when the next capture would fail for the same reason: a wrong setting, a wrong bundle
 */
export async function predictInput(
  input: Input,
  bundle: LoadedBundle,
  settings: PredictSettings,
  onProgress: (progress: Progress) => void,
): Promise<Answer> {
  if ('error' in input) return failed(input.error, input.path);
  try {
    return { outcome: await predictCapture(input.path, bundle, { ...settings, onProgress }) };
  } catch (thrown) {
    const error = toNetworkmlError(thrown, input.path);
    if (error.kind === 'usage' || error.kind === 'bundle') throw thrown;
    return failed(error, input.path);
  }
}

/** The answer for a capture that could not be predicted. */
export function failed(error: NetworkmlError, path: string): Answer {
  const { cause } = error;
  const stack = [error, cause].flatMap((each) => (each instanceof Error && each.stack ? [each.stack] : []));
  return { outcome: errorRecord(error, path), stack: stack.join('\ncaused by ') };
}
