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

/** The arrays of a network: see `OneLayerModel` and `WindowNet`. */
export interface Layer {
  readonly columns: Uint32Array;
  /** Where values are standardised. */
  readonly mean?: Float32Array;
  readonly deviation?: Float32Array;
  readonly hidden: number;
  readonly w1: Float32Array;
  readonly b1: Float32Array;
  readonly w2: Float32Array;
  readonly b2: Float32Array;
}

/**
 * The mean of the role probabilities of each row by some networks.
 *
 * @returns [rowCount x roles]
 * @throws NetworkmlError NML_MODEL_LAYOUT for rows that lack a column of a network, NML_MEMORY
 */
export function meanAnswers(layers: readonly Layer[], rows: SparseRows, roleCount: number): Float64Array {
  return withLayers(layers, rows, (kernel, places) => {
    const out = takeBytes(kernel, rows.rowCount * roleCount * 8);
    kernel.run.answerRows(putWords(kernel, places), places.length, putRows(kernel, rows), out);
    return doublesAt(kernel, out, rows.rowCount * roleCount);
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
 * @throws NetworkmlError as `meanAnswers`
 */
export function addLosses(
  layers: readonly Layer[],
  rows: SparseRows,
  onto: Float64Array,
  { subjects, rowShares, role }: LossRequest,
): Float64Array {
  return withLayers(layers, rows, (kernel, places) => {
    const out = putDoubles(kernel, onto);
    kernel.run.addLosses(
      putWords(kernel, places),
      places.length,
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

/** Calls `work` with what computes single rows by a network. @throws NetworkmlError as `meanAnswers` */
export function withRowAnswerer<T>(layer: Layer, rows: SparseRows, work: (answer: RowAnswerer) => T): T {
  return withLayers([layer], rows, (kernel, [place = 0]) => {
    const table = putRows(kernel, rows);
    const roleCount = layer.b2.length;
    const found = takeBytes(kernel, roleCount * 8);
    const numbers = new Float64Array(kernel.memory.buffer, found, roleCount);
    return work((row, without, out, at) => {
      kernel.run.answerRow(place, table, row, without, found);
      out.set(numbers, at);
    });
  });
}

/** All layers lie in the kernel of the first one, or are copied there. */
function withLayers<T>(
  layers: readonly Layer[],
  { columnCount }: SparseRows,
  work: (kernel: RoleKernel, places: number[]) => T,
): T {
  const [first] = layers;
  if (first === undefined) throw new NetworkmlError('NML_INTERNAL', 'no network is asked');
  return withKernel(
    first.w1,
    (kernel) =>
      work(
        kernel,
        layers.map((layer) => keptLayer(kernel, layer, columnCount) ?? putLayer(kernel, layer, columnCount)),
      ),
    (kernel) => {
      for (const layer of layers) keepLayer(kernel, layer, columnCount);
    },
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
  const { columns, mean, deviation, hidden, w1, b1, w2, b2 } = layer;
  const place = (numbers: Parameters<typeof placeOf>[1] | undefined) =>
    numbers === undefined ? 0 : placeOf(kernel, numbers);
  const room = (doubles: number) => takeBytes(kernel, doubles * 8);
  const record = putWords(kernel, [
    columns.length,
    place(columns),
    place(mean),
    place(deviation),
    hidden,
    place(w1),
    place(b1),
    b2.length,
    place(w2),
    place(b2),
    columnCount,
    takeBytes(kernel, columnCount * 4),
    room(columns.length),
    room(hidden),
    room(hidden),
    room(hidden),
    room(b2.length),
  ]);
  if (kernel.run.prepareLayer(record) !== 0) return record;
  const beyond = columns.find((column) => column >= columnCount);
  throw new NetworkmlError('NML_MODEL_LAYOUT', `vectors of ${columnCount} columns, not ${beyond}`);
}
