import { NetworkmlError } from '../errors.js';
import type { SparseRows } from '../math/index.js';
import { type FlatForest, type PackedForest, packForest } from './forest-pack.js';
import * as layout from './kernel-layout.js';
import {
  doublesAt,
  placeOf,
  putDoubles,
  putRows,
  putWords,
  type RoleExports,
  type RoleKernel,
  takeBytes,
  withKernel,
} from './role-kernel.js';

/**
 * A forest of classification trees (Breiman, Machine Learning 45, 2001) in flat arrays over all trees. A split sends a
 * value up to its threshold to `child`, a higher one to `child + 1`.
 */
export interface ForestModel extends FlatForest {
  readonly kind: 'random-forest';
  /** Layout id of the vectors it reads. */
  readonly layout: string;
  readonly roles: readonly string[];
  /** Width of that layout. */
  readonly columnCount: number;
  /** The same as a bundle keeps it, where it comes from one; the arrays above are made when they are asked for. */
  readonly packed?: PackedForest;
}

/** Bytes of rows that are spread over all columns at a time, and how many there are at most. */
const batchBytes = 2 ** 18;
const mostInBatch = 16;

/**
 * Role probabilities of each row: the mean of the leaves it falls into.
 *
 * @returns [rowCount x roles]; every row sums to 1.
 * @throws NetworkmlError `NML_MODEL_LAYOUT` when the rows are not as wide as the layout of the model, NML_MEMORY
 */
export function forestProbabilities(model: ForestModel, rows: SparseRows): Float64Array {
  checkWidth(model, rows);
  const count = rows.rowCount * model.roles.length;
  return withForest(model, packedOf(model), (kernel, forest) => {
    const batch = batchOf(model, rows);
    const out = takeBytes(kernel, count * 8);
    const dense = takeBytes(kernel, batch * model.columnCount * 4);
    kernel.run.answerForest(forest, putRows(kernel, rows), out, dense, batch);
    return doublesAt(kernel, out, count);
  });
}

/**
 * Path attribution of a forest (Palczewska et al., 2013, arXiv:1312.1121): for each column, what splits on it change in
 * the role's probability, averaged over trees and windows. The sum over all columns is the probability less its mean at
 * the roots.
 *
 * @param counts windows with each row.
 * @returns [columns of the layout]
 * @throws NetworkmlError as `forestProbabilities`
 */
export function attributeForest(
  model: ForestModel,
  windows: SparseRows,
  counts: ArrayLike<number>,
  role: number,
): Float64Array {
  checkWidth(model, windows);
  const { columnCount } = model;
  const packed = packedOf(model);
  const trees = packed.first.length - 1;
  let total = 0;
  for (let row = 0; row < windows.rowCount; row++) total += counts[row] as number;
  const weights = new Float64Array(windows.rowCount);
  for (let row = 0; row < weights.length; row++) weights[row] = (counts[row] as number) / total / trees;
  return withForest(model, packed, (kernel, forest) => {
    const batch = Math.min(mostInBatch, batchOf(model, windows));
    const out = takeBytes(kernel, columnCount * 8);
    const dense = takeBytes(kernel, batch * columnCount * 4);
    const rows = putRows(kernel, windows);
    const rowWeights = putDoubles(kernel, weights);
    const work = takeBytes(kernel, (packed.weight.length + packed.column.length) * 16);
    kernel.run.attributeForest(forest, rows, rowWeights, role, out, dense, batch, work);
    return doublesAt(kernel, out, columnCount);
  });
}

function checkWidth(
  { columnCount, layout }: Pick<ForestModel, 'columnCount' | 'layout'>,
  rows: SparseRows,
): void {
  if (rows.columnCount === columnCount) return;
  throw new NetworkmlError(
    'NML_MODEL_LAYOUT',
    `vectors of ${rows.columnCount} columns for a model of ${columnCount} (${layout})`,
  );
}

/** How many rows are looked at before the next tree is. */
function batchOf({ columnCount }: Pick<ForestModel, 'columnCount'>, { rowCount }: SparseRows): number {
  return Math.max(1, Math.min(rowCount, Math.floor(batchBytes / (columnCount * 4))));
}

/** Packed forms of forests that come from no bundle. */
const packedForms = new WeakMap<ForestModel, PackedForest>();

function packedOf(model: ForestModel): PackedForest {
  const packed = model.packed ?? packedForms.get(model) ?? packForest(model);
  if (model.packed === undefined) packedForms.set(model, packed);
  return packed;
}

/** Calls `work` with a forest in the memory of a kernel. */
function withForest(
  { roles, columnCount }: ForestModel,
  packed: PackedForest,
  work: (kernel: RoleKernel, forest: number) => Float64Array,
): Float64Array {
  const { column } = packed;
  return withKernel(column, (kernel) =>
    work(kernel, kernel.records.get(column) ?? putForest(kernel, { roles, columnCount }, packed)),
  );
}

/** Puts a forest into the memory of a kernel, and checks it. */
function putForest(
  kernel: RoleKernel,
  about: Pick<ForestModel, 'roles' | 'columnCount'>,
  packed: PackedForest,
) {
  const { first, column, threshold, child, weight, answer, starts, role, share } = packed;
  const arrays = [first, column, threshold, child, weight, answer, starts, role, share];
  const forest = putWords(kernel, [
    first.length - 1,
    column.length,
    answer.length,
    starts.length - 1,
    share.length,
    about.columnCount,
    about.roles.length,
    ...arrays.map((array) => placeOf(kernel, array)),
    Math.log2(child.BYTES_PER_ELEMENT),
  ]);
  const found = kernel.run.checkForest(forest);
  if (found !== layout.FOREST_FINE) refuse(found, kernel.run, packed);
  return forest;
}

/**
 * Checks a forest out of a bundle: that every walk from a root ends in a leaf, and every leaf has an answer.
 *
 * @throws NetworkmlError `NML_MODEL_MANIFEST`
 */
export function checkForest(about: Pick<ForestModel, 'roles' | 'columnCount'>, packed: PackedForest): void {
  const { column } = packed;
  withKernel(
    column,
    (kernel) => kernel.records.get(column) ?? putForest(kernel, about, packed),
    (kernel) => kernel.records.set(column, putForest(kernel, about, packed)),
  );
}

function refuse(found: number, { wrong }: RoleExports, { column, role }: PackedForest): never {
  const at = wrong.value >>> 0;
  const problems = new Map([
    [layout.FOREST_OPEN_END, 'trees that do not end where the splits do'],
    [layout.FOREST_NO_COLUMN, `split ${at} looks at column ${column[at]}`],
    [layout.FOREST_NO_CHILD, `split ${at} leads nowhere`],
    [layout.FOREST_NO_ANSWER, 'a leaf has no answer'],
    [layout.FOREST_NOT_FILLED, 'distributions that do not fill their shares'],
    [layout.FOREST_OUT_OF_ORDER, 'distributions out of order'],
    [layout.FOREST_NO_ROLE, `a share of role ${role[at]}`],
  ]);
  throw new NetworkmlError('NML_MODEL_MANIFEST', `random forest: ${problems.get(found)}`);
}
