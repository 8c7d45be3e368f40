/**
 * Isolation forest (Liu, Ting, Zhou, ICDM 2008): rows that random cuts part from the others early are strange. The score
 * is `2^(-E(h) / c(samples))`, 0 to 1, higher is stranger.
 */
import { NetworkmlError } from '../../errors.js';
import { createRandom, type Random, sampleWithoutReplacement } from '../../math/index.js';
import {
  arrayOf,
  type DenseTable,
  type DetectorArrays,
  type DetectorKernel,
  type DetectorSettings,
  settingOf,
} from './dense-table.js';

/** Numbers of a node: column (-1: a leaf), cut or path length of a leaf, child below the cut, child above. */
const NODE = 4;

/** Settings: `trees`, and `samples`, the rows that each tree sees (at most all). */
export const isolationForest: DetectorKernel = {
  defaults: { trees: 100, samples: 256 },
  largestScore: 1,
  fit,
  scorer: (arrays, columnCount, settings) => {
    const roots = arrayOf(arrays, 'roots', settingOf(settings, 'trees'));
    const nodes = arrayOf(arrays, 'nodes');
    const usual = arrayOf(arrays, 'usualLength', 1)[0] as number;
    checkNodes(nodes, roots, columnCount);
    return (row) => {
      let sum = 0;
      for (const root of roots) sum += pathLength(nodes, root, row);
      return 2 ** (-sum / roots.length / usual);
    };
  },
};

/**
 * Mean length of the way to a row in a binary search tree of so many rows (Liu et al., equation 1): 0 for one, 1 for two.
 */
export function usualPathLength(rows: number): number {
  if (rows <= 1) return 0;
  if (rows === 2) return 1;
  return 2 * (Math.log(rows - 1) + 0.5772156649015329) - (2 * (rows - 1)) / rows;
}

function pathLength(nodes: Float64Array, root: number, row: ArrayLike<number>): number {
  let at = root * NODE;
  for (let column = nodes[at] as number; column >= 0; column = nodes[at] as number) {
    const below = (row[column] as number) <= (nodes[at + 1] as number);
    at = (nodes[at + (below ? 2 : 3)] as number) * NODE;
  }
  return nodes[at + 1] as number;
}

function fit(table: DenseTable, settings: DetectorSettings, seed: number): DetectorArrays {
  const random = createRandom(seed);
  const samples = Math.min(settingOf(settings, 'samples'), table.rowCount);
  const deepest = Math.ceil(Math.log2(Math.max(2, samples)));
  const nodes: number[] = [];
  const roots = new Float64Array(settingOf(settings, 'trees'));
  for (let tree = 0; tree < roots.length; tree++) {
    const rows = sampleWithoutReplacement(random, table.rowCount, samples);
    roots[tree] = nodes.length / NODE;
    grow({ table, random, nodes, deepest }, rows, 0);
  }
  // Two rows at least: with one, every row is as usual as can be.
  const usualLength = Float64Array.of(Math.max(1, usualPathLength(samples)));
  return { roots, nodes: Float64Array.from(nodes), usualLength };
}

interface Growth {
  readonly table: DenseTable;
  readonly random: Random;
  readonly nodes: number[];
  readonly deepest: number;
}

/** Appends the tree of some rows; returns the index of its root. Recursion is as deep as the tree: log2 of the rows. */
function grow(growth: Growth, rows: Uint32Array, depth: number): number {
  const { table, nodes, deepest } = growth;
  const at = nodes.length;
  const cut = depth >= deepest || rows.length <= 1 ? undefined : randomCut(growth, rows);
  if (cut === undefined) {
    nodes.push(-1, depth + usualPathLength(rows.length), 0, 0);
    return at / NODE;
  }
  nodes.push(cut.column, cut.value, 0, 0);
  const below = (row: number): boolean =>
    (table.values[row * table.columnCount + cut.column] as number) <= cut.value;
  nodes[at + 2] = grow(growth, rows.filter(below), depth + 1);
  nodes[at + 3] = grow(
    growth,
    rows.filter((row) => !below(row)),
    depth + 1,
  );
  return at / NODE;
}

/** A cut of a random column among those in which the rows differ; undefined where they are all equal. */
function randomCut(
  { table, random }: Growth,
  rows: Uint32Array,
): { column: number; value: number } | undefined {
  const columns = Uint32Array.from({ length: table.columnCount }, (_, column) => column);
  for (let left = columns.length; left > 0; left--) {
    const drawn = random.below(left);
    const column = columns[drawn] as number;
    columns[drawn] = columns[left - 1] as number;
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (const row of rows) {
      const value = table.values[row * table.columnCount + column] as number;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    if (most > least) {
      const value = least + random.uniform() * (most - least);
      // Rounding must not leave one side without rows.
      return { column, value: value < most ? value : least };
    }
  }
  return undefined;
}

/** Children come behind their parents, so that no way through a tree is without an end. */
function checkNodes(nodes: Float64Array, roots: Float64Array, columnCount: number): void {
  const count = nodes.length / NODE;
  const isNode = (node: number, behind: number): boolean =>
    Number.isInteger(node) && node > behind && node < count;
  let sound = Number.isInteger(count) && roots.every((root) => isNode(root, -1));
  for (let node = 0; sound && node < count; node++) {
    const column = nodes[node * NODE] as number;
    if (column === -1) continue;
    sound =
      Number.isInteger(column) &&
      column >= 0 &&
      column < columnCount &&
      isNode(nodes[node * NODE + 2] as number, node) &&
      isNode(nodes[node * NODE + 3] as number, node);
  }
  if (!sound) throw new NetworkmlError('NML_MODEL_MANIFEST', 'the trees of the detector are not trees');
}
