import { describe, expect, it } from 'vitest';
import {
  addGradient,
  autoencoder,
  networkState,
  runForward,
} from '../../../src/anomaly/detectors/autoencoder.js';
import { choleskyFactor } from '../../../src/anomaly/detectors/cholesky.js';
import type { DenseTable, DetectorKernel } from '../../../src/anomaly/detectors/dense-table.js';
import { gaussianMixture } from '../../../src/anomaly/detectors/gaussian-mixture.js';
import { isolationForest, usualPathLength } from '../../../src/anomaly/detectors/isolation-forest.js';
import { kMeansClusters } from '../../../src/anomaly/detectors/k-means.js';
import { kernelDensity } from '../../../src/anomaly/detectors/kernel-density.js';
import { oneClassSvm, scaleGamma, solveOneClass } from '../../../src/anomaly/detectors/one-class-svm.js';
import { principalComponents } from '../../../src/anomaly/detectors/principal-components.js';
import { sosDetector } from '../../../src/anomaly/detectors/sos-detector.js';
import { symmetricEigen } from '../../../src/anomaly/detectors/symmetric-eigen.js';
import { createRandom } from '../../../src/math/index.js';
import {
  slowComponentScore,
  slowGaussianScore,
  slowKernelDensity,
  slowOneClass,
  slowPathLength,
  slowSosScore,
} from './slow-detectors.js';

/** Two clouds of different width. */
function clouds(count: number, columns: number, seed: number): number[][] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, row) =>
    Array.from({ length: columns }, (_, k) => random.normal() * (1 + k) + (row % 3 === 0 ? 6 : 0)),
  );
}

function table(rows: readonly (readonly number[])[]): DenseTable {
  return { values: Float64Array.from(rows.flat()), rowCount: rows.length, columnCount: rows[0]!.length };
}

function fitted(kernel: DetectorKernel, rows: readonly (readonly number[])[], given = {}, seed = 1) {
  const settings = { ...kernel.defaults, ...given };
  const arrays = kernel.fit(table(rows), settings, seed);
  return { arrays, score: kernel.scorer(arrays, rows[0]!.length, settings) };
}

describe('one-class SVM', () => {
  it('has the scores of a solver that tries every pair', () => {
    for (const [seed, nu] of [
      [1, 0.5],
      [2, 0.1],
      [3, 0.33],
    ] as const) {
      const rows = clouds(24, 3, seed);
      const gamma = scaleGamma(table(rows));
      const alphas = slowOneClass(rows, gamma, nu);
      const { score } = fitted(oneClassSvm, rows, { nu, tolerance: 1e-9 });
      for (const x of clouds(8, 3, seed + 100)) {
        const slow = rows.reduce((sum, row, at) => {
          const distance = row.reduce((all, value, k) => all + (value - x[k]!) ** 2, 0);
          return sum - alphas[at]! * Math.exp(-gamma * distance);
        }, 0);
        expect(score(x) * nu * rows.length).toBeCloseTo(slow, 6);
      }
    }
  });

  it('leaves at most nu of the rows outside, and keeps the sum', () => {
    const rows = clouds(60, 2, 5);
    const gamma = scaleGamma(table(rows));
    const kernel = rows.map((a) =>
      Float64Array.from(rows, (b) => Math.exp(-gamma * ((a[0]! - b[0]!) ** 2 + (a[1]! - b[1]!) ** 2))),
    );
    const alphas = solveOneClass((row) => kernel[row]!, 60, 0.2, 1e-6);
    expect(alphas.reduce((sum, alpha) => sum + alpha, 0)).toBeCloseTo(12, 9);
    expect(Math.min(...alphas)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...alphas)).toBeLessThanOrEqual(1);
    expect(alphas.filter((alpha) => alpha === 1).length).toBeLessThanOrEqual(12);
    expect(alphas.filter((alpha) => alpha > 0).length).toBeGreaterThanOrEqual(12);
  });

  it('has gamma 1 for rows that are all equal', () => {
    expect(
      scaleGamma(
        table([
          [2, 2],
          [2, 2],
        ]),
      ),
    ).toBe(1);
    expect(
      fitted(oneClassSvm, [
        [2, 2],
        [2, 2],
      ]).score([2, 2]),
    ).toBe(-1);
  });
});

describe('kernel density', () => {
  it('is the mean of the kernels', () => {
    const rows = clouds(30, 3, 7);
    for (const bandwidth of [0.7, 1, 4]) {
      const { score } = fitted(kernelDensity, rows, { bandwidth });
      for (const x of clouds(10, 3, 8))
        expect(score(x)).toBeCloseTo(slowKernelDensity(rows, bandwidth, x), 9);
    }
  });

  it('stays finite far away, and rises', () => {
    const { score } = fitted(kernelDensity, clouds(30, 3, 7));
    expect(score([1e6, 0, 0])).toBeGreaterThan(score([1e5, 0, 0]));
    expect(score([1e6, 0, 0])).toBeLessThan(Number.POSITIVE_INFINITY);
  });
});

