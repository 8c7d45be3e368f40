/**
 * The gradient of a network with one hidden layer, softmax(relu(x W1 + b1) W2 + b2), over sparse rows. Inner loops,
 * longer than most: products are taken four at a time, but every sum in the order in which one at a time would add it up.
 * So the bits are the same in half the time: sums are read and written a quarter as often, and those of the backward pass
 * do not wait for each other.
 */
import { softmax } from './softmax.js';
import type { SparseRows } from './sparse.js';

/** The parameters of a network in training. All lie in one array, so that a step is one loop; the views name its parts. */
export interface LayerParameters {
  readonly all: Float64Array;
  /** How many at the front are weights; the rest are biases. */
  readonly weightCount: number;
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

/** Room for the gradients of one training, so that a step allocates nothing. */
export interface LayerGradients {
  readonly gradients: LayerParameters;
  /** Sums of the hidden layer before a row is looked at, and of the row. */
  readonly base: Float64Array;
  readonly sums: Float64Array;
  readonly outputs: Float64Array;
  /** Hidden units that the row wakes, where their weights begin, and what they are worth. */
  readonly awake: Uint32Array;
  readonly unitOffsets: Uint32Array;
  readonly units: Float64Array;
  /** Where the weights of the row's entries begin, and what the entries are worth. */
  readonly offsets: Uint32Array;
  readonly factors: Float64Array;
}

/** Room for the gradients of some parameters over some rows. */
export function layerGradients(parameters: LayerParameters, { rows }: LayerBatch): LayerGradients {
  const hidden = parameters.b1.length;
  const classCount = parameters.b2.length;
  let longest = 0;
  for (let row = 0; row < rows.rowCount; row++)
    longest = Math.max(longest, rows.start[row + 1]! - rows.start[row]!);
  return {
    gradients: layerParameters(parameters.w1.length / hidden, hidden, classCount),
    base: new Float64Array(hidden),
    sums: new Float64Array(hidden),
    outputs: new Float64Array(classCount),
    awake: new Uint32Array(hidden),
    unitOffsets: new Uint32Array(hidden),
    units: new Float64Array(hidden),
    offsets: new Uint32Array(longest),
    factors: new Float64Array(longest),
  };
}

/**
 * Sums up the gradient of the weighted cross-entropy over all rows, in `room.gradients`.
 *
 * @param kept entries for which this is 0 count as absent; null: none.
 * @param wantLoss whether the loss is wanted.
 * @returns the loss, nats; 0 when it is not wanted.
 */
export function sumLayerGradients(
  parameters: LayerParameters,
  batch: LayerBatch,
  room: LayerGradients,
  kept: Uint8Array | null,
  wantLoss: boolean,
): number {
  const { w1, b1, w2, b2 } = parameters;
  const { w1: g1, b1: gb1, w2: g2, b2: gb2 } = room.gradients;
  const { base, sums, outputs, awake, unitOffsets, units, offsets, factors } = room;
  const { absent, rows, targets, weights } = batch;
  const hidden = b1.length;
  const classCount = b2.length;
  room.gradients.all.fill(0);
  base.set(b1);
  for (let column = 0; column < absent.length; column++) {
    const x = absent[column]!;
    const offset = column * hidden;
    for (let j = 0; j < hidden; j++) base[j] = base[j]! + x * w1[offset + j]!;
  }
  let loss = 0;
  for (let row = 0; row < rows.rowCount; row++) {
    const entries = listEntries(batch, row, hidden, kept, offsets, factors);
    sums.set(base);
    addProducts(sums, w1, offsets, factors, entries);
    let count = 0;
    for (let j = 0; j < hidden; j++) {
      const unit = sums[j]!;
      if (unit > 0) {
        awake[count] = j;
        unitOffsets[count] = j * classCount;
        units[count++] = unit;
      }
    }
    outputs.set(b2);
    addProducts(outputs, w2, unitOffsets, units, count);
    softmax(outputs, 0, classCount);
    // From here `outputs` holds the gradient by the logits, then `sums` that by the hidden sums.
    const weight = weights[row]!;
    const at = row * classCount;
    if (wantLoss) loss += weight * crossEntropy(outputs, targets, at);
    for (let k = 0; k < classCount; k++) {
      const gradient = weight * (outputs[k]! - targets[at + k]!);
      outputs[k] = gradient;
      gb2[k] = gb2[k]! + gradient;
    }
    backThrough(outputs, w2, g2, sums, awake, unitOffsets, units, count);
    for (let i = 0; i < count; i++) gb1[awake[i]!] = gb1[awake[i]!]! + sums[awake[i]!]!;
    addToEntries(g1, sums, awake, count, offsets, factors, entries);
  }
  // What absent columns give is the same in every row: the sum of all rows' gradients, which is that of the bias.
  for (let column = 0; column < absent.length; column++) {
    const x = absent[column]!;
    const offset = column * hidden;
    for (let j = 0; j < hidden; j++) g1[offset + j] = g1[offset + j]! + x * gb1[j]!;
  }
  return loss;
}

/** The entries of a row that are kept, in order; how many. */
function listEntries(
  { rows, values }: LayerBatch,
  row: number,
  hidden: number,
  kept: Uint8Array | null,
  offsets: Uint32Array,
  factors: Float64Array,
): number {
  let count = 0;
  const to = rows.start[row + 1]!;
  for (let entry = rows.start[row]!; entry < to; entry++) {
    if (kept !== null && kept[entry] === 0) continue;
    offsets[count] = rows.indices[entry]! * hidden;
    factors[count] = values[entry]!;
    count++;
  }
  return count;
}

/** Adds to the sums, in order, each factor times the weights that begin at its offset. */
function addProducts(
  sums: Float64Array,
  weights: Float64Array,
  offsets: Uint32Array,
  factors: Float64Array,
  count: number,
): void {
  const length = sums.length;
  let i = 0;
  for (; i + 3 < count; i += 4) {
    const a = offsets[i]!;
    const b = offsets[i + 1]!;
    const c = offsets[i + 2]!;
    const d = offsets[i + 3]!;
    const x = factors[i]!;
    const y = factors[i + 1]!;
    const z = factors[i + 2]!;
    const u = factors[i + 3]!;
    for (let j = 0; j < length; j++) {
      sums[j] =
        sums[j]! + x * weights[a + j]! + y * weights[b + j]! + z * weights[c + j]! + u * weights[d + j]!;
    }
  }
  for (; i < count; i++) {
    const a = offsets[i]!;
    const x = factors[i]!;
    for (let j = 0; j < length; j++) sums[j] = sums[j]! + x * weights[a + j]!;
  }
}

/** The gradient of W2, and in the places of the sums that by the hidden units that are awake. */
function backThrough(
  outputs: Float64Array,
  w2: Float64Array,
  g2: Float64Array,
  sums: Float64Array,
  awake: Uint32Array,
  offsets: Uint32Array,
  units: Float64Array,
  count: number,
): void {
  const classCount = outputs.length;
  let i = 0;
  for (; i + 3 < count; i += 4) {
    const a = offsets[i]!;
    const b = offsets[i + 1]!;
    const c = offsets[i + 2]!;
    const d = offsets[i + 3]!;
    const x = units[i]!;
    const y = units[i + 1]!;
    const z = units[i + 2]!;
    const u = units[i + 3]!;
    let byA = 0;
    let byB = 0;
    let byC = 0;
    let byD = 0;
    for (let k = 0; k < classCount; k++) {
      const output = outputs[k]!;
      byA += output * w2[a + k]!;
      byB += output * w2[b + k]!;
      byC += output * w2[c + k]!;
      byD += output * w2[d + k]!;
      g2[a + k] = g2[a + k]! + x * output;
      g2[b + k] = g2[b + k]! + y * output;
      g2[c + k] = g2[c + k]! + z * output;
      g2[d + k] = g2[d + k]! + u * output;
    }
    sums[awake[i]!] = byA;
    sums[awake[i + 1]!] = byB;
    sums[awake[i + 2]!] = byC;
    sums[awake[i + 3]!] = byD;
  }
  for (; i < count; i++) {
    const a = offsets[i]!;
    const x = units[i]!;
    let by = 0;
    for (let k = 0; k < classCount; k++) {
      const output = outputs[k]!;
      by += output * w2[a + k]!;
      g2[a + k] = g2[a + k]! + x * output;
    }
    sums[awake[i]!] = by;
  }
}

/** Adds factor times the gradient by the hidden sums to the gradient of the weights of each entry. */
function addToEntries(
  g1: Float64Array,
  sums: Float64Array,
  awake: Uint32Array,
  count: number,
  offsets: Uint32Array,
  factors: Float64Array,
  entries: number,
): void {
  let entry = 0;
  for (; entry + 3 < entries; entry += 4) {
    const a = offsets[entry]!;
    const b = offsets[entry + 1]!;
    const c = offsets[entry + 2]!;
    const d = offsets[entry + 3]!;
    const x = factors[entry]!;
    const y = factors[entry + 1]!;
    const z = factors[entry + 2]!;
    const u = factors[entry + 3]!;
    for (let i = 0; i < count; i++) {
      const j = awake[i]!;
      const by = sums[j]!;
      g1[a + j] = g1[a + j]! + x * by;
      g1[b + j] = g1[b + j]! + y * by;
      g1[c + j] = g1[c + j]! + z * by;
      g1[d + j] = g1[d + j]! + u * by;
    }
  }
  for (; entry < entries; entry++) {
    const a = offsets[entry]!;
    const x = factors[entry]!;
    for (let i = 0; i < count; i++) {
      const j = awake[i]!;
      g1[a + j] = g1[a + j]! + x * sums[j]!;
    }
  }
}

function crossEntropy(outputs: Float64Array, targets: Float64Array, at: number): number {
  let loss = 0;
  for (let k = 0; k < outputs.length; k++) {
    const target = targets[at + k]!;
    if (target > 0) loss -= target * Math.log(Math.max(outputs[k]!, Number.MIN_VALUE));
  }
  return loss;
}
