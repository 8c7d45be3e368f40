import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { createRandom, type SparseRows } from '../../../src/math/index.js';
import { floatBelow, nextFloat } from '../../../src/roles/exchange/random-forest-json.js';
import {
  allExamples,
  decodeForest,
  encodeForest,
  type ForestModel,
  forestItems,
  forestProbabilities,
  readForestJson,
  trainForest,
  writeForestJson,
} from '../../../src/roles/index.js';
import { testRandom } from '../../support/random.js';
import { columnCount, denseRow, sparseOf, syntheticSet } from '../synthetic.js';
import { refusal } from './refusal.js';

interface RealForest {
  train(rows: readonly (readonly number[])[], labels: readonly number[]): void;
  predict(rows: readonly (readonly number[])[]): number[];
  /** One answer a tree. */
  predictionValues(rows: readonly (readonly number[])[]): { getRow(row: number): number[] };
  toJSON(): unknown;
}

const { RandomForestClassifier } = createRequire(import.meta.url)('ml-random-forest') as {
  RandomForestClassifier: { new (options: unknown): RealForest; load(json: unknown): RealForest };
};

const roles = ['A', 'B', 'C'];
const about = { layout: 'synthetic/1', columnCount: 4, roles };

/** Three clouds that overlap, on four columns of 32-bit floats. */
function clouds(seed: number, count: number): { rows: number[][]; labels: number[] } {
  const random = createRandom(seed);
  const labels = Array.from({ length: count }, (_, i) => i % 3);
  const rows = labels.map((label) =>
    Array.from({ length: 4 }, (_, c) => Math.fround(random.normal() + (c % 3 === label ? 1.5 : 0))),
  );
  return { rows, labels };
}

function ownForest(trees = 40): { model: ForestModel; rows: SparseRows; dense: number[][] } {
  const set = syntheticSet({ seed: 6 });
  const items = forestItems(set, allExamples(set));
  const { model } = trainForest({ layout: set.layout, roles: set.roles }, items, { seed: 2, trees });
  const dense = Array.from({ length: set.rows.rowCount }, (_, row) => denseRow(set.rows, row));
  return { model, rows: set.rows, dense };
}

function parsed(model: ForestModel): { forest: unknown; beside: unknown } {
  const files = writeForestJson(model);
  return {
    forest: JSON.parse(files.get('random-forest.json') as string),
    beside: JSON.parse(files.get('networkml.json') as string),
  };
}

const firstOf = (values: ArrayLike<number>): number => {
  let best = 0;
  for (let k = 1; k < values.length; k++) if (values[k]! > values[best]!) best = k;
  return best;
};

/** What one tree of a forest answers. */
function treeAnswers(model: ForestModel, rows: SparseRows, row: number): number[] {
  return Array.from(model.roots, (root) => {
    const own = forestProbabilities({ ...model, roots: Uint32Array.of(root) }, rows);
    return firstOf(own.subarray(row * model.roles.length, (row + 1) * model.roles.length));
  });
}

describe('our forest in ml-random-forest', () => {
  it('has trees with the same answers, on values at the thresholds too', () => {
    const { model } = ownForest();
    const random = testRandom(8);
    const thresholds = Array.from(model.threshold).filter((_, node) => model.column[node]! >= 0);
    const around = thresholds.flatMap((t) => [t, nextFloat(t), floatBelow(t)]);
    const dense = Array.from({ length: 60 }, () =>
      Array.from({ length: columnCount }, () => (random.chance(0.5) ? 0 : random.pick(around))),
    );
    const rows = sparseOf(dense);
    const { forest } = parsed(model);
    const theirs = RandomForestClassifier.load(forest).predictionValues(dense);
    for (let row = 0; row < dense.length; row++) {
      expect(theirs.getRow(row)).toEqual(treeAnswers(model, rows, row));
    }
  });

  it('answers the same wherever its leaves are of one role', () => {
    const { rows, labels } = clouds(3, 150);
    const sparse = sparseOf(rows);
    const { model } = trainForest(
      { layout: 'synthetic/1', roles },
      {
        rows: sparse,
        classCount: 3,
        row: Uint32Array.from(rows.keys()),
        label: Uint32Array.from(labels),
        copies: new Uint32Array(150).fill(1),
        weight: new Float64Array(150).fill(1),
      },
      { seed: 5, trees: 31 },
    );
    const fresh = clouds(4, 200).rows;
    const own = forestProbabilities(model, sparseOf(fresh));
    const theirs = RandomForestClassifier.load(parsed(model).forest).predict(fresh);
    let tied = 0;
    theirs.forEach((answer, row) => {
      const shares = own.subarray(row * 3, row * 3 + 3);
      const best = Math.max(...shares);
      if (shares.filter((share) => best - share < 1e-9).length > 1) tied++;
      expect(best - shares[answer]!).toBeLessThan(1e-9);
    });
    expect(tied).toBeLessThan(20);
  });

  it('comes back as it was', () => {
    const { model, rows } = ownForest();
    const { forest, beside } = parsed(model);
    const back = readForestJson(forest, beside);
    expect(forestProbabilities(back, rows)).toEqual(forestProbabilities(model, rows));
    expect(back.column.length).toBe(model.column.length);
    const { meta, arrays } = encodeForest(back);
    expect(forestProbabilities(decodeForest(meta, arrays), rows)).toEqual(forestProbabilities(model, rows));
  });
});

