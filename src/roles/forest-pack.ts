import { NetworkmlError } from '../errors.js';

/** A forest as bundles keep it and the kernels walk it: the splits of its trees, tree by tree, and the kinds of its leaves. */
export interface PackedForest {
  /** First split of each tree, which is its root, and how many splits there are: [trees + 1]. */
  readonly first: Uint32Array;
  /** Of each split: the column that it looks at; so the widest layout has 65,536 columns. */
  readonly column: Uint16Array;
  /** Of each split: values up to this go to its first child. */
  readonly threshold: Float32Array;
  /**
   * Of each split: its two children. One below the number of kinds is a leaf of that kind; from there on the splits of the
   * tree are counted, and come behind their parents.
   */
  readonly child: Uint16Array | Uint32Array;
  /** Of each kind of leaf, of which there are few: weight of the training rows, and row of the distributions. */
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

/** Columns of the widest layout. */
const mostColumns = 2 ** 16;

/**
 * A forest in its packed form. A tree that is a single leaf becomes a split whose children are both that leaf.
 *
 * @throws NetworkmlError `NML_INTERNAL` for layouts of more than 65,536 columns, which there are none of.
 */
export function packForest(
  model: FlatForest & { readonly roles: readonly string[]; readonly columnCount: number },
): PackedForest {
  const { roots, roles, columnCount } = model;
  if (columnCount > mostColumns) {
    throw new NetworkmlError('NML_INTERNAL', `a forest over ${columnCount} columns`);
  }
  const kinds = new LeafKinds(model);
  const columns: number[] = [];
  const thresholds: number[] = [];
  const first = new Uint32Array(roots.length + 1);
  // Kinds as they are, splits from -1 downwards: how many kinds there are is not known yet.
  const children: number[] = [];
  let longest = 0;
  roots.forEach((root, tree) => {
    const nodes = splitsOf(model, root);
    const numbers = new Map(nodes.map((node, number) => [node, number]));
    const codeOf = (node: number): number => {
      const number = numbers.get(node);
      return number === undefined ? kinds.of(node) : -1 - number;
    };
    if (nodes.length === 0) {
      columns.push(0);
      thresholds.push(0);
      children.push(codeOf(root), codeOf(root));
    }
    for (const node of nodes) {
      columns.push(model.column[node] as number);
      thresholds.push(model.threshold[node] as number);
      const child = model.child[node] as number;
      children.push(codeOf(child), codeOf(child + 1));
    }
    first[tree + 1] = columns.length;
    longest = Math.max(longest, nodes.length);
  });
  const { weights, answers } = kinds;
  const Codes = answers.length + longest <= 2 ** 16 ? Uint16Array : Uint32Array;
  return {
    first,
    column: Uint16Array.from(columns),
    threshold: Float32Array.from(thresholds),
    child: Codes.from(children.map((code) => (code < 0 ? answers.length - 1 - code : code))),
    weight: Float32Array.from(weights),
    answer: Uint32Array.from(answers),
    ...sparseRows(model.distributions, roles.length),
  };
}

/** Leaves of one weight and one answer, in the order in which they are met. */
class LeafKinds {
  readonly weights: number[] = [];
  readonly answers: number[] = [];
  private readonly known = new Map<string, number>();

  constructor(private readonly model: FlatForest) {}

  /** The kind of a leaf. */
  of(node: number): number {
    const weight = this.model.threshold[node] as number;
    const answer = this.model.child[node] as number;
    const key = `${weight} ${answer}`;
    let kind = this.known.get(key);
    if (kind === undefined) {
      kind = this.answers.push(answer) - 1;
      this.weights.push(weight);
      this.known.set(key, kind);
    }
    return kind;
  }
}

/** The splits of a tree, each level from left to right. */
function splitsOf({ column, child }: FlatForest, root: number): number[] {
  const splits: number[] = [];
  const note = (node: number): void => {
    if ((column[node] as number) >= 0) splits.push(node);
  };
  note(root);
  for (let i = 0; i < splits.length; i++) {
    const next = child[splits[i] as number] as number;
    note(next);
    note(next + 1);
  }
  return splits;
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
 * The parts that a packed form stands for; nodes are tree by tree and breadth-first.
 *
 * @param packed checked.
 * @throws NetworkmlError `NML_MODEL_MANIFEST` where splits share a child or are nobody's, which walks do not care about
 */
export function unpackForest(packed: PackedForest, roleCount: number): FlatForest {
  const trees = packed.first.length - 1;
  const nodes = 2 * packed.column.length + trees;
  const kinds = packed.answer.length;
  const roots = new Uint32Array(trees);
  const column = new Int32Array(nodes);
  const threshold = new Float32Array(nodes);
  const child = new Uint32Array(nodes);
  const codes = new Uint32Array(nodes);
  let free = 0;
  for (let tree = 0; tree < trees; tree++) {
    let node = free++;
    roots[tree] = node;
    codes[node] = kinds;
    for (; node < free; node++) {
      const code = codes[node] as number;
      if (code < kinds) {
        column[node] = -1;
        threshold[node] = packed.weight[code] as number;
        child[node] = packed.answer[code] as number;
        continue;
      }
      const split = (packed.first[tree] as number) + code - kinds;
      if (free + 2 > nodes) refuseTree();
      column[node] = packed.column[split] as number;
      threshold[node] = packed.threshold[split] as number;
      child[node] = free;
      codes[free++] = packed.child[2 * split] as number;
      codes[free++] = packed.child[2 * split + 1] as number;
    }
  }
  if (free !== nodes) refuseTree();
  return { roots, column, threshold, child, distributions: denseRows(packed, roleCount) };
}

function refuseTree(): never {
  throw new NetworkmlError('NML_MODEL_MANIFEST', 'random forest: splits that make no tree');
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
