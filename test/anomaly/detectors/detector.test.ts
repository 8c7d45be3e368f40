import { describe, expect, it } from 'vitest';
import { medcouple, quantileOf } from '../../../src/anomaly/detectors/threshold.js';
import {
  automaticThreshold,
  type DenseTable,
  detectorDefaults,
  detectorNames,
  detectorScorer,
  detectorSettings,
  fitDetector,
  largestScore,
  scoresOfUnseen,
  scoreTable,
} from '../../../src/anomaly/index.js';
import { createRandom } from '../../../src/math/index.js';
import { slowMedcouple } from './slow-detectors.js';

function normalTable(rowCount: number, columnCount: number, seed: number): DenseTable {
  const random = createRandom(seed);
  return {
    values: Float64Array.from({ length: rowCount * columnCount }, () => random.normal()),
    rowCount,
    columnCount,
  };
}

describe.each(detectorNames)('%s', (algorithm) => {
  const table = normalTable(120, 4, 3);
  const wish = { algorithm, standardise: true } as const;

  it('gives higher scores to what is stranger', () => {
    const fitted = fitDetector(wish, table, 1);
    const scores = scoreTable(fitted, table).sort();
    const far = detectorScorer(fitted)([7, -7, 7, 7]);
    expect(far).toBeGreaterThanOrEqual(quantileOf(scores, 0.99));
    expect(far).toBeGreaterThan(quantileOf(scores, 0.5));
    expect(far).toBeLessThanOrEqual(largestScore(algorithm));
  });

  it('depends on its seed alone', () => {
    expect(fitDetector(wish, table, 5)).toEqual(fitDetector(wish, table, 5));
  });

  it('takes one row, equal rows and a constant column', () => {
    for (const rows of [
      normalTable(1, 3, 1),
      { values: new Float64Array(30), rowCount: 10, columnCount: 3 },
    ]) {
      const score = detectorScorer(fitDetector(wish, rows, 1));
      expect(Number.isFinite(score([1, 2, 3]))).toBe(true);
    }
  });

  it('refuses arrays that do not belong together', () => {
    const fitted = fitDetector(wish, table, 1);
    for (const name of Object.keys(fitted.arrays)) {
      const arrays = { ...fitted.arrays, [name]: Float64Array.of(Number.NaN) };
      expect(() => detectorScorer({ ...fitted, arrays })).toThrow(
        expect.objectContaining({ code: 'NML_MODEL_MANIFEST' }),
      );
    }
    expect(() => detectorScorer({ ...fitted, columnCount: 5 })).toThrow();
  });

  it('refuses settings that it does not have', () => {
    expect(() => detectorSettings(algorithm, { colour: 1 })).toThrow(
      expect.objectContaining({ code: 'NML_CONFIG' }),
    );
    for (const name of Object.keys(detectorDefaults(algorithm))) {
      expect(() => detectorSettings(algorithm, { [name]: -1 })).toThrow(
        expect.objectContaining({ code: 'NML_CONFIG' }),
      );
    }
  });
});

it('standardises columns by the rows that it learnt from', () => {
  const table = normalTable(50, 2, 9);
  const stretched = {
    ...table,
    values: table.values.map((value, at) => (at % 2 === 0 ? value * 1e4 + 7 : value)),
  };
  const wish = { algorithm: 'kde', standardise: true } as const;
  const plain = detectorScorer(fitDetector(wish, table, 1));
  const far = detectorScorer(fitDetector(wish, stretched, 1));
  expect(far([2.5e4 + 7, -1])).toBeCloseTo(plain([2.5, -1]), 8);
});

it('scores what a model did not see as stranger than what it saw', () => {
  const table = normalTable(60, 3, 2);
  const wish = { algorithm: 'kde', settings: { bandwidth: 0.1 }, standardise: false } as const;
  const groups = Uint32Array.from({ length: 60 }, (_, row) => row >> 1);
  const seen = scoreTable(fitDetector(wish, table, 1), table);
  const unseen = scoresOfUnseen(wish, table, groups, 1);
  seen.forEach((score, row) => {
    expect(unseen[row]).toBeGreaterThan(score);
  });
});

it('keeps rows of one group together', () => {
  // Each row comes twice: only where twins are kept together is the nearest point another one.
  const half = normalTable(20, 2, 4);
  const values = Float64Array.from([...half.values, ...half.values]);
  const wish = { algorithm: 'kde', settings: { bandwidth: 0.01 }, standardise: false } as const;
  const table = { values, rowCount: 40, columnCount: 2 };
  const together = scoresOfUnseen(
    wish,
    table,
    Uint32Array.from({ length: 40 }, (_, row) => row % 20),
    1,
  );
  const apart = scoresOfUnseen(
    wish,
    table,
    Uint32Array.from({ length: 40 }, (_, row) => row),
    1,
  );
  expect(Math.min(...together)).toBeGreaterThan(0);
  expect(Math.min(...apart)).toBeLessThan(-3);
});

describe('the threshold', () => {
  it('has the medcouple of all pairs', () => {
    for (let seed = 1; seed < 6; seed++) {
      const random = createRandom(seed);
      const values = Array.from({ length: 31 + seed }, () => Math.exp(random.normal()));
      expect(medcouple(Float64Array.from(values).sort())).toBeCloseTo(slowMedcouple(values), 12);
    }
    expect(medcouple([1, 2, 3, 4, 5])).toBe(0);
    expect(medcouple([1, 1, 1])).toBe(0);
  });

  it('calls few of a clean sample anomalous, lopsided or not, and all of a crowd far away', () => {
    const random = createRandom(8);
    const normal = Array.from({ length: 4000 }, () => random.normal());
    for (const scores of [normal, normal.map((value) => Math.exp(value))]) {
      const threshold = automaticThreshold(scores, Number.POSITIVE_INFINITY);
      const share = scores.filter((score) => score > threshold).length / scores.length;
      expect(share).toBeLessThan(0.03);
      expect(automaticThreshold([...scores, 1e3, 1e3, 1e3], Number.POSITIVE_INFINITY)).toBeLessThan(1e3);
    }
  });

  it('stays below the bound of the scores, and calls one in a hundred anomalous at least', () => {
    const crowded = Float64Array.from({ length: 200 }, (_, at) => (at < 150 ? -Math.exp(-at / 10) : 0));
    expect(automaticThreshold(crowded, 0)).toBe(crowded[149]);
    const lopsided = Float64Array.from({ length: 1001 }, (_, at) => Math.exp(at / 100));
    expect(automaticThreshold(lopsided, Number.POSITIVE_INFINITY)).toBe(lopsided[990]);
  });
});
