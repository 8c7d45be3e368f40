/**
 * The same training in TensorFlow.js, for those who have it: same data, same start, same loss, its own Adam. Loaded only
 * when asked for; nothing of networkml needs it.
 */

import { NetworkmlError } from '../../errors.js';
import { importModule } from '../../import-module.js';
import { adamConstants, type LayerParameters } from '../../math/index.js';
import type { OneLayerOptimiser } from '../one-layer-training.js';
import type { SoftTargets } from '../soft-targets.js';

/** A tensor, as far as it is needed here. */
interface Tensor {
  dataSync(): ArrayLike<number>;
  dispose(): void;
}

interface Variable extends Tensor {
  readonly name: string;
}

/** The part of TensorFlow.js that is used: the same in `@tensorflow/tfjs-node`, `@tensorflow/tfjs` and `@tensorflow/tfjs-core`. */
export interface TensorFlow {
  ready(): Promise<void>;
  tensor2d(values: Float32Array, shape: [number, number]): Tensor;
  tensor1d(values: Float32Array): Tensor;
  scalar(value: number): Tensor;
  variable(start: Tensor): Variable;
  tidy<T>(work: () => T): T;
  add(a: Tensor, b: Tensor): Tensor;
  mul(a: Tensor, b: Tensor): Tensor;
  neg(a: Tensor): Tensor;
  sum(a: Tensor): Tensor;
  square(a: Tensor): Tensor;
  relu(a: Tensor): Tensor;
  matMul(a: Tensor, b: Tensor): Tensor;
  logSoftmax(a: Tensor): Tensor;
  variableGrads(loss: () => Tensor, variables: Variable[]): { value: Tensor; grads: Record<string, Tensor> };
  dispose(what: Record<string, Tensor>): void;
  readonly train: {
    adam(learningRate: number, decay1: number, decay2: number, tiny: number): TensorFlowAdam;
  };
}

interface TensorFlowAdam {
  applyGradients(gradients: Record<string, Tensor>): void;
  dispose(): void;
}

/** The packages that are tried, the fastest first; each list is loaded together. */
const CANDIDATES: readonly (readonly string[])[] = [
  ['@tensorflow/tfjs-node'],
  ['@tensorflow/tfjs'],
  // The parts of the former: the layers bring the gradients along.
  ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu', '@tensorflow/tfjs-layers'],
];

/**
 * TensorFlow.js as it is installed beside networkml.
 *
 * @param load how a package is loaded; `import` unless given.
 * @throws NetworkmlError `NML_BACKEND_MISSING` when there is none, with what the last attempt said as its cause.
 */
export async function loadTensorFlow(
  load: (name: string) => Promise<unknown> = importModule,
): Promise<TensorFlow> {
  let cause: unknown;
  for (const names of CANDIDATES) {
    try {
      const [first] = await loadAll(names, load);
      const library = libraryOf(first);
      await library.ready();
      return library;
    } catch (error) {
      cause = error;
    }
  }
  throw new NetworkmlError('NML_BACKEND_MISSING', 'TensorFlow.js cannot be loaded', { cause });
}

/** One after another: a backend registers itself with the core that is there already. */
async function loadAll(
  names: readonly string[],
  load: (name: string) => Promise<unknown>,
): Promise<unknown[]> {
  const modules: unknown[] = [];
  for (const name of names) modules.push(await load(name));
  return modules;
}

/** CommonJS packages come with all their names under `default`, or with some of them beside it. */
function libraryOf(module: unknown): TensorFlow {
  const { default: inner = module } = module as { default?: unknown };
  return inner as TensorFlow;
}

/**
 * Takes the steps of a training in TensorFlow.js, in its 32-bit floats. Its Adam is the one of the paper, like ours: both
 * correct the moments for their start and add the small constant to the root of the corrected second moment. Only the
 * constant differs by default (1e-7 there), so it is given.
 */
export function tensorFlowOptimiser(tf: TensorFlow): OneLayerOptimiser {
  return (parameters, data, settings) => {
    const { learningRate, epochs, l2, onProgress } = settings;
    const inputs = inputTensors(tf, parameters, data);
    const variables = startVariables(tf, parameters);
    const { decay1, decay2, tiny } = adamConstants;
    const adam = tf.train.adam(learningRate, decay1, decay2, tiny);
    const pull = tf.scalar(l2 / 2);
    for (let epoch = 1; epoch <= epochs; epoch++) {
      let entropy = 0;
      const { value, grads } = tf.variableGrads(() => {
        const { w1, b1, w2, b2 } = variables;
        const hidden = tf.relu(tf.add(tf.matMul(inputs.rows, w1), b1));
        const logits = tf.add(tf.matMul(hidden, w2), b2);
        const loss = tf.neg(tf.sum(tf.mul(inputs.targets, tf.logSoftmax(logits))));
        if (onProgress !== undefined) [entropy = 0] = Array.from(loss.dataSync());
        return tf.add(loss, tf.mul(pull, tf.add(tf.sum(tf.square(w1)), tf.sum(tf.square(w2)))));
      }, Object.values(variables));
      adam.applyGradients(grads);
      value.dispose();
      tf.dispose(grads);
      onProgress?.(epoch, epochs, entropy);
    }
    for (const name of ['w1', 'b1', 'w2', 'b2'] as const) parameters[name].set(variables[name].dataSync());
    for (const tensor of [...Object.values(variables), ...Object.values(inputs), pull]) tensor.dispose();
    adam.dispose();
  };
}

/** The distinct vectors in full, and the targets with the weight of their vector. */
function inputTensors(
  tf: TensorFlow,
  parameters: LayerParameters,
  data: SoftTargets,
): { rows: Tensor; targets: Tensor } {
  const { rowCount, start, indices, values } = data.rows;
  const width = data.columns.length;
  const classCount = parameters.b2.length;
  const dense = new Float32Array(rowCount * width);
  for (let row = 0; row < rowCount; row++) {
    for (let entry = start[row] as number; entry < (start[row + 1] as number); entry++) {
      dense[row * width + (indices[entry] as number)] = values[entry] as number;
    }
  }
  const weighted = Float32Array.from(
    data.targets,
    (target, cell) => target * (data.weights[Math.floor(cell / classCount)] as number),
  );
  return {
    rows: tf.tensor2d(dense, [rowCount, width]),
    targets: tf.tensor2d(weighted, [rowCount, classCount]),
  };
}

function startVariables(
  tf: TensorFlow,
  { w1, b1, w2, b2 }: LayerParameters,
): Record<'w1' | 'b1' | 'w2' | 'b2', Variable> {
  const matrix = (values: Float64Array, columns: number): Variable =>
    tf.tidy(() => tf.variable(tf.tensor2d(Float32Array.from(values), [values.length / columns, columns])));
  const vector = (values: Float64Array): Variable =>
    tf.tidy(() => tf.variable(tf.tensor1d(Float32Array.from(values))));
  return { w1: matrix(w1, b1.length), b1: vector(b1), w2: matrix(w2, b2.length), b2: vector(b2) };
}
