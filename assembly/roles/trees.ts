/** The trees of a forest, one at a time: where the nodes of the tree at hand lie. */
import * as at from '../../src/roles/kernel-layout';

/** Of each node of the tree: the column of a split, -1 in a leaf; threshold or weight; first child or answer. */
export let columns: usize = 0;
export let thresholds: usize = 0;
export let children: usize = 0;
/** How many nodes it has, and what is to be taken off the numbers of children. */
export let count: u32 = 0;
export let offset: u32 = 0;

/** Of a packed forest: the first node and leaf of the next tree. */
let nextNode: u32 = 0;
let nextLeaf: u32 = 0;

/** The next tree of a packed forest is the first one. */
export function rewind(): void {
  nextNode = 0;
  nextLeaf = 0;
}

/** Goes to a tree; those of a packed forest are to be taken in their order. */
export function takeTree(forest: usize, tree: u32): void {
  if (load<u32>(forest, at.FOREST_ROOTS) === 0) {
    unpackTree(forest);
    return;
  }
  const roots = load<usize>(forest, at.FOREST_ROOTS) + ((<usize>tree) << 2);
  const nodes = load<u32>(forest, at.FOREST_NODES);
  const root = load<u32>(roots);
  const isLast = tree + 1 === load<u32>(forest, at.FOREST_TREES);
  const end = isLast || load<u32>(roots, 4) < root ? nodes : load<u32>(roots, 4);
  columns = load<usize>(forest, at.FOREST_COLUMN) + ((<usize>root) << 2);
  thresholds = load<usize>(forest, at.FOREST_THRESHOLD) + ((<usize>root) << 2);
  children = load<usize>(forest, at.FOREST_CHILD) + ((<usize>root) << 2);
  count = end - root;
  offset = root;
}

/** The next tree of a packed forest, whose first child of a split is the next node that no split before has claimed. */
function unpackTree(forest: usize): void {
  const room = load<u32>(forest, at.FOREST_LONGEST) << 2;
  columns = load<usize>(forest, at.FOREST_TREE);
  thresholds = columns + room;
  children = thresholds + room;
  offset = 0;
  let split = load<usize>(forest, at.FOREST_COLUMN) + ((<usize>nextNode) << 1);
  let threshold = load<usize>(forest, at.FOREST_THRESHOLD) + ((<usize>(nextNode - nextLeaf)) << 2);
  let weight = load<usize>(forest, at.FOREST_WEIGHT) + ((<usize>nextLeaf) << 2);
  let answer = load<usize>(forest, at.FOREST_ANSWER) + ((<usize>nextLeaf) << 2);
  const firstAnswer = answer;
  let claimed: u32 = 1;
  let node: u32 = 0;
  for (let to: usize = 0; node < claimed; node++) {
    const column = <i32>load<u16>(split);
    if (column === at.FOREST_LEAF) {
      store<i32>(columns + to, -1);
      store<f32>(thresholds + to, load<f32>(weight));
      store<u32>(children + to, load<u32>(answer));
      weight += 4;
      answer += 4;
    } else {
      store<i32>(columns + to, column);
      store<f32>(thresholds + to, load<f32>(threshold));
      store<u32>(children + to, claimed);
      threshold += 4;
      claimed += 2;
    }
    split += 2;
    to += 4;
  }
  count = node;
  nextNode += node;
  nextLeaf += <u32>((answer - firstAnswer) >> 2);
}

/** Where the check of a packed forest came to. */
export let checked: u32 = 0;

/** Whether the trees of a packed forest end in leaves with answers and where the nodes do; finds the largest one. */
export function checkTrees(forest: usize): i32 {
  const nodes = load<u32>(forest, at.FOREST_NODES);
  const trees = load<u32>(forest, at.FOREST_TREES);
  const leaves = load<u32>(forest, at.FOREST_LEAVES);
  const answers = load<u32>(forest, at.FOREST_ANSWERS);
  const width = load<u32>(forest, at.FOREST_COLUMNS);
  const column = load<usize>(forest, at.FOREST_COLUMN);
  const answer = load<usize>(forest, at.FOREST_ANSWER);
  let leaf: u32 = 0;
  let claimed: u32 = 0;
  let tree: u32 = 0;
  let root: u32 = 0;
  let longest: u32 = 0;
  for (let node: u32 = 0; node < nodes; node++) {
    checked = node;
    if (node === claimed) {
      if (tree === trees) return at.FOREST_TOO_MANY_NODES;
      tree++;
      longest = max(longest, node - root);
      root = node;
      claimed++;
    }
    const split = <u32>load<u16>(column + ((<usize>node) << 1));
    if (split === at.FOREST_LEAF) {
      if (leaf === leaves) return at.FOREST_TOO_MANY_LEAVES;
      if (load<u32>(answer + ((<usize>leaf) << 2)) >= answers) return at.FOREST_NO_ANSWER;
      leaf++;
    } else {
      if (split >= width) return at.FOREST_NO_COLUMN;
      if (node - leaf >= nodes - leaves) return at.FOREST_TOO_MANY_SPLITS;
      claimed += 2;
    }
  }
  if (claimed !== nodes || tree !== trees) return at.FOREST_OPEN_END;
  store<u32>(forest, max(longest, nodes - root), at.FOREST_LONGEST);
  return checkAnswers(forest, answers);
}

/** Whether the distinct answers of a packed forest lie one after the other, their roles in order. */
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
    for (checked = from; checked < to; checked++) {
      const own = <i32>load<u16>(role + ((<usize>checked) << 1));
      if (own >= roles) return at.FOREST_NO_ROLE;
      if (own <= before) return at.FOREST_OUT_OF_ORDER;
      before = own;
    }
  }
  return at.FOREST_FINE;
}

/** All trees of a packed forest as `ForestModel` has them: nodes in their order, children by their numbers in the forest. */
export function unpackForest(
  forest: usize,
  roots: usize,
  column: usize,
  threshold: usize,
  child: usize,
): void {
  const trees = load<u32>(forest, at.FOREST_TREES);
  rewind();
  for (let tree: u32 = 0; tree < trees; tree++) {
    const root = nextNode;
    unpackTree(forest);
    store<u32>(roots, root);
    roots += 4;
    const bytes = (<usize>count) << 2;
    memory.copy(column, columns, bytes);
    memory.copy(threshold, thresholds, bytes);
    for (let to: usize = 0; to < bytes; to += 4) {
      const isSplit = load<i32>(columns + to) >= 0;
      store<u32>(child + to, load<u32>(children + to) + (isSplit ? root : 0));
    }
    column += bytes;
    threshold += bytes;
    child += bytes;
  }
}
