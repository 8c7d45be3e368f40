/**
 * The trees of a forest as a bundle keeps it: nodes breadth-first, a column each, so that the children of a split are the next
 * two nodes that no split before has claimed: those of split number s are nodes 2s + 1 and 2s + 2 of the tree.
 */
import * as at from '../../src/roles/kernel-layout';
import { areBelow, areShortsBelow } from './checks';

/** Nodes that are looked at in one go. */
const BLOCK: u32 = 8;

/** The tree at hand: its columns, the thresholds of its splits, the kinds of its leaves, and how many nodes it has. */
export let columns: usize = 0;
export let thresholds: usize = 0;
export let kinds: usize = 0;
export let kindShift: usize = 0;
export let count: u32 = 0;
export let leafCount: u32 = 0;

/** Goes to a tree. */
export function takeTree(forest: usize, tree: u32): void {
  const place = load<usize>(forest, at.FOREST_PLACES) + ((<usize>tree) << 3);
  const root = load<u32>(place);
  const leaf = load<u32>(place, 4);
  count = load<u32>(place, 8) - root;
  leafCount = load<u32>(place, 12) - leaf;
  columns = load<usize>(forest, at.FOREST_COLUMN) + ((<usize>root) << 1);
  thresholds = load<usize>(forest, at.FOREST_THRESHOLD) + ((<usize>(root - leaf)) << 2);
  kindShift = load<usize>(forest, at.FOREST_KIND_SHIFT);
  kinds = load<usize>(forest, at.FOREST_KIND) + ((<usize>leaf) << kindShift);
}

/** What lies at the place of a leaf's kind. */
export function kindAt(place: usize): u32 {
  return kindShift === 1 ? <u32>load<u16>(place) : load<u32>(place);
}

/** How many of the nodes from one up to another (excluded) of the tree at hand are splits. */
export function splitsBetween(from: u32, to: u32): u32 {
  let splits: u32 = 0;
  let at = columns + ((<usize>from) << 1);
  let left = to - from;
  for (; left >= BLOCK; left -= BLOCK) {
    splits += popcnt<u32>(splitsOf(at));
    at += 16;
  }
  return splits + popcnt<u32>(splitsOf(at) & ((1 << left) - 1));
}

/** A bit for each of eight nodes: whether it is a split. */
function splitsOf(nodes: usize): u32 {
  return i16x8.bitmask(i16x8.ne(v128.load(nodes), i16x8.splat(<i16>at.FOREST_LEAF)));
}

/** Which node or entry is wrong. */
export let wrong: u32 = 0;

/** Whether the trees of a forest end where the nodes do, in leaves with answers; finds the places of the trees. */
export function checkForest(forest: usize): i32 {
  const found = findTrees(forest);
  if (found !== at.FOREST_FINE) return found;
  const answers = load<u32>(forest, at.FOREST_ANSWERS);
  const kindCount = load<u32>(forest, at.FOREST_KINDS);
  if (!areKinds(forest, kindCount)) return at.FOREST_NO_ANSWER;
  if (!areBelow(load<usize>(forest, at.FOREST_ANSWER), kindCount, answers)) return at.FOREST_NO_ANSWER;
  return checkAnswers(forest, answers);
}

/** Whether every leaf is of a kind that there is. */
function areKinds(forest: usize, kindCount: u32): boolean {
  const own = load<usize>(forest, at.FOREST_KIND);
  const leaves = load<u32>(forest, at.FOREST_LEAVES);
  const short = load<u32>(forest, at.FOREST_KIND_SHIFT) === 1;
  return short ? areShortsBelow(own, leaves, kindCount) : areBelow(own, leaves, kindCount);
}

