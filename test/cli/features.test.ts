import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { writeRoleCaptures } from '../support/role-captures.js';
import { examples, networkml, printer, recordsIn, temporaryDirectory } from './run-cli.js';
import { expectSchema } from './schema.js';

const directory = temporaryDirectory();

async function lines(words: readonly string[]): Promise<Record<string, unknown>[]> {
  const { code, stdout, stderr } = await networkml(words);
  expect([code, stderr]).toEqual([0, '']);
  return recordsIn(stdout);
}

/** Rows of a Parquet file; columns of whole numbers come as bigints. */
async function parquetRows(path: string): Promise<Record<string, unknown>[]> {
  const bytes = readFileSync(path);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const compressors = { GZIP: (page: Uint8Array) => gunzipSync(page) };
  return await parquetReadObjects({ file, compressors });
}

function csvRows(text: string): string[][] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
}

describe('networkml features', () => {
  it.each([
    ['sessions', []],
    ['windows', ['--unit', 'window', '--window', '60', '--weight', 'sessions']],
    ['bins', ['--layout', 'networkml-0.4']],
    ['flows', ['--kind', 'iat', '--fft', '--header']],
    ['netml', ['--kind', 'samp-size', '--compat', 'netml', '--interval', '2', '--flow-pkts-threshold', '3']],
  ])('writes records of the schema: %s', async (_what, options) => {
    const records = await lines(['features', printer, ...options]);
    expect(records.length).toBeGreaterThan(0);
    for (const record of records) expectSchema('features-v1', record);
  });

  it('leaves out what begins during the warm-up of NetworkML 0.4.5', async () => {
    const sessions = (records: readonly Record<string, unknown>[]): number =>
      records.reduce((sum, { sessions: list }) => sum + (list as unknown[]).length, 0);
    const all = await lines(['features', printer, '--layout', 'networkml-0.4']);
    const late = await lines(['features', printer, '--layout', 'networkml-0.4', '--warm-up', '120']);
    expect(sessions(late)).toBeLessThan(sessions(all));
    const none = await networkml(['features', printer, '--layout', 'networkml-0.4', '--warm-up', '9999']);
    expect([none.code, recordsIn(none.stdout)[0]!.schema]).toEqual([3, 'networkml/error/v1']);
  });

  it('writes the same vectors as CSV in long form and as wide Parquet', async () => {
    const records = await lines(['features', printer]);
    const entries = records.flatMap(({ index, vector }) =>
      (vector as [number, number][]).map(([column, value]) => `${index} ${column} ${value}`),
    );
    const { stdout } = await networkml(['features', printer, '--format', 'csv']);
    const [head, ...rows] = csvRows(stdout);
    expect(head!.join(',')).toBe(
      'file,unit,unit_index,start,end,device,initiator,responder,protocol,index,value',
    );
    expect(rows.map((row) => `${row[2]} ${row[9]} ${Number(row[10])}`)).toEqual(entries);

    const path = join(directory, 'wide.parquet');
    await networkml(['features', printer, '--wide', '-o', path]);
    const wide = (await parquetRows(path)).flatMap((row) =>
      Object.values(row)
        .slice(9)
        .flatMap((value, column) => (value === 0 ? [] : [`${Number(row.unit_index)} ${column} ${value}`])),
    );
    expect(wide).toEqual(entries);
  });

  it('gives a new capture vectors of the shape of another', async () => {
    const path = join(directory, 'shape.json');
    const options = ['--kind', 'iat-size', '--q-interval', '0.5', '--save-shape', path];
    const learnt = await lines(['features', examples, ...options]);
    const shape: unknown = JSON.parse(readFileSync(path, 'utf8'));
    expectSchema('flow-shape-v1', shape);
    const length = (learnt[0]!.values as number[]).length;
    expect(new Set(learnt.map(({ values }) => (values as number[]).length))).toEqual(new Set([length]));
    const again = await lines(['features', printer, '--shape', path]);
    expect(again.length).toBeGreaterThan(3);
    expect(again).toEqual(learnt.filter(({ file }) => file === printer));
    const { stdout } = await networkml(['features', printer, '--shape', path, '--format', 'csv']);
    const [head, ...rows] = csvRows(stdout);
    expect(head!.length).toBe(10 + length);
    expect(rows.map((row) => row.slice(10).map(Number))).toEqual(again.map(({ values }) => values));
  });

  it.each([
    ['--kind stats --unit window', '--unit means nothing'],
    ['--fft', '--fft means nothing'],
    ['--unit session --window 60', '--window means nothing'],
    ['--warm-up 1', '--warm-up means nothing'],
    ['--kind iat --q-interval 1.5', '--q-interval'],
    ['--kind iat --interval -1', '--interval'],
    ['--kind iat --compat nfstream', 'compat'],
    ['--kind iat --format html', 'html'],
    ['--shape x.json --kind iat --interval 3', 'not beside --shape'],
  ])('refuses %s', async (options, said) => {
    const { code, stderr, stdout } = await networkml(['features', printer, ...options.split(' ')]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(said);
  });

  it('refuses a shape that is none, and says which field is wrong', async () => {
    const { code, stderr } = await networkml([
      'features',
      printer,
      '--shape',
      join(examples, '..', 'package.json'),
    ]);
    expect(code).toBe(3);
    expect(stderr).toContain('schema');
    expect(stderr).toContain('[NML_TABLE]');
  });

  it('goes on after a capture that cannot be read', async () => {
    const bad = join(examples, '..', 'package.json');
    for (const options of [[], ['--kind', 'size']]) {
      const { code, stdout, stderr } = await networkml(['features', bad, printer, ...options]);
      expect(code).toBe(5);
      const records = recordsIn(stdout);
      expect(records.filter(({ schema }) => schema === 'networkml/error/v1')).toHaveLength(1);
      expect(records.length).toBeGreaterThan(3);
      expect(stderr).toContain('NML_PCAP_MAGIC');
    }
    const { code } = await networkml(['features', bad, '--kind', 'size']);
    expect(code).toBe(3);
  });

  it('writes training rows that evaluate takes like captures', async () => {
    const captures = join(directory, 'captures');
    writeRoleCaptures(captures, ['Plc', 'Printer'], 3, 1);
    const table = join(directory, 'rows.parquet');
    const made = await networkml(['features', captures, '--kind', 'training', '-o', table]);
    expect(made).toEqual({ code: 0, stdout: '', stderr: '' });
    const rows = await parquetRows(table);
    expect(new Set(rows.map(({ view }) => view)).size).toBe(6);
    const common = ['--grouped', '3', '--classifier', 'one-layer', '--device-from', 'labels'];
    const [fromTable, fromCaptures] = await Promise.all(
      [table, captures].map((path) => lines(['evaluate', path, ...common])),
    );
    expect(fromTable).toEqual(fromCaptures);
    // Attack captures by a table, in the main thread.
    const none = await networkml(['evaluate', captures, '--behaviour', table]);
    expect([none.code, none.stdout]).toEqual([3, '']);
    expect(none.stderr).toContain('no attack capture');
  });

  it('refuses training rows with settings of other vectors, and without labels', async () => {
    const wide = await networkml(['features', printer, '--kind', 'training', '--wide']);
    expect([wide.code, wide.stdout]).toEqual([2, '']);
    const foreign = await networkml(['features', printer, '--labels', 'x.csv']);
    expect([foreign.code, foreign.stdout]).toEqual([2, '']);
    const table = join(directory, 'none.csv');
    const bad = join(examples, '..', 'package.json');
    const { code, stderr } = await networkml(['features', bad, '--kind', 'training', '-o', table]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/no labelled capture.*\[NML_TRAIN_DATA\]/);
    expect(existsSync(table)).toBe(false);
  });
});
