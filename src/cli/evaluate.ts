/** `networkml evaluate`: how well a bundle tells the roles of known devices. */

import type { ControlName, EvaluationUnit, StudyName } from '../pipeline/index.js';
import { behaviourEvaluationTable, evaluationHtml, evaluationTable } from '../report/index.js';
import type { Command, Invocation } from './command.js';
import { EXIT } from './exit-code.js';
import { runLongTask } from './long-task.js';
import { recordFormats } from './options.js';
import { progressLine, stepText } from './progress.js';
import type { Settings } from './settings.js';
import { DEFAULT_SEED } from './train.js';
import { writeRecords } from './write-records.js';

export const evaluate: Command = {
  options: [
    'grouped',
    'by',
    'family-of',
    'with',
    'control',
    'labels',
    'also',
    'map-roles',
    'device-from',
    'behaviour',
    'names',
    'hints',
    'view',
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
    ['evaluate captures/ --by capture', 'figures for other captures of known devices'],
    ['evaluate captures/ --by family --family-of "^[A-Z][a-z]+"', 'figures for makers never seen'],
    ['evaluate captures/ --grouped 8 --control shuffle,addresses', 'look for leaks, too'],
    ['evaluate captures/ --format json -o figures.json', 'keep the figures'],
    ['evaluate captures/ --grouped 8 --format html -o figures.html', 'a page with pictures'],
    ['evaluate site1.parquet site2.parquet --by site', 'figures for sites never seen, from training tables'],
    ['evaluate captures/ --behaviour attacks/', 'how many attacks behaviour finds, at how many false alarms'],
  ],
  run,
};

async function run(invocation: Invocation): Promise<number> {
  return invocation.settings.list('behaviour').length > 0 ? runBehaviour(invocation) : runRoles(invocation);
}

async function runBehaviour({ words, settings }: Invocation): Promise<number> {
  const labels = settings.text('labels');
  const view = settings.text('view');
  const progress = progressLine(settings);
  try {
    const { evaluateBehaviourOf } = await import('../pipeline/index.js');
    const record = await evaluateBehaviourOf(words, {
      attacks: settings.list('behaviour'),
      ...(settings.flag('names') ? { names: true } : {}),
      ...(view === undefined ? {} : { view }),
      ...(labels === undefined ? {} : { labels }),
      ...otherData(settings),
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

/** What is learnt from besides, and roles that mean the same. */
function otherData(settings: Settings): { also?: readonly string[]; mapRoles?: string } {
  const also = settings.list('also');
  const mapRoles = settings.text('map-roles');
  return { ...(also.length === 0 ? {} : { also }), ...(mapRoles === undefined ? {} : { mapRoles }) };
}

/** Without --grouped, where something asked for cannot be found out about a bundle as it is. */
const DEFAULT_FOLDS = 8;

async function runRoles({ words, settings }: Invocation): Promise<number> {
  const by = settings.text('by') as EvaluationUnit | undefined;
  const studies = settings.list('with') as StudyName[];
  const controls = settings.list('control') as ControlName[];
  const retrains =
    by !== undefined ||
    settings.list('also').length > 0 ||
    studies.length > 0 ||
    controls.includes('shuffle');
  const grouped = settings.number('grouped') ?? (retrains ? DEFAULT_FOLDS : undefined);
  const familyOf = settings.text('family-of');
  const labels = settings.text('labels');
  const classifier = settings.text('classifier');
  const progress = progressLine(settings);
  try {
    const options = {
      ...(grouped === undefined ? {} : { grouped }),
      ...(by === undefined ? {} : { by }),
      ...(familyOf === undefined ? {} : { familyOf }),
      studies,
      controls,
      ...(labels === undefined ? {} : { labels }),
      ...otherData(settings),
      ...(classifier === undefined ? {} : { classifier }),
      ...(settings.flag('hints') ? { hints: true } : {}),
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
