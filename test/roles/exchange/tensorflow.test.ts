import { beforeAll, describe, expect, it } from 'vitest';
import type { LayerParameters } from '../../../src/math/index.js';
import {
  allExamples,
  loadTensorFlow,
  mergeSessions,
  oneLayerDefaults,
  oneLayerProbabilities,
  type TensorFlow,
  tensorFlowOptimiser,
  trainOneLayer,
} from '../../../src/roles/index.js';
import { captureWeights } from '../../../src/roles/weights.js';
import { denseRow, syntheticSet } from '../synthetic.js';
import { realTensorFlow } from './real-tensorflow.js';

type Real = Awaited<ReturnType<typeof realTensorFlow>>;
let real: Real;
beforeAll(async () => {
  real = await realTensorFlow();
});

const set = syntheticSet({ seed: 4 });
const chosen = allExamples(set);
const settings = { seed: 11, hidden: 8, l2: 1e-3 };
const parts = ['w1', 'b1', 'w2', 'b2'] as const;
type Parts = Record<(typeof parts)[number], ArrayLike<number>>;

/** The drawn weights before the first step. */
function startOf(): Parts {
  let start: Parts | undefined;
  const keep = ({ w1, b1, w2, b2 }: LayerParameters) => {
    start = { w1: w1.slice(), b1: b1.slice(), w2: w2.slice(), b2: b2.slice() };
  };
  trainOneLayer(set, chosen, { ...settings, epochs: 1, optimise: keep });
  return start as Parts;
}

function furthest(a: Parts, b: Parts): number {
  const gaps = parts.flatMap((part) => {
    expect(a[part].length).toBe(b[part].length);
    return Array.from(a[part], (value, i) => Math.abs(value - (b[part][i] as number)));
  });
  return Math.max(...gaps);
}

/** A network of the real library's own layers, trained by its own `fit`. */
async function realTraining(epochs: number): Promise<Parts> {
  const { tf, layers } = real;
  const data = mergeSessions(set, chosen, captureWeights(set.examples, chosen));
  const width = data.columns.length;
  const classCount = set.roles.length;
  const rows = Array.from({ length: data.rows.rowCount }, (_, row) => denseRow(data.rows, row));
  // `fit` takes the mean over rows and knows no weights of rows: targets as large as the weights come to the same.
  const targets = rows.map((_, row) =>
    Array.from(
      { length: classCount },
      (_, k) => data.targets[row * classCount + k] * data.weights[row] * rows.length,
    ),
  );
  const kernelRegularizer = () => layers.regularizers.l2({ l2: settings.l2 / 2 });
  const net = layers.sequential({
    layers: [
      layers.layers.dense({
        units: settings.hidden,
        inputShape: [width],
        activation: 'relu',
        kernelRegularizer: kernelRegularizer(),
      }),
      layers.layers.dense({
        units: classCount,
        activation: 'softmax',
        kernelRegularizer: kernelRegularizer(),
      }),
    ],
  });
  const start = startOf();
  const shapes = net.getWeights().map((weight) => weight.shape);
  net.setWeights(parts.map((part, i) => tf.tensor(Array.from(start[part]), shapes[i])));
  const optimizer = tf.train.adam(oneLayerDefaults.learningRate, 0.9, 0.999, 1e-8);
  net.compile({ optimizer, loss: 'categoricalCrossentropy' });
  await net.fit(tf.tensor2d(rows), tf.tensor2d(targets), {
    epochs,
    batchSize: rows.length,
    shuffle: false,
    verbose: 0,
  });
  const [w1, b1, w2, b2] = net.getWeights().map((weight) => weight.dataSync());
  return { w1, b1, w2, b2 } as Parts;
}

describe('steps of training', () => {
  it('equal those of a network of the real library under its own fit, ten of them from the same start', async () => {
    const own = trainOneLayer(set, chosen, { ...settings, epochs: 10 });
    expect(furthest(own, startOf())).toBeGreaterThan(0.03);
    expect(furthest(own, await realTraining(10))).toBeLessThan(1e-4);
  });

  it('equal those of our backend, and its loss is ours', () => {
    const losses: number[][] = [[], []];
    const backends = [undefined, tensorFlowOptimiser(real.tf as unknown as TensorFlow)];
    const [own, theirs] = backends.map((optimise, i) =>
      trainOneLayer(set, chosen, {
        ...settings,
        epochs: 10,
        onProgress: (_, __, loss) => losses[i].push(loss),
        ...(optimise && { optimise }),
      }),
    );
    expect(furthest(own, theirs)).toBeLessThan(1e-4);
    expect(losses[1]).toHaveLength(10);
    expect(Math.max(...losses[1].map((loss, i) => Math.abs(loss - losses[0][i])))).toBeLessThan(1e-5);
  });
});

describe('the TensorFlow backend', () => {
  it('ends at the same answers after many steps, and leaves no tensor behind', () => {
    const before = real.tf.memory().numTensors;
    const optimise = tensorFlowOptimiser(real.tf as unknown as TensorFlow);
    const own = trainOneLayer(set, chosen, { ...settings, epochs: 200 });
    const theirs = trainOneLayer(set, chosen, { ...settings, epochs: 200, optimise });
    const a = oneLayerProbabilities(own, set.rows);
    const b = oneLayerProbabilities(theirs, set.rows);
    expect(Math.max(...a.map((value, i) => Math.abs(value - b[i])))).toBeLessThan(0.01);
    expect(real.tf.memory().numTensors).toBe(before);
  });

  it('is found where it is installed, the fastest first', async () => {
    const asked: string[] = [];
    const tf = await loadTensorFlow(async (name) => {
      asked.push(name);
      if (name === '@tensorflow/tfjs-node' || name === '@tensorflow/tfjs') throw new Error('not installed');
      return name === '@tensorflow/tfjs-core' ? { default: real.tf } : {};
    });
    expect(asked).toEqual([
      '@tensorflow/tfjs-node',
      '@tensorflow/tfjs',
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-backend-cpu',
      '@tensorflow/tfjs-layers',
    ]);
    expect(tf).toBe(real.tf);
  });

  it('trains as it is loaded', async () => {
    const optimise = tensorFlowOptimiser(await loadTensorFlow());
    const own = trainOneLayer(set, chosen, { ...settings, epochs: 10 });
    expect(furthest(own, trainOneLayer(set, chosen, { ...settings, epochs: 10, optimise }))).toBeLessThan(
      1e-4,
    );
  });

  it('says how to install it where it is not', async () => {
    const missing = new Error('not installed');
    const loading = loadTensorFlow(async () => {
      throw missing;
    });
    await expect(loading).rejects.toMatchObject({
      code: 'NML_BACKEND_MISSING',
      hint: expect.stringContaining('npm install @tensorflow/tfjs-node'),
      cause: missing,
    });
  });
});