describe('Gaussian mixture', () => {
  it('of one component is the Gaussian of mean and covariance', () => {
    const rows = clouds(40, 4, 9);
    const { score } = fitted(gaussianMixture, rows);
    for (const x of clouds(10, 4, 10)) expect(score(x)).toBeCloseTo(slowGaussianScore(rows, 1e-6, x), 8);
  });

  it('of two finds two clouds that lie apart', () => {
    const near = clouds(30, 2, 11).map((row) => row.map((value) => value / 10));
    const far = near.map((row) => row.map((value) => value + 50));
    const { score, arrays } = fitted(gaussianMixture, [...near, ...far], { components: 2 });
    const x = [0.1, 0.2];
    // Half of the weight lies in the cloud at hand, the other adds nothing.
    expect(score(x)).toBeCloseTo(slowGaussianScore(near, 1e-6, x) + Math.log(2), 6);
    expect(Array.from(arrays.logWeights!, Math.exp).every((weight) => Math.abs(weight - 0.5) < 1e-6)).toBe(
      true,
    );
    expect(score([25, 25])).toBeGreaterThan(score(x) + 10);
  });

  it('refuses more components than rows', () => {
    expect(() => fitted(gaussianMixture, [[1], [2]], { components: 3 })).toThrow(
      /components need as many rows/,
    );
  });
});

it('a Cholesky factor gives back its matrix, and there is none where a variance is negative', () => {
  const factor = choleskyFactor(Float64Array.of(4, 2, 2, 10), 2)!;
  expect([...factor]).toEqual([2, 0, 1, 3]);
  expect(choleskyFactor(Float64Array.of(1, 2, 2, 1), 2)).toBeUndefined();
});

it('k-means parts what lies apart, with equal rows too', () => {
  const rows = [...clouds(20, 2, 1), ...clouds(20, 2, 2).map((row) => row.map((value) => value + 1000))];
  const labels = kMeansClusters(table(rows), 2, 3);
  expect(new Set(labels.slice(0, 20)).size).toBe(1);
  expect(new Set(labels.slice(20)).size).toBe(1);
  expect(labels[0]).not.toBe(labels[39]);
  expect([...kMeansClusters(table([[1], [1], [1]]), 2, 3)].every((label) => label < 2)).toBe(true);
});

describe('isolation forest', () => {
  it('knows the usual length of a path', () => {
    // The paper puts ln n + 0.577 for the harmonic number, which is off by 1/(2n): twice that in the length.
    for (const rows of [1, 2, 16, 64, 256]) {
      expect(Math.abs(usualPathLength(rows) - slowPathLength(rows))).toBeLessThan(1.2 / rows);
    }
  });

  it('isolates what lies apart first, and every row falls into a leaf of its own length', () => {
    const rows = clouds(80, 3, 12);
    const { score } = fitted(isolationForest, rows, { samples: 64 });
    const scores = rows.map((row) => score(row));
    expect(score([90, 90, 90])).toBeGreaterThan(Math.max(...scores));
    for (const value of scores) expect(value > 0 && value < 1).toBe(true);
  });

  it('gives equal rows 0.5: they end where a usual path does', () => {
    const { score } = fitted(
      isolationForest,
      Array.from({ length: 50 }, () => [3, 4]),
    );
    expect(score([3, 4])).toBeCloseTo(0.5, 12);
  });

  it('takes every sample apart to single rows where it may', () => {
    const { arrays } = fitted(isolationForest, [[0], [1]], { trees: 3 });
    // Root, then one leaf for each side at depth 1.
    for (const root of arrays.roots!) {
      const node = [...arrays.nodes!.subarray(root * 4, root * 4 + 12)];
      expect(node[0]).toBe(0);
      expect(node[1]! >= 0 && node[1]! < 1).toBe(true);
      expect([node[5], node[9]]).toEqual([1, 1]);
    }
  });

  it('refuses trees that run in circles', () => {
    const { arrays } = fitted(isolationForest, clouds(20, 2, 1), { trees: 1 });
    const nodes = arrays.nodes!.slice();
    nodes[2] = 0;
    expect(() => isolationForest.scorer({ ...arrays, nodes }, 2, { trees: 1 })).toThrow(/are not trees/);
  });
});

