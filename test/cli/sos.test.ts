import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { slowDistances, slowSos, testRandom } from '../anomaly/slow-sos.js';
import { networkml, temporaryDirectory } from './run-cli.js';

const directory = temporaryDirectory();
const next = testRandom(5);
const points = Array.from({ length: 40 }, () => [next(), next() * 3, next() ** 2]);
points[7] = [9, 9, 9];
const text = (rows: number[][]) => rows.map((row) => `${row.join(',')}\n`).join('');
const expected = slowSos(slowDistances(points), 12);

describe('sos', () => {
  it('writes the outlier probability of every row', async () => {
    const { code, stdout } = await networkml(['sos', '-', '--perplexity', '12'], { input: text(points) });
    expect(code).toBe(0);
    const lines = stdout.trim().split('\n');
    expect(lines).toHaveLength(40);
    for (const line of lines) expect(line).toMatch(/^[01]\.\d{8}$/);
    lines.forEach((line, i) => {
      expect(Math.abs(Number(line) - (expected[i] ?? Number.NaN))).toBeLessThan(1e-6);
    });
  });

  it('takes a file, a matrix of dissimilarities, a threshold and a precision', async () => {
    const matrix = points.map((a) => points.map((b) => Math.hypot(...a.map((x, k) => x - (b[k] ?? 0)))));
    const file = join(directory, 'distances.csv');
    writeFileSync(file, text(matrix));
    const words = ['sos', file, '--metric', 'none', '--perplexity', '12'];
    const marked = await networkml([...words, '--threshold', '0.9']);
    expect(marked.stdout.trim().split('\n').map(Number)).toEqual(
      Array.from(expected, (p) => Number(p >= 0.9)),
    );
    expect(marked.stdout.split('\n')[7]).toBe('1');
    const short = await networkml([...words, '--precision', '2']);
    expect(short.stdout.split('\n')[7]).toMatch(/^[01]\.\d\d$/);
  });

  it('refuses what is no table of numbers, and says where', async () => {
    const bad = async (input: string, ...words: string[]) => networkml(['sos', ...words], { input });
    const header = await bad('a,b\n1,2\n');
    expect([header.code, header.stdout]).toEqual([3, '']);
    expect(header.stderr).toContain('line 1, column 1 is not a number');
    expect((await bad('1,2\n3\n')).stderr).toContain('NML_TABLE');
    expect((await bad('1,2\n', '--metric', 'none')).stderr).toContain('NML_TABLE');
    expect((await bad('')).code).toBe(3);
    expect((await networkml(['sos', 'no-such-file.csv'])).stderr).toContain('NML_INPUT_NOT_FOUND');
    expect((await bad('1\n2\n', '--perplexity', '0.5')).code).toBe(2);
  });
});
