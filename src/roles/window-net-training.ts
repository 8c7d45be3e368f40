import { NetworkmlError } from '../errors.js';
import { createRandom, narrowRows, type Random, type SparseRows } from '../math/index.js';
import { softmax } from './one-layer.js';
import { mergeSessions, type SoftTargets } from './soft-targets.js';
import type { RoleTrainingSet } from './training-set.js';
import { captureWeights } from './weights.js';
import { leastDeviation, standardised, type WindowNet } from './window-net.js';

/** Settings of the training; what is left out has the value in `windowNetDefaults`. */
export interface WindowNetOptions {
  /** Same seed, same bytes. */
  readonly seed: number;
  /** Columns from this one on are not looked at. */
  readonly columnsBelow?: number;
  readonly hidden?: number;
  /** Full-batch steps. */
  readonly epochs?: number;
  readonly learningRate?: number;
  /** Pull of the weights (not the biases) towards zero. */
  readonly l2?: number;
  /** Share of the entries of each row that a step takes for absent. */
  readonly dropout?: number;
  /** Part of each target that is spread evenly over all roles. */
  readonly smoothing?: number;
}

export const windowNetDefaults = {
  hidden: 64,
  epochs: 80,
  learningRate: 3e-3,
  l2: 1e-3,
  dropout: 0.3,
  smoothing: 0.05,
} as const;

// Adam's own constants (Kingma and Ba, ICLR 2015, algorithm 1).
const decay1 = 0.9;
const decay2 = 0.999;
const tiny = 1e-8;

/** Rows ready for the loop: entries hold the change from the absent value. */
interface Prepared {
  readonly rows: SparseRows;
  readonly change: Float64Array;
  /** Standardised value of each column where it is absent. */
  readonly absent: Float64Array;
  readonly targets: Float64Array;
  readonly weights: Float64Array;
}

/** All parameters in one array; the views name its parts. */
interface Parameters {
  readonly all: Float64Array;
  readonly weightCount: number;
  readonly w1: Float64Array;
  readonly w2: Float64Array;
  readonly b1: Float64Array;
  readonly b2: Float64Array;
}

/**
 * Trains a net on the windows of some captures: full-batch Adam on their distinct vectors with device-balanced weights,
 * soft targets, label smoothing and input dropout. Dropped entries count as absent, not as average, so that a step costs
 * what the entries cost; in cross-validation both forms are equal (docs/roles.md).
 *
 * @param chosen indices of the examples to train on.
 * @throws NetworkmlError `NML_CONFIG` for a setting out of range, `NML_TRAIN_DATA` when there are no windows.
 */
export function trainWindowNet(
  set: RoleTrainingSet,
  chosen: Uint32Array,
  options: WindowNetOptions,
): WindowNet {
  const settings = { ...windowNetDefaults, ...options };
  checkSettings(settings);
  const data = mergeSessions(set, chosen, captureWeights(set.examples, chosen));
  const below = options.columnsBelow ?? set.rows.columnCount;
  const kept = data.columns.filter((column) => column < below);
  const places = Uint32Array.from(kept.keys());
  const rows = kept.length === data.columns.length ? data.rows : narrowRows(data.rows, places);
  const { mean, deviation } = moments(rows, data.weights);
  const prepared = prepare(rows, data, mean, deviation, settings.smoothing);
  const random = createRandom(settings.seed);
  const parameters = allocate(kept.length, settings.hidden, set.roles.length);
  drawWeights(parameters, kept.length, settings.hidden, random);
  optimise(parameters, prepared, settings, random);
  return {
    columns: kept,
    mean,
    deviation,
    hidden: settings.hidden,
    w1: Float32Array.from(parameters.w1),
    b1: Float32Array.from(parameters.b1),
    w2: Float32Array.from(parameters.w2),
    b2: Float32Array.from(parameters.b2),
  };
}

type Settings = typeof windowNetDefaults extends infer D
  ? { readonly [K in keyof D]: number } & WindowNetOptions
  : never;

