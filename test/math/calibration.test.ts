import { describe, expect, it } from 'vitest';
import { applyTemperature, createRandom, fitTemperature, temperatureBounds } from '../../src/math/index.js';

const classCount = 4;

/** Labels drawn from the probabilities themselves, then the probabilities sharpened or flattened. */
function distorted(seed: number, items: number, exponent: number) {
  const random = createRandom(seed);
  const probabilities = new Float64Array(items * classCount);
  const labels = new Uint32Array(items);
  const weights = new Float64Array(items);
  for (let item = 0; item < items; item++) {
    const raw = Array.from({ length: classCount }, () => Math.exp(2 * random.normal()));
    const sum = raw.reduce((a, b) => a + b, 0);
    const drawn = random.uniform() * sum;
    labels[item] = raw.filter((_, k) => raw.slice(0, k + 1).reduce((a, b) => a + b, 0) <= drawn).length;
    const bent = raw.map((value) => value ** exponent);
    const bentSum = bent.reduce((a, b) => a + b, 0);
    probabilities.set(
      bent.map((value) => value / bentSum),
      item * classCount,
    );
    weights[item] = random.uniform();
  }
  return { probabilities, labels, weights };
}

/** Weighted log loss of "the first answer is right" by the definition. */
function slowLoss(data: ReturnType<typeof distorted>, temperature: number, weighted: boolean): number {
  let loss = 0;
  data.labels.forEach((label, item) => {
    const powers = Array.from(
      data.probabilities.subarray(item * classCount, (item + 1) * classCount),
      (p) => p ** (1 / temperature),
    );
    const top = powers.indexOf(Math.max(...powers));
    const confidence = (powers[top] as number) / powers.reduce((a, b) => a + b, 0);
    const weight = weighted ? (data.weights[item] as number) : 1;
    loss -= weight * Math.log(top === label ? confidence : 1 - confidence);
  });
  return loss;
}

describe('fitTemperature', () => {
  it.each([false, true])('is the best of a fine grid (weights: %s)', (weighted) => {
    for (const exponent of [0.5, 1, 3]) {
      const data = distorted(1, 300, exponent);
      const fitted = fitTemperature(
        data.probabilities,
        data.labels,
        classCount,
        weighted ? data.weights : undefined,
      );
      const best = slowLoss(data, fitted, weighted);
      for (let log = -2.9; log < 2.9; log += 0.01) {
        expect(best).toBeLessThanOrEqual(slowLoss(data, Math.exp(log), weighted) + 1e-9);
      }
    }
  });

  it('finds the exponent that the probabilities were bent with', () => {
    for (const exponent of [0.5, 2]) {
      const { probabilities, labels } = distorted(2, 5000, exponent);
      expect(fitTemperature(probabilities, labels, classCount)).toBeCloseTo(exponent, 1);
    }
  });

  it('stays within its bounds and takes impossible labels', () => {
    const certain = Float64Array.from([0.6, 0.4, 0.6, 0.4]);
    expect(fitTemperature(certain, [0, 0], 2)).toBeCloseTo(temperatureBounds.least, 5);
    expect(fitTemperature(certain, [1, 1], 2)).toBeCloseTo(temperatureBounds.most, 2);
    const impossible = fitTemperature(Float64Array.from([1, 0, 1, 0]), [0, 1], 2);
    expect(impossible).toBeCloseTo(temperatureBounds.most, 2);
  });

  it('is 1 without weight and refuses lengths that do not fit', () => {
    expect(fitTemperature(Float64Array.from([0.6, 0.4]), [0], 2, [0])).toBe(1);
    expect(fitTemperature(new Float64Array(), [], 2)).toBe(1);
    expect(() => fitTemperature(new Float64Array(3), [0], 2)).toThrowError(
      expect.objectContaining({ code: 'NML_INTERNAL' }),
    );
  });

  it('ignores items of weight zero', () => {
    const data = distorted(3, 200, 2);
    const kept = fitTemperature(data.probabilities, data.labels, classCount, data.weights);
    const longer = Float64Array.from([...data.probabilities, 1, 0, 0, 0]);
    const weights = [...data.weights, 0];
    expect(fitTemperature(longer, [...data.labels, 3], classCount, weights)).toBe(kept);
  });
});

describe('applyTemperature', () => {
  it('equals powers divided by their sum', () => {
    const { probabilities } = distorted(4, 50, 1);
    for (const temperature of [0.3, 1, 4]) {
      const scaled = applyTemperature(probabilities, classCount, temperature);
      for (let at = 0; at < scaled.length; at += classCount) {
        const powers = Array.from(probabilities.subarray(at, at + classCount), (p) => p ** (1 / temperature));
        const sum = powers.reduce((a, b) => a + b, 0);
        powers.forEach((power, k) => {
          expect(scaled[at + k]).toBeCloseTo(power / sum, 12);
        });
      }
    }
  });

  it('survives probabilities whose powers underflow', () => {
    const scaled = applyTemperature(Float64Array.from([1e-300, 3e-300, 0, 0, 0, 0]), 3, 0.05);
    expect(Array.from(scaled).every(Number.isFinite)).toBe(true);
    expect(scaled[1]).toBeCloseTo(1, 8);
    expect(Array.from(scaled.subarray(2))).toEqual([0, 0, 0, 0]);
  });

  it('refuses a temperature of zero or less', () => {
    for (const temperature of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => applyTemperature(Float64Array.from([1]), 1, temperature)).toThrowError(
        expect.objectContaining({ code: 'NML_INTERNAL' }),
      );
    }
  });
});
