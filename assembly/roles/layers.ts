/**
 * Networks with one hidden layer over sparse rows, softmax(relu(x W1 + b1) W2 + b2): see src/roles/layer-kernel.ts. Sums are
 * in the order of the entries; only hidden units, and roles, stand side by side.
 */
import * as at from '../../src/roles/kernel-layout';
import { addScaled } from './add-scaled';
import { exponential } from './exponential';
import { entryOf } from './rows';

/** Standardised values beyond this are cut off. */
const CLIP: f64 = 4;

/**
 * Finds the place of each column, and what the hidden layer is where all are absent.
 * @returns whether all columns are in the layout
 */
export function prepareLayer(layer: usize): boolean {
  const width = load<u32>(layer, at.LAYER_WIDTH);
  const hidden = load<u32>(layer, at.LAYER_HIDDEN);
  const layout = load<u32>(layer, at.LAYER_LAYOUT);
  const columns = load<usize>(layer, at.LAYER_COLUMNS);
  const places = load<usize>(layer, at.LAYER_PLACES);
  const absent = load<usize>(layer, at.LAYER_ABSENT);
  const base = load<usize>(layer, at.LAYER_BASE);
  const b1 = load<usize>(layer, at.LAYER_B1);
  let weights = load<usize>(layer, at.LAYER_W1);
  const isPlain = load<usize>(layer, at.LAYER_MEAN) === 0;
  memory.fill(places, 0xff, (<usize>layout) << 2);
  for (let j: usize = 0; j < hidden; j++) store<f64>(base + (j << 3), <f64>load<f32>(b1 + (j << 2)));
  for (let i: u32 = 0; i < width; i++) {
    const column = load<u32>(columns + ((<usize>i) << 2));
    if (column >= layout) return false;
    store<u32>(places + ((<usize>column) << 2), i);
    const x = isPlain ? 0 : standardised(layer, i, 0);
    store<f64>(absent + ((<usize>i) << 3), x);
    if (!isPlain) addScaled(base, weights, hidden, x);
    weights += (<usize>hidden) << 2;
  }
  return true;
}

/** The standardised value of an entry of the column at a place. */
function standardised(layer: usize, place: u32, value: f64): f64 {
  const at4 = (<usize>place) << 2;
  const mean = <f64>load<f32>(load<usize>(layer, at.LAYER_MEAN) + at4);
  const deviation = <f64>load<f32>(load<usize>(layer, at.LAYER_DEVIATION) + at4);
  return max(-CLIP, min(CLIP, (sqrt(max(0, value)) - mean) / deviation));
}

/** Adds to the hidden layer what an entry changes against its absence, `times` times. */
function addEntry(layer: usize, rows: usize, entry: u32, times: f64): void {
  const column = load<u32>(load<usize>(rows, at.ROWS_INDICES) + ((<usize>entry) << 2));
  const place = load<i32>(load<usize>(layer, at.LAYER_PLACES) + ((<usize>column) << 2));
  if (place < 0) return;
  const value = <f64>load<f32>(load<usize>(rows, at.ROWS_VALUES) + ((<usize>entry) << 2));
  const isPlain = load<usize>(layer, at.LAYER_MEAN) === 0;
  const x = isPlain ? value : standardised(layer, place, value);
  const change = (x - load<f64>(load<usize>(layer, at.LAYER_ABSENT) + ((<usize>place) << 3))) * times;
  const hidden = load<u32>(layer, at.LAYER_HIDDEN);
  const weights = load<usize>(layer, at.LAYER_W1) + ((<usize>place * hidden) << 2);
  addScaled(load<usize>(layer, at.LAYER_SUMS), weights, hidden, change);
}

/** The hidden layer of a row, before the rectifier. @param without number of an entry to leave out; -1 for none */
function sumUp(layer: usize, rows: usize, row: u32, without: i32): void {
  const hidden = load<u32>(layer, at.LAYER_HIDDEN);
  memory.copy(load<usize>(layer, at.LAYER_SUMS), load<usize>(layer, at.LAYER_BASE), (<usize>hidden) << 3);
  const end = entryOf(rows, row + 1);
  for (let entry = entryOf(rows, row); entry < end; entry++) {
    if (<i32>entry !== without) addEntry(layer, rows, entry, 1);
  }
}

