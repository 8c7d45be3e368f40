/** `networkml train`: a bundle from captures of known devices. */

import { NetworkmlError } from '../errors.js';
import { undoWrite } from '../models/index.js';
import type { TrainSummary } from '../pipeline/index.js';
import { count, counted, decimal, plainText } from '../report/index.js';
import type { Command, Invocation } from './command.js';
import { EXIT } from './exit-code.js';
import { runLongTask } from './long-task.js';
import { say } from './messages.js';
import { recordFormats } from './options.js';
import { progressLine, stepText } from './progress.js';
import { writeRecords } from './write-records.js';

/** Unusable captures that are named one by one. */
const SKIPPED_NAMED = 10;

/** Without --seed. */
export const DEFAULT_SEED = 1;

export const train: Command = {
  options: [
    'output',
    'labels',
    'also',
    'map-roles',
    'seed',
    'names',
    'hints',
    'view',
    'classifier',
    'backend',
    'name',
    'bundle-version',
    'format',
  ],
  formats: recordFormats,
  describe: {
    output: 'directory of the new bundle; a bundle that stands there is replaced [DIR]',
    classifier: 'which classifier to train [NAME]',
    view: 'a view of behaviour to train besides the usual ones, which predict --view can ask for [NAME]',
    format: 'how the summary is written; a terminal gets a table, a pipe gets NDJSON [NAME]',
  },
  examples: [
    ['train captures/ -o my-bundle', 'learn the roles that the file names give'],
    ['train captures/ -o my-bundle --labels labels.csv', 'learn the roles of a table'],
    ['train site1.parquet site2.parquet -o my-bundle', 'learn from exported training tables'],
    [
      'train captures/ -o my-bundle --also lab.parquet',
      'learn from a laboratory, too, but judge by the captures',
    ],
  ],
  run,
};

async function run({ words, settings }: Invocation): Promise<number> {
  const output = settings.text('output');
  if (output === undefined) {
    throw new NetworkmlError('NML_USAGE', 'train needs a directory for the bundle', {
      hint: 'name it with -o DIR',
    });
  }
  const labels = settings.text('labels');
  const also = settings.list('also');
  const mapRoles = settings.text('map-roles');
  const classifier = settings.text('classifier');
  const name = settings.text('name');
  const version = settings.text('bundle-version');
  const view = settings.text('view');
  const inTensorFlow = settings.text('backend') === 'tensorflow';
  const progress = progressLine(settings);
  try {
    const options = {
      output,
      seed: settings.number('seed') ?? DEFAULT_SEED,
      ...(labels === undefined ? {} : { labels }),
      ...(also.length === 0 ? {} : { also }),
      ...(mapRoles === undefined ? {} : { mapRoles }),
      ...(classifier === undefined ? {} : { classifier }),
      ...(name === undefined ? {} : { name }),
      ...(version === undefined ? {} : { version }),
      ...(settings.flag('names') ? { names: true } : {}),
      ...(settings.flag('hints') ? { hints: true } : {}),
      ...(view === undefined ? {} : { views: [view] }),
      ...(inTensorFlow ? { backend: 'tensorflow' as const } : {}),
    };
    const summary = await runLongTask(
      { kind: 'train', paths: words, options },
      (step) => progress.show(() => stepText(step)),
      () => undoWrite(output),
    );
    progress.clear();
    if (!settings.flag('quiet')) saySkipped(summary, settings.flag('verbose'));
    await writeRecords([summary], settings, { to: undefined }, summaryTable);
    return summary.skipped.length > 0 ? EXIT.someFailed : EXIT.done;
  } finally {
    progress.clear();
  }
}

function saySkipped({ skipped }: TrainSummary, all: boolean): void {
  const named = all ? skipped : skipped.slice(0, SKIPPED_NAMED);
  for (const { file, reason } of named) say(reason.startsWith(file) ? reason : `${file}: ${reason}`);
  const more = skipped.length - named.length;
  if (more > 0) say(`${count(more)} more could not be used; -v names them all`);
}

function row(label: string, text: string): [string, string] {
  return [label, text];
}

function summaryTable([summary]: readonly TrainSummary[]): string {
  if (summary === undefined) return '';
  const { path, sha256, captures, devices, roles, skipped, unlisted, figures } = summary;
  const rows: [string, string][] = [
    ['bundle', plainText(path)],
    ['SHA-256', sha256],
    [
      'trained on',
      `${counted(captures, 'capture')} of ${counted(devices, 'device')} in ${counted(roles, 'role')}`,
    ],
    ...(skipped.length === 0 ? [] : [row('not usable', counted(skipped.length, 'capture'))]),
    ...(unlisted === 0 ? [] : [row('not listed', counted(unlisted, 'capture'))]),
    ...Object.entries(figures).map(([figure, value]): [string, string] => [
      plainText(figure),
      decimal(value),
    ]),
  ];
  const width = Math.max(...rows.map(([label]) => label.length)) + 2;
  return rows.map(([label, text]) => `${label.padEnd(width)}${text}\n`).join('');
}
