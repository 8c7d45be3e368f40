import { describe, expect, it } from 'vitest';
import { type SparseRows, SparseRowsBuilder } from '../../src/math/index.js';
import {
  allExamples,
  type BundleArray,
  decodeForest,
  encodeForest,
  type ForestItems,
  type ForestModel,
  forestItems,
  forestProbabilities,
  trainForest,
  trainForestThreaded,
} from '../../src/roles/index.js';
import { type TestRandom, testRandom } from '../support/random.js';
import { syntheticSet } from './synthetic.js';

const about = { layout: 'synthetic/1', roles: ['A', 'B', 'C'] };
const columnCount = 12;

/** Rows with few and with many distinct values, in items of different weights and copies. */
function randomItems(random: TestRandom, count: number, mostCopies = 1): ForestItems {
  const builder = new SparseRowsBuilder(columnCount);
  const row = Uint32Array.from({ length: count }, () => {
    const columns = Array.from({ length: columnCount }, (_, c) => c).filter(() => random.chance(0.6));
    const values = columns.map((c) =>
      c % 3 === 0 ? 1 : c % 3 === 1 ? random.between(-3, 3) : random.between(1, 9999) / 7,
    );
    return builder.add(columns, values);
  });
  return {
    rows: builder.build(),
    classCount: 3,
    row,
    label: Uint32Array.from(row, () => random.below(3)),
    copies: Uint32Array.from(row, () => random.between(1, mostCopies)),
    weight: Float64Array.from(row, () => random.between(1, 40) / 10),
  };
}

/** A tree as nested lists, without the numbers of its nodes. */
function subtree(forest: ForestModel, node: number): unknown {
  const [column, child] = [forest.column[node]!, forest.child[node]!];
  const about = [column, forest.threshold[node]];
  if (column >= 0) return [...about, subtree(forest, child), subtree(forest, child + 1)];
  const width = forest.roles.length;
  return [...about, Array.from(forest.distributions.subarray(child * width, (child + 1) * width))];
}

function denseRow(rows: SparseRows, id: number): number[] {
  const out = new Array<number>(rows.columnCount).fill(0);
  for (let e = rows.start[id]!; e < rows.start[id + 1]!; e++) out[rows.indices[e]!] = rows.values[e]!;
  return out;
}

function classSums(items: ForestItems, of: readonly number[]): number[] {
  const sums = new Array<number>(items.classCount).fill(0);
  for (const i of of) sums[items.label[i]!]! += items.copies[i]! * items.weight[i]!;
  return sums;
}

/** Weighted Gini impurity of two sides, by its definition. */
function impurity(items: ForestItems, sides: readonly (readonly number[])[]): number {
  let sum = 0;
  for (const side of sides) {
    const sums = classSums(items, side);
    const total = sums.reduce((a, b) => a + b, 0);
    sum += total * (1 - sums.reduce((a, b) => a + (b / total) ** 2, 0));
  }
  return sum;
}

/** The least impurity that any cut of any column gives, by trying them all; undefined when nothing can be cut. */
function leastImpurity(
  items: ForestItems,
  of: readonly number[],
  dense: readonly number[][],
): number | undefined {
  let least: number | undefined;
  for (let column = 0; column < columnCount; column++) {
    const values = [...new Set(of.map((i) => dense[i]![column]!))].sort((a, b) => a - b);
    for (const value of values.slice(0, -1)) {
      const low = of.filter((i) => dense[i]![column]! <= value);
      const high = of.filter((i) => dense[i]![column]! > value);
      const found = impurity(items, [low, high]);
      if (least === undefined || found < least) least = found;
    }
  }
  return least;
}

/** Walks one tree with the items and checks that every split is a best one and every leaf holds the shares of its items. */
function checkTree(model: ForestModel, items: ForestItems, root: number): { splits: number; leaves: number } {
  const dense = Array.from(items.row, (id) => denseRow(items.rows, id));
  const seen = { splits: 0, leaves: 0 };
  const walk = (node: number, of: number[]): void => {
    const sums = classSums(items, of);
    const split = model.column[node]!;
    if (split < 0) {
      seen.leaves++;
      const total = sums.reduce((a, b) => a + b, 0);
      const at = model.child[node]! * 3;
      for (const [k, sum] of sums.entries()) expect(model.distributions[at + k]).toBeCloseTo(sum / total, 6);
      expect(model.threshold[node]).toBeCloseTo(total, 3);
      if (sums.filter((sum) => sum > 0).length > 1) expect(leastImpurity(items, of, dense)).toBeUndefined();
      return;
    }
    seen.splits++;
    const low = of.filter((i) => dense[i]![split]! <= model.threshold[node]!);
    const high = of.filter((i) => dense[i]![split]! > model.threshold[node]!);
    expect(impurity(items, [low, high])).toBeCloseTo(leastImpurity(items, of, dense)!, 8);
    walk(model.child[node]!, low);
    walk(model.child[node]! + 1, high);
  };
  walk(root, Array.from(items.row.keys()));
  return seen;
}

