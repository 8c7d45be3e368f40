/**
 * One-class support vector machine with a Gaussian kernel (Schoelkopf et al., Neural Computation 13, 2001): minimise
 * a'Qa / 2 with 0 <= a <= 1 and sum a = nu n, by sequential minimal optimisation with the second-order choice of the
 * working pair (Fan, Chen, Lin, JMLR 6, 2005), which is LIBSVM's way.
 */
import {
  arrayOf,
  type DenseTable,
  type DetectorArrays,
  type DetectorKernel,
  type DetectorSettings,
  rowOf,
  settingOf,
  squaredDistance,
  tableOf,
} from './dense-table.js';

/** Stands for a curvature that is not positive (LIBSVM). */
const TINY_CURVATURE = 1e-12;
/** Kernel rows that are kept, bytes. */
const CACHE_BYTES = 128 * 2 ** 20;

/**
 * Settings: `nu` (upper bound of the share of outliers among the rows, lower bound of that of support vectors), `gamma`
 * (0: 1 / (columns x variance of all numbers), scikit-learn's `scale`), `tolerance` of the solver.
 * The score is minus the mean kernel to the support vectors, weighted: -1 to 0. LIBSVM's own sum is `nu n` times that.
 */
export const oneClassSvm: DetectorKernel = {
  defaults: { nu: 0.5, gamma: 0, tolerance: 1e-3 },
  largestScore: 0,
  fit,
  scorer: (arrays, columnCount) => {
    const vectors = tableOf(arrays, 'vectors', columnCount);
    const weights = arrayOf(arrays, 'weights', vectors.rowCount);
    const gamma = arrayOf(arrays, 'gamma', 1)[0] as number;
    return (row) => {
      let sum = 0;
      for (let at = 0; at < weights.length; at++) {
        sum += (weights[at] as number) * Math.exp(-gamma * squaredDistance(row, vectors, at));
      }
      return -sum;
    };
  },
};

/** gamma = 1 / (columns x population variance of all numbers); 1 where they are all equal. */
export function scaleGamma({ values, columnCount }: DenseTable): number {
  let mean = 0;
  for (const value of values) mean += value;
  mean /= values.length;
  let variance = 0;
  for (const value of values) variance += (value - mean) ** 2;
  variance /= values.length;
  return variance > 0 ? 1 / (columnCount * variance) : 1;
}

function fit(table: DenseTable, settings: DetectorSettings): DetectorArrays {
  const given = settingOf(settings, 'gamma');
  const gamma = given > 0 ? given : scaleGamma(table);
  const nu = settingOf(settings, 'nu');
  const alphas = solveOneClass(
    kernelRows(table, gamma),
    table.rowCount,
    nu,
    settingOf(settings, 'tolerance'),
  );
  const kept: number[] = [];
  for (let at = 0; at < alphas.length; at++) if ((alphas[at] as number) > 0) kept.push(at);
  const vectors = new Float64Array(kept.length * table.columnCount);
  kept.forEach((row, at) => {
    vectors.set(rowOf(table, row), at * table.columnCount);
  });
  const total = nu * table.rowCount;
  const weights = Float64Array.from(kept, (row) => (alphas[row] as number) / total);
  return { vectors, weights, gamma: Float64Array.of(gamma) };
}

/** Rows of the kernel matrix, computed when asked for; the oldest make room. */
function kernelRows(table: DenseTable, gamma: number): (row: number) => Float64Array {
  const most = Math.max(2, Math.floor(CACHE_BYTES / (8 * table.rowCount)));
  const cache = new Map<number, Float64Array>();
  return (row) => {
    const found = cache.get(row);
    if (found !== undefined) return found;
    const own = rowOf(table, row);
    const made = new Float64Array(table.rowCount);
    for (let at = 0; at < made.length; at++) made[at] = Math.exp(-gamma * squaredDistance(own, table, at));
    for (const oldest of cache.keys()) {
      if (cache.size < most) break;
      cache.delete(oldest);
    }
    cache.set(row, made);
    return made;
  };
}

/**
 * The multipliers of the dual problem. Long because choice, step and gradient share their numbers.
 * @param kernel rows of a symmetric matrix with ones on its diagonal
 * @param tolerance largest violation of the optimality conditions that is left
 * @returns n values of 0 to 1 with the sum nu n
 */
export function solveOneClass(
  kernel: (row: number) => Float64Array,
  count: number,
  nu: number,
  tolerance: number,
): Float64Array {
  const alphas = new Float64Array(count);
  const gradient = new Float64Array(count);
  for (let at = 0, left = nu * count; at < count && left > 0; at++, left--) {
    const alpha = Math.min(1, left);
    alphas[at] = alpha;
    const row = kernel(at);
    for (let k = 0; k < count; k++) gradient[k] = (gradient[k] as number) + alpha * (row[k] as number);
  }
  const most = Math.max(1_000_000, 100 * count);
  for (let step = 0; step < most; step++) {
    let up = -1;
    let lowest = Number.POSITIVE_INFINITY;
    for (let at = 0; at < count; at++) {
      if ((alphas[at] as number) < 1 && (gradient[at] as number) < lowest) {
        lowest = gradient[at] as number;
        up = at;
      }
    }
    if (up < 0) break;
    const upRow = kernel(up);
    let down = -1;
    let highest = Number.NEGATIVE_INFINITY;
    let best = 0;
    for (let at = 0; at < count; at++) {
      if ((alphas[at] as number) <= 0) continue;
      const slope = gradient[at] as number;
      if (slope > highest) highest = slope;
      const gain = slope - lowest;
      if (gain <= 0) continue;
      const curvature = Math.max(TINY_CURVATURE, 2 - 2 * (upRow[at] as number));
      const drop = (gain * gain) / curvature;
      if (drop > best) {
        best = drop;
        down = at;
      }
    }
    if (down < 0 || highest - lowest < tolerance) break;
    const downRow = kernel(down);
    const curvature = Math.max(TINY_CURVATURE, 2 - 2 * (upRow[down] as number));
    const wanted = ((gradient[down] as number) - lowest) / curvature;
    const room = 1 - (alphas[up] as number);
    const supply = alphas[down] as number;
    const change = Math.min(wanted, room, supply);
    // Bounds are hit exactly, so that a multiplier at its bound is seen to be there.
    alphas[up] = change === room ? 1 : (alphas[up] as number) + change;
    alphas[down] = change === supply ? 0 : supply - change;
    for (let k = 0; k < count; k++) {
      gradient[k] = (gradient[k] as number) + change * ((upRow[k] as number) - (downRow[k] as number));
    }
  }
  return alphas;
}
