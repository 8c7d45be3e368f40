/** What a forest answers and why. Every sum is in the order of rows, then trees: see src/roles/forest.ts. */
import * as at from '../../src/roles/kernel-layout';
import { addScaled } from './add-scaled';
import { clearRows, spreadRows } from './rows';
import { children, columns, count, offset, rewind, takeTree, thresholds } from './trees';

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
  memory.fill(out, 0, <usize>rowCount * bytes);
  memory.fill(dense, 0, (<usize>batch * width) << 2);
  for (let first: u32 = 0; first < rowCount; first += batch) {
    const last = min(rowCount, first + batch);
    spreadRows(rows, first, last, dense, width);
    rewind();
    for (let tree: u32 = 0; tree < trees; tree++) {
      takeTree(forest, tree);
      let values = dense;
      for (let row = first; row < last; row++) {
        addAnswer(forest, leafOf(values), out + <usize>row * bytes);
        values += (<usize>width) << 2;
      }
    }
    clearRows(rows, first, last, dense, width);
  }
  const share = 1 / <f64>trees;
  for (const end = out + <usize>rowCount * bytes; out < end; out += 8)
    store<f64>(out, load<f64>(out) * share);
}

/** The answer of the leaf that a row comes to. */
function leafOf(values: usize): u32 {
  let node: usize = 0;
  let split = load<i32>(columns);
  while (split >= 0) {
    const isLow = load<f32>(values + ((<usize>split) << 2)) <= load<f32>(thresholds + node);
    node = (<usize>(load<u32>(children + node) - offset + (isLow ? 0 : 1))) << 2;
    split = load<i32>(columns + node);
  }
  return load<u32>(children + node);
}

function addAnswer(forest: usize, answer: u32, out: usize): void {
  const starts = load<usize>(forest, at.FOREST_STARTS);
  const share = load<usize>(forest, at.FOREST_SHARE);
  if (starts === 0) {
    const roles = load<u32>(forest, at.FOREST_ROLES);
    addScaled(out, share + ((<usize>answer * roles) << 2), roles, 1);
    return;
  }
  const end = load<u32>(starts + ((<usize>answer) << 2), 4);
  const role = load<usize>(forest, at.FOREST_ROLE);
  for (let entry = load<u32>(starts + ((<usize>answer) << 2)); entry < end; entry++) {
    const place = out + ((<usize>load<u16>(role + ((<usize>entry) << 1))) << 3);
    store<f64>(place, load<f64>(place) + <f64>load<f32>(share + ((<usize>entry) << 2)));
  }
}

/** Of one role. */
function shareOf(forest: usize, answer: u32, wanted: u32): f64 {
  const starts = load<usize>(forest, at.FOREST_STARTS);
  const share = load<usize>(forest, at.FOREST_SHARE);
  if (starts === 0) {
    const roles = load<u32>(forest, at.FOREST_ROLES);
    return <f64>load<f32>(share + ((<usize>answer * roles + wanted) << 2));
  }
  const end = load<u32>(starts + ((<usize>answer) << 2), 4);
  const role = load<usize>(forest, at.FOREST_ROLE);
  for (let entry = load<u32>(starts + ((<usize>answer) << 2)); entry < end; entry++) {
    if (<u32>load<u16>(role + ((<usize>entry) << 1)) === wanted)
      return <f64>load<f32>(share + ((<usize>entry) << 2));
  }
  return 0;
}

/** The role's share at every node of the tree at hand: of a leaf as kept, above that by the weights of the leaves. */
function findShares(forest: usize, role: u32, weights: usize, shares: usize): void {
  // Children come after their parents, so that one pass from the end sees both before they are needed.
  for (let node = <usize>count; node-- > 0; ) {
    const next = load<u32>(children + (node << 2));
    const to = node << 3;
    if (load<i32>(columns + (node << 2)) < 0) {
      store<f64>(weights + to, <f64>load<f32>(thresholds + (node << 2)));
      store<f64>(shares + to, shareOf(forest, next, role));
      continue;
    }
    const child = (<usize>(next - offset)) << 3;
    const first = load<f64>(weights + child);
    const second = load<f64>(weights + child, 8);
    const ofFirst = load<f64>(shares + child);
    const ofSecond = load<f64>(shares + child, 8);
    const weight = first + second;
    store<f64>(weights + to, weight);
    // Below most splits there is none of the role: then a division would make 0, too.
    const isNone = ofFirst === 0 && ofSecond === 0 && weight > 0;
    store<f64>(shares + to, isNone ? 0 : (first * ofFirst + second * ofSecond) / weight);
  }
}

/**
 * Path attribution, for each column the sum over rows and trees of what its splits change in the share of a role.
 * @param rowWeights a double for each row
 * @param out a double for each column
 * @param dense room for `batch` rows
 * @param work 16 bytes for each node of the largest tree
 * @param paths room for the splits that a row passes in all trees, `pathBytes` a row, with a word in front
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
  paths: usize,
  pathBytes: usize,
): void {
  const trees = load<u32>(forest, at.FOREST_TREES);
  const width = load<u32>(forest, at.FOREST_COLUMNS);
  const rowCount = load<u32>(rows, at.ROWS_COUNT);
  memory.fill(out, 0, (<usize>width) << 3);
  memory.fill(dense, 0, (<usize>batch * width) << 2);
  for (let first: u32 = 0; first < rowCount; first += batch) {
    const last = min(rowCount, first + batch);
    spreadRows(rows, first, last, dense, width);
    for (let i: usize = 0; i < <usize>(last - first); i++) store<u32>(paths + i * pathBytes, 16);
    rewind();
    for (let tree: u32 = 0; tree < trees; tree++) {
      takeTree(forest, tree);
      const shares = work + ((<usize>count) << 3);
      findShares(forest, role, work, shares);
      for (let i: usize = 0; i < <usize>(last - first); i++) {
        keepPath(dense + ((i * width) << 2), shares, paths + i * pathBytes);
      }
    }
    for (let i: usize = 0; i < <usize>(last - first); i++) {
      addPath(paths + i * pathBytes, load<f64>(rowWeights), out);
      rowWeights += 8;
    }
    clearRows(rows, first, last, dense, width);
  }
}

/** Adds the splits of the tree at hand that a row passes to its path: a word for the column, a double for the gain. */
function keepPath(values: usize, shares: usize, path: usize): void {
  let to = path + load<u32>(path);
  let node: usize = 0;
  for (;;) {
    const split = load<i32>(columns + (node << 2));
    if (split < 0) break;
    const isLow = load<f32>(values + ((<usize>split) << 2)) <= load<f32>(thresholds + (node << 2));
    const next = <usize>(load<u32>(children + (node << 2)) - offset) + (isLow ? 0 : 1);
    store<u32>(to, split);
    store<f64>(to, load<f64>(shares + (next << 3)) - load<f64>(shares + (node << 3)), 8);
    to += 16;
    node = next;
  }
  store<u32>(path, <u32>(to - path));
}

function addPath(path: usize, weight: f64, out: usize): void {
  const end = path + load<u32>(path);
  for (let split = path + 16; split < end; split += 16) {
    const place = out + ((<usize>load<u32>(split)) << 3);
    store<f64>(place, load<f64>(place) + weight * load<f64>(split, 8));
  }
}
