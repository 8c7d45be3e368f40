/** `networkml detect learn`: captures to a model of what is normal, its figures and a picture of them. */

import { readFileSync, statSync } from 'node:fs';
import { type DetectorName, type DetectorSettings, detectorSettings } from '../anomaly/index.js';
import { NetworkmlError } from '../errors.js';
import { flowKinds } from '../features/index.js';
import {
  type DetectFeatureWish,
  type DetectLearnRecord,
  type DetectRows,
  type FlowKind,
  featuresName,
  fitUnits,
  type LearnOptions,
  type LearntDetector,
  labelledAll,
  learnDetector,
  modelText,
  readFlowLabelFile,
  readUncut,
  type UncutCapture,
  unitsBy,
} from '../pipeline/index.js';
import { detectHtml, detectLearnText, errorRecord, errorSentence } from '../report/index.js';
import { parseParams } from './detect-params.js';
import { eachCapture } from './each-capture.js';
import { EXIT } from './exit-code.js';
import { notLess, shareOf } from './features-settings.js';
import { say } from './messages.js';
import { openOutput } from './output.js';
import type { Settings } from './settings.js';
import { DEFAULT_SEED } from './train.js';
import { writeRecords } from './write-records.js';

/** Share of the labelled flows that is kept for the test, without a word from the user (netml's). */
const DEFAULT_TEST_SIZE = 0.33;

/** Captures as they were read: without labels, or known to be normal or anomalous. */
interface ReadCaptures {
  readonly plain: UncutCapture[];
  readonly normal: UncutCapture[];
  readonly abnormal: UncutCapture[];
  failed: number;
}

/** @returns the exit code */
export async function learn(words: readonly string[], settings: Settings): Promise<number> {
  const path = settings.text('output');
  if (path === undefined) {
    throw new NetworkmlError('NML_USAGE', 'detect learn needs a file for the model', {
      hint: 'name it with -o FILE',
    });
  }
  const format = settings.text('format');
  if (format === 'csv' || format === 'parquet') {
    throw new NetworkmlError(
      'NML_USAGE',
      `--format ${format} is for scores: detect learn writes table or ndjson`,
    );
  }
  const wish = featureWish(settings);
  const options = learnOptions(settings);
  checkSources(words, settings, wish);
  const clock = stopwatch();
  const captures = await readAll(words, settings, wish);
  const { features, rows } = rowsOf(captures, wish, settings);
  const learnt = interruptible(() => learnDetector(rows, features, { ...options, onStep: clock.step }));
  const { text, sha256 } = modelText(learnt.model);
  const record = learnRecord(learnt, { path, sha256, seconds: clock.end() });
  await writeText(path, text);
  const report = settings.text('report');
  if (report !== undefined) await writeText(report, detectHtml(record, learnt.scores));
  await writeRecords([record], settings, { to: undefined }, ([only], style) =>
    only === undefined ? '' : detectLearnText(only, style),
  );
  return captures.failed > 0 ? EXIT.someFailed : EXIT.done;
}

/** @throws NetworkmlError NML_USAGE */
function featureWish(settings: Settings): DetectFeatureWish {
  const compat = compatOf(settings);
  if (settings.text('features') === 'stats48') {
    if (compat !== null) throw new NetworkmlError('NML_USAGE', '--compat netml has flows only, not stats48');
    return { of: 'sessions' };
  }
  const kind = settings.text('kind') ?? (compat === 'netml' ? 'iat' : 'stats');
  if (!flowKinds.some((known) => known === kind)) {
    throw new NetworkmlError('NML_USAGE', `--kind ${kind} is not of flows`, {
      hint: `predict judges devices; detect takes ${flowKinds.join(', ')}`,
    });
  }
  return {
    of: 'flows',
    wish: { kind: kind as FlowKind, fft: settings.flag('fft'), header: settings.flag('header') },
    cutting: {
      compat,
      leastPackets: notLess(settings, 'flow-pkts-threshold', 1) ?? 2,
      qInterval: shareOf(settings, 'q-interval') ?? 0.9,
      interval: notLess(settings, 'interval', 0) ?? 0,
    },
  };
}

/** @throws NetworkmlError NML_USAGE */
function compatOf(settings: Settings): 'netml' | null {
  const compat = settings.text('compat');
  if (compat === undefined || compat === 'netml') return compat ?? null;
  throw new NetworkmlError('NML_USAGE', '--compat: detectors can be like netml only');
}

/** netml's autoencoder: no rectifier to speak of, and heavy weight decay. */
const NETML_SETTINGS: Readonly<Partial<Record<DetectorName, DetectorSettings>>> = {
  ae: { slope: 1, decay: 0.1 },
};

/** @throws NetworkmlError NML_USAGE, NML_CONFIG */
function learnOptions(settings: Settings): LearnOptions {
  const compat = compatOf(settings);
  const algorithm = (settings.text('algorithm') ?? (compat === 'netml' ? 'ocsvm' : 'sos')) as DetectorName;
  const param = settings.text('param');
  const own = compat === 'netml' ? NETML_SETTINGS[algorithm] : undefined;
  const given = { ...own, ...(param === undefined ? {} : parseParams(paramText(param), algorithm)) };
  detectorSettings(algorithm, given);
  const testSize = settings.number('test-size') ?? DEFAULT_TEST_SIZE;
  if (testSize < 0 || testSize >= 1) {
    throw new NetworkmlError('NML_USAGE', `--test-size: ${testSize} is not 0 or more and less than 1`);
  }
  return {
    detector: { algorithm, settings: given, standardise: compat === null && !settings.flag('raw') },
    threshold: thresholdRule(settings),
    testSize,
    seed: settings.number('seed') ?? DEFAULT_SEED,
    compat,
  };
}

