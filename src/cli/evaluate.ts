/** `networkml evaluate`: how well a bundle tells the roles of known devices. */

import { behaviourEvaluationTable, evaluationHtml, evaluationTable } from '../report/index.js';
import type { Command, Invocation } from './command.js';
import { EXIT } from './exit-code.js';
import { runLongTask } from './long-task.js';
import { recordFormats } from './options.js';
import { progressLine, stepText } from './progress.js';
import { DEFAULT_SEED } from './train.js';
import { writeRecords } from './write-records.js';

export const evaluate: Command = {
  options: [
    'grouped',
    'labels',
    'device-from',
    'behaviour',
    'bundle',
    'classifier',
    'seed',
    'format',
    'output',
  ],
  formats: [...recordFormats, 'html'],
  examples: [
    ['evaluate captures/', 'score the bundle in use on captures whose names give the role'],
    ['evaluate captures/ --grouped 8', 'figures for devices never seen: train 8 times with devices left out'],
    ['evaluate captures/ --format json -o figures.json', 'keep the figures'],
    ['evaluate captures/ --grouped 8 --format html -o figures.html', 'a page with pictures'],
    ['evaluate captures/ --behaviour attacks/', 'how many attacks behaviour finds, at how many false alarms'],
  ],
  run,
};

async function run(invocation: Invocation): Promise<number> {
  return invocation.settings.list('behaviour').length > 0 ? runBehaviour(invocation) : runRoles(invocation);
}

async function runBehaviour({ words, settings }: Invocation): Promise<number> {
  const labels = settings.text('labels');
  const progress = progressLine(settings);
  try {
    const { evaluateBehaviourOf } = await import('../pipeline/index.js');
    const record = await evaluateBehaviourOf(words, {
      attacks: settings.list('behaviour'),
      ...(labels === undefined ? {} : { labels }),
      seed: settings.number('seed') ?? DEFAULT_SEED,
      onProgress: (step) => progress.show(() => stepText(step)),
    });
    progress.clear();
    await writeRecords([record], settings, { to: settings.text('output') }, ([only], style) =>
      only === undefined ? '' : behaviourEvaluationTable(only, style),
    );
    return record.failed > 0 ? EXIT.someFailed : EXIT.done;
  } finally {
    progress.clear();
  }
}

async function runRoles({ words, settings }: Invocation): Promise<number> {
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
