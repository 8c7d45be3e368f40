import { describe, expect, it } from 'vitest';
import {
  drawSessReference,
  referenceLimit,
  sessMedians,
  unitsPerCapture,
} from '../../src/anomaly/sess-reference.js';
import { sessFactors } from '../../src/anomaly/sess-view.js';
import { createRandom, median, standardDeviation } from '../../src/math/index.js';
import { ordinaryRows, unitsOf } from './units.js';

const scaleOf = (captures: ReturnType<typeof unitsOf>[]) => ({
  medians: sessMedians(captures),
  factors: sessFactors(captures),
});
const draw = (captures: ReturnType<typeof unitsOf>[], seed = 1) =>
  drawSessReference(captures, scaleOf(captures), createRandom(seed));

describe('the reference of a role', () => {
  it('takes medians over all units and half over the deviation, floored', () => {
    const captures = [unitsOf(ordinaryRows(1, 9)), unitsOf(ordinaryRows(2, 14))];
    const { medians, factors } = scaleOf(captures);
    for (let k = 0; k < 16; k++) {
      const column = captures.flatMap((units) =>
        Array.from({ length: units.count }, (_, row) => units.numbers[row * 16 + k]),
      );
      expect(medians[k]).toBeCloseTo(median(column), 6);
      expect(factors[k]).toBeCloseTo(0.5 / Math.max(0.1, standardDeviation(column)), 6);
    }
    expect(factors[1]).toBe(5);
  });

  it('keeps every distinct point while they are few, rounded to two decimals', () => {
    const rows = ordinaryRows(3, 30);
    const units = unitsOf([...rows, ...rows.slice(0, 7)]);
    const reference = draw([units]);
    expect(reference?.tokens).toHaveLength(30);
    for (const value of reference?.numbers ?? []) {
      expect(Math.abs(value * 100 - Math.round(value * 100))).toBeLessThan(1e-3);
    }
  });

  it('duplicating every training row changes nothing', () => {
    const small = Array.from({ length: 6 }, (_, i) => ordinaryRows(50 + i, 20 + 9 * i));
    const big = [ordinaryRows(60, 700), ordinaryRows(61, 150)];
    for (const captures of [small, big]) {
      const once = draw(captures.map(unitsOf));
      const twice = draw(captures.map((rows) => unitsOf([...rows, ...rows])));
      expect(twice).toEqual(once);
    }
  });

  it('takes no more than its share of a capture, and no more points than its limit', () => {
    expect(draw([unitsOf(ordinaryRows(4, 500))])?.tokens.length).toBe(unitsPerCapture);
    const many = Array.from({ length: 12 }, (_, i) => unitsOf(ordinaryRows(70 + i, 55)));
    const reference = draw(many);
    expect(reference?.tokens.length).toBe(referenceLimit);
    expect(reference?.betas.every((beta) => beta >= 0.75 && beta <= 3)).toBe(true);
    expect(reference?.logSums.every((sum) => sum >= Math.fround(Math.log(0.1)))).toBe(true);
    expect(draw(many)).toEqual(reference);
    expect(draw(many, 2)).not.toEqual(reference);
  });

  it('draws frequent points with greater chance', () => {
    const rare = Array.from({ length: 9 }, (_, i) => ordinaryRows(80 + i, 55));
    const common = { kind: 5, service: 161, numbers: new Array(16).fill(1) };
    // One point more in every capture: the same in all nine, and another in the last.
    const captures = rare.map((rows, i) =>
      unitsOf([...rows, common, ...(i === 8 ? [{ kind: 7, service: 0 }] : [])]),
    );
    let both = 0;
    let single = 0;
    for (let seed = 1; seed <= 12; seed++) {
      const tokens = draw(captures, seed)?.tokens ?? new Uint32Array();
      both += tokens.includes((5 << 17) | 161) ? 1 : 0;
      single += tokens.includes(7 << 17) ? 1 : 0;
    }
    expect(both).toBe(12);
    expect(single).toBeLessThan(12);
  });

  it('is undefined without units', () => {
    expect(drawSessReference([unitsOf([])], scaleOf([unitsOf([])]), createRandom(1))).toBeUndefined();
  });
});