/** The mean of the leaves by one comparison after the other on plain arrays. */
function slowProbabilities(model: ForestModel, values: readonly number[]): number[] {
  const sums = model.roles.map(() => 0);
  for (const root of model.roots) {
    let node = root;
    while (model.column[node]! >= 0)
      node = model.child[node]! + (values[model.column[node]!]! <= model.threshold[node]! ? 0 : 1);
    for (let k = 0; k < sums.length; k++)
      sums[k]! += model.distributions[model.child[node]! * sums.length + k]!;
  }
  return sums.map((sum) => sum / model.roots.length);
}

describe('random forest', () => {
  it('cuts where trying every cut of every column finds the least impurity', () => {
    for (let seed = 1; seed <= 6; seed++) {
      const items = randomItems(testRandom(seed), seed * 15, seed);
      const options = { seed, trees: 1, bootstrap: false, columnsPerSplit: columnCount };
      const { model } = trainForest(about, items, options);
      const { splits, leaves } = checkTree(model, items, model.roots[0]!);
      expect(leaves).toBe(splits + 1);
      expect(splits).toBeGreaterThan(3);
    }
  });

  it('grows the same trees from items that are repeated with parts of their weight', () => {
    const whole = randomItems(testRandom(21), 60, 3);
    const twice = <T extends Uint32Array | Float64Array>(list: T): number[] => [...list, ...list];
    const parted: ForestItems = {
      ...whole,
      row: Uint32Array.from(twice(whole.row)),
      label: Uint32Array.from(twice(whole.label)),
      copies: Uint32Array.from(twice(whole.copies)),
      weight: Float64Array.from([...whole.weight.map((w) => w * 0.25), ...whole.weight.map((w) => w * 0.75)]),
    };
    const options = { seed: 3, trees: 5, bootstrap: false };
    const [one, other] = [whole, parted].map((items) => trainForest(about, items, options).model);
    expect(other!.column).toEqual(one!.column);
    expect(other!.threshold.length).toBe(one!.threshold.length);
    other!.distributions.forEach((share, i) => {
      expect(share).toBeCloseTo(one!.distributions[i]!, 5);
    });
  });

  it('tries a column as often where the columns that differ are found from the entries', () => {
    // Presence of six columns; as many constant ones make the rows so full that columns are drawn blindly instead.
    const few = new SparseRowsBuilder(12);
    const full = new SparseRowsBuilder(12);
    const random = testRandom(5);
    const own = Array.from({ length: 40 }, () =>
      [0, 1, 2, 3, 4, 5].filter((c) => random.chance(0.1 + c / 20)),
    );
    const row = Uint32Array.from(own, (columns) =>
      few.add(
        columns,
        columns.map(() => 1),
      ),
    );
    const same = Uint32Array.from(own, (columns) =>
      full.add(
        [...columns, 6, 7, 8, 9],
        [...columns, 6, 7, 8, 9].map(() => 1),
      ),
    );
    const label = Uint32Array.from(own, () => random.below(3));
    const ones = {
      classCount: 3,
      label,
      copies: label.map(() => 1),
      weight: Float64Array.from(label, () => 1),
    };
    // Below the root some columns no longer differ: there the two ways could part.
    const tried = (items: ForestItems): number[] => {
      const options = { seed: 1, trees: 6000, bootstrap: false, columnsPerSplit: 3 };
      const { model } = trainForest(about, items, options);
      const counts = new Array<number>(18).fill(0);
      for (const root of model.roots) {
        const child = model.child[root]!;
        [root, child, child + 1].forEach((node, place) => {
          if (model.column[node]! >= 0) counts[place * 6 + model.column[node]!]!++;
        });
      }
      return counts.map((count) => count / 6000);
    };
    const sparse = tried({ ...ones, rows: few.build(), row });
    const blind = tried({ ...ones, rows: full.build(), row: same });
    expect(blind.filter((share) => share > 0.01).length).toBeGreaterThan(8);
    blind.forEach((share, place) => {
      expect(Math.abs(share - sparse[place]!), `place ${place}`).toBeLessThan(0.025);
    });
  });

  it('keeps leaves of at least so many items and cuts between the values with the random splitter', () => {
    const items = randomItems(testRandom(9), 120);
    for (const splitter of ['best', 'random'] as const) {
      const { model } = trainForest(about, items, {
        seed: 2,
        trees: 3,
        bootstrap: false,
        leafItems: 5,
        splitter,
      });
      for (const root of model.roots) {
        const count = new Map<number, number>();
        for (const id of items.row) {
          const values = denseRow(items.rows, id);
          let node = root;
          while (model.column[node]! >= 0)
            node = model.child[node]! + (values[model.column[node]!]! <= model.threshold[node]! ? 0 : 1);
          count.set(node, (count.get(node) ?? 0) + 1);
        }
        expect(count.size).toBeGreaterThan(3);
        for (const reached of count.values()) expect(reached).toBeGreaterThanOrEqual(5);
      }
    }
  });

  it('answers with the mean of the leaves', () => {
    const items = randomItems(testRandom(3), 80, 3);
    const { model } = trainForest(about, items, { seed: 5, trees: 25 });
    const found = forestProbabilities(model, items.rows);
    for (let id = 0; id < items.rows.rowCount; id++) {
      slowProbabilities(model, denseRow(items.rows, id)).forEach((p, k) => {
        expect(found[id * 3 + k]).toBeCloseTo(p, 9);
      });
    }
    expect(() => forestProbabilities(model, { ...items.rows, columnCount: 5 })).toThrow('columns');
  });

  it('gives the same bytes for the same seed, in one thread or several, and others for another seed', async () => {
    const items = randomItems(testRandom(4), 2600, 4);
    const options = { seed: 7, trees: 90 };
    const one = trainForest(about, items, options);
    const two = await trainForestThreaded(about, items, options, 2);
    expect(two).toEqual(one);
    const other = trainForest(about, items, { ...options, seed: 8, trees: 5 });
    expect(other.model.column).not.toEqual(one.model.column.subarray(0, other.model.column.length));
  });

  it('estimates out of bag what fresh rows of the same kind get', () => {
    const draw = (seed: number, count: number): ForestItems => {
      const random = testRandom(seed);
      const items = randomItems(random, count);
      // The class shows in column 0 three times of four, and else not at all.
      const label = Uint32Array.from(items.row, (id) => {
        const shown = denseRow(items.rows, id)[0]! === 1 ? 1 : 0;
        return random.chance(0.75) ? shown : random.below(3);
      });
      return { ...items, label, weight: items.weight.map(() => 1) };
    };
    const trained = trainForest(about, draw(1, 600), { seed: 1, trees: 100 });
    const fresh = draw(2, 600);
    const answers = forestProbabilities(trained.model, fresh.rows);
    let right = 0;
    fresh.row.forEach((id, i) => {
      const own = Array.from(answers.subarray(id * 3, id * 3 + 3));
      if (own.indexOf(Math.max(...own)) === fresh.label[i]) right++;
    });
    expect(trained.outOfBag.accuracy).toBeGreaterThan(0.6);
    expect(Math.abs(trained.outOfBag.accuracy - right / 600)).toBeLessThan(0.06);
  });

  it('joins equal vectors of captures of a named origin, with the mean of their weights', () => {
    const plain = syntheticSet({ devices: [6, 5] });
    const named = { ...plain, examples: plain.examples.map((one) => ({ ...one, origin: 'lab' })) };
    const [exact, joined] = [plain, named].map((set) => forestItems(set, allExamples(set)));
    const keys = Array.from(joined!.row, (row, i) => `${row} ${joined!.label[i]}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.length).toBeLessThan(exact!.row.length);
    const sumBy = (items: ForestItems, of: (i: number) => number): Map<string, number> => {
      const sums = new Map<string, number>();
      for (const [i, row] of items.row.entries()) {
        const key = `${row} ${items.label[i]}`;
        sums.set(key, (sums.get(key) ?? 0) + of(i));
      }
      return sums;
    };
    for (const [key, copies] of sumBy(exact!, (i) => exact!.copies[i]!)) {
      expect(sumBy(joined!, (i) => joined!.copies[i]!).get(key)).toBe(copies);
    }
    const mass = sumBy(joined!, (i) => joined!.copies[i]! * joined!.weight[i]!);
    for (const [key, weight] of sumBy(exact!, (i) => exact!.copies[i]! * exact!.weight[i]!)) {
      expect(mass.get(key)).toBeCloseTo(weight, 9);
    }
  });

  it('joins equal rows of captures into items without changing weights or counts', () => {
    const set = syntheticSet();
    const items = forestItems(set, allExamples(set));
    const sessions = set.examples.flatMap((e) => Array.from(e.counts)).reduce((a, b) => a + b, 0);
    expect(items.copies.reduce((a, b) => a + b, 0)).toBe(sessions);
    const weight = items.copies.reduce((sum, copies, i) => sum + copies * items.weight[i]!, 0);
    expect(weight).toBeCloseTo(set.examples.length, 9);
    expect(items.row.length).toBeLessThan(sessions);
  });

  it('goes through a bundle: other numbers of nodes, the same trees', () => {
    for (let seed = 0; seed < 5; seed++) {
      const items = randomItems(testRandom(seed), 60);
      const { model } = trainForest(about, items, { seed, trees: 7 });
      const parts = encodeForest(model);
      const back = decodeForest(JSON.parse(JSON.stringify(parts.meta)), parts.arrays);
      expect(forestProbabilities(back, items.rows)).toEqual(forestProbabilities(model, items.rows));
      const shapes = (forest: ForestModel) => Array.from(forest.roots, (root) => subtree(forest, root));
      expect(shapes(back)).toEqual(shapes(model));
      expect(encodeForest(back)).toEqual(parts);
    }
  });

  it('refuses parts that lead astray', () => {
    const items = randomItems(testRandom(6), 60);
    const { model } = trainForest(about, items, { seed: 1, trees: 7 });
    const { meta, arrays } = encodeForest(model);
    type Numbers = Record<string, { data: { [index: number]: number; length: number } }>;
    const broken = (change: (arrays: Numbers, meta: Record<string, number>) => void): (() => unknown) => {
      const copy = structuredClone({ meta, arrays });
      change(copy.arrays as Numbers, copy.meta as Record<string, number>);
      return () => decodeForest(copy.meta, copy.arrays);
    };
    const put = (name: string, at: number, value: number) => broken((a) => (a[name]!.data[at] = value));
    expect(broken(() => {})).not.toThrow();
    const splits = arrays.column!.data.length;
    for (const at of [0, splits >> 1, splits - 1]) {
      expect(put('column', at, columnCount)).toThrow(`split ${at} looks at column ${columnCount}`);
    }
    expect(put('answer', 0, model.distributions.length / model.roles.length)).toThrow('a leaf has no answer');
    for (const at of [0, splits, 2 * splits - 1]) {
      expect(put('child', at, 65_535)).toThrow(`split ${at >> 1} leads nowhere`);
    }
    expect(put('first', 0, 1)).toThrow('trees that do not end');
    expect(put('first', 3, arrays.first!.data[2]!)).toThrow('trees that do not end');
    expect(put('first', 7, splits - 1)).toThrow('trees that do not end');
    expect(put('threshold', 0, Number.NaN)).toThrow('no number');
    expect(put('weight', 0, Number.POSITIVE_INFINITY)).toThrow('no number');
    expect(put('distributions/role', 0, model.roles.length)).toThrow('a share of role');
    expect(put('distributions/starts', 1, 0xffffffff)).toThrow('distributions');
    expect(put('distributions/starts', 0, 1)).toThrow('do not fill');
    expect(broken((_, m) => (m.trees! += 1))).toThrow('array first is');
    expect(broken((_, m) => (m.splits! -= 1))).toThrow('array column is');
    // Two children that change places make other trees, whose walks end, too, or none.
    let walked = 0;
    for (let place = 0; place + 1 < 2 * splits; place++) {
      const changed = broken(({ child: { data } = { data: [] } }) => {
        [data[place], data[place + 1]] = [data[place + 1] as number, data[place] as number];
      });
      try {
        const back = changed() as ForestModel;
        expect(forestProbabilities(back, items.rows).every(Number.isFinite)).toBe(true);
        walked++;
      } catch (error) {
        expect(String(error)).toMatch(/random forest: /);
      }
    }
    expect(walked).toBeGreaterThan(0);
  });

  it('whose splits share a child answers, but is no list of nodes', () => {
    const items = randomItems(testRandom(6), 60);
    const { meta, arrays } = encodeForest(trainForest(about, items, { seed: 1, trees: 2 }).model);
    const child = Uint16Array.from(arrays.child!.data);
    const kinds = arrays.answer!.data.length;
    const place = child.findIndex((code, at) => at > 1 && code > kinds + (at >> 1));
    child[0] = child[place]!;
    const other = { ...arrays, child: { ...arrays.child!, data: child } as BundleArray };
    const shared = decodeForest(meta, other);
    expect(forestProbabilities(shared, items.rows).every(Number.isFinite)).toBe(true);
    expect(() => shared.roots).toThrow('splits that make no tree');
    child.fill(0, 0, 2 * arrays.first!.data[1]!);
    expect(() => decodeForest(meta, other).child).toThrow('splits that make no tree');
  });

  it('refuses settings and data it cannot use', () => {
    const items = randomItems(testRandom(6), 10);
    expect(() => trainForest(about, items, { seed: 1, trees: 0 })).toThrow('trees: 0');
    expect(() => trainForest(about, items, { seed: -1 })).toThrow('seed: -1');
    const none = { ...items, row: new Uint32Array(0) };
    expect(() => trainForest(about, none, { seed: 1 })).toThrow('at least one row');
  });
});