function findTrees(forest: usize): i32 {
  const nodes = load<u32>(forest, at.FOREST_NODES);
  const trees = load<u32>(forest, at.FOREST_TREES);
  const width = min(load<u32>(forest, at.FOREST_COLUMNS), <u32>at.FOREST_LEAF);
  const column = load<usize>(forest, at.FOREST_COLUMN);
  let place = load<usize>(forest, at.FOREST_PLACES);
  let leaf: u32 = 0;
  let tree: u32 = 0;
  let root: u32 = 0;
  let longest: u32 = 0;
  // Nodes of the tree that a split has claimed and that are still to come.
  let open: u32 = 0;
  let node: u32 = 0;
  while (node < nodes) {
    if (open === 0) {
      if (tree === trees) return at.FOREST_TOO_MANY_NODES;
      tree++;
      longest = max(longest, node - root);
      root = node;
      open = 1;
      store<u32>(place, node);
      store<u32>(place, leaf, 4);
      place += 8;
    }
    const first = column + ((<usize>node) << 1);
    if (open > BLOCK && node + BLOCK <= nodes) {
      const splits = popcnt<u32>(splitsOf(first));
      if (!areColumns(first, width)) return firstWrong(column, node, width);
      leaf += BLOCK - splits;
      open += 2 * splits - BLOCK;
      node += BLOCK;
      continue;
    }
    const split = <u32>load<u16>(first);
    if (split === at.FOREST_LEAF) leaf++;
    else if (split >= width) return firstWrong(column, node, width);
    else open += 2;
    open--;
    node++;
  }
  if (leaf !== load<u32>(forest, at.FOREST_LEAVES)) {
    return leaf > load<u32>(forest, at.FOREST_LEAVES) ? at.FOREST_TOO_MANY_LEAVES : at.FOREST_TOO_MANY_SPLITS;
  }
  if (open !== 0 || tree !== trees) return at.FOREST_OPEN_END;
  store<u32>(place, nodes);
  store<u32>(place, leaf, 4);
  store<u32>(forest, max(longest, nodes - root), at.FOREST_LONGEST);
  return at.FOREST_FINE;
}

/** Whether eight nodes are leaves or look at columns of the layout. */
function areColumns(nodes: usize, width: u32): boolean {
  const own = v128.load(nodes);
  const isLeaf = i16x8.eq(own, i16x8.splat(<i16>at.FOREST_LEAF));
  return !!i16x8.all_true(v128.or(isLeaf, i16x8.lt_u(own, i16x8.splat(<i16>width))));
}

function firstWrong(column: usize, from: u32, width: u32): i32 {
  wrong = from;
  let split = <u32>load<u16>(column + ((<usize>wrong) << 1));
  while (split < width || split === at.FOREST_LEAF) split = <u32>load<u16>(column + ((<usize>++wrong) << 1));
  return at.FOREST_NO_COLUMN;
}

/** Whether the distinct answers of a forest lie one after the other, their roles in order. */
function checkAnswers(forest: usize, answers: u32): i32 {
  const starts = load<usize>(forest, at.FOREST_STARTS);
  const entries = load<u32>(forest, at.FOREST_ENTRIES);
  const roles = <i32>load<u32>(forest, at.FOREST_ROLES);
  const role = load<usize>(forest, at.FOREST_ROLE);
  if (load<u32>(starts) !== 0 || load<u32>(starts + ((<usize>answers) << 2)) !== entries) {
    return at.FOREST_NOT_FILLED;
  }
  for (let i: u32 = 0; i < answers; i++) {
    const from = load<u32>(starts + ((<usize>i) << 2));
    const to = load<u32>(starts + ((<usize>i) << 2), 4);
    if (to < from || to > entries) return at.FOREST_OUT_OF_ORDER;
    let before = -1;
    for (wrong = from; wrong < to; wrong++) {
      const own = <i32>load<u16>(role + ((<usize>wrong) << 1));
      if (own >= roles) return at.FOREST_NO_ROLE;
      if (own <= before) return at.FOREST_OUT_OF_ORDER;
      before = own;
    }
  }
  return at.FOREST_FINE;
}
