import { NetworkmlError } from '../errors.js';
import {
  createRandom,
  type LayerBatch,
  type LayerParameters,
  type LayerTraining,
  layerParameters,
  narrowRows,
  type Random,
  type SparseRows,
  trainLayers,
} from '../math/index.js';
import { drawLayerWeights } from './one-layer-training.js';
import { mergeSessions, type SoftTargets } from './soft-targets.js';
import type { RoleTrainingSet } from './training-set.js';
import { captureWeights } from './weights.js';
import { leastDeviation, standardised, type WindowNets } from './window-net.js';

/** Settings of the training; what is left out has the value in `windowNetDefaults`. */
export interface WindowNetOptions {
  /** One for each net; same seeds, same bytes. */
  readonly seeds: readonly number[];
  /** Called after each net. */
  readonly onNet?: (trained: number) => void;
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

/**
 * Trains nets on the windows of some captures: full-batch Adam on their distinct vectors with device-balanced weights,
 * soft targets, label smoothing and input dropout. Dropped entries count as absent, not as average, so that a step costs
 * what the entries cost; in cross-validation both forms are equal (docs/roles.md).
 *
 * @param chosen indices of the examples to train on.
 * @throws NetworkmlError `NML_CONFIG` for a setting out of range, `NML_TRAIN_DATA` when there are no windows.
 */
export function trainWindowNets(
  set: RoleTrainingSet,
  chosen: Uint32Array,
  options: WindowNetOptions,
): WindowNets {
  const { seeds, onNet, columnsBelow = set.rows.columnCount } = options;
  const settings = { ...windowNetDefaults, ...options };
  checkSettings(settings);
  const data = mergeSessions(set, chosen, captureWeights(set.examples, chosen));
  const columns = data.columns.filter((column) => column < columnsBelow);
  const places = Uint32Array.from(columns.keys());
  const rows = columns.length === data.columns.length ? data.rows : narrowRows(data.rows, places);
  const { mean, deviation } = moments(rows, data.weights);
  const prepared = prepare(rows, data, mean, deviation, settings.smoothing);
  const trained = seeds.map((seed, net) => {
    const random = createRandom(seed);
    const parameters = layerParameters(columns.length, settings.hidden, set.roles.length);
    drawLayerWeights(parameters, columns.length, random);
    trainLayers(parameters, prepared, (training) => optimise(training, settings, random));
    onNet?.(net + 1);
    return parameters;
  });
  return { columns, mean, deviation, hidden: settings.hidden, ...sideBySide(trained, prepared.absent) };
}

/** Some networks over the same columns as one. @param absent standardised values of absent columns */
function sideBySide(
  trained: readonly LayerParameters[],
  absent: Float64Array,
): Pick<WindowNets, 'nets' | 'w1' | 'b1' | 'w2' | 'b2'> {
  const nets = trained.length;
  const hidden = trained[0]?.b1.length ?? 0;
  const w1 = new Float32Array(absent.length * nets * hidden);
  const b1 = new Float64Array(nets * hidden);
  trained.forEach((own, net) => {
    b1.set(own.b1, net * hidden);
    const weights = Float32Array.from(own.w1);
    absent.forEach((x, column) => {
      const ofColumn = weights.subarray(column * hidden, (column + 1) * hidden);
      w1.set(ofColumn, (column * nets + net) * hidden);
      ofColumn.forEach((weight, j) => {
        b1[net * hidden + j] = (b1[net * hidden + j] as number) + x * weight;
      });
    });
  });
  const joined = (lists: readonly ArrayLike<number>[]) =>
    Float32Array.from(lists.flatMap((list) => Array.from(list)));
  return {
    nets,
    w1,
    b1: Float32Array.from(b1),
    w2: joined(trained.map((own) => own.w2)),
    b2: joined(trained.map((own) => own.b2)),
  };
}

type Settings = typeof windowNetDefaults extends infer D
  ? { readonly [K in keyof D]: number } & WindowNetOptions
  : never;

function checkSettings(settings: Settings): void {
  const { seeds, hidden, epochs, learningRate, l2, dropout, smoothing } = settings;
  const whole = (value: number) => Number.isInteger(value) && value >= 1;
  const share = (value: number) => value >= 0 && value < 1;
  const right: Record<string, [number, boolean]> = {
    nets: [seeds.length, seeds.length > 0],
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
): LayerBatch {
  const absent = Float64Array.from(mean, (own, j) => standardised(0, own, deviation[j] as number));
  const values = Float64Array.from(rows.indices, (column, entry) => {
    const x = standardised(rows.values[entry] as number, mean[column] as number, deviation[column] as number);
    return x - (absent[column] as number);
  });
  const classCount = data.targets.length / rows.rowCount;
  const targets = data.targets.map((target) => (1 - smoothing) * target + smoothing / classCount);
  return { rows, values, absent, targets, weights: data.weights };
}

function optimise(training: LayerTraining, settings: Settings, random: Random): void {
  const { dropout, epochs, l2, learningRate } = settings;
  const { kept } = training;
  for (let epoch = 0; epoch < epochs; epoch++) {
    if (dropout > 0) random.keep(dropout, kept);
    training.sumGradients(dropout > 0, false);
    training.step(learningRate, l2);
  }
}
