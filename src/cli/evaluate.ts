/** `networkml evaluate`: how well a bundle tells the roles of known devices. */

import { evaluationHtml, evaluationTable } from '../report/index.js';
import type { Command, Invocation } from './command.js';
import { EXIT } from './exit-code.js';
import { runLongTask } from './long-task.js';
import { recordFormats } from './options.js';
import { progressLine, stepText } from './progress.js';
import { DEFAULT_SEED } from './train.js';
import { writeRecords } from './write-records.js';

export const evaluate: Command = {
  options: ['grouped', 'labels', 'device-from', 'bundle', 'classifier', 'seed', 'format', 'output'],
  formats: [...recordFormats, 'html'],
  examples: [
    ['evaluate captures/', 'score the bundle in use on captures whose names give the role'],
    ['evaluate captures/ --grouped 8', 'figures for devices never seen: train 8 times with devices left out'],
    ['evaluate captures/ --format json -o figures.json', 'keep the figures'],
    ['evaluate captures/ --grouped 8 --format html -o figures.html', 'a page with pictures'],
  ],
  run,
};

async function run({ words, settings }: Invocation): Promise<number> {
  const grouped = settings.number('grouped');
  const labels = settings.text('labels');
  const classifier = settings.text('classifier');
  const progress = progressLine(settings);
  try {
    const options = {
      ...(grouped === undefined ? {} : { grouped }),
      ...(labels === undefined ? {} : { labels }),
      ...(classifier === undefined ? {} : { classifier }),
      seed: settings.number('seed') ?? DEFAULT_SEED,
      deviceFrom: settings.text('device-from') === 'labels' ? 'labels' : 'traffic',
    } as const;
    const { record, titles } = await runLongTask(
      { kind: 'evaluate', paths: words, options, bundle: settings.text('bundle') },
      (step) => progress.show(() => stepText(step)),
    );
    progress.clear();
    const to = { to: settings.text('output'), titles };
    await writeRecords([record], settings, to, {
      table: ([only], style) => (only === undefined ? '' : evaluationTable(only, style)),
      html: ([only]) => (only === undefined ? '' : evaluationHtml(only, titles)),
    });
    return record.failed > 0 ? EXIT.someFailed : EXIT.done;
  } finally {
    progress.clear();
  }
}
