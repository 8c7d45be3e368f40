/**
 * Networks with one hidden layer over sparse rows, softmax(relu(x W1 + b1) W2 + b2), one or several side by side: see
 * src/roles/layer-kernel.ts. Sums are in the order of the entries; only hidden units, and roles, stand side by side.
 */
import * as at from '../../src/roles/kernel-layout';
import { addScaled, promote } from './add-scaled';
import { exponential } from './exponential';
import { entryOf } from './rows';

/** Standardised values beyond this are cut off. */
const CLIP: f64 = 4;

/**
 * Finds the place of each column, and its value where it is absent.
 * @returns whether all columns are in the layout
 */
export function prepareLayer(layer: usize): boolean {
  const width = load<u32>(layer, at.LAYER_WIDTH);
  const layout = load<u32>(layer, at.LAYER_LAYOUT);
  const columns = load<usize>(layer, at.LAYER_COLUMNS);
  const places = load<usize>(layer, at.LAYER_PLACES);
  const absent = load<usize>(layer, at.LAYER_ABSENT);
  const isPlain = load<usize>(layer, at.LAYER_MEAN) === 0;
  memory.fill(places, 0xff, (<usize>layout) << 2);
  for (let i: u32 = 0; i < width; i++) {
    const column = load<u32>(columns + ((<usize>i) << 2));
    if (column >= layout) return false;
    store<u32>(places + ((<usize>column) << 2), i);
    store<f64>(absent + ((<usize>i) << 3), isPlain ? 0 : standardised(layer, i, 0));
  }
  return true;
}

/** Hidden units of all networks. */
function unitsOf(layer: usize): u32 {
  return load<u32>(layer, at.LAYER_NETS) * load<u32>(layer, at.LAYER_HIDDEN);
}

/** Outputs of all networks. */
function outputsOf(layer: usize): u32 {
  return load<u32>(layer, at.LAYER_NETS) * load<u32>(layer, at.LAYER_ROLES);
}

/** The standardised value of an entry of the column at a place. */
function standardised(layer: usize, place: u32, value: f64): f64 {
  const at4 = (<usize>place) << 2;
  const mean = <f64>load<f32>(load<usize>(layer, at.LAYER_MEAN) + at4);
  const deviation = <f64>load<f32>(load<usize>(layer, at.LAYER_DEVIATION) + at4);
  return max(-CLIP, min(CLIP, (sqrt(max(0, value)) - mean) / deviation));
}

/** Adds to the hidden layers what an entry changes against its absence, `times` times. */
function addEntry(layer: usize, rows: usize, entry: u32, times: f64): void {
  const column = load<u32>(load<usize>(rows, at.ROWS_INDICES) + ((<usize>entry) << 2));
  const place = load<i32>(load<usize>(layer, at.LAYER_PLACES) + ((<usize>column) << 2));
  if (place < 0) return;
  const value = <f64>load<f32>(load<usize>(rows, at.ROWS_VALUES) + ((<usize>entry) << 2));
  const isPlain = load<usize>(layer, at.LAYER_MEAN) === 0;
  const x = isPlain ? value : standardised(layer, place, value);
  const change = (x - load<f64>(load<usize>(layer, at.LAYER_ABSENT) + ((<usize>place) << 3))) * times;
  const units = unitsOf(layer);
  const weights = load<usize>(layer, at.LAYER_W1) + ((<usize>place * units) << 2);
  addScaled(load<usize>(layer, at.LAYER_SUMS), weights, units, change);
}

/** The hidden layers of a row, before the rectifier. @param without number of an entry to leave out; -1 for none */
function sumUp(layer: usize, rows: usize, row: u32, without: i32): void {
  promote(load<usize>(layer, at.LAYER_B1), unitsOf(layer), load<usize>(layer, at.LAYER_SUMS));
  const end = entryOf(rows, row + 1);
  for (let entry = entryOf(rows, row); entry < end; entry++) {
    if (<i32>entry !== without) addEntry(layer, rows, entry, 1);
  }
}

/** The outputs of all networks from their hidden layers: probabilities. */
function answer(layer: usize): void {
  const nets = load<u32>(layer, at.LAYER_NETS);
  const hidden = load<u32>(layer, at.LAYER_HIDDEN);
  const roles = load<u32>(layer, at.LAYER_ROLES);
  let outputs = load<usize>(layer, at.LAYER_OUTPUTS);
  let sum = load<usize>(layer, at.LAYER_SUMS);
  let weights = load<usize>(layer, at.LAYER_W2);
  promote(load<usize>(layer, at.LAYER_B2), outputsOf(layer), outputs);
  for (let net: u32 = 0; net < nets; net++) {
    for (const end = sum + ((<usize>hidden) << 3); sum < end; sum += 8) {
      const activation = load<f64>(sum);
      if (activation > 0) addScaled(outputs, weights, roles, activation);
      weights += (<usize>roles) << 2;
    }
    normalize(outputs, roles);
    outputs += (<usize>roles) << 3;
  }
}

