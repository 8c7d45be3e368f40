import { NetworkmlError } from '../errors.js';
import { createRandom, type Random } from '../math/index.js';
import type { ForestModel } from './forest.js';
import type { Splitter } from './forest-cuts.js';
import { type CodedItems, codeItems, type ForestItems } from './forest-data.js';
import { LeafTable } from './forest-leaves.js';
import { onlyPresence, PresenceGrower } from './forest-presence.js';
import { type GrownTree, TreeGrower, type TreeSettings, worthCounting } from './forest-tree.js';

/** Settings of the training; what is left out has the value in `forestDefaults`. */
export interface ForestOptions {
  /** Same seed, same bytes, whatever the number of threads. */
  readonly seed: number;
  readonly trees?: number;
  /** Columns tried at each split; the square root of the columns that differ between rows unless given. */
  readonly columnsPerSplit?: number;
  /** Fewest different pairs of vector and role in a leaf. */
  readonly leafItems?: number;
  readonly splitter?: Splitter;
  /** Whether each tree sees a bootstrap of the rows; otherwise all of them. */
  readonly bootstrap?: boolean;
  /** Whether `OutOfBag` is estimated, which takes as long as growing where trees are deep; it is unless this is false. */
  readonly outOfBag?: boolean;
}

export const forestDefaults = { trees: 300, leafItems: 1, splitter: 'best', bootstrap: true } as const;

/** Trees first .. last of a forest, as a thread grows them. */
export interface GrownTrees {
  readonly trees: readonly GrownTree[];
  /** Votes of the trees that had not seen an item, [items x classes]; without bootstrap, or where nobody asks, all zero. */
  readonly outOfBagVotes: Float64Array;
}

/** How well the forest answers rows that a tree had not drawn (Breiman 2001, section 3.1). */
export interface OutOfBag {
  /** Share of rows answered rightly, rows as `copies` counts them. */
  readonly accuracy: number;
  /** The same with the weights of the rows. */
  readonly weightedAccuracy: number;
}

/**
 * Grows trees `first` to `last - 1`. Tree i draws from a stream of its own, made of the seed and i alone.
 */
export function growTrees(data: CodedItems, options: ForestOptions, first: number, last: number): GrownTrees {
  const settings = { ...forestDefaults, ...options };
  const columnsPerSplit = options.columnsPerSplit ?? Math.max(1, Math.floor(Math.sqrt(data.columns.length)));
  const grower = treeGrower(data, { ...settings, columnsPerSplit });
  const items = data.row.length;
  const drawn = new Float64Array(items);
  const weights = new Float64Array(data.pairRow.length);
  const trees: GrownTree[] = [];
  const outOfBagVotes = new Float64Array(items * data.classCount);
  for (let tree = first; tree < last; tree++) {
    const random = createRandom(treeSeed(options.seed, tree));
    if (settings.bootstrap) bootstrap(data.copies, random, drawn);
    else drawn.set(data.copies);
    weights.fill(0);
    for (let i = 0; i < items; i++) {
      const pair = data.pairOf[i] as number;
      weights[pair] = (weights[pair] as number) + (drawn[i] as number) * (data.weight[i] as number);
    }
    const grown = grower.grow(weights, random);
    trees.push(grown);
    if (settings.bootstrap && options.outOfBag !== false) voteOutOfBag(grown, data, drawn, outOfBagVotes);
  }
  return { trees, outOfBagVotes };
}

function treeGrower(data: CodedItems, settings: TreeSettings): TreeGrower | PresenceGrower {
  const quick = settings.splitter === 'best' && worthCounting(data, settings) && onlyPresence(data);
  return quick ? new PresenceGrower(data, settings) : new TreeGrower(data, settings);
}

/** The seed of one tree: 21 bits of the forest's seed over 32 bits of the tree's number and the seed's upper half. */
function treeSeed(seed: number, tree: number): number {
  if (!Number.isSafeInteger(seed) || seed < 0) throw new NetworkmlError('NML_CONFIG', `seed: ${seed}`);
  return (seed % 0x200000) * 0x100000000 + ((Math.floor(seed / 0x200000) * 0x9e3779b1 + tree) >>> 0);
}

/**
 * How often each item is drawn: Poisson with the number of its copies as mean, which is what drawing as many rows as
 * there are comes to for all but very few rows (Hanley and MacGibbon, Computer Methods and Programs in Biomedicine 83,
 * 2006), and takes time by items instead of rows.
 */
function bootstrap(copies: Uint32Array, random: Random, drawn: Float64Array): void {
  let any = false;
  for (let i = 0; i < copies.length; i++) {
    const times = poisson(copies[i] as number, random);
    drawn[i] = times;
    any ||= times > 0;
  }
  if (!any) drawn[random.below(copies.length)] = 1;
}

/** A Poisson deviate: inversion for small means, the rounded normal above 64 (its error is below one percent there). */
function poisson(mean: number, random: Random): number {
  if (mean > 64) return Math.max(0, Math.round(mean + Math.sqrt(mean) * random.normal()));
  let term = Math.exp(-mean);
  let sum = term;
  const point = random.uniform();
  let times = 0;
  while (point > sum && times < 1000) {
    times++;
    term *= mean / times;
    sum += term;
  }
  return times;
}

/**
 * Adds the tree's answer to the votes for each item by the share of its copies that the tree had not drawn: of m copies
 * drawn k times, (1 - 1/m)^k are expected to be left.
 */
