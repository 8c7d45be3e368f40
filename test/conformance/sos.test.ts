import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fitBandwidths, outlierProbabilityOf, plainLimits } from '../../src/anomaly/reference.js';
import { referenceScore } from '../../src/anomaly/reference-scorer.js';
import { outlierProbabilities } from '../../src/anomaly/sos.js';
import { euclideanDistances } from '../anomaly/slow-sos.js';

const folder = join(import.meta.dirname, '..', '..', '..', 'shared', 'oracle', 'sos');

interface Published {
  X: number[][];
  scores: Record<string, { scikit_sos: number[] }>;
}
interface EdgeCase {
  X: number[][];
  scikit_sos: Record<string, (number | null)[]>;
}

const scoresOf = (rows: number[][], perplexity: number) =>
  outlierProbabilities(Float64Array.from(rows.flat()), rows.length, rows[0].length, perplexity);

function expectAgreement(rows: number[][], perplexity: string, expected: (number | null)[]): void {
  const scores = scoresOf(rows, Number(perplexity));
  expect(scores).toHaveLength(expected.length);
  let largest = 0;
  expected.forEach((score, i) => {
    expect(scores[i] >= 0 && scores[i] <= 1).toBe(true);
    if (score !== null) largest = Math.max(largest, Math.abs(scores[i] - score));
  });
  expect(largest).toBeLessThan(1e-6);
}

describe.runIf(existsSync(folder))('Stochastic Outlier Selection against published scores', () => {
  for (const name of ['iris', 'syn_50_2', 'syn_50_50', 'syn_300_4', 'syn_2000_2', 'syn_2000_50']) {
    it(name, () => {
      const published: Published = JSON.parse(
        gunzipSync(readFileSync(join(folder, `${name}.json.gz`))).toString(),
      );
      expect(Object.keys(published.scores).length).toBeGreaterThan(0);
      for (const [perplexity, { scikit_sos }] of Object.entries(published.scores)) {
        expectAgreement(published.X, perplexity, scikit_sos);
      }
    });
  }

  const edgeCases: Record<string, EdgeCase> = existsSync(folder)
    ? JSON.parse(readFileSync(join(folder, 'edge_cases.json'), 'utf8'))
    : {};
  for (const [name, { X, scikit_sos }] of Object.entries(edgeCases)) {
    it(`edge case ${name}`, () => {
      for (const [perplexity, expected] of Object.entries(scikit_sos))
        expectAgreement(X, perplexity, expected);
    });
  }

  for (const name of ['iris', 'syn_300_4']) {
    it(`${name}: the inductive form, with bandwidths that saw every point`, () => {
      const published: Published = JSON.parse(
        gunzipSync(readFileSync(join(folder, `${name}.json.gz`))).toString(),
      );
      for (const [perplexity, { scikit_sos }] of Object.entries(published.scores)) {
        expect(largestInductiveDifference(published.X, Number(perplexity), scikit_sos)).toBeLessThan(3e-6);
      }
    });
  }
});

/** Scores each row against all others and compares with the batch. */
function largestInductiveDifference(rows: number[][], perplexity: number, expected: number[]): number {
  const n = rows.length;
  const flat = Float64Array.from(rows.flat());
  const distancesOf = (row: number, out: Float64Array) =>
    euclideanDistances(flat, n, rows[0].length, row, out);
  const { betas } = fitBandwidths(n, distancesOf, plainLimits(perplexity));
  const matrix = Array.from({ length: n }, (_, row) => {
    const out = new Float64Array(n);
    distancesOf(row, out);
    return out;
  });
  const affinity = (j: number, k: number) => Math.exp(-betas[j] * matrix[j][k]);
  const sums = matrix.map((_, j) =>
    matrix.reduce((sum, _row, k) => (k === j ? sum : sum + affinity(j, k)), 0),
  );
  return matrix.reduce((largest, own, x) => {
    const others = matrix.map((_, j) => j).filter((j) => j !== x);
    const score = referenceScore(
      Float64Array.from(others, (j) => own[j]),
      {
        betas: Float32Array.from(others, (j) => betas[j]),
        logSums: Float32Array.from(others, (j) => Math.log(sums[j] - affinity(j, x))),
      },
    );
    return Math.max(largest, Math.abs(outlierProbabilityOf(score) - expected[x]));
  }, 0);
}
