/**
 * Autoencoder: a dense network, columns - hidden - latent - hidden - columns, that learns to give back its input
 * (Rumelhart, Hinton, Williams, 1986), trained by Adam (Kingma and Ba, ICLR 2015) on the mean squared error. The score
 * is the Euclidean distance between a row and what comes back.
 */
import { createRandom, type Random, shuffle } from '../../math/index.js';
import {
  arrayOf,
  type DenseTable,
  type DetectorArrays,
  type DetectorKernel,
  type DetectorSettings,
  rowOf,
  settingOf,
} from './dense-table.js';

/** A dense layer: weights `outputs x inputs`, then biases, in one array. */
export interface DenseLayer {
  readonly inputs: number;
  readonly outputs: number;
  readonly parameters: Float64Array;
}

const LAYERS = ['encode1', 'encode2', 'decode1', 'decode2'] as const;

/**
 * Settings: `hidden`, `latent` (units), `slope` (of the leaky rectifier below 0; 1 makes the network linear),
 * `epochs`, `batch`, `rate`, `decay` (of the weights, added to the gradient). Deterministic in the seed.
 */
export const autoencoder: DetectorKernel = {
  defaults: { hidden: 16, latent: 8, slope: 0.01, epochs: 100, batch: 32, rate: 1e-3, decay: 0 },
  largestScore: Number.POSITIVE_INFINITY,
  fit,
  scorer: (arrays, columnCount, settings) => {
    const layers = layerSizes(columnCount, settings).map(([inputs, outputs], at): DenseLayer => {
      const name = LAYERS[at] as string;
      return { inputs, outputs, parameters: arrayOf(arrays, name, outputs * (inputs + 1)) };
    });
    const slope = settingOf(settings, 'slope');
    const state = networkState(layers);
    return (row) => {
      runForward(layers, state, row, slope);
      return Math.sqrt(squaredError(state, row));
    };
  },
};

function layerSizes(columnCount: number, settings: DetectorSettings): (readonly [number, number])[] {
  const hidden = settingOf(settings, 'hidden');
  const latent = settingOf(settings, 'latent');
  return [
    [columnCount, hidden],
    [hidden, latent],
    [latent, hidden],
    [hidden, columnCount],
  ];
}

/** Values of every layer, the input first, and the derivatives of the error by them. */
export interface NetworkState {
  readonly values: readonly Float64Array[];
  readonly slopes: readonly Float64Array[];
}

/** Room for one row on its way through the layers. */
export function networkState(layers: readonly DenseLayer[]): NetworkState {
  const sizes = [layers[0]?.inputs ?? 0, ...layers.map(({ outputs }) => outputs)];
  return {
    values: sizes.map((size) => new Float64Array(size)),
    slopes: sizes.map((size) => new Float64Array(size)),
  };
}

/** Fills the values; the last layer has no rectifier. */
export function runForward(
  layers: readonly DenseLayer[],
  { values }: NetworkState,
  row: ArrayLike<number>,
  slope: number,
): void {
  (values[0] as Float64Array).set(row);
  layers.forEach(({ inputs, outputs, parameters }, at) => {
    const from = values[at] as Float64Array;
    const to = values[at + 1] as Float64Array;
    const last = at === layers.length - 1;
    for (let unit = 0, weight = 0; unit < outputs; unit++) {
      let sum = parameters[outputs * inputs + unit] as number;
      for (let k = 0; k < inputs; k++, weight++) sum += (parameters[weight] as number) * (from[k] as number);
      to[unit] = last || sum > 0 ? sum : slope * sum;
    }
  });
}

function squaredError({ values }: NetworkState, row: ArrayLike<number>): number {
  const output = values.at(-1) as Float64Array;
  let sum = 0;
  for (let k = 0; k < output.length; k++) sum += ((output[k] as number) - (row[k] as number)) ** 2;
  return sum;
}

/**
 * Adds the gradient of `weight x mean squared error` of the row that went forward last to `gradients` (one array a
 * layer, shaped as its parameters).
 */
