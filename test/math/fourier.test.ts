import { describe, expect, it } from 'vitest';
import { realPartTransform } from '../../src/math/index.js';
import { testRandom } from '../support/random.js';

/** The definition, term by term. */
function slowRealPart(input: readonly number[], n: number): number[] {
  return Array.from({ length: n }, (_, k) =>
    input.slice(0, n).reduce((sum, x, j) => sum + x * Math.cos((2 * Math.PI * ((j * k) % n)) / n), 0),
  );
}

function fast(input: readonly number[], n: number): number[] {
  const output = new Float64Array(n + 3).fill(7);
  realPartTransform(n)(Float64Array.from(input), input.length, output, 2);
  expect([output[0], output[1], output[n + 2]]).toEqual([7, 7, 7]);
  return [...output.slice(2, n + 2)];
}

function expectClose(got: readonly number[], wanted: readonly number[], input: readonly number[]): void {
  const scale = input.reduce((sum, x) => sum + Math.abs(x), 1);
  for (const [k, value] of wanted.entries()) expect(Math.abs(got[k]! - value)).toBeLessThan(1e-12 * scale);
}

describe('real part of the Fourier transform', () => {
  it('is the definition for every short length, with fewer and with more numbers than it', () => {
    const random = testRandom(1);
    for (let n = 1; n <= 70; n++) {
      for (const count of [0, 1, n >> 1, n, n + 5]) {
        const input = Array.from({ length: count }, () => random.between(-1000, 1000));
        expectClose(fast(input, n), slowRealPart(input, n), input);
      }
    }
  });

  it('is the definition where it goes by the chirp transform: powers of two, primes, products', () => {
    const random = testRandom(2);
    for (const n of [512, 601, 720, 1021]) {
      const input = Array.from({ length: n }, () => random.between(-1000, 1000));
      expectClose(fast(input, n), slowRealPart(input, n), input);
    }
  });

  it('can be used again', () => {
    const transform = realPartTransform(601);
    const out = new Float64Array(601);
    const ones = new Float64Array(601).fill(1);
    transform(
      Float64Array.from({ length: 601 }, (_, j) => j),
      601,
      out,
      0,
    );
    transform(ones, 601, out, 0);
    expectClose([...out], slowRealPart([...ones], 601), [...ones]);
  });
});
