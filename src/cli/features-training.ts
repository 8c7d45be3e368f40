/** `networkml features --kind training`: what training learns from captures, as a table. */

import { NetworkmlError } from '../errors.js';
import {
  appendHintRows,
  appendTrainingCapture,
  type HeldHints,
  readCaptures,
  trainingBatch,
  trainingColumns,
} from '../pipeline/index.js';
import { tableWriter } from '../report/index.js';
import { EXIT } from './exit-code.js';
import { columnFormat } from './feature-output.js';
import { say } from './messages.js';
import { openOutput } from './output.js';
import { progressLine, stepText } from './progress.js';
import type { Settings } from './settings.js';

/**
 * Writes the training rows of all labelled captures, attacks included. Captures that could not be used are told and
 * left out.
 * @returns the exit code
 * @throws NetworkmlError NML_LABELS, NML_TABLE, NML_TRAIN_DATA when there is no labelled capture
 */
export async function writeTrainingRows(words: readonly string[], settings: Settings): Promise<number> {
  const labels = settings.text('labels');
  const output = openOutput(settings.text('output'));
  const format = columnFormat(output, settings);
  const progress = progressLine(settings);
  try {
    const table = await tableWriter(format, trainingColumns, (bytes) => output.writeBytes(bytes), {
      gzip: true,
    });
    const batch = trainingBatch();
    const write = (): void => {
      table.write(batch);
      batch.rows = 0;
    };
    const held: HeldHints[] = [];
    let captures = 0;
    const { skipped } = await readCaptures(
      words,
      {
        deviceFrom: settings.text('device-from') === 'traffic' ? 'traffic' : 'labels',
        attacks: true,
        names: settings.flag('names'),
        hints: settings.flag('hints'),
        ...(labels === undefined ? {} : { labels }),
        onProgress: (step) => progress.show(() => stepText(step)),
      },
      (capture) => {
        captures++;
        const hints = appendTrainingCapture(batch, capture, write);
        if (hints !== undefined) held.push(hints);
      },
    );
    progress.clear();
    for (const { file, reason } of skipped) {
      if (!settings.flag('quiet')) say(reason.startsWith(file) ? reason : `${file}: ${reason}`);
    }
    if (captures === 0) throw new NetworkmlError('NML_TRAIN_DATA', 'no labelled capture');
    appendHintRows(batch, held, write);
    write();
    table.end();
    await output.commit();
    return skipped.length > 0 ? EXIT.someFailed : EXIT.done;
  } catch (error) {
    output.abandon();
    throw error;
  } finally {
    progress.clear();
  }
}
