/**
 * Training of a network with one hidden layer, softmax(relu(x W1 + b1) W2 + b2), over sparse rows: gradients and steps by
 * assembly/training, in 64-bit floats, two numbers at a time; every sum is added up in the order of a plain loop.
 */
import type { SparseRows } from './sparse.js';
import {
  type TrainingExports,
  type TrainingKernel,
  takeDoubles,
  takeOctets,
  takeWords,
  withTrainingKernel,
} from './training-kernel.js';

/** The parameters of a network. All lie in one array; the views name its parts. */
export interface LayerParameters {
  readonly all: Float64Array;
  /** [columns x hidden] */
  readonly w1: Float64Array;
  /** [hidden x classes] */
  readonly w2: Float64Array;
  /** [hidden] */
  readonly b1: Float64Array;
  /** [classes] */
  readonly b2: Float64Array;
}

/** Parameters (or gradients) of a network, all zero. */
export function layerParameters(columns: number, hidden: number, classCount: number): LayerParameters {
  const w2At = columns * hidden;
  const b1At = w2At + hidden * classCount;
  const b2At = b1At + hidden;
  const all = new Float64Array(b2At + classCount);
  return {
    all,
    w1: all.subarray(0, w2At),
    w2: all.subarray(w2At, b1At),
    b1: all.subarray(b1At, b2At),
    b2: all.subarray(b2At),
  };
}

/** What a network learns from. */
export interface LayerBatch {
  /** Where the entries are; what they are worth is in `values`. */
  readonly rows: SparseRows;
  /** One for each entry: how far it is from the value that its column has where it is absent. */
  readonly values: Float64Array;
  /** That value, one for each column; empty where it is 0 in all. */
  readonly absent: Float64Array;
  /** Share of each class, [rows x classes]. */
  readonly targets: Float64Array;
  /** One for each row. */
  readonly weights: Float64Array;
}

/** A network in training. */
export interface LayerTraining {
  /** One for each entry; those for which it is 0 count as absent where entries are dropped. All 1 at first. */
  readonly kept: Uint8Array;
  /**
   * Sums up the gradient of the weighted cross-entropy over all rows.
   *
   * @param dropping whether `kept` is looked at.
   * @param wantLoss whether the loss is wanted.
   * @returns the loss, nats; 0 when it is not wanted.
   */
  sumGradients(dropping: boolean, wantLoss: boolean): number;
  /**
   * One step of Adam by the gradient that was summed up last.
   *
   * @param l2 pull of the weights (not the biases) towards zero: l2 / 2 x their squares is added to the loss.
   */
  step(learningRate: number, l2: number): void;
  /** The gradient that was summed up last. */
  copyGradients(to: LayerParameters): void;
}

/** Adam's own constants (Kingma and Ba, ICLR 2015, algorithm 1): `tiny` is added to the root of the corrected moment. */
export const adamConstants = { decay1: 0.9, decay2: 0.999, tiny: 1e-8 } as const;

/** Rows of parameters are multiples of so many doubles in the memory of the kernel. */
const pieceLength = 16;

/**
 * Trains a network.
 *
 * @param parameters where it starts, and ends when `train` returns.
 * @param train takes the steps.
 * @throws NetworkmlError NML_MEMORY
 */
export function trainLayers(
  parameters: LayerParameters,
  batch: LayerBatch,
  train: (training: LayerTraining) => void,
): void {
  withTrainingKernel((kernel) => {
    const sizes = sizesOf(parameters);
    const held = takeParameters(kernel, sizes);
    copyRows(parameters, held, sizes, 'in');
    train(layerTraining(kernel, sizes, held, batch));
    copyRows(parameters, held, sizes, 'out');
  });
}

/** The sizes of a network, and of its rows in the memory of the kernel. */
interface Sizes {
  readonly columns: number;
  readonly hidden: number;
  readonly classCount: number;
  readonly unitRow: number;
  readonly classRow: number;
}

function sizesOf({ w1, b1, b2 }: LayerParameters): Sizes {
  const whole = (count: number) => Math.ceil(count / pieceLength) * pieceLength;
  const hidden = b1.length;
  const classCount = b2.length;
  const columns = w1.length / hidden;
  return { columns, hidden, classCount, unitRow: whole(hidden), classRow: whole(classCount) };
}

/** As many numbers as there are parameters in the kernel: weights, then biases. */
function takeParameters(kernel: TrainingKernel, { columns, hidden, unitRow, classRow }: Sizes): Float64Array {
  return takeDoubles(kernel, columns * unitRow + hidden * classRow + unitRow + classRow);
}

/** Copies parameters between arrays without room between rows and the kernel's. */
function copyRows(
  { w1, w2, b1, b2 }: LayerParameters,
  held: Float64Array,
  { columns, hidden, unitRow, classRow }: Sizes,
  way: 'in' | 'out',
): void {
  let at = 0;
  const copy = (part: Float64Array, count: number, stride: number): void => {
    const length = part.length / count;
    for (let row = 0; row < count; row++) {
      const own = part.subarray(row * length, (row + 1) * length);
      if (way === 'in') held.set(own, at);
      else own.set(held.subarray(at, at + length));
      at += stride;
    }
  };
  copy(w1, columns, unitRow);
  copy(w2, hidden, classRow);
  copy(b1, 1, unitRow);
  copy(b2, 1, classRow);
}

/** The arrays of a training in the memory of the kernel. */
interface Held {
  readonly weights: Float64Array;
  readonly gradients: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
  readonly outputs: Float64Array;
  readonly entries: Entries;
  /** What `describe` reads. */
  readonly words: Uint32Array;
}

