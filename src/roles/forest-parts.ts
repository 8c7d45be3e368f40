import { NetworkmlError } from '../errors.js';
import { checkPacked, type ForestModel, type PackedForest, unpackForest } from './forest.js';
import { FOREST_LEAF } from './kernel-layout.js';
import type { BundleArray, EncodedModel } from './model-parts.js';
import { namesOf, partOf, textOf, wholeOf } from './model-parts.js';

/**
 * Takes a forest apart for a bundle. Nodes are kept tree by tree and breadth-first, so that a bundle need not say where the
 * children of a split are: they are the next two that no split before has claimed.
 *
 * @throws NetworkmlError `NML_INTERNAL` for layouts of 65,535 columns or more, which there are none of.
 */
export function encodeForest(model: ForestModel): EncodedModel {
  const { kind, layout, roles, columnCount, roots } = model;
  if (columnCount >= FOREST_LEAF)
    throw new NetworkmlError('NML_INTERNAL', `a forest over ${columnCount} columns`);
  const order = breadthFirst(model);
  const column = new Uint16Array(order.length);
  const thresholds: number[] = [];
  const weights: number[] = [];
  const answers: number[] = [];
  for (let place = 0; place < order.length; place++) {
    const node = order[place] as number;
    const split = model.column[node] as number;
    const value = model.threshold[node] as number;
    column[place] = split < 0 ? FOREST_LEAF : split;
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
  const nodes = wholeOf(meta, 'nodes');
  const leaves = wholeOf(meta, 'leaves');
  const rows = wholeOf(meta, 'distributions');
  const entries = wholeOf(meta, 'entries');
  const packed: PackedForest = {
    trees: wholeOf(meta, 'trees'),
    column: partOf(arrays, 'column', 'uint16', [nodes]),
    threshold: partOf(arrays, 'threshold', 'float32', [nodes - leaves]),
    weight: partOf(arrays, 'weight', 'float32', [leaves]),
    answer: partOf(arrays, 'answer', 'uint32', [leaves]),
    starts: partOf(arrays, 'distributions/starts', 'uint32', [rows + 1]),
    role: partOf(arrays, 'distributions/role', 'uint16', [entries]),
    share: partOf(arrays, 'distributions/share', 'float32', [entries]),
  };
  const about = { roles, columnCount };
  checkPacked(about, packed);
  let made: ReturnType<typeof unpackForest> | undefined;
  const flat = () => {
    made ??= unpackForest(about, packed);
    return made;
  };
  let dense: Float32Array | undefined;
  return {
    kind: 'random-forest',
    layout,
    ...about,
    get roots() {
      return flat().roots;
    },
    get column() {
      return flat().column;
    },
    get threshold() {
      return flat().threshold;
    },
    get child() {
      return flat().child;
    },
    get distributions() {
      dense ??= denseRows(packed, roles.length);
      return dense;
    },
    packed,
  };
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

function refuse(problem: string): never {
  throw new NetworkmlError('NML_MODEL_MANIFEST', `random forest: ${problem}`);
}
