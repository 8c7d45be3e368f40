/** A forest from the JSON of `ml-random-forest`; nothing in it is trusted. What differs there: see the writer. */

import type { ForestModel } from '../forest.js';
import { readAbout } from './about.js';
import { listAt, numberAt, objectAt, refuse, type Untrusted, wholeAt } from './json.js';
import { floatBelow } from './random-forest-json.js';

/** More nodes than any forest that a bundle can hold. */
const MAX_NODES = 2 ** 24;

/** The arrays of a forest in the making. */
interface Growing {
  readonly roots: number[];
  readonly column: number[];
  readonly threshold: number[];
  readonly child: number[];
  readonly distributions: number[];
  /** Row of `distributions` by its content. */
  readonly known: Map<string, number>;
}

/** What holds for all leaves. */
interface LeafRule {
  readonly classCount: number;
  /** Only the vote of a leaf counts, as in their library; otherwise its distribution. */
  readonly votesOnly: boolean;
}

/**
 * Puts a forest together from the JSON of `ml-random-forest`. Roles are numbered there as they are listed in
 * `networkml.json`. Of equally many votes the earlier role wins here, and there the one that came to that number first.
 *
 * @param forest the parsed JSON.
 * @param beside the parsed `networkml.json`.
 * @throws NetworkmlError `NML_MODEL_EXCHANGE`
 */
export function readForestJson(forest: unknown, beside: unknown): ForestModel {
  const about = readAbout(beside);
  const root = objectAt(forest, 'the forest');
  if (root.name !== 'RFClassifier') refuse(`the forest is ${JSON.stringify(root.name)}, not RFClassifier`);
  const base = objectAt(root.baseModel, 'baseModel');
  const estimators = listAt(base.estimators, 'estimators');
  const indexes = listAt(base.indexes, 'indexes');
  if (estimators.length === 0 || indexes.length !== estimators.length) {
    refuse(`${estimators.length} trees with ${indexes.length} lists of columns`);
  }
  const growing: Growing = {
    roots: [],
    column: [],
    threshold: [],
    child: [],
    distributions: [],
    known: new Map(),
  };
  const rule = {
    classCount: about.roles.length,
    votesOnly: (beside as Untrusted).leaves !== 'distributions',
  };
  estimators.forEach((estimator, tree) => {
    const columns = columnsOf(indexes[tree], about.columnCount);
    addTree(growing, objectAt(objectAt(estimator, 'a tree').root, 'root of a tree'), columns, rule);
  });
  return {
    kind: 'random-forest',
    layout: about.layout,
    roles: about.roles,
    columnCount: about.columnCount,
    roots: Uint32Array.from(growing.roots),
    column: Int32Array.from(growing.column),
    threshold: Float32Array.from(growing.threshold),
    child: Uint32Array.from(growing.child),
    distributions: Float32Array.from(growing.distributions),
  };
}

function columnsOf(index: unknown, columnCount: number): number[] {
  return listAt(index, 'indexes of a tree').map((each) => {
    const column = wholeAt(each, 'an index of a tree', 0);
    if (column >= columnCount) refuse(`column ${column} of ${columnCount}`);
    return column;
  });
}

/** Adds a tree node by node, parents first; a node with a distribution is a leaf, whatever else it holds. */
function addTree(growing: Growing, root: Untrusted, columns: readonly number[], rule: LeafRule): void {
  const { column, threshold, child } = growing;
  const place = (): number => {
    if (column.length >= MAX_NODES) refuse(`more than ${MAX_NODES} nodes`);
    column.push(-1);
    threshold.push(1);
    return child.push(0) - 1;
  };
  const waiting = [{ node: root, at: place() }];
  growing.roots.push((waiting[0] as { at: number }).at);
  for (let i = 0; i < waiting.length; i++) {
    const { node, at } = waiting[i] as { node: Untrusted; at: number };
    if (node.distribution !== undefined && node.distribution !== null) {
      child[at] = leafRow(growing, node.distribution, rule);
      if (typeof node.numberSamples === 'number' && node.numberSamples > 0)
        threshold[at] = node.numberSamples;
      continue;
    }
    const split = columns[wholeAt(node.splitColumn, 'splitColumn', 0)];
    if (split === undefined) refuse(`splitColumn ${node.splitColumn} of ${columns.length} columns`);
    column[at] = split;
    threshold[at] = thresholdOf(node.splitValue);
    const left = place();
    child[at] = left;
    waiting.push({ node: objectAt(node.left, 'left of a split'), at: left });
    waiting.push({ node: objectAt(node.right, 'right of a split'), at: place() });
  }
}

function thresholdOf(splitValue: unknown): number {
  const below = floatBelow(numberAt(splitValue, 'splitValue'));
  if (!Number.isFinite(below)) refuse(`splitValue ${splitValue} is beyond 32-bit floats`);
  return below;
}

function leafRow(
  { distributions, known }: Growing,
  value: unknown,
  { classCount, votesOnly }: LeafRule,
): number {
  const [row, ...more] = listAt(value, 'distribution');
  const given = listAt(row, 'distribution').map((each) => numberAt(each, 'distribution'));
  const sum = given.reduce((total, each) => total + each, 0);
  if (more.length > 0 || given.length > classCount || given.some((each) => each < 0) || !(sum > 0)) {
    refuse(`a distribution is not one row of shares of ${classCount} roles`);
  }
  const best = given.indexOf(Math.max(...given));
  const shares = Array.from({ length: classCount }, (_, k) =>
    votesOnly ? Number(k === best) : Math.fround((given[k] ?? 0) / (Math.abs(sum - 1) < 1e-6 ? 1 : sum)),
  );
  const key = shares.join();
  const found = known.get(key);
  if (found !== undefined) return found;
  const at = distributions.length / classCount;
  distributions.push(...shares);
  known.set(key, at);
  return at;
}
