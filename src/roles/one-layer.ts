import { NetworkmlError } from '../errors.js';
import type { SparseRows } from '../math/index.js';
import { layerAnswers, type RowAnswerer, withRowAnswerer } from './layer-kernel.js';

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

/**
 * Role probabilities of each row.
 *
 * @returns [rowCount x roles]; every row sums to 1.
 * @throws NetworkmlError `NML_MODEL_LAYOUT` when the rows are not as wide as the layout of the model, NML_MEMORY
 */
export function oneLayerProbabilities(model: OneLayerModel, rows: SparseRows): Float64Array {
  checkWidth(model, rows);
  return layerAnswers(model, rows);
}

/** As `withRowAnswerer`. @throws NetworkmlError as `oneLayerProbabilities` */
export function withOneLayerRows<T>(
  model: OneLayerModel,
  rows: SparseRows,
  work: (answer: RowAnswerer) => T,
): T {
  checkWidth(model, rows);
  return withRowAnswerer(model, rows, work);
}

function checkWidth({ columnCount, layout }: OneLayerModel, rows: SparseRows): void {
  if (rows.columnCount === columnCount) return;
  throw new NetworkmlError(
    'NML_MODEL_LAYOUT',
    `vectors of ${rows.columnCount} columns for a model of ${columnCount} (${layout})`,
  );
}
