import { describe, expect, it } from 'vitest';
import { visitDistances } from '../../src/anomaly/distances.js';
import { createOutlierKernel } from '../../src/anomaly/outlier-kernel.js';
import { euclideanDistances, testRandom } from './slow-sos.js';

const kernel = createOutlierKernel();

function allDistances(rows: Float64Array, n: number, d: number, keptRows?: number): number[][] {
  const seen: number[][] = [];
  const before = kernel.run.top.value;
  visitDistances(
    kernel,
    rows,
    n,
    d,
    (row, { numbers }) => {
      expect(row).toBe(seen.length);
      seen.push([...numbers]);
      // They are the visitor's to change.
      numbers.fill(Number.NaN);
    },
    keptRows,
  );
  kernel.run.top.value = before;
  return seen;
}

describe('visitDistances', () => {
  const next = testRandom(31);
  for (const [n, d] of [
    [1, 3],
    [2, 1],
    [11, 4],
    [12, 5],
    [13, 128],
    [40, 129],
    [61, 300],
    [97, 7],
  ] as const) {
    it(`gives the plain loop's distances, bit for bit: ${n} x ${d}`, () => {
      const rows = Float64Array.from({ length: n * d }, () => next() * 20 - 7);
      const slow = Array.from({ length: n }, (_, row) => {
        const out = new Float64Array(n);
        euclideanDistances(rows, n, d, row, out);
        return [...out];
      });
      for (const keptRows of [undefined, 0, 12, 30, 1000]) {
        expect(allDistances(rows, n, d, keptRows)).toEqual(slow);
      }
    });
  }

  it('has no row of an empty table, and no distance without columns', () => {
    expect(allDistances(new Float64Array(0), 0, 3)).toEqual([]);
    expect(allDistances(new Float64Array(0), 2, 0)).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it('serves tables of different widths in turn', () => {
    const wide = Float64Array.from({ length: 26 * 200 }, () => next());
    const narrow = wide.subarray(0, 26 * 3);
    const before = allDistances(narrow, 26, 3);
    allDistances(wide, 26, 200);
    expect(allDistances(narrow, 26, 3)).toEqual(before);
  });
});
