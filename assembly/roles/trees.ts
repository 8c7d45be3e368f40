/** The trees of a forest as a bundle keeps it: see `PackedForest` in src/roles/forest-pack.ts. */
import * as at from '../../src/roles/kernel-layout';
import { areBelow, areShortsBelow } from './checks';

/** The tree at hand: the columns, thresholds and children of its splits, and how many it has. */
export let columns: usize = 0;
export let thresholds: usize = 0;
export let children: usize = 0;
export let count: u32 = 0;

/** Goes to a tree. */
export function takeTree(forest: usize, tree: u32): void {
  const place = load<usize>(forest, at.FOREST_FIRST) + ((<usize>tree) << 2);
  const first = <usize>load<u32>(place);
  count = load<u32>(place, 4) - <u32>first;
  columns = load<usize>(forest, at.FOREST_COLUMN) + (first << 1);
  thresholds = load<usize>(forest, at.FOREST_THRESHOLD) + (first << 2);
  children =
    load<usize>(forest, at.FOREST_CHILD) + (first << (1 + load<usize>(forest, at.FOREST_CHILD_SHIFT)));
}

/** A child of the tree at hand by its place in the list. */
export function childAt(place: usize, shift: usize): u32 {
  const own = children + (place << shift);
  return shift === 1 ? <u32>load<u16>(own) : load<u32>(own);
}

/** Which split or entry is wrong. */
export let wrong: u32 = 0;

/** Whether every walk through a forest ends in a leaf with an answer. */
export function checkForest(forest: usize): i32 {
  const answers = load<u32>(forest, at.FOREST_ANSWERS);
  const kinds = load<u32>(forest, at.FOREST_KINDS);
  if (!areFirst(forest)) return at.FOREST_OPEN_END;
  if (!areColumns(forest)) return at.FOREST_NO_COLUMN;
  if (!areChildren(forest)) return at.FOREST_NO_CHILD;
  if (!areBelow(load<usize>(forest, at.FOREST_ANSWER), kinds, answers)) return at.FOREST_NO_ANSWER;
  return checkAnswers(forest, answers);
}

/** Whether the trees lie one after the other, each with a split. */
function areFirst(forest: usize): boolean {
  let first = load<usize>(forest, at.FOREST_FIRST);
  if (load<u32>(first) !== 0) return false;
  for (const end = first + ((<usize>load<u32>(forest, at.FOREST_TREES)) << 2); first < end; first += 4) {
    if (load<u32>(first, 4) <= load<u32>(first)) return false;
  }
  return load<u32>(first) === load<u32>(forest, at.FOREST_SPLITS);
}

/** Whether the splits look at columns of the layout. */
function areColumns(forest: usize): boolean {
  const width = load<u32>(forest, at.FOREST_COLUMNS);
  const splits = load<u32>(forest, at.FOREST_SPLITS);
  const column = load<usize>(forest, at.FOREST_COLUMN);
  if (areShortsBelow(column, splits, width)) return true;
  wrong = 0;
  while (<u32>load<u16>(column + ((<usize>wrong) << 1)) < width) wrong++;
  return false;
}

/** Whether the children of all splits are kinds of leaves, or splits behind them in their trees. */
function areChildren(forest: usize): boolean {
  const trees = load<u32>(forest, at.FOREST_TREES);
  const kinds = load<u32>(forest, at.FOREST_KINDS);
  const shift = load<usize>(forest, at.FOREST_CHILD_SHIFT);
  for (let tree: u32 = 0; tree < trees; tree++) {
    takeTree(forest, tree);
    if (shift === 1 && kinds + count <= 0x10000 && areAllRight(kinds)) continue;
    for (let place: u32 = 0; place < 2 * count; place++) {
      const split = place >> 1;
      const child = childAt(place, shift);
      if (child < kinds || (child - kinds > split && child - kinds < count)) continue;
      wrong = load<u32>(load<usize>(forest, at.FOREST_FIRST) + ((<usize>tree) << 2)) + split;
      return false;
    }
  }
  return true;
}

/** The same for the tree at hand, whose children are shorts, eight at a time. */
function areAllRight(kinds: u32): boolean {
  const leaves = i16x8.splat(<i16>kinds);
  const eight = i16x8.splat(8);
  let first = i16x8(0, 0, 1, 1, 2, 2, 3, 3);
  let second = i16x8(4, 4, 5, 5, 6, 6, 7, 7);
  let most = i16x8.splat(0);
  let wrongs = i16x8.splat(0);
  let place = children;
  for (const end = place + ((<usize>(count & ~7)) << 2); place < end; place += 32) {
    const own = v128.load(place);
    const next = v128.load(place, 16);
    most = i16x8.max_u(most, i16x8.max_u(own, next));
    // What is taken from a leaf's number leaves more than any split's.
    const isOwn = i16x8.le_u(i16x8.sub(own, leaves), first);
    wrongs = v128.or(wrongs, v128.or(isOwn, i16x8.le_u(i16x8.sub(next, leaves), second)));
    first = i16x8.add(first, eight);
    second = i16x8.add(second, eight);
  }
  for (const end = children + ((<usize>count) << 2); place < end; place += 4) {
    const own = v128.load32_splat(place);
    const split = i16x8.splat(<i16>(<u32>(place - children) >> 2));
    most = i16x8.max_u(most, own);
    wrongs = v128.or(wrongs, i16x8.le_u(i16x8.sub(own, leaves), split));
  }
  return !v128.any_true(wrongs) && !!i16x8.all_true(i16x8.le_u(most, i16x8.splat(<i16>(kinds + count - 1))));
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
