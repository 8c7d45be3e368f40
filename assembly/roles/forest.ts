/** What a forest answers and why: see src/roles/forest.ts. Sums are in the order of batches of rows, then trees, then rows. */
import * as at from '../../src/roles/kernel-layout';
import { clearRows, spreadRows } from './rows';
import { childAt, children, columns, count, takeTree, thresholds } from './trees';

/**
 * Means of the answers of all trees.
 * @param out [rows x roles]
 * @param dense room for `batch` rows
 */
export function answerForest(forest: usize, rows: usize, out: usize, dense: usize, batch: u32): void {
  const trees = load<u32>(forest, at.FOREST_TREES);
  const width = load<u32>(forest, at.FOREST_COLUMNS);
  const bytes = (<usize>load<u32>(forest, at.FOREST_ROLES)) << 3;
  const rowCount = load<u32>(rows, at.ROWS_COUNT);
  const answers = load<usize>(forest, at.FOREST_ANSWER);
  const kinds = load<u32>(forest, at.FOREST_KINDS);
  const shift = load<usize>(forest, at.FOREST_CHILD_SHIFT);
  memory.fill(out, 0, <usize>rowCount * bytes);
  memory.fill(dense, 0, (<usize>batch * width) << 2);
  for (let first: u32 = 0; first < rowCount; first += batch) {
    const last = min(rowCount, first + batch);
    spreadRows(rows, first, last, dense, width);
    for (let tree: u32 = 0; tree < trees; tree++) {
      takeTree(forest, tree);
      let values = dense;
      for (let row = first; row < last; row++) {
        const answer = load<u32>(answers + ((<usize>kindOf(values, kinds, shift)) << 2));
        addAnswer(forest, answer, out + <usize>row * bytes);
        values += (<usize>width) << 2;
      }
    }
    clearRows(rows, first, last, dense, width);
  }
  const share = 1 / <f64>trees;
  for (const end = out + <usize>rowCount * bytes; out < end; out += 8) {
    store<f64>(out, load<f64>(out) * share);
  }
}

/** The kind of the leaf that a row comes to. */
function kindOf(values: usize, kinds: u32, shift: usize): u32 {
  let node = kinds;
  while (node >= kinds) node = childFor(values, node - kinds, shift);
  return node;
}

/** The child of a split that a row goes to. */
function childFor(values: usize, split: u32, shift: usize): u32 {
  const column = <usize>load<u16>(columns + ((<usize>split) << 1));
  const threshold = load<f32>(thresholds + ((<usize>split) << 2));
  const isLow = load<f32>(values + (column << 2)) <= threshold;
  return childAt(((<usize>split) << 1) + (isLow ? 0 : 1), shift);
}

function addAnswer(forest: usize, answer: u32, out: usize): void {
  const starts = load<usize>(forest, at.FOREST_STARTS) + ((<usize>answer) << 2);
  const share = load<usize>(forest, at.FOREST_SHARE);
  const role = load<usize>(forest, at.FOREST_ROLE);
  const end = load<u32>(starts, 4);
  for (let entry = load<u32>(starts); entry < end; entry++) {
    const place = out + ((<usize>load<u16>(role + ((<usize>entry) << 1))) << 3);
    store<f64>(place, load<f64>(place) + <f64>load<f32>(share + ((<usize>entry) << 2)));
  }
}

/**
 * Path attribution, for each column the sum over rows and trees of what its splits change in the share of a role.
 * @param rowWeights a double for each row
 * @param out a double for each column
 * @param dense room for `batch` rows
 * @param work room for two doubles for each kind of leaf, and for each split of the largest tree
 */