/** Entries of rows: where those of each begin, where the weights of their columns lie, and what they are worth. */
interface Entries {
  readonly starts: Uint32Array;
  readonly places: Uint32Array;
  readonly values: Float64Array;
}

function layerTraining(
  kernel: TrainingKernel,
  sizes: Sizes,
  weights: Float64Array,
  batch: LayerBatch,
): LayerTraining {
  const { run } = kernel;
  const held = hold(kernel, sizes, weights, batch);
  const { entries, words } = held;
  const few = takeEntries(kernel, batch.rows);
  const kept = takeOctets(kernel, batch.rows.indices.length).fill(1);
  let left1 = 1;
  let left2 = 1;
  return {
    kept,
    sumGradients: (dropping, wantLoss) => {
      const { starts, places, values } = dropping ? few : entries;
      words.set([starts.byteOffset, places.byteOffset, values.byteOffset], 6);
      run.describe(words.byteOffset);
      if (dropping) keepEntries(run, kept, entries, few);
      run.forward();
      const loss = wantLoss ? crossEntropy(held.outputs, sizes.classRow, batch) : 0;
      run.backward();
      return loss;
    },
    step: (learningRate, l2) => {
      left1 *= adamConstants.decay1;
      left2 *= adamConstants.decay2;
      takeStep(run, held, sizes, [learningRate, 1 - left1, 1 - left2, l2]);
    },
    copyGradients: (to) => copyRows(to, held.gradients, sizes, 'out'),
  };
}

function hold(kernel: TrainingKernel, sizes: Sizes, weights: Float64Array, batch: LayerBatch): Held {
  const { columns, hidden, classCount, unitRow, classRow } = sizes;
  const { rows, absent } = batch;
  const { rowCount } = rows;
  const filled = (numbers: Float64Array, count: number, stride: number): Float64Array => {
    const own = takeDoubles(kernel, count * stride);
    const length = numbers.length / count;
    for (let row = 0; row < count; row++)
      own.set(numbers.subarray(row * length, (row + 1) * length), row * stride);
    return own;
  };
  const entries = takeEntries(kernel, rows);
  entries.starts.set(rows.start);
  entries.places.set(rows.indices.map((column) => column * unitRow * 8));
  entries.values.set(batch.values);
  const gradients = takeParameters(kernel, sizes);
  const outputs = takeDoubles(kernel, rowCount * classRow);
  const parts = [
    absent.length === 0 ? null : filled(absent, 1, absent.length),
    filled(batch.targets, rowCount, classRow),
    filled(batch.weights, 1, rowCount),
    weights,
    gradients,
    takeDoubles(kernel, rowCount * unitRow),
    outputs,
    takeDoubles(kernel, 2 * unitRow),
    takeDoubles(kernel, classCount * unitRow),
    takeWords(kernel, columns),
  ];
  const words = takeWords(kernel, 9 + parts.length);
  words.set([columns, hidden, classCount, rowCount, unitRow * 8, classRow * 8]);
  words.set(
    parts.map((part) => part?.byteOffset ?? 0),
    9,
  );
  const first = takeParameters(kernel, sizes);
  const second = takeParameters(kernel, sizes);
  return { weights, gradients, first, second, outputs, entries, words };
}

/** Room for the entries of some rows, and for one behind them, to which `keepEntries` writes. */
function takeEntries(kernel: TrainingKernel, { rowCount, indices }: SparseRows): Entries {
  return {
    starts: takeWords(kernel, rowCount + 1),
    places: takeWords(kernel, indices.length + 1),
    values: takeDoubles(kernel, indices.length + 1),
  };
}

function keepEntries(run: TrainingExports, kept: Uint8Array, all: Entries, few: Entries): void {
  const [starts, places, values] = [all.starts.byteOffset, all.places.byteOffset, all.values.byteOffset];
  const { byteOffset: toPlaces } = few.places;
  run.keepEntries(
    kept.byteOffset,
    starts,
    places,
    values,
    few.starts.byteOffset,
    toPlaces,
    few.values.byteOffset,
  );
}

function takeStep(
  run: TrainingExports,
  { weights, gradients, first, second }: Held,
  { columns, hidden, unitRow, classRow }: Sizes,
  [learningRate, rest1, rest2, l2]: readonly [number, number, number, number],
): void {
  const weightBytes = (columns * unitRow + hidden * classRow) * 8;
  const { decay1, decay2, tiny } = adamConstants;
  const stepOf = (from: number, bytes: number, pull: number): void => {
    const [a, b] = [weights.byteOffset + from, gradients.byteOffset + from];
    const [c, d] = [first.byteOffset + from, second.byteOffset + from];
    run.adam(a, b, c, d, bytes, learningRate, rest1, rest2, pull, decay1, decay2, tiny);
  };
  stepOf(0, weightBytes, l2);
  stepOf(weightBytes, weights.byteLength - weightBytes, 0);
}

/** The loss of probabilities, a row of them for each of the batch. */
function crossEntropy(outputs: Float64Array, stride: number, batch: LayerBatch): number {
  const { rows, targets, weights } = batch;
  const classCount = targets.length / rows.rowCount;
  let loss = 0;
  for (let row = 0; row < rows.rowCount; row++) {
    for (let k = 0; k < classCount; k++) {
      const target = targets[row * classCount + k]!;
      if (target <= 0) continue;
      loss -= weights[row]! * target * Math.log(Math.max(outputs[row * stride + k]!, Number.MIN_VALUE));
    }
  }
  return loss;
}
