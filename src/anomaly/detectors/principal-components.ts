/**
 * Strangeness by principal components as pyod scores it (after Shyu, Chen, Sarinnapakorn, Chang, 2003, but not the
 * same): on standardised values, the sum over the components of the distance between row and component, both taken as
 * points, divided by the share of variance that the component explains.
 */
import {
  arrayOf,
  type DenseTable,
  type DetectorArrays,
  type DetectorKernel,
  rowOf,
  squaredDistance,
  tableOf,
} from './dense-table.js';
import { fitScaler, scaleRow, scaleTable } from './scaler.js';
import { type Eigen, symmetricEigen } from './symmetric-eigen.js';

/** Components that explain less are left out: dividing by their share would make scores of rounding errors. */
const LEAST_SHARE = 1e-12;

/** No settings. The score is 0 or more. */
export const principalComponents: DetectorKernel = {
  defaults: {},
  largestScore: Number.POSITIVE_INFINITY,
  fit,
  scorer: (arrays, columnCount) => {
    const components = tableOf(arrays, 'components', columnCount);
    const shares = arrayOf(arrays, 'shares', components.rowCount);
    const scaler = {
      means: arrayOf(arrays, 'means', columnCount),
      deviations: arrayOf(arrays, 'deviations', columnCount),
    };
    const scaled = new Float64Array(columnCount);
    return (row) => {
      scaleRow(scaler, row, scaled);
      let sum = 0;
      for (let at = 0; at < shares.length; at++) {
        sum += Math.sqrt(squaredDistance(scaled, components, at)) / (shares[at] as number);
      }
      return sum;
    };
  },
};

function fit(table: DenseTable): DetectorArrays {
  const scaler = fitScaler(table);
  const scaled = scaleTable(scaler, table);
  const { rowCount, columnCount } = table;
  const { values, vectors } =
    rowCount < columnCount
      ? throughRows(scaled)
      : symmetricEigen(crossProducts(scaled, columnCount, 1, columnCount, rowCount), columnCount);
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  const kept = Array.from(values.keys()).filter((k) => (values[k] as number) > LEAST_SHARE * total);
  if (kept.length === 0) {
    // All rows are equal: strangeness is the distance from them.
    return { ...scaler, components: new Float64Array(columnCount), shares: Float64Array.of(1) };
  }
  const components = new Float64Array(kept.length * columnCount);
  kept.forEach((k, at) => {
    const vector = vectors.subarray(k * columnCount, (k + 1) * columnCount);
    components.set(pointed(vector, scaled), at * columnCount);
  });
  return { ...scaler, components, shares: Float64Array.from(kept, (k) => (values[k] as number) / total) };
}

/** Eigenvectors of the columns by way of those of the rows, which are fewer. */
function throughRows(scaled: DenseTable): Eigen {
  const { rowCount, columnCount } = scaled;
  const { values, vectors } = symmetricEigen(
    crossProducts(scaled, rowCount, columnCount, 1, columnCount),
    rowCount,
  );
  const turned = new Float64Array(rowCount * columnCount);
  for (let k = 0; k < rowCount; k++) {
    const length = Math.sqrt(Math.max(0, values[k] as number));
    if (length === 0) continue;
    const out = turned.subarray(k * columnCount, (k + 1) * columnCount);
    for (let row = 0; row < rowCount; row++) {
      const part = (vectors[k * rowCount + row] as number) / length;
      const own = rowOf(scaled, row);
      for (let at = 0; at < columnCount; at++) out[at] = (out[at] as number) + part * (own[at] as number);
    }
  }
  return { values, vectors: turned };
}

/** `size x size` sums of products: item i, term t lies at `i * itemStep + t * termStep` of the values. */
function crossProducts(
  { values }: DenseTable,
  size: number,
  itemStep: number,
  termStep: number,
  terms: number,
): Float64Array {
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let t = 0; t < terms; t++) {
        sum +=
          (values[i * itemStep + t * termStep] as number) * (values[j * itemStep + t * termStep] as number);
      }
      matrix[i * size + j] = sum;
      matrix[j * size + i] = sum;
    }
  }
  return matrix;
}

/** The component with the sign that makes the largest projection of a row positive (scikit-learn's rule). */
function pointed(vector: Float64Array, scaled: DenseTable): Float64Array {
  let largest = 0;
  for (let row = 0; row < scaled.rowCount; row++) {
    const own = rowOf(scaled, row);
    let projection = 0;
    for (let at = 0; at < own.length; at++) projection += (own[at] as number) * (vector[at] as number);
    if (Math.abs(projection) > Math.abs(largest)) largest = projection;
  }
  return largest < 0 ? vector.map((value) => -value) : vector;
}
