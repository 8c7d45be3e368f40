/** `networkml sessions`: the sessions of captures as a table. */

import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import type { ColumnBatch } from '../column-table.js';
import { NetworkmlError, toNetworkmlError } from '../errors.js';
import { CaptureMeter, expandInputs, type Input, sessionColumns } from '../pipeline/index.js';
import { errorRecord, errorSentence, jsonLine, type TableFormat, tableWriter } from '../report/index.js';
import type { Command, Invocation } from './command.js';
import { EXIT } from './exit-code.js';
import { sizeOf } from './input-size.js';
import { say } from './messages.js';
import { type Output, openOutput } from './output.js';
import { captureTracker, progressLine } from './progress.js';
import { meterOptions, type SessionsWish, sessionsWish } from './sessions-settings.js';
import type { Settings } from './settings.js';
import { SkippedLines } from './skipped-lines.js';

export const sessions: Command = {
  options: [
    'format',
    'output',
    'stats',
    'splt',
    'idle-timeout',
    'active-timeout',
    'accounting',
    'no-tunnels',
    'filter',
    'end-on',
    'max-sessions',
    'anonymize',
    'key-file',
    'community-id',
    'community-seed',
    'frames',
    'compat',
    'plugin',
    'join',
    'explain-skipped',
    'jobs',
  ],
  formats: ['csv', 'ndjson', 'parquet'],
  describe: {
    format: 'how rows are written; without it as the name after -o ends, else NDJSON, on a terminal CSV',
    compat: "like NFStream: its rules, its decoding and its columns, but not nDPI's",
  },
  choices: { compat: ['nfstream'] },
  examples: [
    ['sessions capture.pcap --stats -o sessions.csv', 'all sessions with 48 statistics each'],
    ['sessions captures/ --splt 10 -o sessions.parquet', 'first ten packets as typed lists'],
    ['sessions --join day1.pcap day2.pcap', 'sessions that go on from one capture to the next'],
    ['sessions capture.pcap --anonymize --key-file key.txt', 'addresses that match in every export'],
  ],
  run,
};

/** Several captures of more bytes than this are worth a thread for each processor. */
const THREADS_FROM_BYTES = 64 * 1024 * 1024;

async function run({ words, settings }: Invocation): Promise<number> {
  const inputs = [...expandInputs(words)];
  const wish = sessionsWish(settings, inputs.length > 1);
  // A wrong plugin or filter is told before anything is written.
  const options = await meterOptions(wish);
  const output = openOutput(settings.text('output'));
  try {
    const format = formatOf(output, settings, wish);
    const writer = await tableWriter(format, sessionColumns(options), (bytes) => output.writeBytes(bytes));
    const tally = { failed: 0, internal: 0 };
    const fail = (error: NetworkmlError, path: string): void => {
      tally.failed += 1;
      tally.internal += error.kind === 'internal' ? 1 : 0;
      const record = errorRecord(error, path);
      if (format === 'ndjson') {
        writer.end();
        output.writeBytes(Buffer.from(jsonLine(record)));
      }
      if (!settings.flag('quiet')) say(errorSentence(record));
    };
    const work: Work = { inputs, wish, settings, write: (batch) => writer.write(batch), fail };
    if (jobsFor(inputs, settings, wish) > 1) await meterWithThreads(work);
    else {
      const batchRows = format === 'parquet' ? 16_384 : 256;
      await meterHere(work, new CaptureMeter({ ...options, batchRows }, work.write));
    }
    writer.end();
    await output.commit();
    if (tally.failed === inputs.length) return tally.internal > 0 ? EXIT.internal : EXIT.noInput;
    return tally.failed > 0 ? EXIT.someFailed : EXIT.done;
  } catch (error) {
    output.abandon();
    throw error;
  }
}

interface Work {
  readonly inputs: readonly Input[];
  readonly wish: SessionsWish;
  readonly settings: Settings;
  readonly write: (batch: ColumnBatch) => void;
  readonly fail: (error: NetworkmlError, path: string) => void;
}

function formatOf(output: Output, settings: Settings, wish: SessionsWish): TableFormat {
  const ending = /\.(csv|ndjson|parquet)$/i.exec(settings.text('output') ?? '')?.[1]?.toLowerCase();
  const otherwise = output.isTerminal || wish.meter.compatible === true ? 'csv' : 'ndjson';
  const format = (settings.text('format') ?? ending ?? otherwise) as TableFormat;
  if (format === 'parquet' && output.isTerminal) {
    throw new NetworkmlError('NML_USAGE', 'Parquet is nothing for a terminal', {
      hint: 'name a file with -o',
    });
  }
  return format;
}

function jobsFor(inputs: readonly Input[], settings: Settings, wish: SessionsWish): number {
  const { meter } = wish;
  const files = inputs.filter((input) => !('error' in input) && input.path !== '-');
  // A frame listing on standard error and a joined stream need the captures one after another.
  if (meter.join === true || wish.explainSkipped || files.length < inputs.length) return 1;
  const bytes = files.reduce((sum, { path }) => sum + (sizeOf(path) ?? 0), 0);
  const jobs = settings.number('jobs') ?? (bytes < THREADS_FROM_BYTES ? 1 : availableParallelism());
  return Math.min(jobs, files.length);
}

async function meterHere({ inputs, wish, settings, fail }: Work, meter: CaptureMeter): Promise<void> {
  const progress = progressLine(settings);
  const track = captureTracker(
    inputs.map((input) => ('error' in input ? 0 : sizeOf(input.path))),
    progress,
  );
  try {
    let yieldedAt = performance.now();
    for (const [index, input] of inputs.entries()) {
      if ('error' in input) fail(input.error, input.path);
      else {
        const skipped = wish.explainSkipped ? new SkippedLines(input.path) : undefined;
        try {
          const { damage } = await meter.read(input.path, {
            onProgress: (now) => track.progress(index, now),
            ...(skipped === undefined ? {} : { onSkipped: skipped.add }),
          });
          if (damage !== null && !settings.flag('quiet')) say(damage.at(input.path).toSentence());
        } catch (thrown) {
          const error = toNetworkmlError(thrown, input.path);
          if (error.kind !== 'input') throw error;
          meter.flush();
          progress.clear();
          fail(error, input.path);
        }
        skipped?.flush();
      }
      track.done(index);
      // Reading a file does not wait for anything: signals are heard here.
      if (performance.now() - yieldedAt > 20) {
        await setImmediate();
        yieldedAt = performance.now();
      }
    }
    meter.end();
  } finally {
    progress.clear();
  }
}

async function meterWithThreads({ inputs, wish, settings, write, fail }: Work): Promise<void> {
  const { meterWithPool } = await import('./sessions-pool.js');
  const progress = progressLine(settings);
  const track = captureTracker(
    inputs.map(({ path }) => sizeOf(path)),
    progress,
  );
  let rows = 0;
  await meterWithPool(
    inputs.map(({ path }) => path),
    jobsFor(inputs, settings, wish),
    wish,
    {
      onBatch: (batch) => {
        const ids = batch.cells[0];
        // Threads count their own rows; the table's numbers go on from capture to capture.
        if (ids?.kind === 'int') for (let row = 0; row < batch.rows; row++) ids.values[row] = rows++;
        write(batch);
      },
      onProgress: (index, now) => track.progress(index, now),
      onDone: (index, error) => {
        track.done(index);
        if (error === undefined) return;
        progress.clear();
        fail(error, inputs[index]?.path ?? '');
      },
    },
  );
  progress.clear();
}