describe('a forest of ml-random-forest', () => {
  it.each([
    ['on all columns', { maxFeatures: 1.0, replacement: false }],
    ['on columns drawn for each tree', { maxFeatures: 2, replacement: false }],
    ['on columns drawn with replacement', { maxFeatures: 3, replacement: true }],
  ])('%s answers here as there', (_, settings) => {
    const { rows, labels } = clouds(1, 120);
    const real = new RandomForestClassifier({ ...settings, nEstimators: 25, seed: 7 });
    real.train(rows, labels);
    const json = JSON.parse(JSON.stringify(real));
    const model = readForestJson(json, about);
    const fresh = clouds(2, 200).rows;
    const probabilities = forestProbabilities(model, sparseOf(fresh));
    const theirs = real.predictionValues(fresh);
    const answers = real.predict(fresh);
    let different = 0;
    fresh.forEach((_, row) => {
      const votes = theirs.getRow(row);
      const shares = probabilities.subarray(row * 3, row * 3 + 3);
      for (let k = 0; k < 3; k++) {
        expect(shares[k]).toBeCloseTo(votes.filter((vote) => vote === k).length / 25, 9);
      }
      // Where two roles have as many votes, theirs takes the one that came to that number first.
      if (firstOf(shares) !== answers[row]) {
        different++;
        expect(shares[answers[row]!]).toBeCloseTo(Math.max(...shares), 9);
      }
    });
    expect(different).toBeLessThan(10);
    const { meta, arrays } = encodeForest(model);
    expect(forestProbabilities(decodeForest(meta, arrays), sparseOf(fresh))).toEqual(probabilities);
  });
});

describe('neighbouring 32-bit floats', () => {
  it.each([0, 1, -1, 0.5, 3.4e38, -3.4e38, 2 ** -149, -(2 ** -149), 2 ** -126])('of %d', (value) => {
    const own = Math.fround(value);
    const above = nextFloat(own);
    expect(above).toBeGreaterThan(own);
    expect(Math.fround(above)).toBe(above);
    // Nothing lies between: the middle rounds to one of the two.
    expect([own, above]).toContain(Math.fround(own + (above - own) / 2));
    expect(floatBelow(above)).toBe(own === 0 ? 0 : own);
  });

  it('below numbers that are none', () => {
    expect(floatBelow(0.1)).toBeLessThan(0.1);
    expect(nextFloat(floatBelow(0.1))).toBeGreaterThan(0.1);
    expect(floatBelow(0)).toBe(-(2 ** -149));
  });
});

describe('what is no such forest', () => {
  const leaf = { distribution: [[1, 0, 0]] };
  const split = { splitColumn: 0, splitValue: 1, left: leaf, right: leaf };
  const forest = (root: unknown, indexes: unknown = [[0, 2]]) => ({
    name: 'RFClassifier',
    baseModel: { indexes, estimators: [{ root }] },
  });

  it.each([
    ['another model', { name: 'RFRegression' }, 'not RFClassifier'],
    ['no trees', { name: 'RFClassifier', baseModel: { indexes: [], estimators: [] } }, '0 trees'],
    ['columns beyond the layout', forest(split, [[4]]), 'column 4 of 4'],
    ['a split beyond its columns', forest({ ...split, splitColumn: 2 }), 'splitColumn 2 of 2 columns'],
    ['a split at no number', forest({ ...split, splitValue: null }), 'splitValue is not a number'],
    ['a split at a huge number', forest({ ...split, splitValue: -1e300 }), 'beyond 32-bit floats'],
    ['half a split', forest({ ...split, right: undefined }), 'right of a split is not an object'],
    ['too many roles', forest({ distribution: [[0, 0, 0, 1]] }), 'shares of 3 roles'],
    ['an empty leaf', forest({ distribution: [[0, 0]] }), 'shares of 3 roles'],
    ['a negative leaf', forest({ distribution: [[2, -1]] }), 'shares of 3 roles'],
  ])('is refused: %s', (_, json, said) => {
    const error = refusal(() => readForestJson(json, about));
    expect(error.code).toBe('NML_MODEL_EXCHANGE');
    expect(error.message).toContain(said);
  });

  it('a deep tree is read all the same', () => {
    let root: unknown = leaf;
    for (let depth = 0; depth < 20_000; depth++) root = { ...split, right: root };
    expect(readForestJson(forest(root), about).column).toHaveLength(40_001);
  });
});
