import { NetworkmlError } from '../errors.js';
import { type SparseRows, softmax } from '../math/index.js';

/**
 * A network with one hidden layer: softmax(relu(x W1 + b1) W2 + b2).
 * Columns that never occurred in training have no weights at all and count as zero.
 */
export interface OneLayerModel {
  readonly kind: 'one-layer';
  /** Layout id of the vectors it reads. */
  readonly layout: string;
  readonly roles: readonly string[];
  /** Width of that layout. */
  readonly columnCount: number;
  /** The columns it has weights for, ascending. */
  readonly columns: Uint32Array;
  /** Units in the hidden layer. */
  readonly hidden: number;
  /** [columns x hidden] */
  readonly w1: Float32Array;
  /** [hidden] */
  readonly b1: Float32Array;
  /** [hidden x roles] */
  readonly w2: Float32Array;
  /** [roles] */
  readonly b2: Float32Array;
}

/** Computes single rows without allocating; made by `rowEvaluator`. */
export interface RowEvaluator {
  /**
   * Writes the probabilities of one row to `out[at .. at + roles)`.
   *
   * @param without entry of the row (index into `rows.indices`) to leave out; -1 for none.
   */
  evaluate(row: number, without: number, out: Float64Array, at: number): void;
}

/**
 * Role probabilities of each row.
 *
 * @returns [rowCount x roles]; every row sums to 1.
 * @throws NetworkmlError `NML_MODEL_LAYOUT` when the rows are not as wide as the layout of the model.
 */
export function oneLayerProbabilities(model: OneLayerModel, rows: SparseRows): Float64Array {
  const classCount = model.roles.length;
  const out = new Float64Array(rows.rowCount * classCount);
  const evaluator = rowEvaluator(model, rows);
  for (let row = 0; row < rows.rowCount; row++) evaluator.evaluate(row, -1, out, row * classCount);
  return out;
}

/** Prepares a model for some rows: the place of each column, and a scratch for the hidden layer. */
export function rowEvaluator(model: OneLayerModel, rows: SparseRows): RowEvaluator {
  if (rows.columnCount !== model.columnCount) {
    throw new NetworkmlError(
      'NML_MODEL_LAYOUT',
      `vectors of ${rows.columnCount} columns for a model of ${model.columnCount} (${model.layout})`,
    );
  }
  const place = new Int32Array(model.columnCount).fill(-1);
  model.columns.forEach((column, index) => {
    place[column] = index;
  });
  const { start, indices, values } = rows;
  const { hidden, w1 } = model;
  const sums = new Float64Array(hidden);
  return {
    evaluate(row, without, out, at) {
      sums.set(model.b1);
      const end = start[row + 1] as number;
      for (let entry = start[row] as number; entry < end; entry++) {
        const column = place[indices[entry] as number] as number;
        if (column < 0 || entry === without) continue;
        const value = values[entry] as number;
        const offset = column * hidden;
        for (let j = 0; j < hidden; j++) {
          sums[j] = (sums[j] as number) + value * (w1[offset + j] as number);
        }
      }
      outputLayer(sums, model, out, at);
      softmax(out, at, model.roles.length);
    },
  };
}

function outputLayer(sums: Float64Array, model: OneLayerModel, out: Float64Array, at: number): void {
  const { w2, hidden } = model;
  const classCount = model.roles.length;
  out.set(model.b2, at);
  for (let j = 0; j < hidden; j++) {
    const activation = sums[j] as number;
    if (activation <= 0) continue;
    const offset = j * classCount;
    for (let k = 0; k < classCount; k++) {
      out[at + k] = (out[at + k] as number) + activation * (w2[offset + k] as number);
    }
  }
}
