/** Captures one after another: a bad one never ends a run. */

import { statSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { type NetworkmlError, toNetworkmlError } from '../errors.js';
import { expandInputs } from '../pipeline/index.js';
import { captureTracker, progressLine } from './progress.js';
import type { Settings } from './settings.js';

/** What is done with one capture, and with one that failed. */
export interface CaptureWork {
  read(path: string, onProgress: (now: { bytes: number; packets: number }) => void): Promise<void>;
  fail(error: NetworkmlError, path: string): void;
}

/**
 * Works on all captures behind the words of a command, in their order.
 * @throws NetworkmlError when the next capture would fail for the same reason: a wrong setting, no room for results
 */
export async function eachCapture(
  words: readonly string[],
  settings: Settings,
  work: CaptureWork,
): Promise<void> {
  const inputs = [...expandInputs(words)];
  const progress = progressLine(settings);
  const sizes = inputs.map((input) => ('error' in input ? 0 : sizeOf(input.path)));
  const track = captureTracker(sizes, progress);
  try {
    for (const [index, input] of inputs.entries()) {
      if ('error' in input) work.fail(input.error, input.path);
      else {
        try {
          await work.read(input.path, (now) => track.progress(index, now));
        } catch (thrown) {
          const error = toNetworkmlError(thrown, input.path);
          if (error.kind === 'usage' || error.code === 'NML_OUTPUT') throw thrown;
          progress.clear();
          work.fail(error, input.path);
        }
      }
      track.done(index);
      // Reading a file does not wait for anything: signals and a closed pipe are heard here.
      await setImmediate();
    }
  } finally {
    progress.clear();
  }
}

/** Size of a file, bytes; null for what has none beforehand. */
function sizeOf(path: string): number | null {
  const stats = path === '-' ? undefined : statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true ? stats.size : null;
}
