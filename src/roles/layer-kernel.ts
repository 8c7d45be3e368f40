/** Networks with one hidden layer in the memory of the kernels: what the one-layer network and the nets over windows share. */
import { NetworkmlError } from '../errors.js';
import type { SparseRows } from '../math/index.js';
import * as layout from './kernel-layout.js';
import {
  doublesAt,
  placeOf,
  putDoubles,
  putRows,
  putWords,
  type RoleKernel,
  takeBytes,
  withKernel,
} from './role-kernel.js';

/** The arrays of a network, or of several side by side: see `OneLayerModel` and `WindowNets`. */
export interface Layer {
  readonly columns: Uint32Array;
  /** Where values are standardised; then the biases are what hidden units are where all columns are absent. */
  readonly mean?: Float32Array;
  readonly deviation?: Float32Array;
  /** Networks side by side, 1 unless given. */
  readonly nets?: number;
  /** Hidden units of each. */
  readonly hidden: number;
  /** [columns x nets x hidden] */
  readonly w1: Float32Array;
  /** [nets x hidden] */
  readonly b1: Float32Array;
  /** [nets x hidden x roles] */
  readonly w2: Float32Array;
  /** [nets x roles] */
  readonly b2: Float32Array;
}

/**
 * The mean of the role probabilities of each row by the networks of a layer.
 *
 * @returns [rowCount x roles]
 * @throws NetworkmlError NML_MODEL_LAYOUT for rows that lack a column of a network, NML_MEMORY
 */
export function layerAnswers(layer: Layer, rows: SparseRows): Float64Array {
  return withLayer(layer, rows, (kernel, place) => {
    const count = rows.rowCount * rolesOf(layer);
    const out = takeBytes(kernel, count * 8);
    kernel.run.answerRows(place, putRows(kernel, rows), out);
    return doublesAt(kernel, out, count);
  });
}

/** Which entries of some rows are left out together, and what a row counts. */
export interface LossRequest {
  /** What each entry is about, as a number. */
  readonly subjects: Uint32Array;
  readonly rowShares: Float64Array;
  readonly role: number;
}

/**
 * Adds what a role's probability loses when all entries about a subject are absent: row by row and network by network,
 * each times what the row counts.
 *
 * @param onto what it is added to, [subjects]
 * @returns the sums; what is added is above 0 where the subject speaks for the role
 * @throws NetworkmlError as `layerAnswers`
 */
export function addLosses(
  layer: Layer,
  rows: SparseRows,
  onto: Float64Array,
  { subjects, rowShares, role }: LossRequest,
): Float64Array {
  return withLayer(layer, rows, (kernel, place) => {
    const out = putDoubles(kernel, onto);
    kernel.run.addLosses(
      place,
      putRows(kernel, rows),
      putDoubles(kernel, rowShares),
      role,
      putWords(kernel, subjects),
      onto.length,
      out,
    );
    return doublesAt(kernel, out, onto.length);
  });
}

/** Writes the probabilities of one row without one of its entries (an index into `rows.indices`; -1 for with all) to `out`. */
export type RowAnswerer = (row: number, without: number, out: Float64Array, at: number) => void;

/** Calls `work` with what computes single rows by a network. @throws NetworkmlError as `layerAnswers` */
export function withRowAnswerer<T>(layer: Layer, rows: SparseRows, work: (answer: RowAnswerer) => T): T {
  return withLayer(layer, rows, (kernel, place) => {
    const table = putRows(kernel, rows);
    const roleCount = rolesOf(layer);
    const found = takeBytes(kernel, roleCount * 8);
    const numbers = new Float64Array(kernel.memory.buffer, found, roleCount);
    return work((row, without, out, at) => {
      kernel.run.answerRow(place, table, row, without, found);
      out.set(numbers, at);
    });
  });
}

function rolesOf({ nets = 1, b2 }: Layer): number {
  return b2.length / nets;
}

function withLayer<T>(
  layer: Layer,
  { columnCount }: SparseRows,
  work: (kernel: RoleKernel, place: number) => T,
): T {
  return withKernel(
    layer.w1,
    (kernel) => work(kernel, keptLayer(kernel, layer, columnCount) ?? putLayer(kernel, layer, columnCount)),
    (kernel) => keepLayer(kernel, layer, columnCount),
  );
}

/** The record of a layer that was kept for rows as wide as these. */
function keptLayer({ records, memory }: RoleKernel, { w1 }: Layer, columnCount: number): number | undefined {
  const record = records.get(w1);
  if (record === undefined) return undefined;
  const [width] = new Uint32Array(memory.buffer, record + layout.LAYER_LAYOUT, 1);
  return width === columnCount ? record : undefined;
}

/** Prepares a layer whose arrays lie in the kernel's memory for good. */
function keepLayer(kernel: RoleKernel, layer: Layer, columnCount: number): void {
  const { columns, mean, w1, b1, w2, b2 } = layer;
  if (kernel.records.has(w1)) return;
  const arrays = [columns, mean ?? w1, w1, b1, w2, b2];
  if (arrays.some((array) => array.buffer !== w1.buffer)) return;
  kernel.records.set(w1, putLayer(kernel, layer, columnCount));
}

function putLayer(kernel: RoleKernel, layer: Layer, columnCount: number): number {
  const { columns, mean, deviation, nets = 1, hidden, w1, b1, w2, b2 } = layer;
  const place = (numbers: Parameters<typeof placeOf>[1] | undefined) =>
    numbers === undefined ? 0 : placeOf(kernel, numbers);
  const room = (doubles: number) => takeBytes(kernel, doubles * 8);
  const record = putWords(kernel, [
    columns.length,
    place(columns),
    place(mean),
    place(deviation),
    nets,
    hidden,
    rolesOf(layer),
    place(w1),
    place(b1),
    place(w2),
    place(b2),
    columnCount,
    takeBytes(kernel, columnCount * 4),
    room(columns.length),
    room(b1.length),
    room(b1.length),
    room(b2.length),
    room(b2.length),
  ]);
  if (kernel.run.prepareLayer(record) !== 0) return record;
  const beyond = columns.find((column) => column >= columnCount);
  throw new NetworkmlError('NML_MODEL_LAYOUT', `vectors of ${columnCount} columns, not ${beyond}`);
}
