/** `networkml predict`: role and behaviour of the device in each capture. */

import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { compileFilter } from '../pcap/index.js';
import {
  checkReadsNames,
  expandInputs,
  type Input,
  type LoadedBundle,
  loadBundle,
} from '../pipeline/index.js';
import { errorSentence, predictionFormats } from '../report/index.js';
import type { PredictionOutcome } from '../types.js';
import type { Command, Invocation } from './command.js';
import { EXIT } from './exit-code.js';
import { say } from './messages.js';
import { openOutput } from './output.js';
import { type Answer, type PredictSettings, predictInput } from './predict-input.js';
import { predictReport } from './predict-report.js';
import { captureTracker, type ProgressLine, progressLine } from './progress.js';
import type { Settings } from './settings.js';
import { formatFor, styleFor } from './style.js';

export const predict: Command = {
  options: [
    'format',
    'output',
    'bundle',
    'classifier',
    'role',
    'device',
    'filter',
    'no-tunnels',
    'digest',
    'alarm-rate',
    'names',
    'hints',
    'by-device',
    'view',
    'fail-on',
    'jobs',
    'explain-skipped',
  ],
  formats: predictionFormats,
  examples: [
    ['predict printer.pcap', 'role and behaviour of one device'],
    ['predict captures/ --format csv -o devices.csv', 'all captures in a directory as a table'],
    ['predict --role Printer --fail-on anomalous printer.pcap', 'exit with 10 when it is not like a printer'],
    ['predict --names plc.pcap', 'look at names and process codes, too'],
    ['predict --by-device captures/', 'one answer for each device, over all of its captures'],
    ['predict - < printer.pcap', 'a capture from standard input'],
  ],
  run,
};

async function run({ words, settings }: Invocation): Promise<number> {
  // A wrong name is told before anything is read.
  const bundle = await loadBundle(settings.text('bundle'), settings.text('classifier'));
  if (settings.flag('names')) checkReadsNames(bundle);
  const inputs = [...expandInputs(words)];
  const output = openOutput(settings.text('output'));
  const style = styleFor(output, settings, bundle.titles);
  const progress = progressLine(settings);
  const tally: Tally = { all: 0, failed: 0, internal: 0, anomalous: 0, unknown: 0 };
  try {
    const format = formatFor(output, settings);
    const report = predictReport(format, style, inputs.length, settings.flag('by-device'));
    await output.write(report.head());
    for await (const { outcome, stack } of answers(inputs, bundle, settings, progress)) {
      progress.clear();
      add(tally, outcome);
      await output.write(report.record(outcome));
      comment(outcome, stack, settings);
    }
    progress.clear();
    await output.write(report.end());
    await output.commit();
  } catch (error) {
    progress.clear();
    output.abandon();
    throw error;
  }
  return exitCode(tally, settings.list('fail-on'));
}

function comment(outcome: PredictionOutcome, stack: string | undefined, settings: Settings): void {
  if (outcome.schema === 'networkml/error/v1') {
    if (!settings.flag('quiet')) say(errorSentence(outcome));
    if (settings.flag('debug')) for (const line of stack?.split('\n') ?? []) say(line);
  } else if (settings.flag('verbose')) {
    const { capture, role, device, model } = outcome;
    const who = device.addresses[0] ?? device.mac ?? 'no address';
    say(
      `${capture.file}: ${capture.packets} packets, device ${who}, ${role.label} by ${model.classifier} of ${model.name}`,
    );
  }
}

/** Several captures of more bytes than this are worth a thread for each processor. */
const THREADS_FROM_BYTES = 64 * 1024 * 1024;

/** A single capture of more bytes has a thread of its own, so that the main thread hears signals meanwhile. */
const OWN_THREAD_FROM_BYTES = 2 * 1024 ** 3;

