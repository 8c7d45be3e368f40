/**
 * Stochastic Outlier Selection over a whole table (Janssens, Huszar, Postma, van den Herik, TiCC TR 2012-001), with
 * unsquared Euclidean dissimilarity as in the author's package. Row by row; beside the table and its copy some O(n), and at
 * most 68 MB of distances that are thereby computed once.
 */
import { NetworkmlError } from '../errors.js';
import { createBandwidthSolver, solveBandwidth } from './bandwidth.js';
import { visitDistances } from './distances.js';
import {
  createOutlierKernel,
  type KernelDoubles,
  type OutlierKernel,
  takeDoubles,
} from './outlier-kernel.js';

/** Neighbourhood size that is used when none is given (as in the author's package). */
export const defaultPerplexity = 30;

/**
 * Outlier probability of every row of a dense table.
 * Duplicates, one row, a perplexity above n - 1 and extreme scales give finite values, too: where no bandwidth
 * reaches the perplexity, the limit is taken that the search is heading for (all binding to the nearest points in
 * equal parts, or to all points in equal parts).
 * @param rows row-major, n x d, finite
 * @param perplexity effective number of neighbours, at least 1
 * @returns n values in [0, 1]; 1 for the only row of a table
 * @throws NetworkmlError NML_CONFIG for a perplexity below 1, NML_TABLE for values or a shape that cannot be used
 */
export function outlierProbabilities(
  rows: Float64Array,
  rowCount: number,
  columnCount: number,
  perplexity: number = defaultPerplexity,
): Float64Array {
  checkShape(rows.length, rowCount * columnCount);
  return selectOutliers(rowCount, perplexity, (kernel, visit) =>
    visitDistances(kernel, rows, rowCount, columnCount, visit),
  );
}

/**
 * The same from a dissimilarity matrix (the `none` metric of the author's command).
 * @param dissimilarities row-major, n x n, finite, not negative; the diagonal is not read
 * @throws as `outlierProbabilities`
 */
export function outlierProbabilitiesOfMatrix(
  dissimilarities: Float64Array,
  rowCount: number,
  perplexity: number = defaultPerplexity,
): Float64Array {
  checkShape(dissimilarities.length, rowCount * rowCount);
  return selectOutliers(rowCount, perplexity, (kernel, visit) => {
    const own = takeDoubles(kernel, rowCount);
    for (let row = 0; row < rowCount; row++) {
      own.numbers.set(dissimilarities.subarray(row * rowCount, (row + 1) * rowCount));
      visit(row, own);
    }
  });
}

type RowVisitor = (row: number, distances: KernelDoubles) => void;

function selectOutliers(
  rowCount: number,
  perplexity: number,
  visitRows: (kernel: OutlierKernel, visit: RowVisitor) => void,
): Float64Array {
  if (!(perplexity >= 1)) throw new NetworkmlError('NML_CONFIG', `the perplexity ${perplexity} is below 1`);
  const kernel = createOutlierKernel();
  const products = takeDoubles(kernel, rowCount);
  products.numbers.fill(1);
  const solver = createBandwidthSolver(kernel, rowCount);
  visitRows(kernel, (row, distances) => {
    solveBandwidth(solver, distances, rowCount, row, perplexity);
    const { beta, nearest, series, spread, sum } = solver;
    if (!(nearest >= 0 && spread < Number.POSITIVE_INFINITY)) checkDistances(distances.numbers, row);
    if (sum > 0) {
      const shift = beta - series.centre;
      const weights = series.weights.at;
      kernel.run.multiplyByUnbound(products.at, distances.at, weights, rowCount, nearest, shift, 1 / sum);
    } else multiplyByNotBound(products.numbers, distances.numbers, row, beta, nearest);
  });
  return Float64Array.from(products.numbers);
}

/** One row's binding probabilities b_j; every other point's product takes the factor 1 - b_j. */
function multiplyByNotBound(
  probabilities: Float64Array,
  distances: Float64Array,
  self: number,
  beta: number,
  nearest: number,
): void {
  const count = distances.length;
  let sum = 0;
  for (let j = 0; j < count; j++) {
    if (j === self) continue;
    const excess = (distances[j] as number) - nearest;
    const affinity = excess === 0 ? 1 : Math.exp(-beta * excess);
    distances[j] = affinity;
    sum += affinity;
  }
  for (let j = 0; j < count; j++) {
    if (j === self) continue;
    probabilities[j] = (probabilities[j] as number) * (1 - (distances[j] as number) / sum);
  }
}

function checkShape(length: number, expected: number): void {
  if (length !== expected) {
    throw new NetworkmlError(
      'NML_TABLE',
      `the table holds ${length} numbers, and its shape asks for ${expected}`,
    );
  }
}

function checkDistances(distances: Float64Array, row: number): void {
  for (let j = 0; j < distances.length; j++) {
    const distance = distances[j] as number;
    if (j !== row && !(distance >= 0 && distance < Number.POSITIVE_INFINITY)) {
      throw new NetworkmlError(
        'NML_TABLE',
        `the dissimilarity of rows ${row + 1} and ${j + 1} is ${distance}`,
      );
    }
  }
}
