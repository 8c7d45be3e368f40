import { NetworkmlError } from '../errors.js';
import { createRandom, type SparseRows } from '../math/index.js';
import { type OneLayerModel, softmax } from './one-layer.js';
import { mergeSessions, type SoftTargets } from './soft-targets.js';
import type { RoleTrainingSet } from './training-set.js';
import { type CaptureBalance, captureWeights } from './weights.js';

/** Settings of the training; what is left out has the value in `oneLayerDefaults`. */
export interface OneLayerOptions {
  /** Same seed, same bytes. */
  readonly seed: number;
  /** Units in the hidden layer. */
  readonly hidden?: number;
  /** Full-batch steps. */
  readonly epochs?: number;
  readonly learningRate?: number;
  /** Pull of the weights (not the biases) towards zero: l2 / 2 x their squares is added to the loss. */
  readonly l2?: number;
  readonly balance?: CaptureBalance;
  /** Called after every step with the loss before it, in nats, without the pull. */
  readonly onProgress?: (epoch: number, epochs: number, loss: number) => void;
  /** Who takes the steps; our own full-batch Adam unless given (see `exchange/tensorflow.ts` for another). */
  readonly optimise?: OneLayerOptimiser;
}

/** Takes all steps of a training, changing the parameters in place. */
export type OneLayerOptimiser = (
  parameters: OneLayerParameters,
  data: SoftTargets,
  settings: OneLayerSettings,
) => void;

export const oneLayerDefaults = {
  hidden: 64,
  epochs: 500,
  learningRate: 5e-3,
  l2: 1e-5,
  balance: 'device',
} as const;

/** Adam's own constants (Kingma and Ba, ICLR 2015, algorithm 1): `tiny` is added to the root of the corrected moment. */
export const adamConstants = { decay1: 0.9, decay2: 0.999, tiny: 1e-8 } as const;
const { decay1, decay2, tiny } = adamConstants;

/** The parameters of a network in training. All lie in one array, so that a step of Adam is one loop; the views name its parts. */
export interface OneLayerParameters {
  readonly all: Float64Array;
  /** How many at the front are weights; the rest are biases. */
  readonly weightCount: number;
  /** [columns x hidden] */
  readonly w1: Float64Array;
  /** [hidden x roles] */
  readonly w2: Float64Array;
  /** [hidden] */
  readonly b1: Float64Array;
  /** [roles] */
  readonly b2: Float64Array;
}

/**
 * Trains the one-layer network on the sessions of some captures: full-batch Adam on their distinct vectors with soft
 * targets and weights (see `mergeSessions`). Computed in 64-bit floats, kept in 32.
 *
 * @param chosen indices of the examples to train on.
 * @throws NetworkmlError `NML_CONFIG` for a setting out of range, `NML_TRAIN_DATA` when there are no sessions.
 */
export function trainOneLayer(
  set: RoleTrainingSet,
  chosen: Uint32Array,
  options: OneLayerOptions,
): OneLayerModel {
  const settings = { ...oneLayerDefaults, ...options };
  checkSettings(settings);
  const data = mergeSessions(set, chosen, captureWeights(set.examples, chosen, settings.balance));
  const { hidden } = settings;
  const classCount = set.roles.length;
  const parameters = allocate(data.columns.length, hidden, classCount);
  drawWeights(parameters, data.rows, hidden, settings.seed);
  (settings.optimise ?? optimise)(parameters, data, settings);
  return {
    kind: 'one-layer',
    layout: set.layout,
    roles: [...set.roles],
    columnCount: set.rows.columnCount,
    columns: data.columns,
    hidden,
    w1: Float32Array.from(parameters.w1),
    b1: Float32Array.from(parameters.b1),
    w2: Float32Array.from(parameters.w2),
    b2: Float32Array.from(parameters.b2),
  };
}

/** The settings of a training with nothing left out. */
export type OneLayerSettings = Required<Omit<OneLayerOptions, 'onProgress' | 'optimise'>> &
  Pick<OneLayerOptions, 'onProgress'>;

