/** What a forest answers and why: see src/roles/forest.ts. Sums are in the order of batches of rows, then trees, then rows. */
import * as at from '../../src/roles/kernel-layout';
import { clearRows, spreadRows } from './rows';
import {
  columns,
  count,
  kindAt,
  kindShift,
  kinds,
  leafCount,
  splitsBetween,
  takeTree,
  thresholds,
} from './trees';

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
  memory.fill(out, 0, <usize>rowCount * bytes);
  memory.fill(dense, 0, (<usize>batch * width) << 2);
  for (let first: u32 = 0; first < rowCount; first += batch) {
    const last = min(rowCount, first + batch);
    spreadRows(rows, first, last, dense, width);
    for (let tree: u32 = 0; tree < trees; tree++) {
      takeTree(forest, tree);
      let values = dense;
      for (let row = first; row < last; row++) {
        const answer = load<u32>(answers + ((<usize>kindOf(values)) << 2));
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
function kindOf(values: usize): u32 {
  let node: u32 = 0;
  // Splits before it.
  let splits: u32 = 0;
  let split = <u32>load<u16>(columns);
  while (split !== at.FOREST_LEAF) {
    const next = 2 * splits + (isLow(values, split, splits) ? 1 : 2);
    splits += splitsBetween(node, next);
    node = next;
    split = <u32>load<u16>(columns + ((<usize>node) << 1));
  }
  return kindAt(kinds + ((<usize>(node - splits)) << kindShift));
}

/** Whether a row goes to the first child. @param number of the split in its tree */
function isLow(values: usize, column: u32, number: u32): boolean {
  return load<f32>(values + ((<usize>column) << 2)) <= load<f32>(thresholds + ((<usize>number) << 2));
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
 * @param work room for two doubles for each kind of leaf, and for each node of the largest tree
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
  const nodes = work + ((<usize>load<u32>(forest, at.FOREST_KINDS)) << 4);
  memory.fill(out, 0, (<usize>width) << 3);
  memory.fill(dense, 0, (<usize>batch * width) << 2);
  findKinds(forest, role, work);
  for (let first: u32 = 0; first < rowCount; first += batch) {
    const last = min(rowCount, first + batch);
    spreadRows(rows, first, last, dense, width);
    for (let tree: u32 = 0; tree < trees; tree++) {
      takeTree(forest, tree);
      findWeights(work, nodes);
      for (let row = first; row < last; row++) {
        const weight = load<f64>(rowWeights + ((<usize>row) << 3));
        addPath(dense + ((<usize>(row - first) * width) << 2), nodes, weight, out);
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

/** Training weight at every node of the tree at hand, and what of it is of the role, two doubles each: sums over the leaves below. */
function findWeights(ofKinds: usize, nodes: usize): void {
  const bytes: usize = (<usize>1) << kindShift;
  let kind = kinds + ((<usize>leafCount) << kindShift);
  let node = nodes + ((<usize>count) << 4);
  let child = node;
  let column = columns + ((<usize>count) << 1);
  // From the end, so that both children are seen before they are needed.
  while (node > nodes) {
    node -= 16;
    column -= 2;
    if (<u32>load<u16>(column) === at.FOREST_LEAF) {
      kind -= bytes;
      v128.store(node, v128.load(ofKinds + ((<usize>kindAt(kind)) << 4)));
      continue;
    }
    child -= 32;
    v128.store(node, f64x2.add(v128.load(child), v128.load(child, 16)));
  }
}

/** The share of the role at a node. */
function shareAt(nodes: usize, node: u32): f64 {
  const own = nodes + ((<usize>node) << 4);
  return load<f64>(own, 8) / load<f64>(own);
}

/** Adds what the splits of the tree at hand that a row passes change, times what the row counts. */
function addPath(values: usize, nodes: usize, weight: f64, out: usize): void {
  let node: u32 = 0;
  let splits: u32 = 0;
  let share = shareAt(nodes, 0);
  let split = <u32>load<u16>(columns);
  while (split !== at.FOREST_LEAF) {
    const next = 2 * splits + (isLow(values, split, splits) ? 1 : 2);
    const below = shareAt(nodes, next);
    const place = out + ((<usize>split) << 3);
    store<f64>(place, load<f64>(place) + weight * (below - share));
    splits += splitsBetween(node, next);
    node = next;
    share = below;
    split = <u32>load<u16>(columns + ((<usize>node) << 1));
  }
}
