/** `networkml features`: feature vectors of sessions, windows, bins or flows. */

import type { ColumnBatch } from '../column-table.js';
import { NetworkmlError } from '../errors.js';
import {
  appendRecord,
  type FeatureCaptureOptions,
  type FeaturesRecord,
  type FeatureTableForm,
  featureBatch,
  networkml04Records,
  portProtocolRecords,
  portProtocolTableColumns,
} from '../pipeline/index.js';
import type { Command, Invocation } from './command.js';
import { eachCapture } from './each-capture.js';
import { CaptureResults, columnFormats } from './feature-output.js';
import { notLess } from './features-settings.js';
import type { OptionName } from './options.js';
import type { Settings } from './settings.js';

const OF_PORT_PROTOCOL: readonly OptionName[] = [
  'unit',
  'weight',
  'window',
  'wide',
  'layout',
  'warm-up',
  'device',
];
const OF_FLOWS: readonly OptionName[] = [
  'fft',
  'header',
  'q-interval',
  'flow-pkts-threshold',
  'interval',
  'compat',
  'shape',
  'save-shape',
];

const OF_TRAINING: readonly OptionName[] = ['labels', 'device-from', 'names', 'hints'];

export const features: Command = {
  options: [
    'format',
    'output',
    'kind',
    ...OF_PORT_PROTOCOL,
    ...OF_FLOWS,
    'filter',
    'no-tunnels',
    ...OF_TRAINING,
  ],
  formats: columnFormats,
  describe: {
    format: 'how vectors are written; without it as the name after -o ends, else NDJSON, on a terminal CSV',
    compat: 'flows and values as netml 0.7.1 computes them, its faults included',
  },
  choices: { compat: ['netml'] },
  examples: [
    ['features printer.pcap', 'a vector of 4,104 shares for each session of the device'],
    ['features printer.pcap --unit window --wide -o windows.csv', 'one row for every 15 minutes'],
    ['features printer.pcap --kind stats -o flows.parquet', 'twelve numbers for each directed flow'],
    [
      'features train.pcap --kind iat --save-shape iat.json',
      'vectors, and what makes others as long as they are',
    ],
    ['features new.pcap --shape iat.json', 'vectors of the same length'],
    ['features captures/ --kind training -o site.parquet', 'all that train and evaluate need of captures'],
  ],
  run,
};

async function run({ words, settings }: Invocation): Promise<number> {
  const kind = settings.text('kind') ?? 'port-protocol';
  if (kind === 'training') {
    refuse(settings, [...OF_PORT_PROTOCOL, ...OF_FLOWS, 'filter', 'no-tunnels'], kind);
    return await (await import('./features-training.js')).writeTrainingRows(words, settings);
  }
  refuse(settings, OF_TRAINING, kind);
  const flows = kind !== 'port-protocol' || settings.text('shape') !== undefined;
  refuse(settings, flows ? OF_PORT_PROTOCOL : OF_FLOWS, flows ? kind : 'port-protocol');
  if (flows) return await (await import('./features-flows.js')).writeFlowFeatures(words, settings);
  const read = reader(settings);
  const results = new CaptureResults(settings);
  const form: FeatureTableForm = settings.flag('wide') ? 'wide' : 'long';
  const batch = featureBatch(portProtocolTableColumns(form, settings.text('layout') ?? ''));
  try {
    if (results.format !== 'ndjson') await results.startTable(batch.columns);
    await eachCapture(words, settings, {
      read: async (path, onProgress) => {
        for (const record of await read(path, onProgress)) put(record, results, batch, form);
        results.done();
      },
      fail: (error, path) => results.fail(error, path),
    });
    results.batch(batch);
    return await results.finish();
  } catch (error) {
    results.abandon();
    throw error;
  }
}

type Reader = (
  path: string,
  onProgress: NonNullable<FeatureCaptureOptions['onProgress']>,
) => Promise<readonly FeaturesRecord[]>;

function reader(settings: Settings): Reader {
  const device = settings.text('device');
  const filter = settings.text('filter');
  const common = {
    ...(device === undefined ? {} : { device }),
    ...(filter === undefined ? {} : { filter }),
  };
  if (settings.text('layout') === 'networkml-0.4') {
    refuse(settings, ['unit', 'weight', 'window'], 'the layout networkml-0.4');
    const warmUpSeconds = notLess(settings, 'warm-up', 0) ?? 0;
    return (path, onProgress) => networkml04Records(path, { ...common, warmUpSeconds, onProgress });
  }
  refuse(settings, ['warm-up'], 'this layout');
  const unit = settings.text('unit') === 'window' ? 'window' : 'session';
  if (unit === 'session') refuse(settings, ['weight', 'window'], '--unit session');
  const weight = settings.text('weight') === 'sessions' ? 'sessions' : 'packets';
  const windowSeconds = notLess(settings, 'window', 0) ?? 900;
  const tunnels = !settings.flag('no-tunnels');
  return (path, onProgress) =>
    portProtocolRecords(path, { ...common, tunnels, unit, weight, windowSeconds, onProgress });
}

/** @throws NetworkmlError NML_USAGE when an option is given that means nothing here */
function refuse(settings: Settings, names: readonly OptionName[], here: string): void {
  for (const name of names) {
    const given = settings.flag(name) || (settings.text(name) ?? settings.number(name)) !== undefined;
    if (given) throw new NetworkmlError('NML_USAGE', `--${name} means nothing for ${here}`);
  }
}

function put(
  record: FeaturesRecord,
  results: CaptureResults,
  batch: ColumnBatch,
  form: FeatureTableForm,
): void {
  if (results.format === 'ndjson') results.record(record);
  else appendRecord(batch, record, form, () => results.batch(batch));
}
