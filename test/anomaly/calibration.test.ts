import { describe, expect, it } from 'vitest';
import {
  type CalibrationScores,
  decodeCalibration,
  encodeCalibration,
  fitThresholds,
  fitViewCalibration,
  tailProbability,
  verdictScore,
} from '../../src/anomaly/calibration.js';
import { binProbabilities } from '../../src/anomaly/model.js';
import { testRandom } from './slow-sos.js';

const binsOf = (scores: number[]) => scores.map((score, bin) => ({ bin, score, scored: 1, units: 1 }));

function randomCaptures(seed: number): CalibrationScores[] {
  const next = testRandom(seed);
  return Array.from({ length: 120 }, (_, i) => ({
    role: ['a', 'b', 'c'][i % 7 === 0 ? 2 : i % 2],
    bins: binsOf(Array.from({ length: 1 + (i % 4) }, () => (i % 2) - Math.log(1 - next()) * (1 + (i % 2)))),
  }));
}

/** Quantile of a list in which each bin stands 12 / (bins of its capture) times: weights as plain repetition. */
function repeatedQuantile(
  captures: CalibrationScores[],
  q: number,
  value: (role: string, score: number) => number,
) {
  const all = captures
    .flatMap(({ role, bins }) =>
      bins.flatMap(({ score }) => new Array(12 / bins.length).fill(value(role, score))),
    )
    .sort((a, b) => a - b);
  return all[Math.max(0, Math.ceil(q * all.length - 1e-9) - 1)];
}

describe('fitViewCalibration', () => {
  const captures = randomCaptures(51);
  const calibration = fitViewCalibration(captures);
  const plain = (_: string, score: number) => score;

  it('shrinks location and scale of each role to the pool by ten captures', () => {
    const m = repeatedQuantile(captures, 0.5, plain);
    const u = Math.max(0.05, repeatedQuantile(captures, 0.9, plain) - m);
    for (const role of ['a', 'b', 'c']) {
      const own = captures.filter((capture) => capture.role === role);
      const n = own.length;
      const median = repeatedQuantile(own, 0.5, plain);
      const spread = repeatedQuantile(own, 0.9, plain) - median;
      const place = calibration.roles.get(role);
      expect(place?.location).toBeCloseTo((n * median + 10 * m) / (n + 10), 9);
      expect(place?.scale).toBeCloseTo(
        Math.max(0.2, Math.sqrt((n * spread ** 2 + 100 * u ** 2) / (n + 100))),
        9,
      );
    }
    expect(calibration.pooled).toEqual({ location: m, scale: Math.max(0.2, u) });
  });

  it('never divides by less than a floor', () => {
    const equal = fitViewCalibration(Array.from({ length: 30 }, () => ({ role: 'a', bins: binsOf([3]) })));
    expect(equal.roles.get('a')).toEqual({ location: 3, scale: 0.2 });
    expect(equal.tailMean).toBe(0.05);
  });

  it('takes the mean excess over the 95 % quantile as the mean of the tail', () => {
    const even = fitViewCalibration(
      Array.from({ length: 100 }, (_, i) => ({ role: 'a', bins: binsOf([i < 96 ? i / 100 : i]) })),
    );
    const { location, scale } = even.roles.get('a') ?? even.pooled;
    const start = (0.94 - location) / scale;
    expect(even.quantiles.at(-1)).toBeCloseTo(start, 12);
    const excesses = [0.95, 96, 97, 98, 99].map((score) => (score - location) / scale - start);
    expect(even.tailMean).toBeCloseTo(excesses.reduce((a, b) => a + b) / 5, 9);
  });

  it('gives every normal score its empirical share, and a share of 5 % the tail', () => {
    const z = (role: string, score: number) => {
      const place = calibration.roles.get(role) ?? calibration.pooled;
      return (score - place.location) / place.scale;
    };
    let inTail = 0;
    for (const { role, bins } of captures) {
      for (const { score } of bins) {
        const p = tailProbability(calibration, role, score);
        const share = captures.reduce(
          (sum, other) =>
            sum +
            other.bins.filter((bin) => z(other.role, bin.score) >= z(role, score)).length /
              other.bins.length /
              captures.length,
          0,
        );
        if (p < 0.05) inTail += 1 / bins.length;
        else expect(Math.abs(p - Math.max(0.05, share))).toBeLessThan(0.011);
      }
    }
    expect(inTail / captures.length).toBeGreaterThan(0.02);
    expect(inTail / captures.length).toBeLessThanOrEqual(0.05);
  });

  it('falls with the score and has an exponential tail', () => {
    const at = (score: number) => tailProbability(calibration, 'a', score);
    let last = 1;
    for (let score = -5; score < 60; score += 0.25) {
      expect(at(score)).toBeLessThanOrEqual(last);
      last = at(score);
    }
    const scale = calibration.roles.get('a')?.scale ?? 0;
    expect(at(20 + scale * calibration.tailMean) / at(20)).toBeCloseTo(Math.exp(-1), 9);
    expect(at(1e9)).toBe(1e-30);
    expect(at(-1e9)).toBe(1);
  });

  it('uses the pool for a role without scores, and calls nothing strange without any', () => {
    const { location, scale } = calibration.pooled;
    const start = calibration.quantiles.at(-1) ?? 0;
    expect(
      tailProbability(calibration, 'new', location + scale * (start + calibration.tailMean)),
    ).toBeCloseTo(0.05 / Math.E, 9);
    expect(tailProbability(fitViewCalibration([]), 'a', 1e6)).toBe(1);
    expect(tailProbability(fitViewCalibration([{ role: 'a', bins: [] }]), 'a', 1e6)).toBe(1);
  });

  it('survives JSON', () => {
    const whole = {
      views: new Map([['sess', calibration]]),
      thresholds: fitThresholds([0.1, 2, 0.7]),
      ways: new Map(),
    };
    expect(decodeCalibration(JSON.parse(JSON.stringify(encodeCalibration(whole))))).toEqual(whole);
    expect(() => decodeCalibration({ views: {}, thresholds: { '0.01': 1 } })).toThrow(
      expect.objectContaining({ code: 'NML_MODEL_MANIFEST' }),
    );
    const broken = JSON.parse(JSON.stringify(encodeCalibration(whole)));
    broken.views.sess.roles[0].scale = 0;
    expect(() => decodeCalibration(broken)).toThrow(expect.objectContaining({ code: 'NML_MODEL_MANIFEST' }));
  });
});