export function attributeForest(
  forest: usize,
  rows: usize,
  rowWeights: usize,
  role: u32,
  out: usize,
  dense: usize,
  batch: u32,
  work: usize,
): void {
  const trees = load<u32>(forest, at.FOREST_TREES);
  const width = load<u32>(forest, at.FOREST_COLUMNS);
  const rowCount = load<u32>(rows, at.ROWS_COUNT);
  const kinds = load<u32>(forest, at.FOREST_KINDS);
  const shift = load<usize>(forest, at.FOREST_CHILD_SHIFT);
  memory.fill(out, 0, (<usize>width) << 3);
  memory.fill(dense, 0, (<usize>batch * width) << 2);
  findKinds(forest, role, work);
  for (let first: u32 = 0; first < rowCount; first += batch) {
    const last = min(rowCount, first + batch);
    spreadRows(rows, first, last, dense, width);
    for (let tree: u32 = 0; tree < trees; tree++) {
      takeTree(forest, tree);
      findWeights(work, kinds, shift);
      for (let row = first; row < last; row++) {
        const weight = load<f64>(rowWeights + ((<usize>row) << 3));
        addPath(dense + ((<usize>(row - first) * width) << 2), work, kinds, shift, weight, out);
      }
    }
    clearRows(rows, first, last, dense, width);
  }
}

/** Training weight of each kind of leaf, and what of it is of a role, two doubles each. */
function findKinds(forest: usize, wanted: u32, out: usize): void {
  const starts = load<usize>(forest, at.FOREST_STARTS);
  const role = load<usize>(forest, at.FOREST_ROLE);
  const share = load<usize>(forest, at.FOREST_SHARE);
  let weight = load<usize>(forest, at.FOREST_WEIGHT);
  let answer = load<usize>(forest, at.FOREST_ANSWER);
  for (const end = out + ((<usize>load<u32>(forest, at.FOREST_KINDS)) << 4); out < end; out += 16) {
    const place = starts + ((<usize>load<u32>(answer)) << 2);
    const last = load<u32>(place, 4);
    let own: f64 = 0;
    for (let entry = load<u32>(place); entry < last; entry++) {
      if (<u32>load<u16>(role + ((<usize>entry) << 1)) === wanted) {
        own = <f64>load<f32>(share + ((<usize>entry) << 2));
      }
    }
    const whole = <f64>load<f32>(weight);
    store<f64>(out, whole);
    store<f64>(out, whole * own, 8);
    weight += 4;
    answer += 4;
  }
}

/**
 * Training weight at every split of the tree at hand, and what of it is of the role, two doubles each behind those of the
 * kinds: sums over the leaves below.
 */
function findWeights(nodes: usize, kinds: u32, shift: usize): void {
  let node = nodes + ((<usize>(kinds + count)) << 4);
  // From the end, so that children come before their parents.
  if (shift === 1) {
    for (let place = children + ((<usize>count) << 2); place > children; ) {
      place -= 4;
      node -= 16;
      putSum(node, nodes + ((<usize>load<u16>(place)) << 4), nodes + ((<usize>load<u16>(place, 2)) << 4));
    }
  } else {
    for (let place = children + ((<usize>count) << 3); place > children; ) {
      place -= 8;
      node -= 16;
      putSum(node, nodes + ((<usize>load<u32>(place)) << 4), nodes + ((<usize>load<u32>(place, 4)) << 4));
    }
  }
}

function putSum(out: usize, low: usize, high: usize): void {
  v128.store(out, f64x2.add(v128.load(low), v128.load(high)));
}

/** The share of the role at a node. */
function shareAt(nodes: usize, node: u32): f64 {
  const own = nodes + ((<usize>node) << 4);
  return load<f64>(own, 8) / load<f64>(own);
}

/** Adds what the splits of the tree at hand that a row passes change, times what the row counts. */
function addPath(values: usize, nodes: usize, kinds: u32, shift: usize, weight: f64, out: usize): void {
  let node = kinds;
  let share = shareAt(nodes, node);
  while (node >= kinds) {
    const split = node - kinds;
    const place = out + ((<usize>load<u16>(columns + ((<usize>split) << 1))) << 3);
    node = childFor(values, split, shift);
    const below = shareAt(nodes, node);
    store<f64>(place, load<f64>(place) + weight * (below - share));
    share = below;
  }
}
