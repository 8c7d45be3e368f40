/** `networkml features --kind iat|size|...`: netml's families of features of directed flows. */

import { readFileSync } from 'node:fs';
import { NetworkmlError } from '../errors.js';
import {
  appendRecord,
  type CutCapture,
  cutByShape,
  type FlowCapture,
  type FlowCutting,
  type FlowKind,
  type FlowShape,
  featureBatch,
  fitFlows,
  flowTableColumns,
  forEachFlowRecord,
  parseFlowShape,
  readFlows,
} from '../pipeline/index.js';
import { jsonText } from '../report/index.js';
import { eachCapture } from './each-capture.js';
import { CaptureResults } from './feature-output.js';
import { notLess, shareOf } from './features-settings.js';
import { say } from './messages.js';
import { openOutput } from './output.js';
import type { Settings } from './settings.js';

/**
 * Writes the features of the flows of all captures. Without a shape the captures are kept until the last one has been
 * read: one shape is fitted to all of them.
 * @returns the exit code
 */
export async function writeFlowFeatures(words: readonly string[], settings: Settings): Promise<number> {
  const path = settings.text('shape');
  const given = path === undefined ? undefined : readShape(path, settings);
  const results = new CaptureResults(settings);
  const kept: FlowCapture[] = [];
  const cutting = cuttingOf(settings);
  const filter = settings.text('filter');
  const compat = given === undefined ? cutting.compat : given.compat;
  const write = given === undefined ? undefined : await recordWriter(results, given);
  try {
    await eachCapture(words, settings, {
      read: async (file, onProgress) => {
        const flows = await readFlows(file, compat, {
          tunnels: !settings.flag('no-tunnels'),
          ...(filter === undefined ? {} : { filter }),
          onProgress,
        });
        comment(flows, settings);
        if (given === undefined || write === undefined) kept.push(flows);
        else write(cutByShape(flows, given));
        results.done();
      },
      fail: (error, file) => results.fail(error, file),
    });
    if (given === undefined && kept.length > 0) await writeFitted(kept, cutting, settings, results);
    return await results.finish();
  } catch (error) {
    results.abandon();
    throw error;
  }
}

/** @throws NetworkmlError NML_USAGE */
function cuttingOf(settings: Settings): FlowCutting {
  const compat = settings.text('compat');
  if (compat !== undefined && compat !== 'netml') {
    throw new NetworkmlError('NML_USAGE', '--compat: features can be like netml only');
  }
  return {
    compat: compat ?? null,
    leastPackets: notLess(settings, 'flow-pkts-threshold', 1) ?? 2,
    qInterval: shareOf(settings, 'q-interval') ?? 0.9,
    interval: notLess(settings, 'interval', 0) ?? 0,
  };
}

async function writeFitted(
  kept: readonly FlowCapture[],
  cutting: FlowCutting,
  settings: Settings,
  results: CaptureResults,
): Promise<void> {
  const wish = {
    kind: settings.text('kind') as FlowKind,
    fft: settings.flag('fft'),
    header: settings.flag('header'),
  };
  const { shape, captures } = fitFlows(kept, wish, cutting);
  const write = await recordWriter(results, shape);
  for (const capture of captures) write(capture);
  const path = settings.text('save-shape');
  if (path !== undefined) await saveShape(path, shape);
}

async function recordWriter(
  results: CaptureResults,
  shape: FlowShape,
): Promise<(capture: CutCapture) => void> {
  if (results.format === 'ndjson') {
    return (capture) => forEachFlowRecord(capture, shape, (record) => results.record(record));
  }
  const batch = featureBatch(flowTableColumns(shape));
  await results.startTable(batch.columns);
  return (capture) => {
    forEachFlowRecord(capture, shape, (record) => {
      appendRecord(batch, record, 'wide', () => results.batch(batch));
    });
    results.batch(batch);
  };
}

function comment({ file, refused }: FlowCapture, settings: Settings): void {
  if (refused > 0 && !settings.flag('quiet')) {
    say(`${file}: ${refused} packets beyond the limit of packets were left out`);
  }
}

async function saveShape(path: string, shape: FlowShape): Promise<void> {
  const output = openOutput(path);
  await output.write(`${jsonText(shape)}\n`);
  await output.commit();
}

/** @throws NetworkmlError NML_INPUT_NOT_FOUND, NML_TABLE; NML_USAGE when the settings say otherwise */
function readShape(path: string, settings: Settings): FlowShape {
  for (const name of [
    'q-interval',
    'flow-pkts-threshold',
    'interval',
    'fft',
    'header',
    'compat',
    'save-shape',
  ] as const) {
    const said = settings.flag(name) || (settings.text(name) ?? settings.number(name)) !== undefined;
    if (said) throw new NetworkmlError('NML_USAGE', `--${name} is part of the shape: not beside --shape`);
  }
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new NetworkmlError('NML_INPUT_NOT_FOUND', 'the shape cannot be read', { file: path, cause });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new NetworkmlError('NML_TABLE', 'not JSON', { file: path, cause });
  }
  const shape = parseFlowShape(value);
  const kind = settings.text('kind');
  if (kind !== undefined && kind !== shape.kind) {
    throw new NetworkmlError('NML_USAGE', `--kind ${kind}, but the shape is for ${shape.kind}`);
  }
  return shape;
}
