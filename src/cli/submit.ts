/** `networkml submit`: captures sent to the service, and their results. */

import { resolve } from 'node:path';
import { NetworkmlError } from '../errors.js';
import { findBundle, readManifest } from '../models/index.js';
import { bundleTitles, expandInputs, type Input } from '../pipeline/index.js';
import {
  errorRecord,
  errorSentence,
  type PredictionFormat,
  predictionFormats,
  predictionReport,
} from '../report/index.js';
import type { Sending } from '../service/index.js';
import type { PredictionOutcome } from '../types.js';
import type { Command, Invocation } from './command.js';
import { EXIT } from './exit-code.js';
import { say } from './messages.js';
import { natsSettings } from './nats-settings.js';
import { openOutput } from './output.js';
import { natsOptionNames } from './service-options.js';
import type { Settings } from './settings.js';
import { formatFor, styleFor } from './style.js';

/** Captures under way at a time, and seconds for the result of one, unless it is said otherwise. */
const PARALLEL = 8;
const TIMEOUT_SECONDS = 600;

export const submit: Command = {
  options: [
    ...natsOptionNames,
    'format',
    'output',
    'bundle',
    'device',
    'priority',
    'by-path',
    'jobs',
    'timeout',
    'fail-on',
  ],
  formats: predictionFormats,
  describe: {
    bundle: 'the bundle whose digest goes into the ids of jobs when no service says which one it uses',
    jobs: `captures under way at a time (default ${PARALLEL})`,
  },
  examples: [
    ['submit --nats nats://127.0.0.1:4222 printer.pcap', 'the result of one capture from the service'],
    ['submit --by-path /captures/*.pcap', 'the service reads the files itself'],
  ],
  run,
};

async function run({ words, settings }: Invocation): Promise<number> {
  const { hasCredentials, openSubmitter } = await import('../service/index.js');
  const nats = natsSettings(settings, hasCredentials);
  if (nats === undefined) {
    throw new NetworkmlError('NML_USAGE', 'no NATS server is named', { hint: 'use --nats or set NATS_URL' });
  }
  const inputs = [...expandInputs(words)].map(refuseStandardInput);
  const format = settings.text('format');
  const output = openOutput(settings.text('output'));
  const named = settings.text('bundle');
  const titles = format === 'table' || output.isTerminal ? bundleTitles(named) : new Map();
  const report = predictionReport(
    formatFor(output, settings) as PredictionFormat,
    styleFor(output, settings, titles),
    inputs.length,
  );
  const submitter = await openSubmitter({
    nats,
    parallel: settings.number('jobs') ?? PARALLEL,
    timeoutMs: (settings.number('timeout') ?? TIMEOUT_SECONDS) * 1000,
    bundleSha256: () => readManifest(findBundle(named)).sha256,
  });
  const tally = { failed: 0, anomalous: 0, unknown: 0 };
  try {
    const sendings = inputs
      .filter((input) => !('error' in input))
      .map(({ path }) => sendingOf(path, settings));
    const results = submitter.submit(sendings);
    await output.write(report.head());
    for (const input of inputs) {
      const outcome = await outcomeOf(input, results);
      count(tally, outcome);
      await output.write(report.record(outcome));
      if (outcome.schema === 'networkml/error/v1' && !settings.flag('quiet')) say(errorSentence(outcome));
    }
    await output.write(report.end());
    await output.commit();
  } catch (error) {
    output.abandon();
    throw error;
  } finally {
    await submitter.close();
  }
  return exitCode(tally, inputs.length, settings.list('fail-on'));
}

function refuseStandardInput(input: Input): Input {
  if (input.path !== '-' || 'error' in input) return input;
  throw new NetworkmlError('NML_USAGE', 'a job needs a file: standard input cannot be sent twice');
}

function sendingOf(path: string, settings: Settings): Sending {
  const device = settings.text('device');
  const priority = settings.number('priority');
  if (priority !== undefined && priority > 9) throw new NetworkmlError('NML_USAGE', '--priority: 0 to 9');
  const byPath = settings.flag('by-path');
  return {
    path: byPath ? resolve(path) : path,
    name: path,
    byPath,
    ...(device === undefined ? {} : { device }),
    ...(priority === undefined ? {} : { priority }),
  };
}

async function outcomeOf(
  input: Input,
  results: AsyncGenerator<PredictionOutcome>,
): Promise<PredictionOutcome> {
  if ('error' in input) return errorRecord(input.error, input.path);
  const { value, done } = await results.next();
  if (done === true) throw new NetworkmlError('NML_INTERNAL', 'fewer results than captures');
  return value;
}

interface Tally {
  failed: number;
  anomalous: number;
  unknown: number;
}

function count(tally: Tally, outcome: PredictionOutcome): void {
  if (outcome.schema === 'networkml/error/v1') {
    tally.failed += 1;
    return;
  }
  if (outcome.anomaly.verdict === 'anomalous') tally.anomalous += 1;
  if (outcome.role.label === 'Unknown') tally.unknown += 1;
}

function exitCode({ failed, anomalous, unknown }: Tally, all: number, failOn: readonly string[]): number {
  if (failed === all) return EXIT.noInput;
  if (failOn.includes('anomalous') && anomalous > 0) return EXIT.anomalous;
  if (failOn.includes('unknown') && unknown > 0) return EXIT.unknown;
  return failed > 0 ? EXIT.someFailed : EXIT.done;
}