describe('principal components', () => {
  it('has the score of components found one by one', () => {
    for (const seed of [3, 4, 5]) {
      const rows = clouds(30, 4, seed);
      const { score } = fitted(principalComponents, rows);
      for (const x of clouds(6, 4, seed + 50)) {
        const slow = slowComponentScore(rows, x);
        expect(Math.abs(score(x) - slow) / slow).toBeLessThan(1e-6);
      }
    }
  });

  it('eigenvectors are orthogonal and give back the matrix', () => {
    const random = createRandom(4);
    for (const size of [1, 2, 5, 20]) {
      const half = Float64Array.from({ length: size * size }, () => random.normal());
      const matrix = half.map((_, at) => half[at]! + half[(at % size) * size + Math.floor(at / size)]!);
      const { values, vectors } = symmetricEigen(matrix, size);
      for (let i = 0; i < size; i++) {
        expect(i === 0 || values[i]! <= values[i - 1]!).toBe(true);
        for (let j = 0; j < size; j++) {
          let back = 0;
          let product = 0;
          for (let k = 0; k < size; k++) {
            back += values[k]! * vectors[k * size + i]! * vectors[k * size + j]!;
            product += vectors[i * size + k]! * vectors[j * size + k]!;
          }
          expect(back).toBeCloseTo(matrix[i * size + j]!, 9);
          expect(product).toBeCloseTo(Number(i === j), 9);
        }
      }
    }
  });

  it('scores the same through rows as through columns', () => {
    // Eight rows of three columns; five more columns without deviation make the columns as many as the rows.
    const rows = clouds(8, 3, 3);
    const wide = rows.map((row) => [...row, 0, 0, 0, 0, 0, 0]);
    const narrow = fitted(principalComponents, rows).score;
    const broad = fitted(principalComponents, wide).score;
    for (const row of clouds(5, 3, 4)) expect(broad([...row, 0, 0, 0, 0, 0, 0])).toBeCloseTo(narrow(row), 6);
  });

  it('takes rows that are all equal', () => {
    const { score } = fitted(principalComponents, [
      [1, 2],
      [1, 2],
    ]);
    expect(score([1, 2])).toBe(0);
    expect(score([4, 6])).toBe(5);
  });
});

describe('autoencoder', () => {
  it('has the gradient that small differences show', () => {
    const random = createRandom(6);
    const layers = [
      [3, 4],
      [4, 2],
      [2, 3],
    ].map(([inputs, outputs]) => ({
      inputs: inputs!,
      outputs: outputs!,
      parameters: Float64Array.from({ length: outputs! * (inputs! + 1) }, () => random.normal()),
    }));
    const state = networkState(layers);
    const row = [0.3, -1.2, 0.8];
    const error = (): number => {
      runForward(layers, state, row, 0.1);
      return state.values.at(-1)!.reduce((sum, value, k) => sum + (value - row[k]!) ** 2, 0) / 3;
    };
    error();
    const gradients = layers.map(({ parameters }) => new Float64Array(parameters.length));
    addGradient(layers, state, row, 0.1, 1, gradients);
    layers.forEach(({ parameters }, at) => {
      parameters.forEach((kept, place) => {
        parameters[place] = kept + 1e-6;
        const above = error();
        parameters[place] = kept - 1e-6;
        const below = error();
        parameters[place] = kept;
        expect(gradients[at]![place]).toBeCloseTo((above - below) / 2e-6, 5);
      });
    });
  });

  it('learns a line, and tells what lies beside it', () => {
    const random = createRandom(2);
    const rows = Array.from({ length: 200 }, () => {
      const t = random.normal();
      return [t, 2 * t, -t];
    });
    const { score } = fitted(autoencoder, rows, { epochs: 60, latent: 1, rate: 0.01 });
    expect(score([0.5, 1, -0.5])).toBeLessThan(0.3);
    expect(score([1, -2, 1])).toBeGreaterThan(1.5);
  });
});

describe('SOS', () => {
  it('has the score of the definition', () => {
    const { arrays, score } = fitted(sosDetector, clouds(40, 3, 5));
    const points = Array.from({ length: 40 }, (_, at) => [...arrays.points!.subarray(at * 3, at * 3 + 3)]);
    const sums = arrays.logSums!.map(Math.exp);
    for (const x of clouds(10, 3, 6)) {
      expect(score(x)).toBeCloseTo(slowSosScore(points, arrays.betas!, sums, x), 5);
    }
  });

  it('does not depend on scale or on rows that come twice', () => {
    const rows = clouds(40, 3, 5);
    const plain = fitted(sosDetector, rows).score;
    const large = fitted(
      sosDetector,
      rows.map((row) => row.map((value) => value * 1000)),
    ).score;
    const twice = fitted(sosDetector, [...rows, ...rows.slice(0, 20)]).score;
    for (const x of clouds(10, 3, 6)) {
      expect(large(x.map((value) => value * 1000))).toBeCloseTo(plain(x), 3);
      expect(twice(x)).toBe(plain(x));
    }
  });
});