/** The outputs from the hidden layer: probabilities. */
function answer(layer: usize): void {
  const hidden = load<u32>(layer, at.LAYER_HIDDEN);
  const roles = load<u32>(layer, at.LAYER_ROLES);
  const outputs = load<usize>(layer, at.LAYER_OUTPUTS);
  const sums = load<usize>(layer, at.LAYER_SUMS);
  const b2 = load<usize>(layer, at.LAYER_B2);
  let weights = load<usize>(layer, at.LAYER_W2);
  for (let k: usize = 0; k < roles; k++) store<f64>(outputs + (k << 3), <f64>load<f32>(b2 + (k << 2)));
  for (let j: usize = 0; j < hidden; j++) {
    const activation = load<f64>(sums + (j << 3));
    if (activation > 0) addScaled(outputs, weights, roles, activation);
    weights += (<usize>roles) << 2;
  }
  normalize(outputs, roles);
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

/**
 * The mean of the probabilities by some networks of each row into `out`, [rows x roles].
 * @param layers a word for each network: where it lies
 */
export function answerRows(layers: usize, layerCount: u32, rows: usize, out: usize): void {
  const roles = load<u32>(load<usize>(layers), at.LAYER_ROLES);
  memory.fill(out, 0, (<usize>load<u32>(rows, at.ROWS_COUNT) * roles) << 3);
  for (let i: u32 = 0; i < layerCount; i++) {
    addAnswers(load<usize>(layers + ((<usize>i) << 2)), rows, 1 / <f64>layerCount, out);
  }
}

/** Adds `share` times the probabilities of each row. */
function addAnswers(layer: usize, rows: usize, share: f64, out: usize): void {
  const rowCount = load<u32>(rows, at.ROWS_COUNT);
  for (let row: u32 = 0; row < rowCount; row++) {
    sumUp(layer, rows, row, -1);
    answer(layer);
    const outputs = load<usize>(layer, at.LAYER_OUTPUTS);
    for (
      let end = outputs + ((<usize>load<u32>(layer, at.LAYER_ROLES)) << 3), from = outputs;
      from < end;
      from += 8
    ) {
      store<f64>(out, load<f64>(out) + share * load<f64>(from));
      out += 8;
    }
  }
}

/** Probabilities of one row without one of its entries (-1: with all) into `out`. */
export function answerRow(layer: usize, rows: usize, row: u32, without: i32, out: usize): void {
  sumUp(layer, rows, row, without);
  answer(layer);
  memory.copy(out, load<usize>(layer, at.LAYER_OUTPUTS), (<usize>load<u32>(layer, at.LAYER_ROLES)) << 3);
}

/**
 * Adds for each subject what a role's probability loses when all entries about it are absent: row by row, network by
 * network, times what the row counts.
 * @param layers a word for each network: where it lies
 * @param rowShares a double for each row
 * @param subjects a word for each entry: what it is about
 * @param out a double for each subject
 */
export function addLosses(
  layers: usize,
  layerCount: u32,
  rows: usize,
  rowShares: usize,
  role: u32,
  subjects: usize,
  subjectCount: u32,
  out: usize,
): void {
  const rowCount = load<u32>(rows, at.ROWS_COUNT);
  for (let row: u32 = 0; row < rowCount; row++) {
    const share = load<f64>(rowShares + ((<usize>row) << 3));
    for (let i: u32 = 0; i < layerCount; i++) {
      const layer = load<usize>(layers + ((<usize>i) << 2));
      const probability = load<usize>(layer, at.LAYER_OUTPUTS) + ((<usize>role) << 3);
      const bytes = (<usize>load<u32>(layer, at.LAYER_HIDDEN)) << 3;
      sumUp(layer, rows, row, -1);
      answer(layer);
      const whole = load<f64>(probability);
      memory.copy(load<usize>(layer, at.LAYER_WHOLE), load<usize>(layer, at.LAYER_SUMS), bytes);
      for (let subject: u32 = 0; subject < subjectCount; subject++) {
        if (!takeAway(layer, rows, row, subjects, subject)) continue;
        answer(layer);
        const place = out + ((<usize>subject) << 3);
        store<f64>(place, load<f64>(place) + share * (whole - load<f64>(probability)));
        memory.copy(load<usize>(layer, at.LAYER_SUMS), load<usize>(layer, at.LAYER_WHOLE), bytes);
      }
    }
  }
}

/** Takes the entries about a subject from the hidden layer of a row. @returns whether there are any */
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
