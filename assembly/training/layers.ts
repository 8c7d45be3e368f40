/**
 * The gradient of a network with one hidden layer over sparse rows; see src/math/layer-training.ts. Rows of parameters are
 * as many doubles as fit into whole pieces (`products.ts`); those beyond the network's own are 0 and stay so.
 */
import { addMatrixProduct, addNumbers, addProducts, addToRows } from './products';
import { gradientByLogits, softmax } from './softmax';

let columns: usize = 0;
let hidden: usize = 0;
let classes: usize = 0;
let rows: usize = 0;
/** Bytes of a row of hidden units, and of one of classes. */
let unitBytes: usize = 0;
let classBytes: usize = 0;
/** Where the entries of each row begin, where the weights of each entry's column lie, what it is worth. */
let starts: usize = 0;
let places: usize = 0;
let values: usize = 0;
/** What absent columns are worth, one for each; 0: nothing. */
let absent: usize = 0;
/** Share of each class, weight of each row. */
let targets: usize = 0;
let rowWeights: usize = 0;
/** W1, W2, b1, b2, one behind the other; their gradients likewise. */
let weights: usize = 0;
let gradients: usize = 0;
/** Units that are awake, of all rows; then the gradient by their sums. */
let units: usize = 0;
/** Probabilities of all rows, then the gradient by the logits. */
let outputs: usize = 0;
/** Room: sums of two rows, W2 with classes first, places of rows of columns. */
let base: usize = 0;
let turned: usize = 0;
let unitRows: usize = 0;

/** @param at 19 places and counts, 32 bits each, in the order of the variables above; src/math/layer-training.ts writes them */
export function describe(at: usize): void {
  columns = load<u32>(at);
  hidden = load<u32>(at, 4);
  classes = load<u32>(at, 8);
  rows = load<u32>(at, 12);
  unitBytes = load<u32>(at, 16);
  classBytes = load<u32>(at, 20);
  starts = load<u32>(at, 24);
  places = load<u32>(at, 28);
  values = load<u32>(at, 32);
  absent = load<u32>(at, 36);
  targets = load<u32>(at, 40);
  rowWeights = load<u32>(at, 44);
  weights = load<u32>(at, 48);
  gradients = load<u32>(at, 52);
  units = load<u32>(at, 56);
  outputs = load<u32>(at, 60);
  base = load<u32>(at, 64);
  turned = load<u32>(at, 68);
  unitRows = load<u32>(at, 72);
  for (let row: usize = 0; row < columns; row++) store<u32>(unitRows + (row << 2), row * unitBytes);
}

/** Lists the entries that are kept, in order, with where those of each row begin. */
export function keepEntries(
  kept: usize,
  allStarts: usize,
  allPlaces: usize,
  allValues: usize,
  toStarts: usize,
  toPlaces: usize,
  toValues: usize,
): void {
  let entry: usize = 0;
  let count: usize = 0;
  for (let row: usize = 0; row < rows; row++) {
    store<u32>(toStarts + (row << 2), count);
    for (const end: usize = load<u32>(allStarts + (row << 2), 4); entry < end; entry++) {
      store<u32>(toPlaces + (count << 2), load<u32>(allPlaces + (entry << 2)));
      store<f64>(toValues + (count << 3), load<f64>(allValues + (entry << 3)));
      count += load<u8>(kept + entry);
    }
  }
  store<u32>(toStarts + (rows << 2), count);
}

/** Fills `units` and, with probabilities, `outputs`. */
export function forward(): void {
  const w2 = weights + columns * unitBytes;
  const b1 = w2 + hidden * classBytes;
  const b2 = b1 + unitBytes;
  memory.copy(base, b1, unitBytes);
  if (absent !== 0) addProducts(base, unitBytes, weights, unitRows, absent, columns);
  let unit = units;
  let output = outputs;
  for (let row: usize = 0; row < rows; row++) {
    const first: usize = load<u32>(starts + (row << 2));
    const count = <usize>load<u32>(starts + (row << 2), 4) - first;
    memory.copy(unit, base, unitBytes);
    addProducts(unit, unitBytes, weights, places + (first << 2), values + (first << 3), count);
    wake(unit);
    memory.copy(output, b2, classBytes);
    unit += unitBytes;
    output += classBytes;
  }
  addMatrixProduct(outputs, units, unitBytes, 8, w2, rows, hidden, classBytes);
  for (output = outputs; output < outputs + rows * classBytes; output += classBytes) softmax(output, classes);
}

/** Sums up the gradients of all rows, from their probabilities. */
export function backward(): void {
  const w2Bytes = columns * unitBytes;
  const g2 = gradients + w2Bytes;
  const gb1 = g2 + hidden * classBytes;
  const gb2 = gb1 + unitBytes;
  memory.fill(gradients, 0, w2Bytes + hidden * classBytes + unitBytes + classBytes);
  turn(weights + w2Bytes);
  let output = outputs;
  let target = targets;
  for (let row: usize = 0; row < rows; row++) {
    gradientByLogits(output, target, load<f64>(rowWeights + (row << 3)), classBytes);
    addNumbers(gb2, classBytes, output);
    output += classBytes;
    target += classBytes;
  }
  addMatrixProduct(g2, units, 8, unitBytes, outputs, hidden, rows, classBytes);
  let unit = units;
  output = outputs;
  for (let row: usize = 0; row < rows; row++) {
    // Of two rows the gradient by the units is summed up together.
    if ((row & 1) === 0) {
      memory.fill(base, 0, unitBytes << 1);
      addMatrixProduct(base, output, classBytes, 8, turned, min<usize>(2, rows - row), classes, unitBytes);
      output += classBytes << 1;
    }
    const first: usize = load<u32>(starts + (row << 2));
    const count = <usize>load<u32>(starts + (row << 2), 4) - first;
    keepAwake(unit, base + (row & 1) * unitBytes);
    addNumbers(gb1, unitBytes, unit);
    addToRows(unit, unitBytes, gradients, places + (first << 2), values + (first << 3), count);
    unit += unitBytes;
  }
  // What absent columns give is the same in every row: the sum of all rows' gradients, which is that of the bias.
  if (absent !== 0) addToRows(gb1, unitBytes, gradients, unitRows, absent, columns);
}

/** Makes the units of a row that are not above 0 the zero that adds nothing. */
function wake(unit: usize): void {
  const zero = f64x2.splat(0);
  for (const end = unit + unitBytes; unit < end; unit += 16) {
    const value = v128.load(unit);
    v128.store(unit, v128.and(value, f64x2.gt(value, zero)));
  }
}

/** Puts gradients in the place of the units that are awake. */
function keepAwake(unit: usize, from: usize): void {
  const zero = f64x2.splat(0);
  for (const end = unit + unitBytes; unit < end; unit += 16) {
    v128.store(unit, v128.and(v128.load(from), f64x2.gt(v128.load(unit), zero)));
    from += 16;
  }
}

/** W2 with classes first. */
function turn(w2: usize): void {
  for (let j: usize = 0; j < hidden; j++) {
    for (let k: usize = 0; k < classes; k++) {
      store<f64>(turned + k * unitBytes + (j << 3), load<f64>(w2 + (k << 3)));
    }
    w2 += classBytes;
  }
}
