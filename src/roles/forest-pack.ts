import { NetworkmlError } from '../errors.js';
import { FOREST_LEAF } from './kernel-layout.js';

/**
 * A forest as bundles keep it and the kernels walk it: nodes tree by tree and breadth-first, so that it need not say where
 * the children of a split are. They are the next two nodes that no split before has claimed.
 */
export interface PackedForest {
  readonly trees: number;
  /** Of each node: the column that a split looks at, 65,535 in a leaf; so the widest layout has as many columns. */
  readonly column: Uint16Array;
  /** Of each split. */
  readonly threshold: Float32Array;
  /** Of each leaf: its kind. There are few: most leaves are one role's alone, and hold one device or a few. */
  readonly leaf: Uint16Array | Uint32Array;
  /** Of each kind of leaf: weight of the training rows, and row of the distributions. */
  readonly weight: Float32Array;
  readonly answer: Uint32Array;
  /** Where the entries of each distribution begin, as in `SparseRows`: roles, ascending, with their shares. */
  readonly starts: Uint32Array;
  readonly role: Uint16Array;
  readonly share: Float32Array;
}

/** The parts of a forest that its packed form stands for. */
export interface FlatForest {
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
 * A forest in its packed form.
 *
 * @throws NetworkmlError `NML_INTERNAL` for layouts of 65,535 columns or more, which there are none of.
 */
export function packForest(
  model: FlatForest & { readonly roles: readonly string[]; readonly columnCount: number },
): PackedForest {
  const { roots, roles, columnCount } = model;
  if (columnCount >= FOREST_LEAF) {
    throw new NetworkmlError('NML_INTERNAL', `a forest over ${columnCount} columns`);
  }
  const order = breadthFirst(model);
  const column = new Uint16Array(order.length);
  const thresholds: number[] = [];
  const leaves: number[] = [];
  const kinds = new Map<string, number>();
  const weights: number[] = [];
  const answers: number[] = [];
  for (let place = 0; place < order.length; place++) {
    const node = order[place] as number;
    const split = model.column[node] as number;
    const value = model.threshold[node] as number;
    column[place] = split < 0 ? FOREST_LEAF : split;
    if (split >= 0) {
      thresholds.push(value);
      continue;
    }
    const answer = model.child[node] as number;
    const key = `${value} ${answer}`;
    let kind = kinds.get(key);
    if (kind === undefined) {
      kind = answers.push(answer) - 1;
      weights.push(value);
      kinds.set(key, kind);
    }
    leaves.push(kind);
  }
  return {
    trees: roots.length,
    column,
    threshold: Float32Array.from(thresholds),
    leaf: areShort(answers.length) ? Uint16Array.from(leaves) : Uint32Array.from(leaves),
    weight: Float32Array.from(weights),
    answer: Uint32Array.from(answers),
    ...sparseRows(model.distributions, roles.length),
  };
}

/** Whether so many kinds of leaves are numbered by shorts. */
export function areShort(kinds: number): boolean {
  return kinds <= 2 ** 16;
}

/** All nodes that can be reached, tree by tree, each level from left to right. */
function breadthFirst({ roots, column, child }: FlatForest): number[] {
  const order: number[] = [];
  for (const root of roots) {
    for (let place = order.push(root) - 1; place < order.length; place++) {
      const node = order[place] as number;
      const next = child[node] as number;
      if ((column[node] as number) >= 0) order.push(next, next + 1);
    }
  }
  return order;
}

/** Rows of which most entries are 0. */
function sparseRows(
  rows: Float32Array,
  width: number,
): { starts: Uint32Array; role: Uint16Array; share: Float32Array } {
  const starts = new Uint32Array(rows.length / width + 1);
  const role: number[] = [];
  const share: number[] = [];
  for (let cell = 0; cell < rows.length; cell++) {
    const value = rows[cell] as number;
    if (value !== 0) {
      role.push(cell % width);
      share.push(value);
    }
    if (cell % width === width - 1) starts[(cell + 1) / width] = share.length;
  }
  return { starts, role: Uint16Array.from(role), share: Float32Array.from(share) };
}

/**
 * The parts that a packed form stands for; nodes keep its order.
 *
 * @param packed checked.
 */
export function unpackForest(packed: PackedForest, roleCount: number): FlatForest {
  const nodes = packed.column.length;
  const roots = new Uint32Array(packed.trees);
  const column = new Int32Array(nodes);
  const threshold = new Float32Array(nodes);
  const child = new Uint32Array(nodes);
  // Of the node at hand: leaves before it, and the first node that no split has claimed yet.
  let leaf = 0;
  let claimed = 0;
  let tree = 0;
  for (let node = 0; node < nodes; node++) {
    if (node === claimed) {
      roots[tree++] = node;
      claimed = node + 1;
    }
    const split = packed.column[node] as number;
    if (split === FOREST_LEAF) {
      column[node] = -1;
      const kind = packed.leaf[leaf++] as number;
      threshold[node] = packed.weight[kind] as number;
      child[node] = packed.answer[kind] as number;
      continue;
    }
    column[node] = split;
    threshold[node] = packed.threshold[node - leaf] as number;
    child[node] = claimed;
    claimed += 2;
  }
  return { roots, column, threshold, child, distributions: denseRows(packed, roleCount) };
}

function denseRows({ starts, role, share }: PackedForest, width: number): Float32Array {
  const rows = starts.length - 1;
  const dense = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    for (let entry = starts[row] as number; entry < (starts[row + 1] as number); entry++) {
      dense[row * width + (role[entry] as number)] = share[entry] as number;
    }
  }
  return dense;
}
