import { describe, expect, it } from 'vitest';
import { applyConfidence, createRandom, fitConfidence } from '../../src/math/index.js';
import {
  type AnsweredCaptures,
  coverageAtCuts,
  evaluateRoles,
  fitRoleConfidence,
  type RoleEvaluation,
} from '../../src/roles/index.js';
import type { EvaluationRecord } from '../../src/types.js';

const roles = ['A', 'B', 'C', 'D'];

/** Seven captures, worked out by hand below. D is never scored. */
const small: AnsweredCaptures = {
  roles,
  labels: [0, 0, 0, 1, 1, 2, 3],
  devices: ['a1', 'a1', 'a2', 'b1', 'b2', 'c1', 'd1'],
  evaluable: [1, 1, 1, 1, 1, 1, 0],
  probabilities: Float64Array.from(
    [
      [0.7, 0.1, 0.1, 0.1], // a1: right
      [0.2, 0.6, 0.1, 0.1], // a1: B, own second
      [0.1, 0.2, 0.3, 0.4], // a2: D, own fourth
      [0.1, 0.8, 0.05, 0.05], // b1: right
      [0.1, 0.45, 0.25, 0.2], // b2: right, below the cut
      [0.3, 0.4, 0.2, 0.1], // c1: B, own third, below the cut
      [0.9, 0.05, 0.05, 0], // d1: not scored
    ].flat(),
  ),
};

function randomCaptures(seed: number, count = 60): AnsweredCaptures {
  const random = createRandom(seed);
  const labels = Array.from({ length: count }, () => random.below(4));
  const probabilities = new Float64Array(count * 4);
  labels.forEach((label, i) => {
    const raw = roles.map((_, k) => Math.exp(random.normal() + (k === label ? 1 : 0)));
    const sum = raw.reduce((a, b) => a + b, 0);
    raw.forEach((value, k) => {
      probabilities[i * 4 + k] = value / sum;
    });
  });
  return {
    roles,
    labels,
    devices: labels.map((label) => `${label}-${random.below(3)}`),
    probabilities,
    folds: labels.map(() => random.below(3)),
  };
}

/** Leaves probabilities as they are. */
const asIs = { temperature: 1, offset: 0 } as const;

