import { describe, expect, it } from 'vitest';
import { outlierProbabilities, outlierProbabilitiesOfMatrix } from '../../src/anomaly/sos.js';
import { slowDistances, slowSos, testRows } from './slow-sos.js';

const flat = (rows: number[][]) => Float64Array.from(rows.flat());
const fast = (rows: number[][], perplexity: number) => [
  ...outlierProbabilities(flat(rows), rows.length, rows[0]?.length ?? 0, perplexity),
];
const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
const allProbabilities = (values: number[]) => values.every((value) => value >= 0 && value <= 1);

describe('outlierProbabilities', () => {
  it('agrees with the n x n form on random tables, digits of the search included', () => {
    for (const [seed, n, d, perplexity] of [
      [1, 40, 2, 4.5],
      [2, 60, 7, 12],
      [3, 25, 1, 2],
      [4, 30, 3, 28.9],
      [5, 80, 4, 30],
      [6, 12, 3, 1.05],
    ] as const) {
      const rows = testRows(seed, n, d);
      expect(
        largestDifference(fast(rows, perplexity), slowSos(slowDistances(rows), perplexity)),
      ).toBeLessThan(1e-9);
    }
  });

  it('follows the search at extreme scales, where all affinities vanish at first', () => {
    for (const scale of [1e6, 1e-6, 3e4]) {
      const rows = testRows(7, 50, 3, scale);
      expect(largestDifference(fast(rows, 6), slowSos(slowDistances(rows), 6))).toBeLessThan(1e-9);
    }
  });

  it('takes a matrix of dissimilarities and does not read its diagonal', () => {
    const rows = testRows(8, 30, 3);
    const matrix = Float64Array.from(slowDistances(rows).flat());
    for (let i = 0; i < 30; i++) matrix[i * 30 + i] = Number.NaN;
    expect(largestDifference(outlierProbabilitiesOfMatrix(matrix, 30, 5), fast(rows, 5))).toBeLessThan(1e-12);
  });

  it('stays finite where more points coincide than the perplexity allows', () => {
    const rows = [...Array.from({ length: 10 }, () => [1, 2]), ...testRows(9, 12, 2)];
    const scores = fast(rows, 4.5);
    expect(allProbabilities(scores)).toBe(true);
    expect(new Set(scores.slice(0, 10).map((score) => score.toFixed(12))).size).toBe(1);
    expect(scores[0]).toBeLessThan(0.5);
    // Ten equal points bind to one another in equal parts.
    expect(allProbabilities(fast(rows.slice(0, 10), 4.5))).toBe(true);
    expect(fast(rows.slice(0, 10), 4.5)[3]).toBeCloseTo((8 / 9) ** 9, 12);
  });

  it('is flat for a perplexity at or above n - 1', () => {
    const rows = testRows(10, 8, 2);
    for (const score of fast(rows, 30)) expect(score).toBeCloseTo((6 / 7) ** 7, 12);
    for (const score of fast(rows, 7)) expect(score).toBeCloseTo((6 / 7) ** 7, 2);
  });

  it('gives a number to one row, two rows, equal distances and unreachable entropies', () => {
    expect(fast([[5, 5]], 3)).toEqual([1]);
    expect(
      fast(
        [
          [0, 0],
          [1, 1],
        ],
        4.5,
      ),
    ).toEqual([0, 0]);
    const square = [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ];
    expect(allProbabilities(fast(square, 1.5))).toBe(true);
    expect(allProbabilities(fast([[0], [1], [2.0000001], [3.0000003]], 1))).toBe(true);
    expect(outlierProbabilities(new Float64Array(0), 0, 3, 4)).toHaveLength(0);
  });

  it('gives equal rows equal scores and a far row a score near 1', () => {
    const rows = [...testRows(11, 30, 2), [0.25, 0.5], [0.25, 0.5], [500, 500]];
    const scores = fast(rows, 6);
    expect(scores[30]).toBeCloseTo(scores[31], 12);
    expect(scores[32]).toBeGreaterThan(0.999);
  });

  it('refuses what cannot be scored', () => {
    expect(() => fast(testRows(1, 5, 2), 0.5)).toThrow(expect.objectContaining({ code: 'NML_CONFIG' }));
    expect(() => fast(testRows(1, 5, 2), Number.NaN)).toThrow(
      expect.objectContaining({ code: 'NML_CONFIG' }),
    );
    expect(() => outlierProbabilities(Float64Array.of(1, 2, 3), 2, 2)).toThrow(
      expect.objectContaining({ code: 'NML_TABLE' }),
    );
    expect(() => fast([[1], [Number.NaN], [2]], 1.5)).toThrow(expect.objectContaining({ code: 'NML_TABLE' }));
    expect(() => outlierProbabilitiesOfMatrix(Float64Array.of(0, -1, 1, 0), 2, 1)).toThrow(
      expect.objectContaining({ code: 'NML_TABLE' }),
    );
  });
});