function voteOutOfBag(tree: GrownTree, data: CodedItems, drawn: Float64Array, votes: Float64Array): void {
  const { classCount, copies, pairOf } = data;
  const leaves = Uint32Array.from(data.pairRow, (_, pair) => leafOf(tree, data, pair));
  for (let i = 0; i < copies.length; i++) {
    const unseen = (1 - 1 / (copies[i] as number)) ** (drawn[i] as number);
    if (unseen === 0) continue;
    const from = (leaves[pairOf[i] as number] as number) * classCount;
    for (let k = 0; k < classCount; k++) {
      const cell = i * classCount + k;
      votes[cell] = (votes[cell] as number) + unseen * (tree.leaves[from + k] as number);
    }
  }
}

/** Place in `leaves` of the leaf that a pair comes to. */
function leafOf(tree: GrownTree, { codes, values, valueStart, pairRow }: CodedItems, pair: number): number {
  let node = 0;
  for (;;) {
    const split = tree.column[node] as number;
    const next = tree.child[node] as number;
    if (split < 0) return next;
    const code = codes[split * pairRow.length + pair] as number;
    const value = values[(valueStart[split] as number) + code] as number;
    node = value <= (tree.threshold[node] as number) ? next : next + 1;
  }
}

/** What the votes of all trees say about unseen rows; NaN when no row was ever unseen or nobody asks. */
function outOfBag(items: ForestItems, votes: Float64Array): OutOfBag {
  const { classCount, label, copies, weight } = items;
  let right = 0;
  let rows = 0;
  let rightWeight = 0;
  let rowWeight = 0;
  for (let i = 0; i < label.length; i++) {
    let best = 0;
    let sum = 0;
    for (let k = 0; k < classCount; k++) {
      const vote = votes[i * classCount + k] as number;
      sum += vote;
      if (vote > (votes[i * classCount + best] as number)) best = k;
    }
    if (sum === 0) continue;
    const count = copies[i] as number;
    const own = count * (weight[i] as number);
    rows += count;
    rowWeight += own;
    if (best !== label[i]) continue;
    right += count;
    rightWeight += own;
  }
  return { accuracy: right / rows, weightedAccuracy: rightWeight / rowWeight };
}

/** A forest, and how well it answers rows that its trees had not drawn. */
export interface TrainedForest {
  readonly model: ForestModel;
  readonly outOfBag: OutOfBag;
}

/** What a forest is about: as in `ForestModel`. */
export type ForestAbout = Pick<ForestModel, 'layout' | 'roles'>;

/** One forest from trees in their order; equal leaves are kept once. */
function joinTrees(about: ForestAbout, data: CodedItems, trees: readonly GrownTree[]): ForestModel {
  const { classCount } = data;
  const nodes = trees.reduce((sum, tree) => sum + tree.column.length, 0);
  const column = new Int32Array(nodes);
  const threshold = new Float32Array(nodes);
  const child = new Uint32Array(nodes);
  const roots = new Uint32Array(trees.length);
  const table = new LeafTable(classCount);
  let offset = 0;
  trees.forEach((tree, index) => {
    roots[index] = offset;
    threshold.set(tree.threshold, offset);
    for (let node = 0; node < tree.column.length; node++) {
      const split = tree.column[node] as number;
      column[offset + node] = split < 0 ? -1 : (data.columns[split] as number);
      const next = tree.child[node] as number;
      if (split >= 0) {
        child[offset + node] = offset + next;
        continue;
      }
      child[offset + node] = table.place(tree.leaves, next * classCount);
    }
    offset += tree.column.length;
  });
  const { layout, roles } = about;
  const { columnCount } = data.rows;
  return {
    kind: 'random-forest',
    layout,
    roles: [...roles],
    columnCount,
    roots,
    column,
    threshold,
    child,
    distributions: table.distributions(),
  };
}

/**
 * Trains a forest in this thread.
 *
 * @throws NetworkmlError `NML_CONFIG` for a setting out of range, `NML_TRAIN_DATA` for no rows or too many.
 */
export function trainForest(about: ForestAbout, items: ForestItems, options: ForestOptions): TrainedForest {
  const data = codeItems(items);
  const pieces = forestPieces(options).map(([first, last]) => growTrees(data, options, first, last));
  return joinPieces(about, data, pieces);
}

/** Trees that are grown in one go; fixed, so that sums over pieces do not depend on the number of threads. */
const treesPerPiece = 20;

/**
 * First and last tree (excluded) of every piece of a forest.
 *
 * @throws NetworkmlError `NML_CONFIG` for a setting out of range
 */
export function forestPieces(options: ForestOptions): [first: number, last: number][] {
  const trees = checkForestOptions(options);
  return Array.from({ length: Math.ceil(trees / treesPerPiece) }, (_, piece) => {
    const first = piece * treesPerPiece;
    return [first, Math.min(trees, first + treesPerPiece)];
  });
}

/** The forest and its out-of-bag estimate from all pieces in their order. */
export function joinPieces(
  about: ForestAbout,
  data: CodedItems,
  pieces: readonly GrownTrees[],
): TrainedForest {
  const votes = new Float64Array(data.row.length * data.classCount);
  for (const { outOfBagVotes } of pieces) {
    for (let i = 0; i < votes.length; i++) votes[i] = (votes[i] as number) + (outOfBagVotes[i] as number);
  }
  const trees = pieces.flatMap((piece) => piece.trees);
  return { model: joinTrees(about, data, trees), outOfBag: outOfBag(data, votes) };
}

/** The number of trees, when the settings can be used. */
function checkForestOptions(options: ForestOptions): number {
  const { trees, leafItems } = { ...forestDefaults, ...options };
  const { columnsPerSplit = 1 } = options;
  for (const [name, value] of Object.entries({ trees, leafItems, columnsPerSplit })) {
    if (!Number.isInteger(value) || value < 1) throw new NetworkmlError('NML_CONFIG', `${name}: ${value}`);
  }
  return trees;
}
