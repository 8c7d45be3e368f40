import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/math/index.js';
import {
  allExamples,
  averageProbabilities,
  mergeSessions,
  type OneLayerModel,
  oneLayerProbabilities,
  trainOneLayer,
} from '../../src/roles/index.js';
import { slowProbabilities, slowTraining } from './slow-one-layer.js';
import { columnCount, denseRow, syntheticSet } from './synthetic.js';

/** A small model with random weights, some of them large. */
function randomModel(seed: number, scale = 1): OneLayerModel {
  const random = createRandom(seed);
  const columns = Uint32Array.from([0, 2, 3, 7, 12, 27, 28]);
  const draw = (length: number) => Float32Array.from({ length }, () => scale * random.normal());
  return {
    kind: 'one-layer',
    layout: 'synthetic/1',
    roles: ['Role0', 'Role1', 'Role2'],
    columnCount,
    columns,
    hidden: 5,
    w1: draw(columns.length * 5),
    b1: draw(5),
    w2: draw(15),
    b2: draw(3),
  };
}

describe('oneLayerProbabilities', () => {
  it('equals the formula on dense rows', () => {
    const set = syntheticSet();
    const model = randomModel(1);
    const probabilities = oneLayerProbabilities(model, set.rows);
    for (let row = 0; row < set.rows.rowCount; row++) {
      slowProbabilities(model, denseRow(set.rows, row)).forEach((value, k) => {
        expect(probabilities[row * 3 + k]).toBeCloseTo(value, 10);
      });
    }
  });

  it('stays finite for logits that would overflow', () => {
    const set = syntheticSet();
    const probabilities = oneLayerProbabilities(randomModel(2, 1000), set.rows);
    for (let row = 0; row < set.rows.rowCount; row++) {
      const sum = probabilities.subarray(row * 3, row * 3 + 3).reduce((a, b) => a + b, 0);
      expect(sum).toBeCloseTo(1, 12);
    }
  });

  it('refuses vectors of another width', () => {
    const set = syntheticSet();
    const model = { ...randomModel(3), columnCount: columnCount + 1 };
    expect(() => oneLayerProbabilities(model, set.rows)).toThrowError(
      expect.objectContaining({ code: 'NML_MODEL_LAYOUT' }),
    );
  });
});

describe('mergeSessions', () => {
  it('gives targets and weights that sum to one, and the weight of each role as asked', () => {
    const set = syntheticSet({ devices: [2, 5] });
    const chosen = Uint32Array.from([0, 1, 4, 8, 12]);
    const weights = Float64Array.from([1, 2, 3, 4, 0.5]);
    const { rows, targets, weights: merged, columns } = mergeSessions(set, chosen, weights);
    expect(merged.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    const perRole = [0, 0];
    for (let row = 0; row < rows.rowCount; row++) {
      expect(targets[row * 2] + targets[row * 2 + 1]).toBeCloseTo(1, 12);
      perRole[0] += merged[row] * targets[row * 2];
      perRole[1] += merged[row] * targets[row * 2 + 1];
    }
    expect(perRole[0]).toBeCloseTo(6 / 10.5, 12);
    expect(rows.columnCount).toBe(columns.length);
  });

  it('refuses captures without sessions', () => {
    const set = syntheticSet();
    const empty = { ...set.examples[0], rows: new Uint32Array(), counts: new Float64Array() };
    expect(() =>
      mergeSessions({ ...set, examples: [empty] }, Uint32Array.of(0), Float64Array.of(1)),
    ).toThrowError(expect.objectContaining({ code: 'NML_TRAIN_DATA' }));
  });
});

describe('trainOneLayer', () => {
  it.each(['device', 'none'] as const)('equals slow training on single sessions (balance: %s)', (balance) => {
    const set = syntheticSet({ devices: [2, 1, 2], capturesPerDevice: 2 });
    const chosen = [0, 1, 2, 4, 5, 6];
    const settings = { seed: 7, hidden: 4, epochs: 12, learningRate: 0.02, l2: 0.01 };
    const losses: number[] = [];
    const model = trainOneLayer(set, Uint32Array.from(chosen), {
      ...settings,
      balance,
      onProgress: (_epoch, _epochs, loss) => losses.push(loss),
    });
    const slow = slowTraining(set, chosen, { ...settings, balanced: balance === 'device' });
    expect(Array.from(model.columns)).toEqual(slow.columns);
    const compare = (fast: Float32Array, expected: number[]) =>
      expected.forEach((value, i) => {
        expect(Math.abs(fast[i] - value)).toBeLessThan(2e-5);
      });
    compare(model.w1, slow.w1.flat());
    compare(model.w2, slow.w2.flat());
    compare(model.b1, slow.b1);
    compare(model.b2, slow.b2);
    expect(losses).toHaveLength(12);
    losses.forEach((loss, i) => {
      expect(loss).toBeCloseTo(slow.losses[i], 6);
    });
  });

  it('learns roles that can be told apart', () => {
    const set = syntheticSet({ noise: 0.1 });
    const model = trainOneLayer(set, allExamples(set), { seed: 1, hidden: 16 });
    const probabilities = oneLayerProbabilities(model, set.rows);
    for (const { rows, counts, label } of set.examples) {
      const average = averageProbabilities(probabilities, 3, counts, 'mean', rows);
      expect(average.indexOf(Math.max(...average))).toBe(label);
    }
  });

  it('has weights only for columns of the captures it was trained on', () => {
    const set = syntheticSet();
    const roleZero = allExamples(set).filter((index) => set.examples[index].label === 0);
    const model = trainOneLayer(set, roleZero, { seed: 1, hidden: 2, epochs: 1 });
    expect(Array.from(model.columns)).toEqual([0, 1, 2, 27, 28, 29]);
    expect(model.w1).toHaveLength(12);
  });

  it('gives the same bytes for the same seed, others for another', () => {
    const set = syntheticSet();
    const train = (seed: number) => trainOneLayer(set, allExamples(set), { seed, hidden: 3, epochs: 5 });
    expect(train(1)).toEqual(train(1));
    expect(train(2).w1).not.toEqual(train(1).w1);
  });

  it('refuses settings out of range', () => {
    const set = syntheticSet();
    for (const bad of [{ hidden: 0 }, { epochs: 1.5 }, { learningRate: 0 }, { l2: -1 }, { l2: Number.NaN }]) {
      expect(() => trainOneLayer(set, allExamples(set), { seed: 1, ...bad })).toThrowError(
        expect.objectContaining({ code: 'NML_CONFIG' }),
      );
    }
  });
});
