import { NetworkmlError } from '../errors.js';
import { checkForest, type ForestModel } from './forest.js';
import { areShort, type FlatForest, type PackedForest, packForest, unpackForest } from './forest-pack.js';
import type { BundleArray, EncodedModel } from './model-parts.js';
import { namesOf, partOf, textOf, wholeOf } from './model-parts.js';

/**
 * Takes a forest apart for a bundle: see `PackedForest`.
 *
 * @throws NetworkmlError `NML_INTERNAL` for layouts of 65,535 columns or more, which there are none of.
 */
export function encodeForest(model: ForestModel): EncodedModel {
  const { kind, layout, roles, columnCount } = model;
  const packed = model.packed ?? packForest(model);
  const { trees, column, threshold, leaf, weight, answer, starts, role, share } = packed;
  return {
    meta: {
      kind,
      layout,
      roles: [...roles],
      columnCount,
      trees,
      nodes: column.length,
      leaves: leaf.length,
      kinds: answer.length,
      distributions: starts.length - 1,
      entries: share.length,
    },
    arrays: {
      column: flat('uint16', column),
      threshold: flat('float32', threshold),
      leaf: leaf instanceof Uint16Array ? flat('uint16', leaf) : flat('uint32', leaf),
      weight: flat('float32', weight),
      answer: flat('uint32', answer),
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
  const kinds = wholeOf(meta, 'kinds');
  const rows = wholeOf(meta, 'distributions');
  const entries = wholeOf(meta, 'entries');
  const packed: PackedForest = {
    trees: wholeOf(meta, 'trees'),
    column: partOf(arrays, 'column', 'uint16', [nodes]),
    threshold: partOf(arrays, 'threshold', 'float32', [nodes - leaves]),
    leaf: partOf(arrays, 'leaf', areShort(kinds) ? 'uint16' : 'uint32', [leaves]),
    weight: partOf(arrays, 'weight', 'float32', [kinds]),
    answer: partOf(arrays, 'answer', 'uint32', [kinds]),
    starts: partOf(arrays, 'distributions/starts', 'uint32', [rows + 1]),
    role: partOf(arrays, 'distributions/role', 'uint16', [entries]),
    share: partOf(arrays, 'distributions/share', 'float32', [entries]),
  };
  const about = { roles, columnCount };
  checkForest(about, packed);
  let made: FlatForest | undefined;
  const flatForm = () => {
    made ??= unpackForest(packed, roles.length);
    return made;
  };
  return {
    kind: 'random-forest',
    layout,
    ...about,
    get roots() {
      return flatForm().roots;
    },
    get column() {
      return flatForm().column;
    },
    get threshold() {
      return flatForm().threshold;
    },
    get child() {
      return flatForm().child;
    },
    get distributions() {
      return flatForm().distributions;
    },
    packed,
  };
}

function refuse(problem: string): never {
  throw new NetworkmlError('NML_MODEL_MANIFEST', `random forest: ${problem}`);
}
