import { describe, expect, it } from 'vitest';
import {
  clampedLimits,
  fitBandwidths,
  outlierProbabilityOf,
  plainLimits,
} from '../../src/anomaly/reference.js';
import { referenceScore } from '../../src/anomaly/reference-scorer.js';
import { slowBeta, slowDistances, slowReferenceScore, slowSos, testRandom, testRows } from './slow-sos.js';

const rowsOf = (matrix: number[][]) => (row: number, out: Float64Array) => out.set(matrix[row]);
const numbers = (values: ArrayLike<number>) => Array.from(values);

describe('fitBandwidths', () => {
  it('finds the bandwidths and sums of an obvious search, within the limits', () => {
    const matrix = slowDistances(testRows(21, 60, 3));
    const { betas, logSums } = fitBandwidths(60, rowsOf(matrix));
    matrix.forEach((distances, j) => {
      const others = distances.filter((_, k) => k !== j);
      const beta = Math.min(3, Math.max(0.75, slowBeta(others, 20)));
      expect(betas[j]).toBeCloseTo(beta, 5);
      const sum = others.reduce((total, d) => total + Math.exp(-beta * d), 0);
      expect(logSums[j]).toBeCloseTo(Math.log(Math.max(0.1, sum)), 5);
    });
    expect(new Set(betas).size).toBeGreaterThan(10);
  });

  it('takes half of the other points as perplexity in small sets', () => {
    const matrix = slowDistances(testRows(22, 11, 2));
    const { betas } = fitBandwidths(11, rowsOf(matrix), {
      ...clampedLimits,
      smallestBeta: 0,
      largestBeta: 1e9,
    });
    matrix.forEach((row, j) => {
      const beta = slowBeta(
        row.filter((_, k) => k !== j),
        5,
      );
      expect(Math.abs(betas[j] / beta - 1)).toBeLessThan(1e-6);
    });
  });

  it('is defined for one point, two points and equal points', () => {
    for (const n of [1, 2, 3, 7]) {
      const matrix = Array.from({ length: n }, () => new Array<number>(n).fill(0));
      const bandwidths = fitBandwidths(n, rowsOf(matrix));
      if (n <= 2) expect(numbers(bandwidths.betas)).toEqual(new Array(n).fill(1.5));
      for (const distance of [0, 0.5, 40, 1e6]) {
        expect(Number.isFinite(referenceScore(new Float64Array(n).fill(distance), bandwidths))).toBe(true);
      }
    }
  });
});

describe('referenceScore', () => {
  it('agrees with the plain sum', () => {
    const next = testRandom(23);
    for (let round = 0; round < 200; round++) {
      const n = 1 + Math.floor(next() * 50);
      const reach = [0.5, 5, 40][round % 3];
      const distances = Array.from({ length: n }, () => next() * reach);
      const betas = Float32Array.from({ length: n }, () => 0.75 + next() * 2.25);
      const sums = Float32Array.from({ length: n }, () => Math.log(0.1 + next() * 20));
      const slow = slowReferenceScore(
        distances,
        numbers(betas),
        numbers(sums).map((sum) => Math.exp(sum)),
      );
      const fast = referenceScore(Float64Array.from(distances), { betas, logSums: sums });
      expect(Math.abs(fast - slow)).toBeLessThan(1e-11 * Math.max(1, Math.abs(slow)));
    }
  });

  it('keeps its digits where T overflows or vanishes', () => {
    const one = (distance: number, logSum: number, copies = 1) =>
      referenceScore(new Float64Array(copies).fill(distance), {
        betas: new Float32Array(copies).fill(1),
        logSums: new Float32Array(copies).fill(logSum),
      });
    expect(one(5000, 0)).toBe(5000);
    expect(one(5000, 0, 4)).toBeCloseTo(5000 - Math.log(4), 9);
    expect(one(599, 0, 4)).toBeCloseTo(599 - Math.log(4), 9);
    expect(one(0, -69)).toBeCloseTo(-Math.log(69), 9);
    for (const logSum of [-3, -9, -25, -39])
      expect(one(0, logSum)).toBeCloseTo(-Math.log(Math.log1p(Math.exp(-logSum))), 12);
    expect(one(0, -2.25, 2000)).toBeCloseTo(-Math.log(2000 * Math.log1p(Math.exp(2.25))), 9);
  });

  it('gives the batch scores when the bandwidths saw the point, too', () => {
    for (const perplexity of [4.5, 30]) {
      const matrix = slowDistances(testRows(24, 90, 4));
      const batch = slowSos(matrix, perplexity);
      const { betas } = fitBandwidths(90, rowsOf(matrix), plainLimits(perplexity));
      matrix.forEach((distances, x) => {
        const others = distances.map((_, j) => j).filter((j) => j !== x);
        const logSums = others.map((j) => {
          const seen = others.filter((k) => k !== j);
          return Math.log(seen.reduce((sum, k) => sum + Math.exp(-betas[j] * matrix[j][k]), 0));
        });
        const score = referenceScore(
          Float64Array.from(others, (j) => distances[j]),
          {
            betas: Float32Array.from(others, (j) => betas[j]),
            logSums: Float32Array.from(logSums),
          },
        );
        expect(Math.abs(outlierProbabilityOf(score) - batch[x])).toBeLessThan(3e-6);
      });
    }
  });
});
