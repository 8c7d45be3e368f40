/**
 * Mixture of Gaussians with full covariances, fitted by expectation and maximisation from a k-means start (Dempster,
 * Laird, Rubin, JRSS B 39, 1977; the stopping rule and the floor on variances are scikit-learn's).
 */
import { NetworkmlError } from '../../errors.js';
import { choleskyFactor, squaredMahalanobis } from './cholesky.js';
import {
  arrayOf,
  type DenseTable,
  type DetectorArrays,
  type DetectorKernel,
  type DetectorSettings,
  rowOf,
  settingOf,
} from './dense-table.js';
import { kMeansClusters } from './k-means.js';

/** Means (k x d), lower Cholesky factors of the covariances (k x d x d), logarithms of the weights (k). */
interface Mixture {
  readonly means: Float64Array;
  readonly factors: Float64Array;
  readonly logWeights: Float64Array;
  readonly columnCount: number;
}

/**
 * Settings: `components`, `floor` (added to every variance), `rounds` (at most) and `tolerance` (of the mean
 * log-likelihood, where the rounds end). The score is minus the natural logarithm of the density.
 */
export const gaussianMixture: DetectorKernel = {
  defaults: { components: 1, floor: 1e-6, rounds: 100, tolerance: 1e-3 },
  largestScore: Number.POSITIVE_INFINITY,
  fit,
  scorer: (arrays, columnCount, settings) => {
    const components = settingOf(settings, 'components');
    const mixture = {
      means: arrayOf(arrays, 'means', components * columnCount),
      factors: arrayOf(arrays, 'factors', components * columnCount * columnCount),
      logWeights: arrayOf(arrays, 'logWeights', components),
      columnCount,
    };
    const logDensity = densityOf(mixture);
    const parts = new Float64Array(components);
    return (row) => -logDensity(row, parts);
  },
};

/** Writes `ln(weight x density)` of each component; returns the logarithm of their sum. */
function densityOf(mixture: Mixture): (row: ArrayLike<number>, parts: Float64Array) => number {
  const { means, factors, logWeights, columnCount } = mixture;
  const difference = new Float64Array(columnCount);
  const square = columnCount * columnCount;
  const constants = logWeights.map((logWeight, at) => {
    let logDeterminant = 0;
    for (let k = 0; k < columnCount; k++) {
      logDeterminant += Math.log(factors[at * square + k * columnCount + k] as number);
    }
    return logWeight - 0.5 * columnCount * Math.log(2 * Math.PI) - logDeterminant;
  });
  return (row, parts) => {
    let largest = Number.NEGATIVE_INFINITY;
    for (let at = 0; at < parts.length; at++) {
      for (let k = 0; k < columnCount; k++) {
        difference[k] = (row[k] as number) - (means[at * columnCount + k] as number);
      }
      const distance = squaredMahalanobis(factors, at * square, columnCount, difference);
      const part = (constants[at] as number) - 0.5 * distance;
      parts[at] = part;
      if (part > largest) largest = part;
    }
    let sum = 0;
    for (const part of parts) sum += Math.exp(part - largest);
    return largest + Math.log(sum);
  };
}

function fit(table: DenseTable, settings: DetectorSettings, seed: number): DetectorArrays {
  const components = settingOf(settings, 'components');
  const { rowCount } = table;
  if (components > rowCount) {
    throw new NetworkmlError(
      'NML_TABLE',
      `${components} components need as many rows; there are ${rowCount}`,
    );
  }
  const labels = kMeansClusters(table, components, seed);
  const shares = new Float64Array(rowCount * components);
  labels.forEach((cluster, row) => {
    shares[row * components + cluster] = 1;
  });
  let mixture = maximise(table, shares, components, settingOf(settings, 'floor'));
  let bound = Number.NEGATIVE_INFINITY;
  for (let round = 0; components > 1 && round < settingOf(settings, 'rounds'); round++) {
    const next = expect(table, mixture, shares);
    mixture = maximise(table, shares, components, settingOf(settings, 'floor'));
    if (Math.abs(next - bound) < settingOf(settings, 'tolerance')) break;
    bound = next;
  }
  const { means, factors, logWeights } = mixture;
  return { means, factors, logWeights };
}

/** Shares of the components in each row; returns the mean log-likelihood. */
function expect(table: DenseTable, mixture: Mixture, shares: Float64Array): number {
  const components = mixture.logWeights.length;
  const logDensity = densityOf(mixture);
  let total = 0;
  for (let row = 0; row < table.rowCount; row++) {
    const parts = shares.subarray(row * components, (row + 1) * components);
    const sum = logDensity(rowOf(table, row), parts);
    for (let at = 0; at < components; at++) parts[at] = Math.exp((parts[at] as number) - sum);
    total += sum;
  }
  return total / table.rowCount;
}

/** Weights, means and covariances by the shares. */
function maximise(table: DenseTable, shares: Float64Array, components: number, floor: number): Mixture {
  const { rowCount, columnCount } = table;
  const means = new Float64Array(components * columnCount);
  const factors = new Float64Array(components * columnCount * columnCount);
  const logWeights = new Float64Array(components);
  for (let at = 0; at < components; at++) {
    const own = Float64Array.from({ length: rowCount }, (_, row) => shares[row * components + at] as number);
    // Keeps a component without rows from dividing by nothing, as in scikit-learn.
    const weight = own.reduce((sum, share) => sum + share, 10 * Number.EPSILON);
    logWeights[at] = Math.log(weight / rowCount);
    const mean = means.subarray(at * columnCount, (at + 1) * columnCount);
    for (let row = 0; row < rowCount; row++) {
      for (let k = 0; k < columnCount; k++) {
        mean[k] =
          (mean[k] as number) + (own[row] as number) * (table.values[row * columnCount + k] as number);
      }
    }
    for (let k = 0; k < columnCount; k++) mean[k] = (mean[k] as number) / weight;
    const factor = choleskyFactor(covariance(table, own, weight, mean, floor), columnCount);
    if (factor === undefined) {
      throw new NetworkmlError('NML_TABLE', 'a covariance of the mixture is not positive definite', {
        hint: 'standardise the values, or raise the floor on variances',
      });
    }
    factors.set(factor, at * columnCount * columnCount);
  }
  return { means, factors, logWeights, columnCount };
}

/** Weighted covariance about the mean, with the floor on its diagonal; both triangles. */
function covariance(
  { values, rowCount, columnCount }: DenseTable,
  shares: Float64Array,
  weight: number,
  mean: Float64Array,
  floor: number,
): Float64Array {
  const matrix = new Float64Array(columnCount * columnCount);
  const difference = new Float64Array(columnCount);
  for (let row = 0; row < rowCount; row++) {
    const share = shares[row] as number;
    if (share === 0) continue;
    for (let k = 0; k < columnCount; k++) {
      difference[k] = (values[row * columnCount + k] as number) - (mean[k] as number);
    }
    for (let i = 0; i < columnCount; i++) {
      const scaled = share * (difference[i] as number);
      for (let j = 0, at = i * columnCount; j <= i; j++, at++) {
        matrix[at] = (matrix[at] as number) + scaled * (difference[j] as number);
      }
    }
  }
  for (let i = 0; i < columnCount; i++) {
    for (let j = 0; j <= i; j++) {
      const value = (matrix[i * columnCount + j] as number) / weight + (i === j ? floor : 0);
      matrix[i * columnCount + j] = value;
      matrix[j * columnCount + i] = value;
    }
  }
  return matrix;
}
