import { describe, expect, it } from 'vitest';
import {
  createRandom,
  type LayerBatch,
  type LayerParameters,
  layerParameters,
  SparseRowsBuilder,
  trainLayers,
} from '../../src/math/index.js';
import { withTrainingKernel } from '../../src/math/training-kernel.js';
import { softmax } from '../support/softmax.js';

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

/** One loop after the other, every sum in the order in which the kernel has to add it up. */
function plainGradients(
  { w1, b1, w2, b2 }: LayerParameters,
  { rows, values, absent, targets, weights }: LayerBatch,
  kept: Uint8Array | null,
): LayerParameters {
  const [hidden, classes, columns] = [b1.length, b2.length, w1.length / b1.length];
  const g = layerParameters(columns, hidden, classes);
  const base = b1.slice();
  absent.forEach((x, column) => {
    for (let j = 0; j < hidden; j++) base[j] = base[j]! + x * w1[column * hidden + j]!;
  });
  for (let row = 0; row < rows.rowCount; row++) {
    const entries = Array.from(
      { length: rows.start[row + 1]! - rows.start[row]! },
      (_, i) => rows.start[row]! + i,
    ).filter((entry) => kept === null || kept[entry] === 1);
    const sums = base.slice();
    for (const entry of entries) {
      const at = rows.indices[entry]! * hidden;
      for (let j = 0; j < hidden; j++) sums[j] = sums[j]! + values[entry]! * w1[at + j]!;
    }
    const outputs = b2.slice();
    sums.forEach((unit, j) => {
      if (unit > 0) for (let k = 0; k < classes; k++) outputs[k] = outputs[k]! + unit * w2[j * classes + k]!;
    });
    softmax(outputs, 0, classes);
    for (let k = 0; k < classes; k++)
      outputs[k] = weights[row]! * (outputs[k]! - targets[row * classes + k]!);
    for (let k = 0; k < classes; k++) g.b2[k] = g.b2[k]! + outputs[k]!;
    for (let j = 0; j < hidden; j++) {
      if (!(sums[j]! > 0)) continue;
      let by = 0;
      for (let k = 0; k < classes; k++) {
        by += outputs[k]! * w2[j * classes + k]!;
        g.w2[j * classes + k] = g.w2[j * classes + k]! + sums[j]! * outputs[k]!;
      }
      g.b1[j] = g.b1[j]! + by;
      for (const entry of entries) {
        const at = rows.indices[entry]! * hidden + j;
        g.w1[at] = g.w1[at]! + values[entry]! * by;
      }
    }
  }
  absent.forEach((x, column) => {
    for (let j = 0; j < hidden; j++) {
      g.w1[column * hidden + j] = g.w1[column * hidden + j]! + x * g.b1[j]!;
    }
  });
  return g;
}

/** The kernel's gradient and loss at some parameters. */
function gradientsAt(parameters: LayerParameters, batch: LayerBatch, kept: Uint8Array | null) {
  const gradients = layerParameters(batch.rows.columnCount, parameters.b1.length, parameters.b2.length);
  let loss = 0;
  trainLayers(parameters, batch, (training) => {
    // What was summed up before must not show.
    training.sumGradients(kept === null, false);
    if (kept !== null) training.kept.set(kept);
    loss = training.sumGradients(kept !== null, true);
    training.copyGradients(gradients);
  });
  return { gradients, loss };
}

const cases = [
  [1, 7, 5, 3, false, false],
  [2, 6, 9, 2, true, false],
  [3, 11, 8, 6, true, true],
  [4, 3, 1, 4, false, true],
  [5, 20, 37, 28, true, true],
  [6, 9, 64, 17, false, false],
] as const;

describe('trainLayers', () => {
  it.each(cases)(
    'sums the slope of the loss, case %i',
    (seed, columns, hidden, classes, withAbsent, dropped) => {
      const { parameters, batch, kept } = randomCase(seed, columns, hidden, classes, withAbsent);
      const mask = dropped ? kept : null;
      const { gradients, loss } = gradientsAt(parameters, batch, mask);
      expect(loss).toBeCloseTo(slowLoss(parameters, batch, mask), 10);
      const step = 1e-5;
      const { all } = parameters;
      for (let i = 0; i < all.length; i += Math.ceil(all.length / 300)) {
        const value = all[i]!;
        all[i] = value + step;
        const above = slowLoss(parameters, batch, mask);
        all[i] = value - step;
        const below = slowLoss(parameters, batch, mask);
        all[i] = value;
        expect(gradients.all[i], `parameter ${i}`).toBeCloseTo((above - below) / (2 * step), 6);
      }
    },
  );

  it.each(cases)(
    'adds up as plain loops do, case %i',
    (seed, columns, hidden, classes, withAbsent, dropped) => {
      const { parameters, batch, kept } = randomCase(seed, columns, hidden, classes, withAbsent);
      const mask = dropped ? kept : null;
      expect(gradientsAt(parameters, batch, mask).gradients.all).toEqual(
        plainGradients(parameters, batch, mask).all,
      );
    },
  );

  it('has the powers of the host where logits are far apart or close to where the kernel leaves them to it', () => {
    for (const logits of [
      [0, -701, -3, -800.5, -1e300],
      [5, 5 - 1e-9, 5 - 0.34657359028, 5 - 0.3465736, 5 - Math.LN2],
      [-2000, -2000, -2001, -2699.9, -2700.1],
      [1e-300, 0, -1e-17, -4e-9, -1],
    ]) {
      const { parameters, batch } = randomCase(7, 4, 3, logits.length, false);
      parameters.w2.fill(0);
      parameters.b2.set(logits);
      expect(gradientsAt(parameters, batch, null).gradients.all).toEqual(
        plainGradients(parameters, batch, null).all,
      );
    }
  });

  it('steps as in the paper, the pull on weights alone, to the last bit', () => {
    const { parameters, batch } = randomCase(5, 4, 3, 3, true);
    const expected = layerParameters(4, 3, 3);
    expected.all.set(parameters.all);
    const { all } = expected;
    const weightCount = expected.w1.length + expected.w2.length;
    const first = new Float64Array(all.length);
    const second = new Float64Array(all.length);
    trainLayers(parameters, batch, (training) => {
      let [left1, left2] = [1, 1];
      for (let t = 1; t <= 5; t++) {
        training.sumGradients(false, false);
        training.step(0.01, 0.1);
        const gradients = plainGradients(expected, batch, null).all;
        left1 *= 0.9;
        left2 *= 0.999;
        for (let i = 0; i < all.length; i++) {
          const g = i < weightCount ? gradients[i]! + 0.1 * all[i]! : gradients[i]!;
          first[i] = 0.9 * first[i]! + (1 - 0.9) * g;
          second[i] = 0.999 * second[i]! + (1 - 0.999) * g * g;
          const corrected = Math.sqrt(second[i]! / (1 - left2)) + 1e-8;
          all[i] = all[i]! - 0.01 * (first[i]! / (1 - left1) / corrected);
        }
      }
    });
    expect(parameters.all).toEqual(all);
  });

  it('gives its memory back, also when a step fails', () => {
    const { parameters, batch } = randomCase(8, 5, 4, 3, false);
    // All of these together would be more than the kernel can name.
    for (let i = 0; i < 100; i++) {
      const failing = () =>
        trainLayers(parameters, batch, () => {
          withTrainingKernel(({ run }) => expect(run.allocate(90e6)).toBeGreaterThan(0));
          throw new Error('stop');
        });
      expect(failing).toThrow('stop');
    }
  });
});