function checkSettings(settings: Settings): void {
  const { hidden, epochs, learningRate, l2, dropout, smoothing } = settings;
  const whole = (value: number) => Number.isInteger(value) && value >= 1;
  const share = (value: number) => value >= 0 && value < 1;
  const right: Record<string, [number, boolean]> = {
    'hidden units': [hidden, whole(hidden)],
    epochs: [epochs, whole(epochs)],
    'learning rate': [learningRate, learningRate > 0 && learningRate < 1],
    l2: [l2, share(l2)],
    dropout: [dropout, share(dropout)],
    smoothing: [smoothing, share(smoothing)],
  };
  for (const [name, [value, fits]] of Object.entries(right)) {
    if (!fits) throw new NetworkmlError('NML_CONFIG', `${name}: ${value}`);
  }
}

/** Weighted mean and deviation (not below `leastDeviation`) of the square roots of each column, absent ones included. */
function moments(rows: SparseRows, weights: Float64Array): { mean: Float32Array; deviation: Float32Array } {
  const sum = new Float64Array(rows.columnCount);
  const squares = new Float64Array(rows.columnCount);
  for (let row = 0; row < rows.rowCount; row++) {
    const weight = weights[row] as number;
    for (let entry = rows.start[row] as number; entry < (rows.start[row + 1] as number); entry++) {
      const column = rows.indices[entry] as number;
      const value = Math.max(0, rows.values[entry] as number);
      sum[column] = (sum[column] as number) + weight * Math.sqrt(value);
      squares[column] = (squares[column] as number) + weight * value;
    }
  }
  const variance = squares.map((square, column) => square - (sum[column] as number) ** 2);
  return {
    mean: Float32Array.from(sum),
    deviation: Float32Array.from(variance, (v) => Math.max(leastDeviation, Math.sqrt(Math.max(0, v)))),
  };
}

function prepare(
  rows: SparseRows,
  data: SoftTargets,
  mean: Float32Array,
  deviation: Float32Array,
  smoothing: number,
): Prepared {
  const absent = Float64Array.from(mean, (own, j) => standardised(0, own, deviation[j] as number));
  const change = Float64Array.from(rows.indices, (column, entry) => {
    const x = standardised(rows.values[entry] as number, mean[column] as number, deviation[column] as number);
    return x - (absent[column] as number);
  });
  const classCount = data.targets.length / rows.rowCount;
  const targets = data.targets.map((target) => (1 - smoothing) * target + smoothing / classCount);
  return { rows, change, absent, targets, weights: data.weights };
}

function allocate(columns: number, hidden: number, classCount: number): Parameters {
  const w2At = columns * hidden;
  const weightCount = w2At + hidden * classCount;
  const b2At = weightCount + hidden;
  const all = new Float64Array(b2At + classCount);
  return {
    all,
    weightCount,
    w1: all.subarray(0, w2At),
    w2: all.subarray(w2At, weightCount),
    b1: all.subarray(weightCount, b2At),
    b2: all.subarray(b2At),
  };
}

/** Normal weights scaled by the width of the layer below (He et al., ICCV 2015); zero biases. */
function drawWeights({ w1, w2 }: Parameters, columns: number, hidden: number, random: Random): void {
  const scale1 = Math.sqrt(2 / Math.max(8, columns));
  const scale2 = Math.sqrt(1 / hidden);
  for (let i = 0; i < w1.length; i++) w1[i] = scale1 * random.normal();
  for (let i = 0; i < w2.length; i++) w2[i] = scale2 * random.normal();
}

