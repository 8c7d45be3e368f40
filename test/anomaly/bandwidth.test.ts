import { describe, expect, it } from 'vitest';
import { createBandwidthSolver, solveBandwidth } from '../../src/anomaly/bandwidth.js';
import { approachRoot, createSeries, seriesGap, seriesSum } from '../../src/anomaly/bandwidth-series.js';
import { createOutlierKernel, takeDoubles } from '../../src/anomaly/outlier-kernel.js';
import { slowBeta, slowDistances, testRandom, testRows } from './slow-sos.js';

const tables = [
  [21, 40, 2, 4.5],
  [22, 120, 7, 12],
  [23, 90, 1, 2],
  [24, 60, 3, 28.9],
  [25, 200, 30, 30],
  [26, 30, 3, 1.05],
] as const;

const kernel = createOutlierKernel();
const put = (numbers: ArrayLike<number>) => {
  const copy = takeDoubles(kernel, numbers.length);
  copy.numbers.set(numbers);
  return copy;
};

/** The entropy of the binding probabilities less the target, in plain arithmetic. */
function slowGap(others: number[], beta: number, target: number): number {
  const nearest = Math.min(...others);
  const weights = others.map((d) => Math.exp(-beta * (d - nearest)));
  const sum = weights.reduce((a, b) => a + b, 0);
  const mean = weights.reduce((total, w, j) => total + w * (others[j] - nearest), 0) / sum;
  return Math.log(sum) + beta * mean - target;
}

describe('solveBandwidth', () => {
  it('ends at the very beta of the bisection, bit for bit, whatever came before', () => {
    let bySeries = 0;
    for (const [seed, n, d, perplexity] of tables) {
      const distances = slowDistances(testRows(seed, n, d));
      const solver = createBandwidthSolver(kernel, n);
      for (const row of [...distances.keys(), ...[...distances.keys()].reverse()]) {
        const own = put(distances[row]);
        solveBandwidth(solver, own, n, row, perplexity);
        expect(solver.beta).toBe(
          slowBeta(
            distances[row].filter((_, j) => j !== row),
            perplexity,
          ),
        );
        expect([...own.numbers]).toEqual(distances[row]);
        if (solver.sum > 0) bySeries++;
      }
    }
    // Nearly all of them without the general search.
    expect(bySeries).toBeGreaterThan(1000);
  });

  it('gives the same without a series', () => {
    for (const [seed, n, d, perplexity] of tables) {
      for (const distances of slowDistances(testRows(seed, n, d))) {
        const solver = createBandwidthSolver(kernel, n);
        // A guess that leads nowhere.
        solver.guess.weights.fill(Number.NaN);
        solveBandwidth(solver, put(distances), n, -1, perplexity);
        expect(solver.sum).toBeNaN();
        const other = createBandwidthSolver(kernel, n);
        solveBandwidth(other, put(distances), n, -1, perplexity);
        expect(other.beta).toBe(solver.beta);
      }
    }
  });

  it('leaves the sum of the affinities, that of the nearest being 1', () => {
    const distances = slowDistances(testRows(27, 80, 3))[5];
    const solver = createBandwidthSolver(kernel, 80);
    solveBandwidth(solver, put(distances), 80, 5, 9);
    const others = distances.filter((_, j) => j !== 5);
    const nearest = Math.min(...others);
    expect(solver.sum).toBeCloseTo(
      others.reduce((sum, d) => sum + Math.exp(-solver.beta * (d - nearest)), 0),
      10,
    );
  });
});

describe('the series around the root', () => {
  it('tells the entropy to well within the tolerance, or that it cannot', () => {
    const next = testRandom(5);
    let told = 0;
    for (const [seed, n, d, perplexity] of tables) {
      const target = Math.log(perplexity);
      for (const [row, distances] of slowDistances(testRows(seed, n, d)).entries()) {
        const others = distances.filter((_, j) => j !== row);
        const nearest = Math.min(...others);
        const series = createSeries(kernel, n);
        const guess = 3 / (others.reduce((a, b) => a + b, 0) / others.length - nearest);
        if (!approachRoot(series, put(distances), n, row, nearest, target, guess)) continue;
        expect(Math.abs(slowGap(others, series.root, target))).toBeLessThan(1e-6);
        for (let trial = 0; trial < 20; trial++) {
          const beta = series.centre + series.reach * (2 * next() - 1);
          const gap = seriesGap(series, n, target, beta);
          const slow = slowGap(others, beta, target);
          if (Number.isNaN(gap)) continue;
          told++;
          expect(Math.sign(gap)).toBe(Math.sign(slow));
          expect(Math.abs(gap) <= 1e-5).toBe(Math.abs(slow) <= 1e-5);
          expect(Math.abs(gap - slow)).toBeLessThan(Math.abs(Math.abs(slow) - 1e-5) + 1e-12);
        }
        expect(seriesGap(series, n, target, series.centre - series.reach)).toBeGreaterThan(1e-5);
        expect(seriesGap(series, n, target, series.centre + series.reach)).toBeLessThan(-1e-5);
      }
    }
    expect(told).toBeGreaterThan(5000);
  });

  it('does not tell where the answer hangs on the last digits', () => {
    const target = Math.log(12);
    const distances = slowDistances(testRows(28, 120, 4));
    for (const row of [0, 3, 50, 77]) {
      const others = distances[row].filter((_, j) => j !== row);
      const nearest = Math.min(...others);
      const series = createSeries(kernel, 120);
      approachRoot(series, put(distances[row]), 120, row, nearest, target, 1);
      expect(series.reach).toBeGreaterThan(0);
      for (const edge of [1e-5, -1e-5]) {
        let [low, high] = [series.centre - series.reach, series.centre + series.reach];
        for (let step = 0; step < 100; step++) {
          const middle = (low + high) / 2;
          if (slowGap(others, middle, target) > edge) low = middle;
          else high = middle;
        }
        expect(seriesGap(series, 120, target, low)).toBeNaN();
      }
    }
  });

  it('holds nowhere for equal distances', () => {
    const series = createSeries(kernel, 9);
    expect(approachRoot(series, put(new Float64Array(9).fill(2)), 9, -1, 2, Math.log(4), 1)).toBe(false);
    expect(seriesGap(series, 9, Math.log(4), series.centre)).toBeNaN();
    expect(seriesSum(series, series.centre)).toBeNaN();
  });
});