describe('evaluateRoles', () => {
  it('gives the figures worked out by hand', () => {
    const result = evaluateRoles(small, { confidence: asIs });
    expect(result.captures).toBe(6);
    expect(result.devices).toBe(5);
    expect(result.accuracy).toBeCloseTo(3 / 6, 12);
    expect(result.top3).toBeCloseTo(5 / 6, 12);
    // A: a1 half, a2 none; B: both; C: none.
    expect(result.roleBalancedRecall).toBeCloseTo((0.25 + 1 + 0) / 3, 12);
    expect(result.roleBalancedTop3).toBeCloseTo((0.5 + 1 + 1) / 3, 12);
    expect(result.unknown.share).toBeCloseTo(3 / 6, 12);
    expect(result.unknown.accuracyOfAnswered).toBeCloseTo(2 / 3, 12);
    expect(result.confusion).toEqual({
      roles,
      matrix: [
        [1, 1, 0, 1],
        [0, 2, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 0, 0],
      ],
    });
    expect(result.unscored).toEqual({ captures: 1, roles: ['D'] });
    expect(result.roles.map(({ role, devices, captures }) => [role, devices, captures])).toEqual([
      ['A', 2, 3],
      ['B', 2, 2],
      ['C', 1, 1],
    ]);
    // Answered B with balanced weights: a quarter of A, all of B, all of C.
    const [a, b, c] = result.roles;
    expect(b.precision).toBeCloseTo(1 / 2.25, 12);
    expect(b.f1).toBeCloseTo(2 / 3.25, 12);
    expect([a.precision, a.recall, a.top3]).toEqual([1, 0.25, 0.5]);
    expect(a.f1).toBeCloseTo(0.4, 12);
    expect([c.precision, c.recall, c.f1, c.top3]).toEqual([0, 0, 0, 1]);
    expect(result.macroF1).toBeCloseTo((0.4 + 2 / 3.25) / 3, 12);
    // Tops 0.7 right, 0.6 wrong, 0.4 wrong, 0.8 right, 0.45 right, 0.4 wrong, in 15 bins: 10, 9, 6, 12, 6, 6.
    const gaps = 0.3 + 0.6 + 0.2 + Math.abs(1 - 0.45 - 0.4 - 0.4);
    expect(result.calibration).toEqual({
      expectedCalibrationError: expect.closeTo(gaps / 6, 12),
      // The two captures of a1 count half each.
      expectedCalibrationErrorByDevice: expect.closeTo((0.15 + 0.3 + 0.2 + 0.25) / 5, 12),
      temperature: 1,
      offset: 0,
    });
  });

  it('counts captures of known devices apart', () => {
    const deviceKnown = [1, 1, 0, 0, 1, 0, 1];
    const { knownDevices, ...rest } = evaluateRoles({ ...small, deviceKnown }, { confidence: asIs });
    // a1 half and within three, b2 right; d1 is not scored.
    expect(knownDevices).toEqual({
      captures: 3,
      devices: 2,
      right: 2,
      withinThree: 3,
      roleBalancedRecall: (0.5 + 1) / 2,
      roleBalancedTop3: 1,
    });
    expect(rest).toEqual(evaluateRoles(small, { confidence: asIs }));
    const none = { ...small, deviceKnown: deviceKnown.map(() => 0) };
    expect(evaluateRoles(none)).not.toHaveProperty('knownDevices');
    expect(() => evaluateRoles({ ...small, deviceKnown: [1] })).toThrowError(
      expect.objectContaining({ code: 'NML_INTERNAL' }),
    );
  });

  it('says null where everything is Unknown, and moves with the cut', () => {
    expect(evaluateRoles(small, { unknownCut: 0.95 }).unknown).toEqual({
      share: 1,
      accuracyOfAnswered: null,
    });
    expect(evaluateRoles(small, { unknownCut: 0 }).unknown.share).toBe(0);
  });

  it('does not let the scale change anything but the calibration', () => {
    const scaled = (temperature: number) => evaluateRoles(small, { confidence: { temperature, offset: 0 } });
    const { calibration: cold, reliability: coldBins, ...one } = scaled(0.5);
    const { calibration: hot, reliability: hotBins, ...other } = scaled(2);
    expect(one).toEqual(other);
    expect(coldBins).not.toEqual(hotBins);
    expect(cold.expectedCalibrationError).not.toBe(hot.expectedCalibrationError);
  });

  it('fits the scale on all with the root of its captures for every device, and judges each fold by that of the others', () => {
    const captures = randomCaptures(1);
    const { labels, devices, probabilities, folds = [] } = captures;
    const rows = devices.map((_, i) => Array.from(probabilities.subarray(i * 4, i * 4 + 4)));
    const tops = rows.map((row) => Math.max(...row));
    const right = rows.map((row, i) => (row.indexOf(tops[i]!) === labels[i] ? 1 : 0));
    const fitTo = (test: (i: number) => boolean) =>
      fitConfidence(
        tops,
        right,
        devices.map((device, i) =>
          test(i) ? 1 / Math.sqrt(devices.filter((other, j) => test(j) && other === device).length) : 0,
        ),
      );
    const fitted = fitTo(() => true);
    const result = evaluateRoles(captures);
    expect(result.calibration.temperature).toBeCloseTo(fitted.temperature, 9);
    expect(result.calibration.offset).toBeCloseTo(fitted.offset, 9);
    expect(fitRoleConfidence(captures).offset).toBeCloseTo(fitted.offset, 9);

    const judged = new Float64Array(probabilities.length);
    for (const fold of [0, 1, 2]) {
      const scaled = applyConfidence(
        probabilities,
        4,
        fitTo((i) => folds[i] !== fold),
      );
      devices.forEach((_, i) => {
        if (folds[i] === fold) judged.set(scaled.subarray(i * 4, i * 4 + 4), i * 4);
      });
    }
    const expected = evaluateRoles({ ...captures, probabilities: judged }, { confidence: asIs });
    expect(result.calibration.expectedCalibrationError).toBeCloseTo(
      expected.calibration.expectedCalibrationError,
      9,
    );
    const { folds: _, ...without } = captures;
    const own = evaluateRoles(without).calibration.expectedCalibrationError;
    expect(result.calibration.expectedCalibrationError).not.toBeCloseTo(own, 9);
  });

  it('fits the scale on captures that can be scored only', () => {
    const captures = randomCaptures(2);
    const evaluable = captures.devices.map((_, i) => (i < 40 ? 1 : 0));
    const first = {
      ...captures,
      labels: Array.from(captures.labels).slice(0, 40),
      devices: captures.devices.slice(0, 40),
      probabilities: captures.probabilities.slice(0, 160),
    };
    const { offset } = fitRoleConfidence({ ...captures, evaluable });
    expect(offset).toBeCloseTo(fitRoleConfidence(first).offset, 12);
    expect(offset).not.toBeCloseTo(fitRoleConfidence(captures).offset, 4);
  });

  it('answers for devices by the mean over their captures', () => {
    // a1: right by the mean, a2: last of four; b1 and b2: right; c1: third.
    const { byDevice } = evaluateRoles(small, { confidence: asIs });
    expect(byDevice.recall).toBeCloseTo((1 / 2 + 1 + 0) / 3, 12);
    expect(byDevice.top3).toBeCloseTo((1 / 2 + 1 + 1) / 3, 12);
    const captures = randomCaptures(21);
    const answers = new Map<string, number[]>();
    captures.devices.forEach((device, i) => {
      const row = Array.from(captures.probabilities.subarray(4 * i, 4 * i + 4));
      answers.set(
        device,
        (answers.get(device) ?? [0, 0, 0, 0]).map((sum, k) => sum + row[k]),
      );
    });
    const recalls = [0, 1, 2, 3].map((label) => {
      const own = [...answers].filter(([device]) => device.startsWith(`${label}-`));
      return own.filter(([, sums]) => sums.indexOf(Math.max(...sums)) === label).length / own.length;
    });
    const slow = recalls.reduce((a, b) => a + b, 0) / 4;
    expect(evaluateRoles(captures).byDevice.recall).toBeCloseTo(slow, 12);
  });

  it('has a role-balanced coverage curve and the bins behind the calibration error', () => {
    const captures = randomCaptures(22);
    const { coverage, reliability, roleBalancedRecall, calibration } = evaluateRoles(captures);
    expect(coverage[0]).toMatchObject({ cut: 0, coverage: 1 });
    expect(coverage[0].accuracy).toBeCloseTo(roleBalancedRecall, 12);
    const shares = coverage.map((point) => point.coverage);
    expect([...shares].sort((a, b) => b - a)).toEqual(shares);
    expect(coverage.some((point) => point.accuracy === null)).toBe(false);
    expect(reliability.reduce((sum, { items }) => sum + items, 0)).toBe(60);
    const error = reliability.reduce(
      (sum, { items, confidence, accuracy }) => sum + (items / 60) * Math.abs(accuracy - confidence),
      0,
    );
    expect(error).toBeCloseTo(calibration.expectedCalibrationError, 12);
  });

  it('fits into the evaluation record', () => {
    const { unscored, ...result }: RoleEvaluation = evaluateRoles(small);
    const record: EvaluationRecord = {
      schema: 'networkml/evaluation/v1',
      mode: 'leave-devices-out',
      folds: 8,
      classifier: 'one-layer',
      seed: 1,
      deviceFrom: 'labels',
      failed: 0,
      deviceChoice: null,
      unknownRoles: null,
      learningCurve: null,
      controls: [],
      warnings: unscored.roles,
      ...result,
    };
    expect(record.captures).toBe(6);
  });

  it('refuses lists of different lengths, and nothing to score', () => {
    expect(() => evaluateRoles({ ...small, devices: ['a1'] })).toThrowError(
      expect.objectContaining({ code: 'NML_INTERNAL' }),
    );
    expect(() => evaluateRoles({ ...small, evaluable: new Uint8Array(7) })).toThrowError(
      expect.objectContaining({ code: 'NML_TRAIN_DATA' }),
    );
  });
});

describe('coverageAtCuts', () => {
  it('counts the captures at or above each cut and the right ones among them', () => {
    const [low, middle, high, none] = coverageAtCuts(small, [0.41, 0.6, 0.8, 0.9]);
    expect(low).toEqual({ cut: 0.41, coverage: 4 / 6, accuracy: 3 / 4 });
    expect(middle).toEqual({ cut: 0.6, coverage: 3 / 6, accuracy: 2 / 3 });
    expect(high).toEqual({ cut: 0.8, coverage: 1 / 6, accuracy: 1 });
    expect(none).toEqual({ cut: 0.9, coverage: 0, accuracy: null });
  });

  it('weighs captures where weights are given', () => {
    const [only] = coverageAtCuts(small, [0.6], [1, 3, 0, 2, 2, 0, 99]);
    expect(only.coverage).toBeCloseTo(6 / 8, 12);
    expect(only.accuracy).toBeCloseTo(3 / 6, 12);
  });
});