/** Softmax in place; the largest is taken off first, so nothing overflows. */
function normalize(values: usize, count: usize): void {
  const end = values + (count << 3);
  let most: f64 = -Infinity;
  for (let value = values; value < end; value += 8) most = max(most, load<f64>(value));
  let sum: f64 = 0;
  for (let value = values; value < end; value += 8) {
    const power = exponential(load<f64>(value) - most);
    store<f64>(value, power);
    sum += power;
  }
  for (let value = values; value < end; value += 8) store<f64>(value, load<f64>(value) / sum);
}

/** The mean of the probabilities by the networks of each row into `out`, [rows x roles]. */
export function answerRows(layer: usize, rows: usize, out: usize): void {
  const rowCount = load<u32>(rows, at.ROWS_COUNT);
  for (let row: u32 = 0; row < rowCount; row++) {
    answerRow(layer, rows, row, -1, out);
    out += (<usize>load<u32>(layer, at.LAYER_ROLES)) << 3;
  }
}

/** The mean of the probabilities of one row without one of its entries (-1: with all) into `out`. */
export function answerRow(layer: usize, rows: usize, row: u32, without: i32, out: usize): void {
  const nets = load<u32>(layer, at.LAYER_NETS);
  const roles = load<usize>(layer, at.LAYER_ROLES);
  const outputs = load<usize>(layer, at.LAYER_OUTPUTS);
  const share = 1 / <f64>nets;
  sumUp(layer, rows, row, without);
  answer(layer);
  for (let k: usize = 0; k < roles; k++) {
    let sum: f64 = 0;
    for (let net: usize = 0; net < nets; net++) {
      sum += share * load<f64>(outputs + ((net * roles + k) << 3));
    }
    store<f64>(out + (k << 3), sum);
  }
}

/**
 * Adds for each subject what a role's probability loses when all entries about it are absent: row by row, network by
 * network, times what the row counts.
 * @param rowShares a double for each row
 * @param subjects a word for each entry: what it is about
 * @param out a double for each subject
 */
export function addLosses(
  layer: usize,
  rows: usize,
  rowShares: usize,
  role: u32,
  subjects: usize,
  subjectCount: u32,
  out: usize,
): void {
  const rowCount = load<u32>(rows, at.ROWS_COUNT);
  const sums = load<usize>(layer, at.LAYER_SUMS);
  const whole = load<usize>(layer, at.LAYER_WHOLE);
  const answers = load<usize>(layer, at.LAYER_ANSWERS);
  const bytes = (<usize>unitsOf(layer)) << 3;
  for (let row: u32 = 0; row < rowCount; row++) {
    const share = load<f64>(rowShares + ((<usize>row) << 3));
    sumUp(layer, rows, row, -1);
    memory.copy(whole, sums, bytes);
    answer(layer);
    memory.copy(answers, load<usize>(layer, at.LAYER_OUTPUTS), (<usize>outputsOf(layer)) << 3);
    for (let subject: u32 = 0; subject < subjectCount; subject++) {
      if (!takeAway(layer, rows, row, subjects, subject)) continue;
      answer(layer);
      addLoss(layer, role, share, out + ((<usize>subject) << 3));
      memory.copy(sums, whole, bytes);
    }
  }
}

/** Adds what the networks' outputs for a role lack to what they were. */
function addLoss(layer: usize, role: u32, share: f64, out: usize): void {
  const outputs = load<usize>(layer, at.LAYER_OUTPUTS);
  const answers = load<usize>(layer, at.LAYER_ANSWERS);
  const end = (<usize>outputsOf(layer)) << 3;
  const step = (<usize>load<u32>(layer, at.LAYER_ROLES)) << 3;
  for (let place = (<usize>role) << 3; place < end; place += step) {
    store<f64>(out, load<f64>(out) + share * (load<f64>(answers + place) - load<f64>(outputs + place)));
  }
}

/** Takes the entries about a subject from the hidden layers of a row. @returns whether there are any */
function takeAway(layer: usize, rows: usize, row: u32, subjects: usize, subject: u32): boolean {
  const end = entryOf(rows, row + 1);
  let found = false;
  for (let entry = entryOf(rows, row); entry < end; entry++) {
    if (load<u32>(subjects + ((<usize>entry) << 2)) !== subject) continue;
    addEntry(layer, rows, entry, -1);
    found = true;
  }
  return found;
}