function optimise(parameters: Parameters, data: Prepared, settings: Settings, random: Random): void {
  const { all, weightCount } = parameters;
  const gradients = allocate(data.absent.length, settings.hidden, parameters.b2.length);
  const moment1 = new Float64Array(all.length);
  const moment2 = new Float64Array(all.length);
  const kept = new Uint8Array(data.change.length).fill(1);
  let left1 = 1;
  let left2 = 1;
  for (let epoch = 0; epoch < settings.epochs; epoch++) {
    if (settings.dropout > 0) {
      for (let entry = 0; entry < kept.length; entry++) {
        kept[entry] = random.uniform() < settings.dropout ? 0 : 1;
      }
    }
    netGradients(parameters, data, kept, gradients);
    left1 *= decay1;
    left2 *= decay2;
    for (let i = 0; i < all.length; i++) {
      const pull = i < weightCount ? settings.l2 * (all[i] as number) : 0;
      const gradient = (gradients.all[i] as number) + pull;
      const first = decay1 * (moment1[i] as number) + (1 - decay1) * gradient;
      const second = decay2 * (moment2[i] as number) + (1 - decay2) * gradient * gradient;
      moment1[i] = first;
      moment2[i] = second;
      const step = first / (1 - left1) / (Math.sqrt(second / (1 - left2)) + tiny);
      all[i] = (all[i] as number) - settings.learningRate * step;
    }
  }
}

/** The gradient of the weighted cross-entropy over all rows, in `gradients.all`. A kernel: one pass over the entries. */
function netGradients(parameters: Parameters, data: Prepared, kept: Uint8Array, gradients: Parameters): void {
  const { w1, b1, w2, b2 } = parameters;
  const { rows, change, absent, targets, weights } = data;
  const hidden = b1.length;
  const classCount = b2.length;
  const { w1: g1, b1: gb1, w2: g2, b2: gb2 } = gradients;
  gradients.all.fill(0);
  const base = b1.slice();
  for (let column = 0; column < absent.length; column++) {
    const x = absent[column] as number;
    const offset = column * hidden;
    for (let j = 0; j < hidden; j++) base[j] = (base[j] as number) + x * (w1[offset + j] as number);
  }
  const sums = new Float64Array(hidden);
  const outputs = new Float64Array(classCount);
  for (let row = 0; row < rows.rowCount; row++) {
    const from = rows.start[row] as number;
    const to = rows.start[row + 1] as number;
    sums.set(base);
    for (let entry = from; entry < to; entry++) {
      if (kept[entry] === 0) continue;
      const value = change[entry] as number;
      const offset = (rows.indices[entry] as number) * hidden;
      for (let j = 0; j < hidden; j++) sums[j] = (sums[j] as number) + value * (w1[offset + j] as number);
    }
    outputs.set(b2);
    for (let j = 0; j < hidden; j++) {
      const activation = sums[j] as number;
      if (activation <= 0) continue;
      const offset = j * classCount;
      for (let k = 0; k < classCount; k++) {
        outputs[k] = (outputs[k] as number) + activation * (w2[offset + k] as number);
      }
    }
    softmax(outputs, 0, classCount);
    const weight = weights[row] as number;
    for (let k = 0; k < classCount; k++) {
      const gradient = weight * ((outputs[k] as number) - (targets[row * classCount + k] as number));
      outputs[k] = gradient;
      gb2[k] = (gb2[k] as number) + gradient;
    }
    for (let j = 0; j < hidden; j++) {
      const activation = sums[j] as number;
      if (activation <= 0) {
        sums[j] = 0;
        continue;
      }
      const offset = j * classCount;
      let back = 0;
      for (let k = 0; k < classCount; k++) {
        const output = outputs[k] as number;
        back += output * (w2[offset + k] as number);
        g2[offset + k] = (g2[offset + k] as number) + activation * output;
      }
      sums[j] = back;
      gb1[j] = (gb1[j] as number) + back;
    }
    for (let entry = from; entry < to; entry++) {
      if (kept[entry] === 0) continue;
      const value = change[entry] as number;
      const offset = (rows.indices[entry] as number) * hidden;
      for (let j = 0; j < hidden; j++)
        g1[offset + j] = (g1[offset + j] as number) + value * (sums[j] as number);
    }
  }
  // What absent columns give is the same in every row: the sum of all rows' gradients, which is that of the bias.
  for (let column = 0; column < absent.length; column++) {
    const x = absent[column] as number;
    const offset = column * hidden;
    for (let j = 0; j < hidden; j++) g1[offset + j] = (g1[offset + j] as number) + x * (gb1[j] as number);
  }
}