function paramText(param: string): string {
  return statSync(param, { throwIfNoEntry: false })?.isFile() === true ? readFileSync(param, 'utf8') : param;
}

function thresholdRule(settings: Settings): LearnOptions['threshold'] {
  const quantile = shareOf(settings, 'quantile');
  const text = settings.text('contamination') ?? 'auto';
  if (quantile !== undefined) {
    if (text !== 'auto')
      throw new NetworkmlError('NML_USAGE', '--quantile beside --contamination: one is enough');
    return { rule: 'quantile', share: quantile };
  }
  if (text === 'auto') return { rule: 'auto', share: null };
  const share = Number(text);
  if (!(share > 0 && share < 1)) {
    throw new NetworkmlError('NML_USAGE', `--contamination: ${text} is neither auto nor between 0 and 1`);
  }
  return { rule: 'contamination', share };
}

/** @throws NetworkmlError NML_USAGE */
function checkSources(words: readonly string[], settings: Settings, wish: DetectFeatureWish): void {
  const normal = settings.list('normal').length;
  const byCapture = normal + settings.list('abnormal').length;
  const problem =
    words.length + byCapture === 0
      ? 'detect learn needs captures'
      : words.length > 0 && byCapture > 0
        ? 'captures beside --normal and --abnormal: it is not known what they are'
        : byCapture > 0 && normal === 0
          ? '--abnormal without --normal: there is nothing to learn from'
          : settings.text('labels') !== undefined && (byCapture > 0 || wish.of === 'sessions')
            ? '--labels goes with flows of plain captures; label others by --normal and --abnormal'
            : undefined;
  if (problem !== undefined) throw new NetworkmlError('NML_USAGE', problem);
}

async function readAll(
  words: readonly string[],
  settings: Settings,
  wish: DetectFeatureWish,
): Promise<ReadCaptures> {
  const captures: ReadCaptures = { plain: [], normal: [], abnormal: [], failed: 0 };
  const filter = settings.text('filter');
  const how = { of: wish.of, compat: wish.of === 'flows' ? wish.cutting.compat : null };
  const read = async (paths: readonly string[], to: UncutCapture[]): Promise<void> =>
    await eachCapture(paths, settings, {
      read: async (path, onProgress) => {
        const tunnels = !settings.flag('no-tunnels');
        to.push(
          await readUncut(path, how, { tunnels, onProgress, ...(filter === undefined ? {} : { filter }) }),
        );
      },
      fail: (error, path) => {
        captures.failed++;
        if (!settings.flag('quiet')) say(errorSentence(errorRecord(error, path)));
      },
    });
  if (words.length > 0) await read(words, captures.plain);
  if (settings.list('normal').length > 0) await read(settings.list('normal'), captures.normal);
  if (settings.list('abnormal').length > 0) await read(settings.list('abnormal'), captures.abnormal);
  return captures;
}

/** Features are fitted to what may be learnt from: to normal captures where some are known to be. */
function rowsOf(
  { plain, normal, abnormal }: ReadCaptures,
  wish: DetectFeatureWish,
  settings: Settings,
): { features: ReturnType<typeof fitUnits>['features']; rows: DetectRows[] } {
  const path = settings.text('labels');
  const labels = path === undefined ? undefined : readFlowLabelFile(path);
  const own = plain.length > 0 ? plain : normal;
  if (own.length === 0) throw new NetworkmlError('NML_INPUT_EMPTY', 'no capture to learn from could be read');
  const { features, rows } = fitUnits(own, wish, labels);
  if (plain.length > 0) return { features, rows };
  const others = abnormal.map((capture) => labelledAll(unitsBy(capture, features), 1));
  return { features, rows: [...rows.map((each) => labelledAll(each, 0)), ...others] };
}

/** Times of the steps, in seconds. */
function stopwatch(): { step(name: 'fit' | 'test'): void; end(): DetectLearnRecord['seconds'] } {
  const seconds = { read: 0, fit: 0, test: 0 };
  let current: keyof typeof seconds = 'read';
  let since = performance.now();
  const stop = (next: keyof typeof seconds): void => {
    const now = performance.now();
    seconds[current] += Math.round(now - since) / 1000;
    current = next;
    since = now;
  };
  return {
    step: stop,
    end: () => {
      stop('read');
      return seconds;
    },
  };
}

/** Fitting computes without a pause, and nothing is half-written meanwhile: signals may end the process by themselves. */
function interruptible<T>(work: () => T): T {
  const kept = (['SIGINT', 'SIGTERM'] as const).map((signal) => [signal, process.listeners(signal)] as const);
  for (const [signal] of kept) process.removeAllListeners(signal);
  try {
    return work();
  } finally {
    for (const [signal, listeners] of kept) for (const each of listeners) process.on(signal, each);
  }
}

function learnRecord(
  { model }: LearntDetector,
  { path, sha256, seconds }: { path: string; sha256: string; seconds: DetectLearnRecord['seconds'] },
): DetectLearnRecord {
  const { detector, features, threshold, training } = model;
  return {
    schema: 'networkml/detect-learn/v1',
    model: path,
    sha256,
    algorithm: detector.algorithm,
    features: featuresName(features),
    columns: detector.columnCount,
    standardised: detector.scaler !== null,
    settings: { ...detector.settings },
    threshold,
    training,
    seconds,
  };
}

async function writeText(path: string, text: string): Promise<void> {
  const output = openOutput(path);
  try {
    await output.write(text);
    await output.commit();
  } catch (error) {
    output.abandon();
    throw error;
  }
}
