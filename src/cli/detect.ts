/** `networkml detect`: learns what flows or sessions are normal, and scores others. */

import { NetworkmlError } from '../errors.js';
import { flowKinds } from '../features/index.js';
import type { Command, Invocation } from './command.js';
import type { OptionName } from './options.js';
import type { Settings } from './settings.js';

/** Others of `learn` may stand in a settings file for the sake of other commands: `score` passes them over. */
const LEARN_ONLY: readonly OptionName[] = [
  'algorithm',
  'param',
  'features',
  'raw',
  'normal',
  'abnormal',
  'contamination',
  'quantile',
  'test-size',
  'report',
];
const SHARED_WITH_LEARN: readonly OptionName[] = [
  'kind',
  'fft',
  'header',
  'q-interval',
  'flow-pkts-threshold',
  'interval',
  'compat',
  'labels',
  'seed',
];
const SCORE_ONLY: readonly OptionName[] = ['model', 'report-all'];

export const detect: Command = {
  options: ['output', 'format', ...LEARN_ONLY, ...SHARED_WITH_LEARN, ...SCORE_ONLY, 'filter', 'no-tunnels'],
  formats: ['table', 'csv', 'ndjson', 'parquet'],
  describe: {
    output: 'learn: the file of the model; score: a file for the scores [FILE]',
    format: 'how results are written; a terminal gets a table, a pipe gets NDJSON [NAME]',
    kind: 'family of flow features, default stats; with --compat netml iat [FAMILY]',
    labels: 'a CSV of labelled flows as CIC-IDS-2017 has them; other flows are left out [FILE]',
    seed: 'of all that is drawn (default 42) [N]',
    compat: 'features, split and defaults as netml 0.7.1 has them',
  },
  choices: { kind: flowKinds, compat: ['netml'] },
  examples: [
    ['detect learn normal.pcap -o model.json', 'learn what the flows of a capture are like'],
    ['detect score new.pcap --model model.json', 'the flows that are not like them'],
    [
      'detect learn day.pcap --labels day.csv --algorithm pca -o model.json --report scores.html',
      'learn from the normal flows, and measure on the others',
    ],
    [
      'detect learn --normal a.pcap --abnormal b.pcap --features stats48 -o model.json',
      'sessions, labelled by capture',
    ],
  ],
  run,
};

async function run({ words, settings }: Invocation): Promise<number> {
  const [action, ...captures] = words;
  if (action === 'learn') {
    refuse(settings, SCORE_ONLY, 'detect learn');
    return await (await import('./detect-learn.js')).learn(captures, settings);
  }
  if (settings.text('model') === undefined || captures.length === 0) {
    throw new NetworkmlError('NML_USAGE', 'detect score needs captures and a model', {
      hint: 'name the model with --model FILE',
    });
  }
  refuse(settings, LEARN_ONLY, 'detect score: the model says it');
  return await (await import('./detect-score.js')).score(captures, settings);
}

/** @throws NetworkmlError NML_USAGE when an option is given that means nothing here */
function refuse(settings: Settings, names: readonly OptionName[], here: string): void {
  for (const name of names) {
    const given =
      settings.flag(name) ||
      settings.list(name).length > 0 ||
      (settings.text(name) ?? settings.number(name)) !== undefined;
    if (given) throw new NetworkmlError('NML_USAGE', `--${name} means nothing for ${here}`);
  }
}
