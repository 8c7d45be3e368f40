import { describe, expect, it } from 'vitest';
import {
  applyConfidence,
  applyTemperature,
  createRandom,
  fitConfidence,
  temperatureBounds,
} from '../../src/math/index.js';

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

/** Highest probability of each item, and whether it is of the label. */
function topsOf({ probabilities, labels }: ReturnType<typeof distorted>) {
  const rows = Array.from(labels, (_, item) =>
    Array.from(probabilities.subarray(item * classCount, (item + 1) * classCount)),
  );
  const tops = rows.map((row) => Math.max(...row));
  const right = rows.map((row, item) => (row.indexOf(tops[item] as number) === labels[item] ? 1 : 0));
  return { tops, right };
}

/** Mean log loss of "the first answer is right" by the definition, and what pulls towards 0 and 1. */
function slowLoss(
  tops: number[],
  right: number[],
  weights: ArrayLike<number>,
  offset: number,
  slope: number,
) {
  let loss = 0;
  let total = 0;
  tops.forEach((top, item) => {
    const confidence = 1 / (1 + Math.exp(-(slope * Math.log(top / (1 - top)) + offset)));
    loss -= (weights[item] as number) * Math.log(right[item] === 1 ? confidence : 1 - confidence);
    total += weights[item] as number;
  });
  return loss / total + 1e-3 * (offset ** 2 + (slope - 1) ** 2);
}

describe('fitConfidence', () => {
  it.each([false, true])('is the best of a fine grid (weights: %s)', (weighted) => {
    for (const exponent of [0.5, 1, 3]) {
      const data = distorted(1, 300, exponent);
      const { tops, right } = topsOf(data);
      const weights = weighted ? data.weights : tops.map(() => 1);
      const { temperature, offset } = fitConfidence(tops, right, weighted ? weights : undefined);
      const best = slowLoss(tops, right, weights, offset, 1 / temperature);
      for (let slope = 0.05; slope < 3; slope += 0.05) {
        for (let other = -3; other < 3; other += 0.1) {
          expect(best).toBeLessThanOrEqual(slowLoss(tops, right, weights, other, slope) + 1e-9);
        }
      }
    }
  });

  it('finds the line that answers were drawn with', () => {
    const random = createRandom(3);
    const tops = Array.from({ length: 20_000 }, () => 0.02 + 0.96 * random.uniform());
    const right = tops.map((top) => {
      const truth = 1 / (1 + Math.exp(-(1.5 * Math.log(top / (1 - top)) + 0.7)));
      return random.uniform() < truth ? 1 : 0;
    });
    const { temperature, offset } = fitConfidence(tops, right);
    expect(Math.abs(1 / temperature - 1.5)).toBeLessThan(0.1);
    expect(Math.abs(offset - 0.7)).toBeLessThan(0.1);
  });

  it('stays finite and within its bounds whatever the answers are', () => {
    for (const right of [
      [1, 1, 1, 1],
      [0, 0, 0, 0],
      [0, 1, 0, 1],
      [1, 0, 1, 0],
    ]) {
      const { temperature, offset } = fitConfidence([0, 0.9, 0.3, 1], right);
      expect(Number.isFinite(offset)).toBe(true);
      expect(temperature).toBeGreaterThanOrEqual(temperatureBounds.least);
      expect(temperature).toBeLessThanOrEqual(temperatureBounds.most);
    }
    const falling = fitConfidence([0.1, 0.2, 0.8, 0.9], [1, 1, 0, 0]);
    expect(falling.temperature).toBe(temperatureBounds.most);
  });

  it('is 1 and 0 without weight, ignores items of weight zero, and refuses lengths that do not fit', () => {
    expect(fitConfidence([0.6], [1], [0])).toEqual({ temperature: 1, offset: 0 });
    expect(fitConfidence([], [])).toEqual({ temperature: 1, offset: 0 });
    const { tops, right } = topsOf(distorted(3, 200, 2));
    expect(fitConfidence([...tops, 0.9], [...right, 0], [...tops.map(() => 1), 0])).toEqual(
      fitConfidence(tops, right),
    );
    expect(() => fitConfidence([0.5], [1, 0])).toThrowError(
      expect.objectContaining({ code: 'NML_INTERNAL' }),
    );
  });
});

describe('applyConfidence', () => {
  it('gives the first answer the sigmoid of its log odds, the others what is left', () => {
    const { probabilities } = distorted(4, 200, 1);
    for (const [temperature, offset] of [
      [0.5, 0.8],
      [2, -0.3],
      [1, 0],
    ] as const) {
      const scaled = applyConfidence(probabilities, classCount, { temperature, offset });
      for (let at = 0; at < scaled.length; at += classCount) {
        const raw = Array.from(probabilities.subarray(at, at + classCount));
        const own = Array.from(scaled.subarray(at, at + classCount));
        const order = (list: number[]) => list.map((_, k) => k).sort((a, b) => list[b]! - list[a]!);
        expect(order(own)[0]).toBe(order(raw)[0]);
        expect(own.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
        const [top, second] = raw.toSorted((a, b) => b - a) as [number, number];
        const wanted = 1 / (1 + Math.exp(-(Math.log(top / (1 - top)) / temperature + offset)));
        expect(Math.max(...own)).toBeCloseTo(Math.max(wanted, second / (1 - top + second)), 8);
        const others = raw.indexOf(top);
        own.forEach((value, k) => {
          if (k !== others) expect(value).toBeCloseTo((1 - Math.max(...own)) * (raw[k]! / (1 - top)), 9);
        });
      }
    }
  });

  it('keeps the order where the first answer would fall behind, and takes certain and empty rows', () => {
    const scaled = applyConfidence(Float64Array.from([0.3, 0.28, 0.22, 0.2, 1, 0, 0, 0, 0, 0, 0, 0]), 4, {
      temperature: 1,
      offset: -5,
    });
    expect(scaled[0]).toBeCloseTo(scaled[1] as number, 8);
    expect(scaled[0]).toBeGreaterThan(scaled[1] as number);
    expect(Array.from(scaled.subarray(4))).toEqual([1, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('scales the whole vector where there is no offset', () => {
    const { probabilities } = distorted(5, 20, 1);
    expect(applyConfidence(probabilities, classCount, { temperature: 0.7, offset: undefined })).toEqual(
      applyTemperature(probabilities, classCount, 0.7),
    );
    expect(() => applyConfidence(probabilities, classCount, { temperature: 0, offset: 0 })).toThrowError(
      expect.objectContaining({ code: 'NML_INTERNAL' }),
    );
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
