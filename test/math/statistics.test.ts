import { describe, expect, it } from 'vitest';
import {
  allFinite,
  allPositive,
  areaUnderRoc,
  ascendingOrder,
  countBelow,
  median,
  standardDeviation,
  upperQuantile,
  weightedQuantile,
} from '../../src/math/index.js';
import { testRandom } from '../anomaly/slow-sos.js';

const next = testRandom(31);
/** Few distinct values, so that ties are frequent. */
const sample = (length: number) => Array.from({ length }, () => Math.floor(next() * 12) - 4);

describe('statistics', () => {
  it('median and standard deviation of known lists', () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([10, 9, 100])).toBe(10);
    expect(median([])).toBeNaN();
    expect(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBe(2);
    expect(standardDeviation([1e9 + 1, 1e9 + 3])).toBe(1);
    expect(standardDeviation([])).toBe(0);
  });

  it('weighted quantile is the quantile of the list with each value repeated by its weight', () => {
    for (let round = 0; round < 50; round++) {
      const values = sample(1 + Math.floor(next() * 20));
      const weights = values.map(() => 1 + Math.floor(next() * 4));
      const repeated = values
        .flatMap((value, i) => new Array<number>(weights[i]).fill(value))
        .sort((a, b) => a - b);
      for (const q of [0, 0.25, 0.5, 0.9, 0.95, 1]) {
        const position = Math.max(0, Math.ceil(q * repeated.length - 1e-9) - 1);
        expect(weightedQuantile(values, weights, q)).toBe(repeated[position]);
      }
    }
    expect(weightedQuantile([], [], 0.5)).toBeNaN();
  });

  it('upper quantile leaves at most its share above', () => {
    for (let round = 0; round < 50; round++) {
      const values = sample(1 + Math.floor(next() * 60));
      for (const q of [0.95, 0.99]) {
        const threshold = upperQuantile(values, q);
        expect(values).toContain(threshold);
        expect(values.filter((value) => value > threshold).length).toBeLessThanOrEqual(
          (1 - q) * values.length + 1e-9,
        );
      }
    }
    expect(upperQuantile([1, 2, 3, 4], 0.5)).toBe(3);
    expect(upperQuantile([], 0.5)).toBeNaN();
  });

  it('area under the curve counts pairs, ties half', () => {
    for (let round = 0; round < 30; round++) {
      const negatives = sample(1 + Math.floor(next() * 15));
      const positives = sample(1 + Math.floor(next() * 15));
      let won = 0;
      for (const p of positives) for (const n of negatives) won += p > n ? 1 : p === n ? 0.5 : 0;
      expect(areaUnderRoc(negatives, positives)).toBeCloseTo(won / (negatives.length * positives.length), 12);
    }
    expect(areaUnderRoc([], [1])).toBeNaN();
    expect(areaUnderRoc([1], [])).toBeNaN();
  });

  it('orders and counts', () => {
    expect([...ascendingOrder([3, 1, 3, 0])]).toEqual([3, 1, 0, 2]);
    expect([countBelow([1, 2, 2, 5], 2), countBelow([1, 2, 2, 5], 2, true), countBelow([], 1)]).toEqual([
      1, 3, 0,
    ]);
  });

  it('finite and positive numbers are told by their bits as by comparing them', () => {
    const odd = [0, -0, 1, -1, 1e-45, -1e-45, 3.4e38, -3.4e38, Number.NaN, Infinity, -Infinity];
    for (const one of odd) {
      // In the middle of a buffer, between numbers that are fine and must not count for it.
      const numbers = Float32Array.of(2, 0.5, one, 7, 3).subarray(1, 4);
      expect(allFinite(numbers)).toBe(Number.isFinite(one));
      expect(allPositive(numbers)).toBe(one > 0 && one < Infinity);
    }
    const bits = new Uint32Array(1);
    const number = new Float32Array(bits.buffer);
    const seen = new Set<boolean>();
    for (let round = 0; round < 5000; round++) {
      bits[0] = Math.floor(next() * 2 ** 32) | (round % 3 === 0 ? 0x7f800000 : 0);
      const [value = 0] = number;
      expect(allFinite(number)).toBe(Number.isFinite(value));
      expect(allPositive(number)).toBe(value > 0 && value < Infinity);
      seen.add(Number.isFinite(value));
    }
    expect(seen.size).toBe(2);
    expect(allFinite(new Float32Array(0)) && allPositive(new Float32Array(0))).toBe(true);
  });
});
