import { describe, expect, it } from 'vitest';
import {
  adamState,
  adamStep,
  createRandom,
  type LayerBatch,
  type LayerParameters,
  layerGradients,
  layerParameters,
  SparseRowsBuilder,
  softmax,
  sumLayerGradients,
} from '../../src/math/index.js';

interface Case {
  readonly parameters: LayerParameters;
  readonly batch: LayerBatch;
  readonly kept: Uint8Array;
}

function randomCase(
  seed: number,
  columns: number,
  hidden: number,
  classCount: number,
  withAbsent: boolean,
): Case {
  const random = createRandom(seed);
  const builder = new SparseRowsBuilder(columns);
  for (let row = 0; row < 9; row++) {
    const own = Array.from({ length: columns }, (_, column) => column).filter(() => random.uniform() < 0.6);
    builder.add(
      own,
      own.map(() => 1 + random.uniform()),
    );
  }
  const rows = builder.build();
  const parameters = layerParameters(columns, hidden, classCount);
  for (let i = 0; i < parameters.all.length; i++) parameters.all[i] = random.normal() / 2;
  const targets = new Float64Array(rows.rowCount * classCount).map(() => random.uniform());
  for (let row = 0; row < rows.rowCount; row++) {
    const own = targets.subarray(row * classCount, (row + 1) * classCount);
    const sum = own.reduce((a, b) => a + b, 0);
    own.forEach((value, k) => {
      own[k] = value / sum;
    });
  }
  const batch = {
    rows,
    values: Float64Array.from(rows.values, () => random.normal()),
    absent: withAbsent ? new Float64Array(columns).map(() => random.normal()) : new Float64Array(0),
    targets,
    weights: new Float64Array(rows.rowCount).map(() => random.uniform()),
  };
  return { parameters, batch, kept: Uint8Array.from(rows.indices, () => Number(random.uniform() < 0.7)) };
}

/** The inputs of a row as they are, absent columns included. */
function denseInputs({ rows, values, absent }: LayerBatch, row: number, kept: Uint8Array | null): number[] {
  const inputs = Array.from({ length: rows.columnCount }, (_, column) => absent[column] ?? 0);
  for (let entry = rows.start[row]!; entry < rows.start[row + 1]!; entry++) {
    if (kept === null || kept[entry] === 1) inputs[rows.indices[entry]!]! += values[entry]!;
  }
  return inputs;
}

/** The loss straight from the formula; its slopes are the gradient. */
function slowLoss({ w1, b1, w2, b2 }: LayerParameters, batch: LayerBatch, kept: Uint8Array | null): number {
  const { targets, weights, rows } = batch;
  let loss = 0;
  for (let row = 0; row < rows.rowCount; row++) {
    const inputs = denseInputs(batch, row, kept);
    const units = Array.from(b1, (bias, j) =>
      Math.max(
        0,
        inputs.reduce((sum, x, column) => sum + x * w1[column * b1.length + j]!, bias),
      ),
    );
    const logits = Array.from(b2, (bias, k) =>
      units.reduce((sum, unit, j) => sum + unit * w2[j * b2.length + k]!, bias),
    );
    const whole = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
    logits.forEach((logit, k) => {
      loss -= weights[row]! * targets[row * b2.length + k]! * (logit - whole);
    });
  }
  return loss;
}

describe('sumLayerGradients', () => {
  it.each([
    [1, 7, 5, 3, false, false],
    [2, 6, 9, 2, true, false],
    [3, 11, 8, 6, true, true],
    [4, 3, 1, 4, false, true],
  ] as const)('is the slope of the loss, case %i', (seed, columns, hidden, classes, withAbsent, dropped) => {
    const { parameters, batch, kept } = randomCase(seed, columns, hidden, classes, withAbsent);
    const mask = dropped ? kept : null;
    const room = layerGradients(parameters, batch);
    // What was summed up before must not show.
    sumLayerGradients(parameters, batch, room, null, false);
    const loss = sumLayerGradients(parameters, batch, room, mask, true);
    expect(loss).toBeCloseTo(slowLoss(parameters, batch, mask), 10);
    const step = 1e-5;
    const { all } = parameters;
    for (let i = 0; i < all.length; i++) {
      const value = all[i]!;
      all[i] = value + step;
      const above = slowLoss(parameters, batch, mask);
      all[i] = value - step;
      const below = slowLoss(parameters, batch, mask);
      all[i] = value;
      expect(room.gradients.all[i], `parameter ${i}`).toBeCloseTo((above - below) / (2 * step), 6);
    }
  });
});

describe('adamStep', () => {
  it('is the algorithm of the paper, the pull on weights alone', () => {
    const { parameters } = randomCase(5, 2, 2, 2, false);
    const random = createRandom(6);
    const { all, weightCount } = parameters;
    const state = adamState(all.length);
    const expected = Array.from(all);
    const first = expected.map(() => 0);
    const second = expected.map(() => 0);
    for (let t = 1; t <= 5; t++) {
      const gradients = new Float64Array(all.length).map(() => random.normal());
      adamStep(parameters, gradients, state, 0.01, 0.1);
      for (let i = 0; i < expected.length; i++) {
        const g = gradients[i]! + (i < weightCount ? 0.1 * expected[i]! : 0);
        first[i] = 0.9 * first[i]! + 0.1 * g;
        second[i] = 0.999 * second[i]! + 0.001 * g * g;
        const corrected = Math.sqrt(second[i]! / (1 - 0.999 ** t)) + 1e-8;
        expected[i]! -= (0.01 * first[i]!) / (1 - 0.9 ** t) / corrected;
      }
    }
    expected.forEach((value, i) => {
      expect(all[i]).toBeCloseTo(value, 12);
    });
  });
});

describe('softmax', () => {
  it('does not overflow, and leaves what is around alone', () => {
    const values = Float64Array.from([7, 1000, 1001, 999, 7]);
    softmax(values, 1, 3);
    const sum = 1 + Math.exp(-1) + Math.exp(-2);
    const expected = [7, Math.exp(-1) / sum, 1 / sum, Math.exp(-2) / sum, 7];
    expected.forEach((value, i) => {
      expect(values[i]).toBeCloseTo(value, 12);
    });
  });
});
