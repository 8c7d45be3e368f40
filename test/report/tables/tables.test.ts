import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { appendRow, type CellValue, type Column, createBatch, putValue } from '../../../src/column-table.js';
import { type TableFormat, tableWriter } from '../../../src/report/index.js';
import { putDouble } from '../../../src/report/tables/put-double.js';
import { testRandom } from '../../support/random.js';

const columns: Column[] = [
  { name: 'count', kind: 'int' },
  { name: 'mean', kind: 'double' },
  { name: 'at, "ns"', kind: 'nanoseconds' },
  { name: 'host', kind: 'text', plain: true },
  { name: 'note', kind: 'text' },
  { name: 'sizes', kind: 'ints' },
  { name: 'shares', kind: 'doubles' },
];

async function written(
  format: TableFormat,
  rows: readonly (readonly CellValue[])[],
  capacity = 4096,
  of: readonly Column[] = columns,
): Promise<Buffer> {
  const parts: Buffer[] = [];
  const writer = await tableWriter(format, of, (bytes) => parts.push(Buffer.from(bytes)));
  const batch = createBatch(of, capacity);
  for (const row of rows) {
    appendRow(batch, row);
    if (batch.rows === capacity) {
      writer.write(batch);
      batch.rows = 0;
    }
  }
  writer.write(batch);
  writer.end();
  return Buffer.concat(parts);
}

/** Random rows with the numbers that go wrong first: borders of digits, of 32 bits and of 2^53. */
function randomRows(count: number, seed: number): CellValue[][] {
  const random = testRandom(seed);
  const whole = (): number => {
    const kind = random.below(6);
    if (kind === 0) return random.below(12);
    if (kind === 1) return 10 ** random.below(15) - random.below(2);
    if (kind === 2) return -(2 ** random.below(53));
    if (kind === 3) return Number.MAX_SAFE_INTEGER - random.below(1000);
    return Math.floor((random.below(2 ** 31) / 2 ** 31) * 2 ** random.below(50));
  };
  const fraction = (): number => {
    const kind = random.below(6);
    if (kind === 0) return whole();
    if (kind === 1) return (random.below(2 ** 31) / 2 ** 31) * 10 ** (random.below(40) - 20);
    if (kind === 2) return -(random.below(2 ** 31) / 2 ** 31);
    if (kind === 3) return 1e21 * (random.below(2 ** 31) / 2 ** 31);
    return (random.below(1000) * 2) / 3;
  };
  const texts = ['', 'plain', 'a,b', 'say "so"', 'line\nend', 'tab\tback\\slash', 'Größe €', '\u0001'];
  return Array.from({ length: count }, () => [
    random.below(9) === 0 ? null : whole(),
    random.below(9) === 0 ? null : fraction(),
    random.below(9) === 0 ? null : BigInt(random.below(2 ** 31)) * 1_000_000_000n + BigInt(random.below(1e9)),
    random.below(9) === 0 ? null : `10.0.${random.below(40)}.${random.below(200)}`,
    random.below(9) === 0
      ? null
      : `${texts[random.below(texts.length)]}${random.below(3) ? '' : random.below(2 ** 31) / 2 ** 31}`,
    Array.from({ length: random.below(5) }, whole),
    Array.from({ length: random.below(3) }, fraction),
  ]);
}

