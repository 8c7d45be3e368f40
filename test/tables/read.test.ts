import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { appendRow, type CellValue, type Column, createBatch } from '../../src/column-table.js';
import { type TableFormat, tableWriter } from '../../src/report/index.js';
import { isTableFile, readTableRows, type TableRow } from '../../src/tables/index.js';
import { testRandom } from '../support/random.js';
import { codeOf } from '../support/read-all.js';

const folder = mkdtempSync(join(tmpdir(), 'networkml-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const columns: Column[] = [
  { name: 'count', kind: 'int' },
  { name: 'mean', kind: 'double' },
  { name: 'note', kind: 'text' },
  { name: 'sizes', kind: 'ints' },
  { name: 'shares', kind: 'doubles' },
];

/** More rows than a row group holds, few and many distinct values, missing cells and empty lists. */
function randomRows(count: number): CellValue[][] {
  const random = testRandom(5);
  return Array.from({ length: count }, () => [
    random.chance(0.1) ? null : random.below(50),
    random.chance(0.1) ? null : Math.fround(random.below(2 ** 31) / 77),
    random.chance(0.1) ? null : random.pick(['', 'a,b', 'say "so"', 'line\nend', 'Größe']),
    Array.from({ length: random.below(4) }, () => random.below(800)),
    Array.from({ length: random.below(4) }, () => Math.fround(random.below(2 ** 31) / 2 ** 31)),
  ]);
}

async function writeTable(path: string, rows: readonly CellValue[][], gzip = false): Promise<void> {
  const format = /\.(\w+)$/.exec(path)?.[1] as TableFormat;
  const parts: Buffer[] = [];
  const writer = await tableWriter(format, columns, (bytes) => parts.push(Buffer.from(bytes)), { gzip });
  const batch = createBatch(columns, 4096);
  for (const row of rows) {
    appendRow(batch, row);
    if (batch.rows < batch.capacity) continue;
    writer.write(batch);
    batch.rows = 0;
  }
  writer.write(batch);
  writer.end();
  writeFileSync(path, Buffer.concat(parts));
}

async function rowsOf(path: string): Promise<TableRow[]> {
  const rows: TableRow[] = [];
  await readTableRows(path, (row) => rows.push(row));
  return rows;
}

/** A cell as any of the formats gives it, as the value that was written; CSV has no missing texts, only empty ones. */
function plain(cell: TableRow[string], { kind }: Column): CellValue {
  if (cell === null || cell === undefined || cell === '') return kind === 'text' ? '' : null;
  if (kind === 'text') return String(cell);
  if (kind === 'int' || kind === 'double') return Number(cell);
  const list = typeof cell === 'string' ? (JSON.parse(cell) as unknown) : cell;
  return (list as readonly (number | bigint)[]).map(Number);
}

describe('tables from files', () => {
  const rows = randomRows(40_000);
  const wanted = rows.map((row) => row.map((cell, i) => (i === 2 ? (cell ?? '') : cell)));

  it.each([
    ['plain.parquet', false],
    ['gzip.parquet', true],
    ['rows.csv', false],
    ['rows.ndjson', false],
  ])('%s gives back what was written', async (name, gzip) => {
    const path = join(folder, name);
    await writeTable(path, rows, gzip);
    const read = await rowsOf(path);
    expect(read.map((row) => columns.map((column) => plain(row[column.name], column)))).toEqual(wanted);
  });

  it('are known by their names', () => {
    expect(['a.parquet', 'b.CSV', 'c.ndjson', 'd.pcap', 'e.csv.gz'].map(isTableFile)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  it.each([
    ['broken.parquet', 'PAR1 but nothing behind it'],
    ['text.parquet', 'no table'],
    ['short.csv', 'a,b\n1,2\n3\n'],
    ['text.ndjson', '{"a":1}\nnothing\n'],
    ['list.ndjson', '[1]\n'],
  ])('%s is refused', async (name, text) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    expect(await codeOf(() => rowsOf(path))).toBe('NML_TABLE');
  });

  it('that are not there are named', async () => {
    for (const name of ['no.parquet', 'no.csv', 'no.ndjson']) {
      expect(await codeOf(() => rowsOf(join(folder, name)))).toBe('NML_INPUT_NOT_FOUND');
    }
  });
});
