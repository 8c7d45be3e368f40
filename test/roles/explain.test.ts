import { describe, expect, it } from 'vitest';
import {
  allExamples,
  averageProbabilities,
  explainOneLayer,
  oneLayerProbabilities,
  trainOneLayer,
} from '../../src/roles/index.js';
import { slowProbabilities } from './slow-one-layer.js';
import { columnCount, denseRow, sparseOf, syntheticSet } from './synthetic.js';

const set = syntheticSet();
const model = trainOneLayer(set, allExamples(set), { seed: 1, hidden: 8, epochs: 60 });

/** The vectors of one capture, dense. */
const vectorsOf = (index: number) => Array.from(set.examples[index].rows, (row) => denseRow(set.rows, row));

/** Average of dense vectors from the formula. */
function slowAnswer(
  dense: number[][],
  counts: ArrayLike<number>,
  aggregate: 'mean' | 'logmean',
): Float64Array {
  const probabilities = Float64Array.from(dense.flatMap((row) => slowProbabilities(model, row)));
  return averageProbabilities(probabilities, 3, counts, aggregate);
}

describe('explainOneLayer', () => {
  it.each(['mean', 'logmean'] as const)('equals predicting again without each column (%s)', (aggregate) => {
    for (const index of [0, 5, 13, 20, 26]) {
      const dense = vectorsOf(index);
      const { counts } = set.examples[index];
      const whole = slowAnswer(dense, counts, aggregate);
      const role = whole.indexOf(Math.max(...whole));
      const expected = Array.from({ length: columnCount }, (_, column) => {
        const cut = dense.map((row) => row.map((value, c) => (c === column ? 0 : value)));
        return { column, contribution: whole[role] - slowAnswer(cut, counts, aggregate)[role] };
      })
        .filter(({ contribution }) => contribution > 1e-9)
        .sort((a, b) => b.contribution - a.contribution);
      const found = explainOneLayer(model, sparseOf(dense), counts, { aggregate, limit: 100 });
      expect(found.map(({ column }) => column)).toEqual(expected.map(({ column }) => column));
      found.forEach(({ contribution }, i) => {
        expect(contribution).toBeCloseTo(expected[i].contribution, 9);
      });
      expect(found.length).toBeGreaterThan(0);
    }
  });

  it('puts a column of the role first where the role was recognised by it', () => {
    const [first] = explainOneLayer(model, sparseOf([denseOf([4, 28]), denseOf([4, 29])]), [3, 1]);
    expect(first.column).toBe(4);
  });

  it('keeps to the limit and to the role asked for', () => {
    const rows = sparseOf([denseOf([0, 28]), denseOf([3, 29])]);
    expect(explainOneLayer(model, rows, [1, 1], { limit: 1 })).toHaveLength(1);
    const columns = explainOneLayer(model, rows, [1, 1], { role: 1 }).map(({ column }) => column);
    expect(columns[0]).toBe(3);
    expect(columns).not.toContain(0);
  });

  it('never names a column that the model has no weights for', () => {
    const unseen = 20;
    expect(Array.from(model.columns)).not.toContain(unseen);
    const rows = sparseOf([denseOf([0, unseen])]);
    expect(explainOneLayer(model, rows, [1]).map(({ column }) => column)).not.toContain(unseen);
    const plain = oneLayerProbabilities(model, sparseOf([denseOf([0])]));
    expect(oneLayerProbabilities(model, rows)).toEqual(plain);
  });

  it('has nothing to say about a device without sessions', () => {
    expect(explainOneLayer(model, sparseOf([denseOf([0])]), [0])).toEqual([]);
  });
});

function denseOf(columns: number[]): number[] {
  return Array.from({ length: columnCount }, (_, column) => (columns.includes(column) ? 1 : 0));
}
