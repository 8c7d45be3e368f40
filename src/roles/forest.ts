import { NetworkmlError } from '../errors.js';
import type { SparseRows } from '../math/index.js';
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
 * value up to its threshold to `child`, a higher one to `child + 1`. The nodes of a tree lie together, children behind
 * their parents.
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
  /** The same as a bundle keeps it, where it comes from one; the arrays above are made when they are asked for. */
  readonly packed?: PackedForest;
}

/**
 * A forest as a bundle keeps it: nodes tree by tree and breadth-first. The children of a split are the next two nodes
 * that no split before has claimed.
 */
export interface PackedForest {
  readonly trees: number;
  /** Of each node: the column that a split looks at, 65,535 in a leaf. */
  readonly column: Uint16Array;
  /** Of each split. */
  readonly threshold: Float32Array;
  /** Of each leaf: weight of the training rows, and row of the distributions. */
  readonly weight: Float32Array;
  readonly answer: Uint32Array;
  /** Where the entries of each distribution begin, as in `SparseRows`: roles, ascending, with their shares. */
  readonly starts: Uint32Array;
  readonly role: Uint16Array;
  readonly share: Float32Array;
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
  return withForest(model, (kernel, forest) => {
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
  const trees = model.packed?.trees ?? model.roots.length;
  const nodes = (model.packed ?? model).column.length;
  let total = 0;
  for (let row = 0; row < windows.rowCount; row++) total += counts[row] as number;
  const weights = new Float64Array(windows.rowCount);
  for (let row = 0; row < weights.length; row++) weights[row] = (counts[row] as number) / total / trees;
  return withForest(model, (kernel, forest) => {
    const batch = Math.min(mostInBatch, batchOf(model, windows));
    const out = takeBytes(kernel, columnCount * 8);
    const dense = takeBytes(kernel, batch * columnCount * 4);
    const rows = putRows(kernel, windows);
    const rowWeights = putDoubles(kernel, weights);
    const work = takeBytes(kernel, nodes * 16);
    // A tree has more leaves than splits: half of the nodes are more than any path is long.
    const pathBytes = 16 + (nodes >>> 1) * 16;
    const paths = takeBytes(kernel, batch * pathBytes);
    kernel.run.attributeForest(forest, rows, rowWeights, role, out, dense, batch, work, paths, pathBytes);
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

/** Calls `work` with a forest in the memory of a kernel. */
function withForest(model: ForestModel, work: (kernel: RoleKernel, forest: number) => Float64Array) {
  const { packed } = model;
  return withKernel(packed?.column ?? model.column, (kernel) => {
    const kept = packed && kernel.records.get(packed.column);
    return work(kernel, kept ?? (packed ? putPacked(kernel, model, packed) : putForest(kernel, model)));
  });
}

function putForest(kernel: RoleKernel, model: ForestModel): number {
  const { roots, column, threshold, child, distributions, roles, columnCount } = model;
  const place = (numbers: Parameters<typeof placeOf>[1]) => placeOf(kernel, numbers);
  const own = [roots.length, column.length, columnCount, roles.length];
  const arrays = [place(roots), place(column), place(threshold), place(child), place(distributions)];
  return putWords(kernel, [...own, ...arrays, ...new Uint32Array(layout.FOREST_BYTES / 4 - 9)]);
}

/** Puts a packed forest into the memory of a kernel, whatever is in it. */
function putUnchecked(
  kernel: RoleKernel,
  { roles, columnCount }: Pick<ForestModel, 'roles' | 'columnCount'>,
  { trees, column, threshold, weight, answer, starts, role, share }: PackedForest,
): number {
  const place = (numbers: Parameters<typeof placeOf>[1]) => placeOf(kernel, numbers);
  return putWords(kernel, [
    trees,
    column.length,
    columnCount,
    roles.length,
    0,
    place(column),
    place(threshold),
    0,
    place(share),
    place(starts),
    place(role),
    weight.length,
    place(weight),
    place(answer),
    starts.length - 1,
    share.length,
    0,
    0,
  ]);
}

function putPacked(
  kernel: RoleKernel,
  about: Pick<ForestModel, 'roles' | 'columnCount'>,
  packed: PackedForest,
): number {
  const forest = putUnchecked(kernel, about, packed);
  const found = kernel.run.checkTrees(forest);
  if (found !== layout.FOREST_FINE) refuse(found, kernel.run, packed);
  const words = new Uint32Array(kernel.memory.buffer, forest, layout.FOREST_BYTES / 4);
  const longest = words[layout.FOREST_LONGEST / 4] as number;
  words[layout.FOREST_TREE / 4] = takeBytes(kernel, longest * 12);
  return forest;
}

/**
 * Checks a forest out of a bundle: that every walk from a root ends in a leaf, and every leaf has an answer.
 *
 * @throws NetworkmlError `NML_MODEL_MANIFEST`
 */
export function checkPacked(about: Pick<ForestModel, 'roles' | 'columnCount'>, packed: PackedForest): void {
  const keep = (kernel: RoleKernel): void => {
    kernel.records.set(packed.column, putPacked(kernel, about, packed));
  };
  withKernel(
    packed.column,
    (kernel) => kernel.records.get(packed.column) ?? putPacked(kernel, about, packed),
    keep,
  );
}

/** The arrays of a forest that a bundle keeps packed, which has been checked. */
export function unpackForest(
  about: Pick<ForestModel, 'roles' | 'columnCount'>,
  packed: PackedForest,
): Pick<ForestModel, 'roots' | 'column' | 'threshold' | 'child'> {
  const { trees, column } = packed;
  const nodes = column.length;
  return withKernel(column, (kernel) => {
    const forest = kernel.records.get(column) ?? putPacked(kernel, about, packed);
    const at = [trees, nodes, nodes, nodes].map((count) => takeBytes(kernel, count * 4));
    const [roots = 0, columns = 0, thresholds = 0, children = 0] = at;
    kernel.run.unpackForest(forest, roots, columns, thresholds, children);
    const { buffer } = kernel.memory;
    return {
      roots: new Uint32Array(buffer, roots, trees).slice(),
      column: new Int32Array(buffer, columns, nodes).slice(),
      threshold: new Float32Array(buffer, thresholds, nodes).slice(),
      child: new Uint32Array(buffer, children, nodes).slice(),
    };
  });
}

function refuse(found: number, { checked }: RoleExports, { column, role }: PackedForest): never {
  const at = checked.value >>> 0;
  const problems = new Map([
    [layout.FOREST_TOO_MANY_NODES, 'more nodes than its trees have'],
    [layout.FOREST_TOO_MANY_LEAVES, 'more leaves than it says'],
    [layout.FOREST_TOO_MANY_SPLITS, 'more splits than it says'],
    [layout.FOREST_NO_ANSWER, `node ${at} leads nowhere`],
    [layout.FOREST_NO_COLUMN, `node ${at} looks at column ${column[at]}`],
    [layout.FOREST_OPEN_END, 'trees that do not end where the nodes do'],
    [layout.FOREST_NOT_FILLED, 'distributions that do not fill their shares'],
    [layout.FOREST_OUT_OF_ORDER, 'distributions out of order'],
    [layout.FOREST_NO_ROLE, `a share of role ${role[at]}`],
  ]);
  throw new NetworkmlError('NML_MODEL_MANIFEST', `random forest: ${problems.get(found)}`);
}
