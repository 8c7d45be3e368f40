import { NetworkmlError } from '../errors.js';
import {
  createRandom,
  type LayerParameters,
  layerParameters,
  type Random,
  type SparseRows,
  trainLayers,
} from '../math/index.js';
import type { OneLayerModel } from './one-layer.js';
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
  parameters: LayerParameters,
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
  const parameters = layerParameters(data.columns.length, hidden, classCount);
  drawLayerWeights(parameters, entriesPerRow(data.rows), createRandom(settings.seed));
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

function entriesPerRow(rows: SparseRows): number {
  return rows.indices.length / rows.rowCount;
}

/** Normal weights, scaled by the inputs of a layer (He et al., ICCV 2015, with at least 8); zero biases. */
export function drawLayerWeights({ w1, w2, b1 }: LayerParameters, inputs: number, random: Random): void {
  const scale1 = Math.sqrt(2 / Math.max(8, inputs));
  const scale2 = Math.sqrt(1 / b1.length);
  for (let i = 0; i < w1.length; i++) w1[i] = scale1 * random.normal();
  for (let i = 0; i < w2.length; i++) w2[i] = scale2 * random.normal();
}

function optimise(parameters: LayerParameters, data: SoftTargets, settings: OneLayerSettings): void {
  const { epochs, l2, learningRate, onProgress } = settings;
  const batch = { ...data, values: Float64Array.from(data.rows.values), absent: new Float64Array(0) };
  trainLayers(parameters, batch, (training) => {
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const loss = training.sumGradients(false, onProgress !== undefined);
      training.step(learningRate, l2);
      onProgress?.(epoch, epochs, loss);
    }
  });
}
