/** `networkml detect score`: one line for every flow that is stranger than the threshold, or for all. */

import { appendRow, type CellValue, type Column, createBatch } from '../column-table.js';
import type { NetworkmlError } from '../errors.js';
import { type DetectRecord, isFlowShape, readDetector, scoreCapture } from '../pipeline/index.js';
import { count, counted, detectLine, errorRecord, errorSentence } from '../report/index.js';
import { eachCapture } from './each-capture.js';
import { EXIT } from './exit-code.js';
import { CaptureResults } from './feature-output.js';
import { say } from './messages.js';
import { openOutput } from './output.js';
import type { Settings } from './settings.js';
import { STANDARD_OUTPUT, terminalOf } from './standard-streams.js';
import { styleFor } from './style.js';

const text = (name: string, plain = true): Column => ({ name, kind: 'text', plain });
const int = (name: string): Column => ({ name, kind: 'int' });
const double = (name: string): Column => ({ name, kind: 'double' });

const COLUMNS: readonly Column[] = [
  text('file', false),
  text('unit'),
  int('index'),
  text('src'),
  text('dst'),
  int('src_port'),
  int('dst_port'),
  int('protocol'),
  int('packets'),
  text('start'),
  text('end'),
  double('score'),
  double('threshold'),
  int('anomaly'),
  double('tail'),
];

/** Where scores go. */
interface ScoreSink {
  put(record: DetectRecord): void;
  done(): void;
  fail(error: NetworkmlError, path: string): void;
  /** @returns the exit code */
  finish(): Promise<number>;
  abandon(): void;
}

/** @returns the exit code */
export async function score(words: readonly string[], settings: Settings): Promise<number> {
  const model = readDetector(settings.text('model') ?? '');
  const filter = settings.text('filter');
  const how = { tunnels: !settings.flag('no-tunnels'), ...(filter === undefined ? {} : { filter }) };
  const sink = await scoreSink(settings);
  const seen = { units: 0, anomalies: 0 };
  try {
    await eachCapture(words, settings, {
      read: async (path, onProgress) => {
        for (const record of await scoreCapture(path, model, { ...how, onProgress })) {
          seen.units++;
          if (record.anomaly) seen.anomalies++;
          if (record.anomaly || settings.flag('report-all')) sink.put(record);
        }
        sink.done();
      },
      fail: (error, path) => sink.fail(error, path),
    });
    const code = await sink.finish();
    if (!settings.flag('quiet')) {
      const unit = isFlowShape(model.features) ? 'flow' : 'session';
      say(`${count(seen.anomalies)} of ${counted(seen.units, unit)} above the threshold`);
    }
    return code;
  } catch (error) {
    sink.abandon();
    throw error;
  }
}

async function scoreSink(settings: Settings): Promise<ScoreSink> {
  const format = settings.text('format');
  const ending = /\.(csv|ndjson|parquet)$/i.test(settings.text('output') ?? '');
  const terminal = settings.text('output') === undefined && terminalOf(STANDARD_OUTPUT) !== undefined;
  if (format === 'table' || (format === undefined && !ending && terminal)) return lineSink(settings);
  return await recordSink(settings);
}

function lineSink(settings: Settings): ScoreSink {
  const output = openOutput(settings.text('output'));
  const style = styleFor(output, settings, new Map());
  const errors: NetworkmlError[] = [];
  let lines = '';
  let done = 0;
  return {
    put: (record) => {
      lines += detectLine(record, style);
    },
    done: () => {
      done++;
    },
    fail: (error, path) => {
      errors.push(error);
      say(errorSentence(errorRecord(error, path)));
    },
    finish: async () => {
      await output.write(lines);
      await output.commit();
      if (errors.length === 0) return EXIT.done;
      if (done > 0) return EXIT.someFailed;
      return errors.some(({ kind }) => kind === 'internal') ? EXIT.internal : EXIT.noInput;
    },
    abandon: () => output.abandon(),
  };
}

async function recordSink(settings: Settings): Promise<ScoreSink> {
  const results = new CaptureResults(settings);
  const batch = createBatch(COLUMNS);
  const lines = results.format === 'ndjson';
  if (!lines) await results.startTable(COLUMNS);
  return {
    put: (record) => {
      if (lines) results.record(record);
      else {
        appendRow(batch, cellsOf(record));
        if (batch.rows === batch.capacity) results.batch(batch);
      }
    },
    done: () => results.done(),
    fail: (error, path) => results.fail(error, path),
    finish: async () => {
      if (!lines) results.batch(batch);
      return await results.finish();
    },
    abandon: () => results.abandon(),
  };
}

function cellsOf({ file, unit, index, flow, ...scored }: DetectRecord): CellValue[] {
  const { src, dst, srcPort, dstPort, protocol, packets, start, end } = flow;
  const { score: value, threshold, anomaly, tail } = scored;
  const own = [src, dst, srcPort, dstPort, protocol, packets, start, end];
  return [file, unit, index, ...own, value, threshold, Number(anomaly), tail];
}
