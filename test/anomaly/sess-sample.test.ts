import { describe, expect, it } from 'vitest';
import { chooseRows, evenlySpaced, rowsByBin } from '../../src/anomaly/sess-sample.js';
import { unitsOf } from './units.js';

describe('choosing sessions of a full bin', () => {
  it('groups rows by bin in order', () => {
    const units = unitsOf([{ bin: 4 }, { bin: 0 }, { bin: 4 }, { bin: 2 }]);
    expect(rowsByBin(units)).toEqual([
      { bin: 0, rows: [1] },
      { bin: 2, rows: [3] },
      { bin: 4, rows: [0, 2] },
    ]);
  });

  it('keeps all rows of an ordinary bin', () => {
    const units = unitsOf(new Array(20).fill({}));
    expect(chooseRows(units, [3, 5, 19])).toEqual([3, 5, 19]);
  });

  it('keeps one of every token, then evenly spaced ones', () => {
    const rows = Array.from({ length: 1000 }, (_, i) => ({ service: i === 977 ? 6667 : i === 3 ? 22 : 443 }));
    const units = unitsOf(rows);
    const all = rows.map((_, i) => i);
    const chosen = chooseRows(units, all, 50);
    expect(chosen).toHaveLength(50);
    expect(chosen).toEqual([...new Set(chosen)].sort((a, b) => a - b));
    expect(chosen).toEqual(expect.arrayContaining([0, 3, 977]));
    const gaps = chosen.slice(1).map((row, i) => row - chosen[i]);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(23);
    // The same service from the other side is another token.
    expect(
      chooseRows(unitsOf(rows.map((row, i) => ({ ...row, kind: i === 501 ? 4 : 0 }))), all, 50),
    ).toContain(501);
  });

  it('spreads over the tokens when they alone are too many', () => {
    const units = unitsOf(Array.from({ length: 300 }, (_, i) => ({ service: i + 1 })));
    const chosen = chooseRows(
      units,
      Array.from({ length: 300 }, (_, i) => i),
      100,
    );
    expect(chosen).toHaveLength(100);
    expect(chosen.at(-1)).toBeGreaterThan(295);
    expect(evenlySpaced([1, 2, 3], 0)).toEqual([]);
  });
});
