import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/math/index.js';
import { answerRole, averageProbabilities, defaultUnknownCut, rankRoles } from '../../src/roles/index.js';

const classCount = 4;

function randomProbabilities(seed: number, rows: number): Float64Array {
  const random = createRandom(seed);
  const out = new Float64Array(rows * classCount);
  for (let row = 0; row < rows; row++) {
    const raw = Array.from({ length: classCount }, () => random.uniform() ** 4);
    const sum = raw.reduce((a, b) => a + b, 0);
    raw.forEach((value, k) => {
      out[row * classCount + k] = value / sum;
    });
  }
  return out;
}

/** Every session written out, then the plain mean (of logarithms). */
function slowAverage(probabilities: Float64Array, rows: number[], counts: number[], logs: boolean): number[] {
  const sessions = rows.flatMap((row, i) => new Array<number>(counts[i]).fill(row));
  const means = Array.from({ length: classCount }, (_, k) => {
    const values = sessions.map((row) => probabilities[row * classCount + k]);
    return values.reduce((sum, p) => sum + (logs ? Math.log(p + 0.01) : p), 0) / sessions.length;
  });
  if (!logs) return means;
  const powers = means.map(Math.exp);
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
}

describe('averageProbabilities', () => {
  it('equals the mean over all sessions written out', () => {
    const probabilities = randomProbabilities(1, 10);
    const rows = [7, 0, 3];
    const counts = [2, 5, 1];
    for (const aggregate of ['mean', 'logmean'] as const) {
      const average = averageProbabilities(probabilities, classCount, counts, aggregate, rows);
      const slow = slowAverage(probabilities, rows, counts, aggregate === 'logmean');
      slow.forEach((value, k) => {
        expect(average[k]).toBeCloseTo(value, 12);
      });
      expect(average.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    }
  });

  it('takes the rows in order when none are named', () => {
    const probabilities = randomProbabilities(2, 3);
    const named = averageProbabilities(probabilities, classCount, [1, 2, 3], 'mean', [0, 1, 2]);
    expect(averageProbabilities(probabilities, classCount, [1, 2, 3])).toEqual(named);
  });

  it('does not overflow for a device with very many sessions', () => {
    const probabilities = Float64Array.from([0.999, 0.001, 0, 0]);
    const average = averageProbabilities(probabilities, classCount, [1e6], 'logmean');
    expect(average[0]).toBeCloseTo(1.009 / (1.009 + 0.011 + 0.02), 9);
  });

  it('knows nothing of a device without sessions', () => {
    expect(Array.from(averageProbabilities(new Float64Array(), classCount, []))).toEqual([
      0.25, 0.25, 0.25, 0.25,
    ]);
  });

  it('refuses a row that has no probabilities', () => {
    expect(() => averageProbabilities(new Float64Array(8), classCount, [1], 'mean', [2])).toThrowError(
      expect.objectContaining({ code: 'NML_INTERNAL' }),
    );
  });
});

describe('rankRoles', () => {
  const roles = ['A', 'B', 'C', 'D'];

  it('sorts by probability, equal ones by the order of the roles', () => {
    expect(rankRoles([0.1, 0.4, 0.1, 0.4], roles)).toEqual([
      { role: 'B', confidence: 0.4 },
      { role: 'D', confidence: 0.4 },
      { role: 'A', confidence: 0.1 },
    ]);
  });

  it('is no longer than asked, and no longer than there are roles', () => {
    expect(rankRoles([0.1, 0.4, 0.1, 0.4], roles, 1).map((place) => place.role)).toEqual(['B']);
    expect(rankRoles([0.5, 0.5], ['A', 'B'])).toHaveLength(2);
  });
});

describe('answerRole', () => {
  it('answers the top role at the cut and Unknown below it', () => {
    const roles = ['A', 'B'];
    expect(answerRole([0.5, 0.5], roles)).toEqual({ label: 'A', nearest: 'A', score: 0.5 });
    expect(answerRole([0.3, 0.7], roles, 0.71)).toEqual({ label: 'Unknown', nearest: 'B', score: 0.7 });
    expect(answerRole([0.3, 0.7], roles, 0.7).label).toBe('B');
    expect(answerRole([0.4, 0.3, 0.3], ['A', 'B', 'C']).label).toBe('Unknown');
    expect(defaultUnknownCut).toBe(0.5);
  });
});