function checkSettings(settings: OneLayerSettings): void {
  const { hidden, epochs, learningRate, l2 } = settings;
  const positive = (value: number) => Number.isInteger(value) && value >= 1;
  if (!positive(hidden)) throw new NetworkmlError('NML_CONFIG', `hidden units: ${hidden}`);
  if (!positive(epochs)) throw new NetworkmlError('NML_CONFIG', `epochs: ${epochs}`);
  if (!(learningRate > 0 && learningRate < 1)) {
    throw new NetworkmlError('NML_CONFIG', `learning rate: ${learningRate}`);
  }
  if (!(l2 >= 0 && l2 < 1)) throw new NetworkmlError('NML_CONFIG', `l2: ${l2}`);
}

function allocate(columns: number, hidden: number, classCount: number): OneLayerParameters {
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

/** Normal weights, scaled by the entries a row really has (He et al., ICCV 2015, with at least 8); zero biases. */
function drawWeights(parameters: OneLayerParameters, rows: SparseRows, hidden: number, seed: number): void {
  const random = createRandom(seed);
  const entriesPerRow = rows.indices.length / rows.rowCount;
  const scale1 = Math.sqrt(2 / Math.max(8, entriesPerRow));
  const scale2 = Math.sqrt(1 / hidden);
  const { w1, w2 } = parameters;
  for (let i = 0; i < w1.length; i++) w1[i] = scale1 * random.normal();
  for (let i = 0; i < w2.length; i++) w2[i] = scale2 * random.normal();
}

function optimise(parameters: OneLayerParameters, data: SoftTargets, settings: OneLayerSettings): void {
  const classCount = parameters.b2.length;
  const { hidden, epochs, l2, learningRate, onProgress } = settings;
  const gradients = allocate(data.columns.length, hidden, classCount);
  const moment1 = new Float64Array(parameters.all.length);
  const moment2 = new Float64Array(parameters.all.length);
  const sums = new Float64Array(hidden);
  const outputs = new Float64Array(classCount);
  let left1 = 1;
  let left2 = 1;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    gradients.all.fill(0);
    let loss = 0;
    for (let row = 0; row < data.rows.rowCount; row++) {
      loss += accumulate(row, data, parameters, gradients, sums, outputs);
    }
    left1 *= decay1;
    left2 *= decay2;
    const { all, weightCount } = parameters;
    for (let i = 0; i < all.length; i++) {
      const pull = i < weightCount ? l2 * (all[i] as number) : 0;
      const gradient = (gradients.all[i] as number) + pull;
      const first = decay1 * (moment1[i] as number) + (1 - decay1) * gradient;
      const second = decay2 * (moment2[i] as number) + (1 - decay2) * gradient * gradient;
      moment1[i] = first;
      moment2[i] = second;
      const step = first / (1 - left1) / (Math.sqrt(second / (1 - left2)) + tiny);
      all[i] = (all[i] as number) - learningRate * step;
    }
    onProgress?.(epoch, epochs, loss);
  }
}

/**
 * Adds one row's part of the gradient and returns its part of the loss. Forward and backward in one pass over the row,
 * which is why it is longer than most: only the two scratch arrays (hidden sums, outputs) are needed.
 */
function accumulate(
  row: number,
  data: SoftTargets,
  parameters: OneLayerParameters,
  gradients: OneLayerParameters,
  sums: Float64Array,
  outputs: Float64Array,
): number {
  const { start, indices, values } = data.rows;
  const { w1, b1, w2, b2 } = parameters;
  const { w1: g1, b1: gb1, w2: g2, b2: gb2 } = gradients;
  const hidden = sums.length;
  const classCount = outputs.length;
  const from = start[row] as number;
  const to = start[row + 1] as number;

  sums.set(b1);
  for (let entry = from; entry < to; entry++) {
    const value = values[entry] as number;
    const offset = (indices[entry] as number) * hidden;
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

  // From here `outputs` holds the gradient by the logits, then `sums` the gradient by the hidden sums.
  const weight = data.weights[row] as number;
  let loss = 0;
  for (let k = 0; k < classCount; k++) {
    const target = data.targets[row * classCount + k] as number;
    const output = outputs[k] as number;
    if (target > 0) loss -= weight * target * Math.log(Math.max(output, Number.MIN_VALUE));
    outputs[k] = weight * (output - target);
    gb2[k] = (gb2[k] as number) + (outputs[k] as number);
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
    const value = values[entry] as number;
    const offset = (indices[entry] as number) * hidden;
    for (let j = 0; j < hidden; j++)
      g1[offset + j] = (g1[offset + j] as number) + value * (sums[j] as number);
  }
  return loss;
}
