import { NetworkmlError } from '../errors.js';
import type { ForestModel } from './forest.js';
import type { BundleArray, EncodedModel } from './model-parts.js';
import { namesOf, partOf, textOf, wholeOf } from './model-parts.js';

/** Takes a forest apart for a bundle; the arrays are those of the model, not copies. */
export function encodeForest(model: ForestModel): EncodedModel {
  const { kind, layout, roles, columnCount, roots, column, threshold, child, distributions } = model;
  const nodes = column.length;
  const leaves = distributions.length / roles.length;
  return {
    meta: { kind, layout, roles: [...roles], columnCount, trees: roots.length, nodes, leaves },
    arrays: {
      roots: { dtype: 'uint32', shape: [roots.length], data: roots },
      column: { dtype: 'int32', shape: [nodes], data: column },
      threshold: { dtype: 'float32', shape: [nodes], data: threshold },
      child: { dtype: 'uint32', shape: [nodes], data: child },
      distributions: { dtype: 'float32', shape: [leaves, roles.length], data: distributions },
    },
  };
}

/**
 * Puts a forest together again; nothing in the parts is trusted: every walk from a root ends in a leaf.
 *
 * @throws NetworkmlError `NML_MODEL_MANIFEST` for a missing or misshapen part, a node out of place, or a value that is
 *   not finite.
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
  const model: ForestModel = {
    kind: 'random-forest',
    layout,
    roles,
    columnCount,
    roots: partOf(arrays, 'roots', 'uint32', [wholeOf(meta, 'trees')]),
    column: partOf(arrays, 'column', 'int32', [nodes]),
    threshold: partOf(arrays, 'threshold', 'float32', [nodes]),
    child: partOf(arrays, 'child', 'uint32', [nodes]),
    distributions: partOf(arrays, 'distributions', 'float32', [leaves, roles.length]),
  };
  checkNodes(model, leaves);
  return model;
}

function checkNodes({ roots, column, child, columnCount }: ForestModel, leaves: number): void {
  const nodes = column.length;
  for (const root of roots) if (root >= nodes) refuse(`root ${root} of ${nodes} nodes`);
  for (let node = 0; node < nodes; node++) {
    const split = column[node] as number;
    const next = child[node] as number;
    if (split >= columnCount || split < -1) refuse(`node ${node} looks at column ${split}`);
    // Children come after their parent, so that no walk can go round in circles.
    if (split < 0 ? next >= leaves : next <= node || next + 1 >= nodes) refuse(`node ${node} leads nowhere`);
  }
}

function refuse(problem: string): never {
  throw new NetworkmlError('NML_MODEL_MANIFEST', `random forest: ${problem}`);
}
