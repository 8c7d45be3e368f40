import { NetworkmlError } from '../errors.js';
import type { SparseRows } from '../math/index.js';

/**
 * A forest of classification trees (Breiman, Machine Learning 45, 2001) in flat arrays over all trees. A split sends a
 * value up to its threshold to `child`, a higher one to `child + 1`.
 */
export interface ForestModel {
  readonly kind: 'random-forest';
  /** Layout id of the vectors it reads. */
  readonly layout: string;
  readonly roles: readonly string[];
  /** Width of that layout. */
  readonly columnCount: number;
  /** Node of each tree's root. */
  readonly roots: Uint32Array;
  /** Column of the layout that a split looks at; -1 in a leaf. */
  readonly column: Int32Array;
  /** Threshold of a split; weight of the training rows in a leaf. */
  readonly threshold: Float32Array;
  /** First child of a split; row of `distributions` in a leaf. */
  readonly child: Uint32Array;
  /** [distinct leaves x roles], each row sums to 1. */
  readonly distributions: Float32Array;
}

/**
 * Role probabilities of each row: the mean of the leaves it falls into.
 *
 * @returns [rowCount x roles]; every row sums to 1.
 * @throws NetworkmlError `NML_MODEL_LAYOUT` when the rows are not as wide as the layout of the model.
 */
export function forestProbabilities(model: ForestModel, rows: SparseRows): Float64Array {
  const classCount = model.roles.length;
  const out = new Float64Array(rows.rowCount * classCount);
  forEachDenseRow(model, rows, (values, row) => {
    addForestRow(model, values, out, row * classCount);
  });
  const share = 1 / model.roots.length;
  for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) * share;
  return out;
}

/** Calls `visit` with each row spread over one array as wide as the layout, which is used again for the next. */
export function forEachDenseRow(
  model: Pick<ForestModel, 'columnCount' | 'layout'>,
  rows: SparseRows,
  visit: (values: Float32Array, row: number) => void,
): void {
  if (rows.columnCount !== model.columnCount) {
    throw new NetworkmlError(
      'NML_MODEL_LAYOUT',
      `vectors of ${rows.columnCount} columns for a model of ${model.columnCount} (${model.layout})`,
    );
  }
  const values = new Float32Array(model.columnCount);
  for (let row = 0; row < rows.rowCount; row++) {
    const from = rows.start[row] as number;
    const to = rows.start[row + 1] as number;
    for (let entry = from; entry < to; entry++) {
      values[rows.indices[entry] as number] = rows.values[entry] as number;
    }
    visit(values, row);
    for (let entry = from; entry < to; entry++) values[rows.indices[entry] as number] = 0;
  }
}

/** Adds the leaf of every tree to `out[at .. at + roles)`. */
function addForestRow(model: ForestModel, values: Float32Array, out: Float64Array, at: number): void {
  const { roots, column, threshold, child, distributions } = model;
  const classCount = model.roles.length;
  for (let tree = 0; tree < roots.length; tree++) {
    let node = roots[tree] as number;
    for (;;) {
      const split = column[node] as number;
      if (split < 0) break;
      const next = child[node] as number;
      node = (values[split] as number) <= (threshold[node] as number) ? next : next + 1;
    }
    const from = (child[node] as number) * classCount;
    for (let k = 0; k < classCount; k++) {
      out[at + k] = (out[at + k] as number) + (distributions[from + k] as number);
    }
  }
}
