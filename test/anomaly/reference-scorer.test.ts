import { describe, expect, it } from 'vitest';
import {
  distancesToPoints,
  type ReferenceScorer,
  referenceScore,
  scaledUnits,
  scoreScaled,
  scoreUnits,
} from '../../src/anomaly/reference-scorer.js';
import { testRandom } from './slow-sos.js';

const next = testRandom(61);

function randomScorer(count: number, columns: number, reach = 3): ReferenceScorer {
  return {
    points: Float64Array.from({ length: count * columns }, () => reach * next()),
    columns,
    betas: Float32Array.from({ length: count }, () => 0.75 + 2.25 * next()),
    logSums: Float32Array.from({ length: count }, () => Math.log(0.1 + 20 * next())),
  };
}

function slowDistances({ points, columns, betas }: ReferenceScorer, row: ArrayLike<number>): Float64Array {
  return Float64Array.from(betas, (_, j) => {
    let sum = 0;
    for (let k = 0; k < columns; k++) sum += (row[k] - points[j * columns + k]) ** 2;
    return Math.sqrt(sum);
  });
}

/** A plain loop over the points: `T = sum of ln(1 + a_j / S_j)`, in its order and with the kernel's limits. */
function slowScore({ betas, logSums }: Pick<ReferenceScorer, 'betas' | 'logSums'>, distances: Float64Array) {
  const exponents = Array.from(distances, (d, j) => -betas[j] * d - logSums[j]);
  const largest = Math.max(...exponents);
  if (largest < -600)
    return -(largest + Math.log(exponents.reduce((sum, e) => sum + Math.exp(e - largest), 0)));
  let total = 0;
  for (const exponent of exponents) total += exponent > 40 ? exponent : Math.log1p(Math.exp(exponent));
  return -Math.log(total);
}

/** To a few units of the last digit of T, which is e^-score. */
function expectScore(score: number, slow: number) {
  expect(Math.abs(score - slow)).toBeLessThan(4e-15 * Math.max(8, Math.abs(slow)));
}

describe('scores against reference points', () => {
  it('equal plain loops, for any number of units, points and columns, in turn', () => {
    for (const [units, count, columns, reach] of [
      [1, 1, 1, 3],
      [2, 7, 3, 1],
      [3, 384, 24, 2],
      [4, 5, 27, 40],
      [5, 100, 1, 200],
      [9, 383, 20, 1e3],
      [6, 40, 20, 1e-3],
    ] as const) {
      const scorer = randomScorer(count, columns, reach);
      const rows = Float64Array.from({ length: units * columns }, () => reach * next() * 1.5);
      const scores = scoreScaled(scorer, rows);
      expect(scores).toHaveLength(units);
      for (let row = 0; row < units; row++) {
        const own = rows.subarray(row * columns, (row + 1) * columns);
        const distances = slowDistances(scorer, own);
        expect(Array.from(distancesToPoints(scorer, own))).toEqual(Array.from(distances));
        expectScore(scores[row], slowScore(scorer, distances));
        expect(referenceScore(distances, scorer)).toBe(scores[row]);
      }
    }
  });

  it('scores near and far units side by side', () => {
    const scorer = randomScorer(63, 2, 1);
    const rows = Float64Array.from([0.5, 0.5, 5_000, 1, 700, 2, 0.1, 0.2, 3, 1e9]);
    const scores = scoreScaled(scorer, rows);
    for (let row = 0; row < 5; row++) {
      const distances = slowDistances(scorer, rows.subarray(2 * row, 2 * row + 2));
      expectScore(scores[row], slowScore(scorer, distances));
    }
    expect(scores[1]).toBeGreaterThan(3_000);
  });

  it('scores at any distance, where exponentials vanish and beyond', () => {
    const bandwidths = { betas: new Float32Array(3).fill(1), logSums: new Float32Array(3) };
    for (let distance = 590; distance < 9_000; distance += 7)
      expectScore(referenceScore(new Float64Array(3).fill(distance), bandwidths), distance - Math.log(3));
  });

  it('keeps the product of many close points within bounds', () => {
    for (const logSum of [-2.25, -39.9, -40.1, -69]) {
      const bandwidths = {
        betas: new Float32Array(700).fill(1),
        logSums: Float32Array.from({ length: 700 }, (_, j) => logSum + (j % 3)),
      };
      const distances = Float64Array.from({ length: 700 }, () => next() * 1e-3);
      expectScore(referenceScore(distances, bandwidths), slowScore(bandwidths, distances));
    }
  });

  it('does not change what it is given', () => {
    const scorer = randomScorer(9, 4);
    const rows = Float64Array.from({ length: 12 }, () => next());
    const before = [rows, scorer.points].map((numbers) => [...numbers]);
    scoreScaled(scorer, rows);
    expect([rows, scorer.points].map((numbers) => [...numbers])).toEqual(before);
  });
});

describe('units by the measure of a role', () => {
  const columns = 5;
  const medians = Float32Array.from({ length: columns }, () => next());
  const factors = Float32Array.from({ length: columns }, () => next() + 0.5);
  for (const aboveOnly of [false, true]) {
    it(`are scaled ${aboveOnly ? 'from the median upwards' : 'from the median'}, then scored`, () => {
      const count = 1_030;
      const numbers = Float32Array.from({ length: count * columns }, () => 2 * next());
      const rows = Float64Array.from(numbers, (value, i) => {
        const above = value - medians[i % columns];
        return aboveOnly && above < 0 ? 0 : above * factors[i % columns];
      });
      const raw = { count, numbers, medians, factors, aboveOnly };
      expect(scaledUnits(raw)).toEqual(rows);
      const scorer = randomScorer(11, columns);
      expect(scoreUnits(scorer, raw)).toEqual(scoreScaled(scorer, rows));
    });
  }
});