/** The answers in the order of the inputs, by one thread or several. */
async function* answers(
  inputs: readonly Input[],
  bundle: LoadedBundle,
  settings: Settings,
  progress: ProgressLine,
): AsyncGenerator<Answer> {
  const sizes = inputs.map((input) => ('error' in input ? 0 : sizeOf(input.path)));
  const track = captureTracker(sizes, progress);
  const readable = [...inputs.keys()].filter((index) => threadable(inputs[index]));
  const paths = readable.map((index) => inputs[index]?.path ?? '');
  const bytes = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  const jobs = Math.min(
    settings.number('jobs') ?? (bytes < THREADS_FROM_BYTES ? 1 : availableParallelism()),
    paths.length,
  );
  const predictSettings = settingsFor(settings);
  // Loaded only when used: a single small capture should not wait for the code of threads.
  const pool =
    jobs < 2 && bytes < OWN_THREAD_FROM_BYTES
      ? undefined
      : (await import('./predict-pool.js')).predictWithPool(
          paths,
          Math.max(1, jobs),
          { bundle: bundle.bundle.directory, settings: predictSettings },
          (index, now) => track.progress(readable[index] ?? 0, now),
        );
  try {
    for (const [index, input] of inputs.entries()) {
      const pooled = threadable(input) ? (await pool?.next())?.value : undefined;
      yield pooled ??
        (await predictInput(input, bundle, predictSettings, (now) => track.progress(index, now)));
      track.done(index);
      // Reading a file does not wait for anything: signals and a closed pipe are heard here.
      await setImmediate();
    }
  } finally {
    await pool?.return(undefined);
  }
}

/** Standard input belongs to the main thread. */
function threadable(input: Input | undefined): boolean {
  return input !== undefined && !('error' in input) && input.path !== '-';
}

function settingsFor(settings: Settings): PredictSettings {
  const device = settings.text('device');
  const role = settings.text('role');
  const classifier = settings.text('classifier');
  const alarmRate = settings.text('alarm-rate');
  const filter = settings.text('filter');
  const view = settings.text('view');
  // A mistake in it is told before anything is read.
  if (filter !== undefined) compileFilter(filter);
  return {
    ...(device === undefined ? {} : { device }),
    ...(role === undefined ? {} : { role }),
    ...(classifier === undefined ? {} : { classifier }),
    ...(settings.flag('digest') ? { digest: true } : {}),
    ...(filter === undefined ? {} : { filter }),
    ...(settings.flag('names') ? { names: true } : {}),
    ...(settings.flag('hints') ? { hints: true } : {}),
    ...(view === undefined ? {} : { view }),
    ...(settings.flag('no-tunnels') ? { tunnels: false } : {}),
    ...(settings.flag('explain-skipped') ? { explainSkipped: true } : {}),
    ...(alarmRate === undefined ? {} : { alarmRate: alarmRate === '0.01' ? 0.01 : 0.05 }),
  };
}

/** Size of a file, bytes; null for what has none beforehand. */
function sizeOf(path: string): number | null {
  const stats = path === '-' ? undefined : statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true ? stats.size : null;
}

interface Tally {
  all: number;
  failed: number;
  /** Failures that are our own. */
  internal: number;
  anomalous: number;
  unknown: number;
}

function add(tally: Tally, outcome: PredictionOutcome): void {
  tally.all += 1;
  if (outcome.schema === 'networkml/error/v1') {
    tally.failed += 1;
    if (outcome.error.code === 'NML_INTERNAL') tally.internal += 1;
    return;
  }
  if (outcome.anomaly.verdict === 'anomalous') tally.anomalous += 1;
  if (outcome.role.label === 'Unknown') tally.unknown += 1;
}

/** An alarm that was asked for says more than a capture that failed beside it. */
function exitCode(tally: Tally, failOn: readonly string[]): number {
  if (tally.failed === tally.all) return tally.internal > 0 ? EXIT.internal : EXIT.noInput;
  if (failOn.includes('anomalous') && tally.anomalous > 0) return EXIT.anomalous;
  if (failOn.includes('unknown') && tally.unknown > 0) return EXIT.unknown;
  return tally.failed > 0 ? EXIT.someFailed : EXIT.done;
}
