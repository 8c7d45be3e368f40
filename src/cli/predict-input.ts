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
import { SkippedLines } from './skipped-lines.js';

/** What is the same for all captures of a run; may be handed to another thread. */
export interface PredictSettings extends Omit<PredictOptions, 'onProgress' | 'onSkipped'> {
  /** List the packets that could not be used on standard error. */
  readonly explainSkipped?: boolean;
}

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
  const { explainSkipped, ...rest } = settings;
  const skipped = explainSkipped === true ? new SkippedLines(input.path) : undefined;
  const listed = skipped === undefined ? {} : { onSkipped: skipped.add };
  try {
    return { outcome: await predictCapture(input.path, bundle, { ...rest, ...listed, onProgress }) };
  } catch (thrown) {
    const error = toNetworkmlError(thrown, input.path);
    if (error.kind === 'usage' || error.kind === 'bundle') throw thrown;
    return failed(error, input.path);
  } finally {
    skipped?.flush();
  }
}

/** The answer for a capture that could not be predicted. */
export function failed(error: NetworkmlError, path: string): Answer {
  const { cause } = error;
  const stack = [error, cause].flatMap((each) => (each instanceof Error && each.stack ? [each.stack] : []));
  return { outcome: errorRecord(error, path), stack: stack.join('\ncaused by ') };
}
