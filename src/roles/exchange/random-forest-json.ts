/**
 * A forest as the JSON that `ml-random-forest` writes with `toJSON` and takes with `RandomForestClassifier.load`.
 *
 * What differs there, and what is done about it:
 * - A split sends values *below* its number to the left; ours those *up to* it. Vectors are 32-bit floats, so the number
 *   is moved to the neighbouring 32-bit float, and no value changes sides.
 * - Each tree looks at columns of its own, `indexes`, and splits name places in that list.
 * - Each tree votes for the first of the likeliest roles in its leaf, and the forest answers with the most votes. Ours is
 *   the mean over the leaves. Written leaves keep their whole distribution; trees read from elsewhere keep the vote only,
 *   so that the answers are those of their library.
 */

import type { ForestModel } from '../forest.js';
import { ABOUT_FILE, aboutFile } from './about.js';
import type { ExchangeFiles } from './layers-model.js';

/** Name of the file with the forest. */
export const FOREST_FILE = 'random-forest.json';

interface Leaf {
  readonly distribution: [number[]];
  /** Weight of the training rows in it; theirs is not kept in leaves. */
  readonly numberSamples: number;
}

interface Split {
  readonly splitColumn: number;
  readonly splitValue: number;
  readonly left: Node;
  readonly right: Node;
}

type Node = Leaf | Split;

/** The forest as files: the JSON, and `networkml.json` beside it. */
export function writeForestJson(model: ForestModel): ExchangeFiles {
  const trees = treesOf(model);
  const json = {
    name: 'RFClassifier',
    baseModel: {
      indexes: trees.map(({ columns }) => columns),
      n: Math.max(...trees.map(({ columns }) => columns.length)),
      replacement: false,
      maxFeatures: 1,
      nEstimators: trees.length,
      treeOptions: {},
      isClassifier: true,
      seed: 0,
      useSampleBagging: true,
      estimators: trees.map(({ root }) => ({
        name: 'DTClassifier',
        options: { kind: 'classifier', gainFunction: 'gini', splitFunction: 'mean', minNumSamples: 1 },
        root,
      })),
    },
  };
  const about = { ...aboutFile(model, 'random-forest'), leaves: 'distributions' };
  return new Map([
    [FOREST_FILE, `${JSON.stringify(json)}\n`],
    [ABOUT_FILE, `${JSON.stringify(about, null, 1)}\n`],
  ]);
}

/** Each tree as nested nodes, with the columns it looks at, ascending. */
function treesOf(model: ForestModel): { columns: number[]; root: Node }[] {
  const { roots, column } = model;
  return Array.from(roots, (root, tree) => {
    // The nodes of a tree lie together, children behind their parents: from the end, every child is there already.
    const nodes = nodesOf(model, root);
    const columns = [
      ...new Set(nodes.map((node) => column[node] as number).filter((each) => each >= 0)),
    ].sort((a, b) => a - b);
    const place = new Map(columns.map((each, index) => [each, index]));
    const made = new Map<number, Node>();
    for (const node of nodes.reverse()) made.set(node, nodeOf(model, node, place, made));
    // A tree without a split looks at nothing; theirs looks at one column at least.
    return {
      columns: columns.length === 0 ? [tree % model.columnCount] : columns,
      root: made.get(root) as Node,
    };
  });
}

/** All nodes below a root, parents first. */
function nodesOf({ column, child }: ForestModel, root: number): number[] {
  const nodes = [root];
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i] as number;
    if ((column[node] as number) < 0) continue;
    const next = child[node] as number;
    nodes.push(next, next + 1);
  }
  return nodes;
}

function nodeOf(
  { column, threshold, child, distributions, roles }: ForestModel,
  node: number,
  place: ReadonlyMap<number, number>,
  made: ReadonlyMap<number, Node>,
): Node {
  const next = child[node] as number;
  const split = column[node] as number;
  const value = threshold[node] as number;
  if (split < 0) {
    const from = next * roles.length;
    return {
      distribution: [Array.from(distributions.subarray(from, from + roles.length))],
      numberSamples: value,
    };
  }
  return {
    splitColumn: place.get(split) as number,
    splitValue: nextFloat(value),
    left: made.get(next) as Node,
    right: made.get(next + 1) as Node,
  };
}

const bits = new DataView(new ArrayBuffer(4));

/** The 32-bit float that follows a finite one. */
export function nextFloat(value: number): number {
  if (value === 0) return 2 ** -149;
  bits.setFloat32(0, value);
  bits.setInt32(0, bits.getInt32(0) + (value > 0 ? 1 : -1));
  return bits.getFloat32(0);
}

/** The greatest 32-bit float below a finite number. */
export function floatBelow(value: number): number {
  const rounded = Math.fround(value);
  return rounded < value ? rounded : -nextFloat(-rounded);
}
