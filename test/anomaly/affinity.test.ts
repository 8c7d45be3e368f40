import { describe, expect, it } from 'vitest';
import { affinities, momentCount, multiplyByUnbound } from '../../src/anomaly/affinity.js';
import { testRandom } from './slow-sos.js';

/** Affinities of distances 0, 0 + step, ... at beta 1, by the kernel. */
function weightsOf(distances: Float64Array, beta = 1): Float64Array {
  const weights = new Float64Array(distances.length).fill(Number.NaN);
  affinities().addUp(distances, distances.length, 0, beta, new Float64Array(momentCount), weights);
  return weights;
}

describe('affinities', () => {
  it('are exponentials to the last digits, over all of the table and between its entries', () => {
    const count = 2_000_000;
    const even = Float64Array.from({ length: count }, (_, i) => (i * 43.9) / count);
    const next = testRandom(1);
    const random = Float64Array.from({ length: count }, () => next() * 43.9);
    for (const distances of [even, random]) {
      const weights = weightsOf(distances);
      let worst = 0;
      for (let j = 0; j < count; j++) {
        const exact = Math.exp(-distances[j]);
        worst = Math.max(worst, Math.abs(weights[j] / exact - 1));
      }
      // The exponent is rounded before: 44 / 2^53 of it is what a double can say.
      expect(worst).toBeLessThan(1.5e-15);
    }
  });

  it('are one at no distance and none beyond e^-44, denormal and infinite exponents included', () => {
    const distances = Float64Array.of(0, 5e-324, 1e-300, 44.001, 700, 745, 1e300, Number.MAX_VALUE);
    expect([...weightsOf(distances)]).toEqual([1, 1, 1, 0, 0, 0, 0, 0]);
    expect([...weightsOf(distances, 1e10)]).toEqual([1, 1, 1, 0, 0, 0, 0, 0]);
  });

  it('add up to the moments of plain loops, roughly in the rough look', () => {
    const next = testRandom(2);
    const distances = Float64Array.from({ length: 500 }, () => 3 + 9 * next());
    for (const beta of [0.01, 0.7, 3, 20]) {
      const moments = new Float64Array(momentCount);
      const rough = new Float64Array(momentCount);
      affinities().addUp(distances, 500, 3, beta, moments, new Float64Array(500));
      affinities().estimate(distances, 500, 3, beta, rough);
      for (let k = 0; k < momentCount; k++) {
        const slow = distances.reduce((sum, d) => sum + Math.exp(-beta * (d - 3)) * (d - 3) ** k, 0);
        expect(moments[k] / slow).toBeCloseTo(1, 12);
        if (k < 3) expect(rough[k] / slow).toBeCloseTo(1, 6);
      }
    }
  });

  it('looks at no more distances than it is told', () => {
    const moments = new Float64Array(momentCount);
    affinities().addUp(Float64Array.of(1, 1, 1, 1), 3, 1, 2, moments, new Float64Array(4));
    expect(moments[0]).toBe(3);
  });
});

describe('multiplyByUnbound', () => {
  it('multiplies by one less the share at the beta meant, the point itself left alone', () => {
    const next = testRandom(3);
    const distances = Float64Array.from({ length: 200 }, () => 1 + 4 * next());
    const [beta, shift] = [2.5, 0.01];
    const weights = distances.map((d) => Math.exp(-beta * (d - 1)));
    weights[7] = 0;
    const meant = distances.map((d, j) => (j === 7 ? 0 : Math.exp(-(beta + shift) * (d - 1))));
    const sum = meant.reduce((a, b) => a + b, 0);
    const products = Float64Array.from({ length: 200 }, () => next());
    const slow = products.map((product, j) => product * (1 - meant[j] / sum));
    const untouched = products[7];
    multiplyByUnbound(products, distances, weights, 1, shift, sum);
    for (const [j, product] of products.entries()) expect(Math.abs(product - slow[j])).toBeLessThan(1e-11);
    expect(products[7]).toBe(untouched);
  });
});