/** The slow twin: Python's way of writing, cell by cell. */
function slowCell(kind: string, value: CellValue, json: boolean): string {
  if (typeof value === 'object' && value !== null) {
    const items = value.map((each) => slowCell(kind.slice(0, -1), each, json));
    return json ? `[${items.join(',')}]` : `"[${items.join(', ')}]"`;
  }
  if (value === null) return json ? 'null' : '';
  if (kind === 'int') return String(value);
  if (kind === 'double') return /^-?\d{1,15}$/.test(String(value)) ? `${value}.0` : String(value);
  if (kind === 'nanoseconds') return json ? `"${value}"` : String(value);
  if (json) {
    return JSON.stringify(value).replace(/\\([nt])/g, (_, c) => (c === 'n' ? '\\u000a' : '\\u0009'));
  }
  return /[",\r\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);
}

describe('tables as text', () => {
  const rows = randomRows(3000, 7);

  it('writes CSV as the slow twin does', async () => {
    const expected = rows.map((row) => row.map((v, i) => slowCell(columns[i]!.kind, v, false)).join(','));
    const lines = (await written('csv', rows, 100)).toString();
    expect(lines).toBe(`count,mean,"at, ""ns""",host,note,sizes,shares\n${expected.join('\n')}\n`);
  });

  it('writes NDJSON as the slow twin does, and JSON.parse reads it', async () => {
    const key = (i: number): string => JSON.stringify(columns[i]!.name);
    const expected = rows.map(
      (row) => `{${row.map((v, i) => `${key(i)}:${slowCell(columns[i]!.kind, v, true)}`).join(',')}}`,
    );
    const text = (await written('ndjson', rows, 77)).toString();
    expect(text).toBe(`${expected.join('\n')}\n`);
    const first = JSON.parse(text.split('\n')[0]!);
    expect(first.note).toBe(rows[0]![4]);
  });

  it('writes every number so that it reads back as the same', async () => {
    const lines = (await written('csv', rows)).toString().split('\n');
    const plain = rows.flatMap((row, i) =>
      String(row[4]).match(/[\n,"]/) ? [] : [[row, lines[i + 1]!] as const],
    );
    expect(plain.some(([row, line]) => Number(line.split(',')[1]) === row[1])).toBe(true);
  });

  it('gives long texts the room they need', async () => {
    const long = '"'.repeat(500_000);
    const text = (await written('csv', [[1, 2, 3n, 'x', long, [], []]])).toString();
    expect(text.length).toBeGreaterThan(1_000_000);
    expect(text.endsWith(`x,"${'""'.repeat(500_000)}","[]","[]"\n`)).toBe(true);
  });

  it('has a head without rows', async () => {
    expect((await written('csv', [])).toString()).toBe('count,mean,"at, ""ns""",host,note,sizes,shares\n');
    expect((await written('ndjson', [])).length).toBe(0);
  });
});

describe('tables as Parquet', () => {
  const asBuffer = (bytes: Buffer): ArrayBuffer =>
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;

  async function check(rows: CellValue[][], capacity: number): Promise<void> {
    const file = asBuffer(await written('parquet', rows, capacity));
    const read = await parquetReadObjects({
      file,
      parsers: { timestampFromNanoseconds: (n: bigint) => n } as never,
    });
    expect(read.length).toBe(rows.length);
    for (const [r, row] of rows.entries()) {
      const got = read[r]!;
      expect(got.count).toEqual(row[0] === null ? null : BigInt(row[0] as number));
      expect(got.mean).toEqual(row[1]);
      expect(got['at, "ns"']).toEqual(row[2]);
      expect(got.host).toEqual(row[3]);
      expect(got.note).toEqual(row[4]);
      expect(got.sizes).toEqual((row[5] as number[]).map(BigInt));
      expect(got.shares).toEqual(row[6]);
    }
  }

  it('reads back, with few and with many distinct values', async () => {
    await check(randomRows(500, 3), 64);
    await check(randomRows(9000, 4), 4096);
  });

  it('reads back over several row groups', async () => {
    const few = Array.from(
      { length: 70_000 },
      (_, i) => [i, i / 3, BigInt(i), 'a', 'b', [i & 7], [0.5]] as CellValue[],
    );
    const file = asBuffer(await written('parquet', few));
    expect(parquetMetadata(file).row_groups.length).toBe(3);
    const rows = await parquetReadObjects({ file });
    expect(rows.map(({ count }) => count)).toEqual(few.map(([n]) => BigInt(n as number)));
    expect(rows.every(({ shares, sizes }, i) => shares[0] === 0.5 && sizes[0] === BigInt(i & 7))).toBe(true);
  });

  it('types lists and moments', async () => {
    const file = asBuffer(await written('parquet', []));
    const tree = parquetSchema(parquetMetadata(file));
    const of = (name: string) => tree.children.find(({ element }) => element.name === name)!;
    expect(of('at, "ns"').element.logical_type).toMatchObject({ type: 'TIMESTAMP', unit: 'NANOS' });
    expect(of('sizes').element.converted_type).toBe('LIST');
    expect(of('sizes').children[0]!.children[0]!.element.type).toBe('INT64');
  });

  it('agrees with itself: same rows, same bytes', async () => {
    const rows = randomRows(200, 5);
    expect((await written('parquet', rows)).equals(await written('parquet', rows))).toBe(true);
  });
});

it('leaves cells of another kind out', () => {
  const batch = createBatch(columns, 1);
  putValue(batch.cells[0]!, 0, 'text');
  putValue(batch.cells[2]!, 0, 5);
  expect(batch.cells[0]).toMatchObject({ values: Float64Array.of(Number.NaN) });
  expect(batch.cells[2]).toMatchObject({ milliseconds: Float64Array.of(Number.NaN) });
});

/** What a double is written as, by the way of `putDouble` and by a string. */
function bothWays(value: number): [string, string] {
  const bytes = new Uint8Array(64);
  const text = Buffer.from(bytes.subarray(0, putDouble(bytes, 0, [value], 0))).toString();
  return [text, /^-?\d{1,15}$/.test(String(value)) ? `${value}.0` : String(value)];
}

it('writes doubles as Number.prototype.toString does, whatever their size', () => {
  const random = testRandom(31);
  const wrong: string[] = [];
  const values = new Float64Array(1);
  const words = new Uint32Array(values.buffer);
  for (let i = 0; i < 200_000; i++) {
    const n = random.between(1, 60);
    if (i % 5 === 0) values[0] = (random.below(2 ** 31) / 2 ** 31) * 10 ** random.between(-4, 16);
    else if (i % 5 === 1) values[0] = random.below(1500 * n) / n;
    else if (i % 5 === 2) values[0] = -Math.sqrt(random.below(1e7) / n);
    else if (i % 5 === 3) values[0] = (random.below(2 ** 31) + random.below(2 ** 22) / 2 ** 22) / 2 ** n;
    else words.set([random.below(2 ** 32), random.below(2 ** 32)]);
    if (!Number.isFinite(values[0]!)) continue;
    const [text, expected] = bothWays(values[0]!);
    if (text !== expected) wrong.push(`${text} for ${expected}`);
  }
  expect(wrong).toEqual([]);
});

it('writes doubles at the borders of the ways to write them', () => {
  const random = testRandom(32);
  const wrong: string[] = [];
  const compare = (value: number): void => {
    const [text, expected] = bothWays(value);
    if (text !== expected) wrong.push(`${text} for ${expected}`);
  };
  const view = new DataView(new ArrayBuffer(8));
  /** The double that lies so many places above another. */
  const beside = (value: number, steps: number): number => {
    view.setFloat64(0, value);
    view.setBigInt64(0, view.getBigInt64(0) + BigInt(steps));
    return view.getFloat64(0);
  };
  for (let power = -3; power <= 16; power++) {
    // Powers of ten and of two, 2^53 in 16 digits, and what has few digits behind the point.
    for (const base of [
      10 ** power,
      2 ** (power * 3),
      2 ** 53 * 10 ** (power - 15),
      1 + 2 ** -(power + 18),
    ]) {
      for (let steps = -300; steps <= 300; steps++) compare(beside(base, steps));
    }
    for (let i = 0; i < 5_000; i++) {
      // 15 to 17 digits, and the middle between two numbers of 17 digits.
      const digits = random.below(2 ** 26) * 2 ** 26 + random.below(2 ** 26);
      compare(Number(`${digits}${random.below(10)}e${power - 17}`));
      compare(digits / 2 ** random.between(30, 58));
    }
  }
  expect(wrong).toEqual([]);
});
