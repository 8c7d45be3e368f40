import { NetworkmlError } from '../errors.js';
import type { ForestModel } from './forest.js';
import type { BundleArray, EncodedModel } from './model-parts.js';
import { namesOf, partOf, textOf, wholeOf } from './model-parts.js';

/** Stands in `column` for a leaf; so the widest layout has as many columns. */
const LEAF = 0xffff;

/**
 * Takes a forest apart for a bundle. Nodes are kept tree by tree and breadth-first, so that a bundle need not say where the
 * children of a split are: they are the next two that no split before has claimed.
 *
 * @throws NetworkmlError `NML_INTERNAL` for layouts of 65,535 columns or more, which there are none of.
 */
export function encodeForest(model: ForestModel): EncodedModel {
  const { kind, layout, roles, columnCount, roots } = model;
  if (columnCount >= LEAF) throw new NetworkmlError('NML_INTERNAL', `a forest over ${columnCount} columns`);
  const order = breadthFirst(model);
  const column = new Uint16Array(order.length);
  const thresholds: number[] = [];
  const weights: number[] = [];
  const answers: number[] = [];
  for (let place = 0; place < order.length; place++) {
    const node = order[place] as number;
    const split = model.column[node] as number;
    const value = model.threshold[node] as number;
    column[place] = split < 0 ? LEAF : split;
    if (split >= 0) thresholds.push(value);
    else {
      weights.push(value);
      answers.push(model.child[node] as number);
    }
  }
  const { starts, role, share } = sparseRows(model.distributions, roles.length);
  return {
    meta: {
      kind,
      layout,
      roles: [...roles],
      columnCount,
      trees: roots.length,
      nodes: order.length,
      leaves: answers.length,
      distributions: starts.length - 1,
      entries: share.length,
    },
    arrays: {
      column: flat('uint16', column),
      threshold: flat('float32', Float32Array.from(thresholds)),
      weight: flat('float32', Float32Array.from(weights)),
      answer: flat('uint32', Uint32Array.from(answers)),
      'distributions/starts': flat('uint32', starts),
      'distributions/role': flat('uint16', role),
      'distributions/share': flat('float32', share),
    },
  };
}

function flat<D extends BundleArray['dtype']>(
  dtype: D,
  data: Extract<BundleArray, { dtype: D }>['data'],
): BundleArray {
  return { dtype, shape: [data.length], data } as BundleArray;
}

/** All nodes that can be reached, tree by tree, each level from left to right. */
function breadthFirst({ roots, column, child }: ForestModel): number[] {
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
 * Puts a forest together again; nothing in the parts is trusted: every walk from a root ends in a leaf.
 *
 * @throws NetworkmlError `NML_MODEL_MANIFEST` for a missing or misshapen part, trees that do not end where the nodes do, or a
 *   value that is out of range.
 */
export function decodeForest(
  meta: EncodedModel['meta'],
  arrays: Readonly<Record<string, BundleArray>>,
): ForestModel {
  if (meta.kind !== 'random-forest') refuse('is not of this kind');
  const layout = textOf(meta, 'layout');
  const roles = namesOf(meta, 'roles');
  const columnCount = wholeOf(meta, 'columnCount');
  const trees = wholeOf(meta, 'trees');
  const nodes = wholeOf(meta, 'nodes');
  const leaves = wholeOf(meta, 'leaves');
  const rows = wholeOf(meta, 'distributions');
  const splits = partOf(arrays, 'column', 'uint16', [nodes]);
  const thresholds = partOf(arrays, 'threshold', 'float32', [nodes - leaves]);
  const weights = partOf(arrays, 'weight', 'float32', [leaves]);
  const answers = partOf(arrays, 'answer', 'uint32', [leaves]);
  const roots = new Uint32Array(trees);
  const column = new Int32Array(nodes);
  const threshold = new Float32Array(nodes);
  const child = new Uint32Array(nodes);
  // Of the node at hand: leaves and splits before it, and the first node that no split has claimed yet.
  let leaf = 0;
  let claimed = 0;
  let tree = 0;
  for (let node = 0; node < nodes; node++) {
    if (node === claimed) {
      if (tree === trees) refuse('more nodes than its trees have');
      roots[tree++] = node;
      claimed = node + 1;
    }
    const split = splits[node] as number;
    if (split === LEAF) {
      if (leaf === leaves) refuse('more leaves than it says');
      column[node] = -1;
      threshold[node] = weights[leaf] as number;
      child[node] = answers[leaf++] as number;
      if ((child[node] as number) >= rows) refuse(`node ${node} leads nowhere`);
      continue;
    }
    if (split >= columnCount) refuse(`node ${node} looks at column ${split}`);
    if (node - leaf >= thresholds.length) refuse('more splits than it says');
    column[node] = split;
    threshold[node] = thresholds[node - leaf] as number;
    child[node] = claimed;
    claimed += 2;
  }
  if (claimed !== nodes || tree !== trees) refuse('trees that do not end where the nodes do');
  const distributions = denseRows(meta, arrays, rows, roles.length);
  return {
    kind: 'random-forest',
    layout,
    roles,
    columnCount,
    roots,
    column,
    threshold,
    child,
    distributions,
  };
}

function denseRows(
  meta: EncodedModel['meta'],
  arrays: Readonly<Record<string, BundleArray>>,
  rows: number,
  width: number,
): Float32Array {
  const entries = wholeOf(meta, 'entries');
  const starts = partOf(arrays, 'distributions/starts', 'uint32', [rows + 1]);
  const role = partOf(arrays, 'distributions/role', 'uint16', [entries]);
  const share = partOf(arrays, 'distributions/share', 'float32', [entries]);
  if (starts[0] !== 0 || starts[rows] !== entries) refuse('distributions that do not fill their shares');
  const dense = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const end = starts[row + 1] as number;
    if (end < (starts[row] as number) || end > entries) refuse('distributions out of order');
    for (let entry = starts[row] as number; entry < end; entry++) {
      if ((role[entry] as number) >= width) refuse(`a share of role ${role[entry]}`);
      dense[row * width + (role[entry] as number)] = share[entry] as number;
    }
  }
  return dense;
}

function refuse(problem: string): never {
  throw new NetworkmlError('NML_MODEL_MANIFEST', `random forest: ${problem}`);
}