describe('verdictScore', () => {
  it('is the exact correction for the number of bins', () => {
    expect(verdictScore([0.2])).toBeCloseTo(-Math.log10(0.2), 12);
    expect(verdictScore([0.5, 0.01, 0.3])).toBeCloseTo(-Math.log10(1 - 0.99 ** 3), 12);
    expect(verdictScore([1e-20, 1])).toBeCloseTo(20 - Math.log10(2), 9);
    expect(verdictScore([1, 1])).toBe(0);
    expect(verdictScore([])).toBe(0);
  });

  it('never rises when the bins of a capture are repeated', () => {
    const next = testRandom(52);
    for (let round = 0; round < 100; round++) {
      const bins = Array.from({ length: 1 + Math.floor(next() * 6) }, () => 10 ** (-12 * next() * next()));
      let last = verdictScore(bins);
      for (const times of [2, 3, 10, 400]) {
        const repeated = verdictScore(Array.from({ length: times }, () => bins).flat());
        expect(repeated).toBeLessThanOrEqual(last);
        last = repeated;
      }
      expect(last).toBeGreaterThanOrEqual(0);
    }
  });

  it('thresholds leave one and five in a hundred above', () => {
    const scores = Array.from({ length: 200 }, (_, i) => i / 100);
    const thresholds = fitThresholds(scores);
    expect(scores.filter((score) => score > thresholds['0.01']).length).toBe(1);
    expect(scores.filter((score) => score > thresholds['0.05']).length).toBe(9);
  });
});

describe('binProbabilities', () => {
  it('takes the least over the views, for every bin that any view saw', () => {
    const view = fitViewCalibration(randomCaptures(53));
    const calibration = {
      views: new Map([
        ['one', view],
        ['two', view],
      ]),
      thresholds: fitThresholds([1]),
      ways: new Map(),
    };
    const bins = (list: [number, number][]) =>
      list.map(([bin, score]) => ({ bin, score, scored: 1, units: 1 }));
    const joined = binProbabilities(calibration, 'a', [
      {
        view: 'one',
        bins: bins([
          [0, 30],
          [2, 1],
        ]),
      },
      {
        view: 'two',
        bins: bins([
          [0, 1],
          [1, 25],
          [2, 40],
        ]),
      },
      { view: 'unknown', bins: bins([[1, 99]]) },
    ]);
    const p = (score: number) => tailProbability(view, 'a', score);
    expect(joined).toEqual([
      { bin: 0, probability: p(30), view: 'one' },
      { bin: 1, probability: p(25), view: 'two' },
      { bin: 2, probability: p(40), view: 'two' },
    ]);
  });
});
