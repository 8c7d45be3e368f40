import { NetworkmlError } from '../errors.js';
import { checkForest, type ForestModel } from './forest.js';
import { type FlatForest, type PackedForest, packForest, unpackForest } from './forest-pack.js';
import type { BundleArray, EncodedModel } from './model-parts.js';
import { namesOf, partOf, textOf, wholeOf } from './model-parts.js';

/**
 * Takes a forest apart for a bundle: see `PackedForest`.
 *
 * @throws NetworkmlError `NML_INTERNAL` for layouts of more than 65,536 columns, which there are none of.
 */
export function encodeForest(model: ForestModel): EncodedModel {
  const { kind, layout, roles, columnCount } = model;
  const packed = model.packed ?? packForest(model);
  const { first, column, threshold, child, weight, answer, starts, role, share } = packed;
  return {
    meta: {
      kind,
      layout,
      roles: [...roles],
      columnCount,
      trees: first.length - 1,
      splits: column.length,
      kinds: answer.length,
      distributions: starts.length - 1,
      entries: share.length,
    },
    arrays: {
      first: flat('uint32', first),
      column: flat('uint16', column),
      threshold: flat('float32', threshold),
      child: child instanceof Uint16Array ? flat('uint16', child) : flat('uint32', child),
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
 * @throws NetworkmlError `NML_MODEL_MANIFEST` for a missing or misshapen part, a child that is not behind its parent, or a value that
 *   is out of range.
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
  const splits = wholeOf(meta, 'splits');
  const kinds = wholeOf(meta, 'kinds');
  const rows = wholeOf(meta, 'distributions');
  const entries = wholeOf(meta, 'entries');
  const packed: PackedForest = {
    first: partOf(arrays, 'first', 'uint32', [trees + 1]),
    column: partOf(arrays, 'column', 'uint16', [splits]),
    threshold: partOf(arrays, 'threshold', 'float32', [splits]),
    child: partOf(arrays, 'child', arrays.child?.dtype === 'uint32' ? 'uint32' : 'uint16', [2 * splits]),
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