export function addGradient(
  layers: readonly DenseLayer[],
  { values, slopes }: NetworkState,
  row: ArrayLike<number>,
  slope: number,
  weight: number,
  gradients: readonly Float64Array[],
): void {
  const output = values.at(-1) as Float64Array;
  const error = slopes.at(-1) as Float64Array;
  for (let k = 0; k < error.length; k++) {
    error[k] = (weight * 2 * ((output[k] as number) - (row[k] as number))) / error.length;
  }
  for (let at = layers.length - 1; at >= 0; at--) {
    const { inputs, outputs, parameters } = layers[at] as DenseLayer;
    const gradient = gradients[at] as Float64Array;
    const [from, above, below] = [values[at], slopes[at + 1], slopes[at]] as Float64Array[] as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    below.fill(0);
    for (let unit = 0, place = 0; unit < outputs; unit++) {
      const own = above[unit] as number;
      gradient[outputs * inputs + unit] = (gradient[outputs * inputs + unit] as number) + own;
      for (let k = 0; k < inputs; k++, place++) {
        gradient[place] = (gradient[place] as number) + own * (from[k] as number);
        below[k] = (below[k] as number) + own * (parameters[place] as number);
      }
    }
    // The rectifier that made these inputs: its sign is that of its output.
    for (let k = 0; at > 0 && k < inputs; k++)
      if ((from[k] as number) <= 0) below[k] = slope * (below[k] as number);
  }
}

function fit(table: DenseTable, settings: DetectorSettings, seed: number): DetectorArrays {
  const random = createRandom(seed);
  const layers = layerSizes(table.columnCount, settings).map(([inputs, outputs]) =>
    startLayer(inputs, outputs, random),
  );
  const state = networkState(layers);
  const gradients = layers.map(({ parameters }) => new Float64Array(parameters.length));
  const adam = adamSteps(layers, settings);
  const slope = settingOf(settings, 'slope');
  const batch = settingOf(settings, 'batch');
  const order = Uint32Array.from({ length: table.rowCount }, (_, row) => row);
  for (let epoch = 0; epoch < settingOf(settings, 'epochs'); epoch++) {
    shuffle(random, order);
    for (let from = 0; from < order.length; from += batch) {
      const rows = order.subarray(from, from + batch);
      for (const gradient of gradients) gradient.fill(0);
      for (const row of rows) {
        const own = rowOf(table, row);
        runForward(layers, state, own, slope);
        addGradient(layers, state, own, slope, 1 / rows.length, gradients);
      }
      adam(gradients);
    }
  }
  return Object.fromEntries(LAYERS.map((name, at) => [name, (layers[at] as DenseLayer).parameters]));
}

/** Uniform within one over the root of the inputs, weights and biases: torch's start of a dense layer. */
function startLayer(inputs: number, outputs: number, random: Random): DenseLayer {
  const bound = 1 / Math.sqrt(inputs);
  const parameters = Float64Array.from(
    { length: outputs * (inputs + 1) },
    () => (2 * random.uniform() - 1) * bound,
  );
  return { inputs, outputs, parameters };
}

/** One step of Adam a call, with its usual constants; weight decay is part of the gradient. */
function adamSteps(
  layers: readonly DenseLayer[],
  settings: DetectorSettings,
): (gradients: readonly Float64Array[]) => void {
  const [first, second, tiny] = [0.9, 0.999, 1e-8];
  const rate = settingOf(settings, 'rate');
  const decay = settingOf(settings, 'decay');
  const means = layers.map(({ parameters }) => new Float64Array(parameters.length));
  const squares = layers.map(({ parameters }) => new Float64Array(parameters.length));
  let step = 0;
  return (gradients) => {
    step++;
    const size = rate / (1 - first ** step);
    const root = Math.sqrt(1 - second ** step);
    layers.forEach(({ parameters }, at) => {
      const gradient = gradients[at] as Float64Array;
      const mean = means[at] as Float64Array;
      const square = squares[at] as Float64Array;
      for (let k = 0; k < parameters.length; k++) {
        const own = (gradient[k] as number) + decay * (parameters[k] as number);
        mean[k] = first * (mean[k] as number) + (1 - first) * own;
        square[k] = second * (square[k] as number) + (1 - second) * own * own;
        const change = (size * (mean[k] as number)) / (Math.sqrt(square[k] as number) / root + tiny);
        parameters[k] = (parameters[k] as number) - change;
      }
    });
  };
}
