import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { desktop, networkml, printer, recordsIn, temporaryDirectory } from './run-cli.js';
import { expectSchema } from './schema.js';

const directory = temporaryDirectory();
const model = join(directory, 'model.json');

async function learn(...words: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await networkml(['detect', 'learn', ...words, '-o', model]);
  expect([code, stderr]).toEqual([0, '']);
  const [record] = recordsIn(stdout);
  expectSchema('detect-learn-v1', record);
  expectSchema('detector-v1', JSON.parse(readFileSync(model, 'utf8')));
  return record!;
}

async function score(...words: string[]): Promise<Record<string, unknown>[]> {
  const { code, stdout } = await networkml(['detect', 'score', ...words, '--model', model]);
  expect(code).toBe(0);
  const records = recordsIn(stdout);
  for (const record of records) expectSchema('detect-score-v1', record);
  return records;
}

interface Training {
  readonly units: number;
  readonly anomalous: number;
  readonly figures: {
    readonly normal: number;
    readonly anomalous: number;
    readonly areaUnderRoc: number;
  } | null;
}

describe('networkml detect', () => {
  it.each(['ocsvm', 'kde', 'gmm', 'if', 'pca', 'ae', 'sos'])(
    'learns from captures by %s, and scores others with vectors of the same length',
    async (algorithm) => {
      const record = await learn('--algorithm', algorithm, '--kind', 'samp-size', printer);
      const own = await score(printer, '--report-all');
      const other = await score(desktop, '--report-all');
      expect([record.algorithm, (record.training as Training).units]).toEqual([algorithm, own.length]);
      expect(other.length).toBeGreaterThan(0);
      for (const each of [...own, ...other]) {
        expect(Number.isFinite(each.score)).toBe(true);
        expect(each.anomaly).toBe((each.score as number) > (each.threshold as number));
      }
    },
  );

  it('writes the same bytes for the same seed, and others for another', async () => {
    await learn(printer, '--seed', '7');
    const first = readFileSync(model, 'utf8');
    await learn(printer, '--seed', '7');
    expect(readFileSync(model, 'utf8')).toBe(first);
    await learn(printer, '--seed', '8');
    expect(readFileSync(model, 'utf8')).not.toBe(first);
  });

  it('learns from normal captures alone, and tests on what it did not learn from', async () => {
    const page = join(directory, 'scores.html');
    const record = await learn(
      '--normal',
      printer,
      '--abnormal',
      desktop,
      '--test-size',
      '0.5',
      '--report',
      page,
    );
    const { units, anomalous, figures } = record.training as Training;
    const normal = await score(printer, '--report-all');
    const abnormal = await score(desktop, '--report-all');
    expect(anomalous).toBe(0);
    expect(units + figures!.normal).toBe(normal.length);
    expect(figures!.anomalous).toBe(abnormal.length);
    expect(figures!.areaUnderRoc).toBeGreaterThan(0.6);
    const html = readFileSync(page, 'utf8');
    expect(html.match(/<svg/g)).toHaveLength(2);
    expect(html).not.toMatch(/https?:|<script|NaN/);
  });

  it('takes labels of flows from a CSV, and leaves other flows out', async () => {
    const flows = (await learn(printer)) && (await score(printer, '--report-all'));
    const head = 'Flow ID, Source IP, Source Port, Destination IP, Destination Port, Protocol, Label';
    const known = flows.slice(0, 8).map(({ flow }, at) => {
      const { src, dst, srcPort, dstPort, protocol } = flow as Record<string, unknown>;
      return `${at},${src},${srcPort},${dst},${dstPort},${protocol},${at < 6 ? 'BENIGN' : 'PortScan'}`;
    });
    const labels = join(directory, 'labels.csv');
    writeFileSync(labels, `${[head, ...known].join('\n')}\n`);
    const { units, figures } = (await learn(printer, '--labels', labels)).training as Training;
    expect(units + figures!.normal + figures!.anomalous).toBeGreaterThanOrEqual(8);
    expect(units + figures!.normal + figures!.anomalous).toBeLessThan(flows.length);
    expect(figures!.anomalous).toBeGreaterThanOrEqual(2);
  });

  it('learns from sessions by the 48 columns of sessions --stats', async () => {
    const record = await learn(printer, '--features', 'stats48');
    expect([record.features, record.columns]).toEqual(['stats48', 48]);
    const sessions = recordsIn((await networkml(['sessions', printer, '--format', 'ndjson'])).stdout);
    const scored = await score(printer, '--report-all');
    const endsOf = (all: readonly Record<string, unknown>[], src: string, dst: string): string[] =>
      all.map((each) => `${each[src]} ${each[dst]}`).sort();
    const flows = scored.map(({ flow }) => flow as Record<string, unknown>);
    expect(endsOf(flows, 'src', 'dst')).toEqual(endsOf(sessions, 'src_ip', 'dst_ip'));
    expect(scored[0]!.unit).toBe('session');
  });

  it('calls the share anomalous that is asked for', async () => {
    await learn(printer, desktop, '--algorithm', 'kde', '--contamination', '0.2');
    const strict = (await score(printer, desktop)).length;
    await learn(printer, desktop, '--algorithm', 'kde', '--quantile', '0.95');
    const lax = (await score(printer, desktop)).length;
    expect(lax).toBeLessThan(strict);
  });

  it('says the same in a table, in CSV and in NDJSON', async () => {
    await learn(printer, '--contamination', '0.3');
    const records = await score(desktop, '--report-all');
    const words = ['detect', 'score', desktop, '--model', model, '--report-all', '--format'];
    const table = (await networkml([...words, 'table'])).stdout.trimEnd().split('\n');
    const csv = (await networkml([...words, 'csv'])).stdout.trimEnd().split('\n');
    expect([table.length, csv.length - 1]).toEqual([records.length, records.length]);
    expect(csv[0]).toBe(
      'file,unit,index,src,dst,src_port,dst_port,protocol,packets,start,end,score,threshold,anomaly,tail',
    );
    records.forEach(({ anomaly, score: value }, at) => {
      expect(table[at]!.includes('ANOMALY')).toBe(anomaly);
      expect(Number(csv[at + 1]!.split(',')[11])).toBe(value);
    });
    expect(table[0]).toMatch(/^\[\d{4}-\d\d-\d\d\] \[\d\d:\d\d:\d\d\.\d – .*\] \S+ → \S+ \[(?:TCP|UDP)\] /);
  });

  it('takes settings as people write them', async () => {
    const file = join(directory, 'settings.yaml');
    writeFileSync(file, 'n_estimators: 20  # few\nmax_samples: 32\n');
    const settings = { trees: 20, samples: 32 };
    for (const param of [
      'trees=20,samples=32',
      '{"if": {"trees": 20, "samples": 32}}',
      '{trees: 20, samples: 32}',
      file,
    ]) {
      expect((await learn(printer, '--algorithm', 'if', '--param', param)).settings).toEqual(settings);
    }
  });

  it('refuses a model that was changed, is none, or is not there', async () => {
    await learn(printer);
    const whole = JSON.parse(readFileSync(model, 'utf8')) as Record<string, unknown>;
    const bad = join(directory, 'bad.json');
    const tried = async (text: string): Promise<string> => {
      writeFileSync(bad, text);
      const { code, stderr } = await networkml(['detect', 'score', printer, '--model', bad]);
      expect(code).toBe(4);
      return stderr;
    };
    expect(await tried(JSON.stringify({ ...whole, columns: 13 }))).toContain('NML_MODEL_CHECKSUM');
    expect(await tried('[1]')).toContain('NML_MODEL_MANIFEST');
    expect(await tried('no JSON')).toContain('NML_MODEL_MANIFEST');
    const gone = await networkml(['detect', 'score', printer, '--model', join(directory, 'gone.json')]);
    expect([gone.code, gone.stderr.includes('NML_MODEL_MISSING')]).toEqual([4, true]);
  });

  it.each([
    [['detect', 'learn', printer], /a file for the model/],
    [['detect', 'learn', '-o', 'x'], /needs captures/],
    [['detect', 'learn', printer, '--normal', printer, '-o', 'x'], /not known what they are/],
    [['detect', 'learn', '--abnormal', printer, '-o', 'x'], /nothing to learn from/],
    [['detect', 'learn', printer, '-o', 'x', '--param', 'colour=1'], /sos has no setting colour/],
    [['detect', 'learn', printer, '-o', 'x', '--contamination', '2'], /neither auto nor between/],
    [['detect', 'learn', printer, '-o', 'x', '--kind', 'port-protocol'], /known are iat, size, /],
    [['detect', 'learn', printer, '-o', 'x', '--model', 'y'], /--model means nothing/],
    [['detect', 'learn', printer, '-o', 'x', '--format', 'csv'], /is for scores/],
    [['detect', 'score', printer], /needs captures and a model/],
    [['detect', 'score', printer, '--model', 'x', '--raw'], /--raw means nothing/],
  ])('refuses %j', async (words, said) => {
    const { code, stderr } = await networkml(words as string[]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(said as RegExp)]);
  });

  it.each(['port-protocol', 'training'])('refuses --kind %s, however it is given', async (kind) => {
    const words = ['detect', 'learn', printer, '-o', join(directory, 'x')];
    const { code, stderr } = await networkml(words, { env: { NETWORKML_KIND: kind } });
    expect([code, stderr]).toEqual([2, expect.stringContaining(`--kind ${kind} is not of flows; `)]);
  });

  it('ends with 3 when there is nothing to read, and with 5 when something could be', async () => {
    const none = await networkml([
      'detect',
      'learn',
      join(directory, 'none.pcap'),
      '-o',
      join(directory, 'x'),
    ]);
    expect(none.code).toBe(3);
    const some = await networkml(['detect', 'learn', printer, join(directory, 'none.pcap'), '-o', model]);
    expect(some.code).toBe(5);
    for (const format of ['table', 'ndjson']) {
      const scored = await networkml(['detect', 'score', '/dev/null', '--model', model, '--format', format]);
      expect(scored.code).toBe(3);
    }
  });
});
