/**
 * Training tables: everything that training and evaluation learn from captures, as rows that any engine can store and
 * join. One row is one vector of one capture; docs/training.md describes the columns.
 */
import { basename } from 'node:path';
import { appendRow, type CellValue, type Column, type ColumnBatch, createBatch } from '../column-table.js';
import {
  admLayoutId,
  type BehaviourUnits,
  codeLayoutId,
  contactLayoutId,
  HINTS_LAYOUT,
  hintSource,
  nameLayoutId,
  netLayoutId,
  PORT_PROTOCOL_LAYOUT,
  SERVICES_LAYOUT,
  sessLayoutId,
  sessNumberCount,
  type VectorUnits,
} from '../features/index.js';
import { deviceName, type TrainingCapture } from './training-capture.js';

/** Layout of the rows; a table of another one is refused. */
export const TRAINING_LAYOUT = 'training-rows/1';

const text = (name: string, plain = false): Column => ({ name, kind: 'text', plain });
const int = (name: string): Column => ({ name, kind: 'int' });

/** View of the rows that say which codes a unit of `codes/1` holds: their hashes are the columns, all values are 1. */
export const codesSeen = 'codes-seen/1';

/** Columns of training tables. The first fifteen are the same in all rows of a capture. */
export const trainingColumns: readonly Column[] = [
  text('layout', true),
  text('file'),
  text('sha256', true),
  text('role'),
  text('device'),
  text('family'),
  text('site'),
  text('implementation'),
  text('origin'),
  text('anomaly'),
  int('composite'),
  int('two_host'),
  text('device_from', true),
  int('device_right'),
  int('rows'),
  int('row'),
  text('view', true),
  int('bin'),
  int('minute'),
  int('count'),
  int('kind'),
  int('service'),
  { name: 'columns', kind: 'ints' },
  { name: 'values', kind: 'doubles' },
];

/** What a row holds behind the columns of its capture. */
interface VectorRow {
  readonly view: string;
  readonly bin?: number;
  readonly minute?: number;
  readonly count?: number;
  readonly kind?: number;
  readonly service?: number;
  readonly columns: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/** An empty batch of rows of training tables. */
export function trainingBatch(): ColumnBatch {
  return createBatch(trainingColumns);
}

/** The last row of a capture, which cannot be written before all captures are known: see `appendHintRows`. */
export interface HeldHints {
  readonly head: readonly CellValue[];
  readonly row: number;
  readonly device: string;
  readonly hints: Uint32Array;
}

/**
 * Appends the rows of a capture, but for the one of what its device says of itself.
 * @param full called whenever the batch is full; it writes the batch and empties it
 * @returns that row, where it was read; without it the capture is not whole
 */
export function appendTrainingCapture(
  batch: ColumnBatch,
  capture: TrainingCapture,
  full: () => void,
): HeldHints | undefined {
  const { hints } = capture;
  const rows = [...vectorRows(capture)];
  const head = headOf(capture, rows.length + (hints === null ? 0 : 1));
  for (const [row, vector] of rows.entries()) appendVector(batch, head, row, vector, full);
  return hints === null ? undefined : { head, row: rows.length, device: deviceName(capture), hints };
}

/** Tokens of fewer devices stay where they were read: what one device alone says could name it. */
const LEAST_DEVICES = 2;

/** Appends the rows that were held back, with those tokens that two devices or more say, and what names and makers are known for. */
export function appendHintRows(batch: ColumnBatch, held: readonly HeldHints[], full: () => void): void {
  const devices = new Map<number, Set<string>>();
  for (const { device, hints } of held) {
    for (const token of hints) devices.set(token, (devices.get(token) ?? new Set()).add(device));
  }
  for (const { head, row, hints } of held) {
    const columns = hints.filter(
      (token) => hintSource(token) !== 'words' || (devices.get(token)?.size ?? 0) >= LEAST_DEVICES,
    );
    const values = Array.from(columns, () => 1);
    appendVector(batch, head, row, { view: HINTS_LAYOUT, columns, values }, full);
  }
}

function appendVector(
  batch: ColumnBatch,
  head: readonly CellValue[],
  row: number,
  { view, bin, minute, count, kind, service, columns, values }: VectorRow,
  full: () => void,
): void {
  const numbers = [row, view, bin ?? null, minute ?? null, count ?? null, kind ?? null, service ?? null];
  appendRow(batch, [...head, ...numbers, Array.from(columns), Array.from(values)]);
  if (batch.rows === batch.capacity) full();
}

function headOf(
  { file, sha256, label, deviceFrom, chosenRight }: TrainingCapture,
  rows: number,
): CellValue[] {
  const { role, device, family, site, implementation, origin, anomaly, composite, twoHost } = label;
  const flag = (value: boolean | null) => (value === null ? null : Number(value));
  return [
    TRAINING_LAYOUT,
    basename(file),
    sha256,
    role,
    device,
    family,
    site,
    implementation,
    origin,
    anomaly,
    flag(composite),
    flag(twoHost),
    deviceFrom,
    flag(chosenRight),
    rows,
  ];
}

function* vectorRows({ sessions, windows, units }: TrainingCapture): Generator<VectorRow> {
  for (const { columns, values, count } of sessions) {
    yield { view: PORT_PROTOCOL_LAYOUT, count, columns, values };
  }
  for (const { columns, values, count } of windows) yield { view: SERVICES_LAYOUT, count, columns, values };
  yield* unitRows(units);
}

function* unitRows({ sess, net, adm, contacts, codes, names }: BehaviourUnits): Generator<VectorRow> {
  for (let row = 0; row < sess.count; row++) {
    yield {
      view: sessLayoutId,
      bin: sess.bin[row] as number,
      kind: sess.kind[row] as number,
      service: sess.service[row] as number,
      ...entriesOf(sess.numbers, row * sessNumberCount, sessNumberCount),
    };
  }
  for (let row = 0; row < net.count; row++) {
    yield {
      view: netLayoutId,
      bin: net.bin[row] as number,
      minute: net.window[row] as number,
      ...entriesOf(net.numbers, row * net.columns, net.columns),
    };
  }
  yield* sliceRows(admLayoutId, adm);
  yield* sliceRows(contactLayoutId, contacts);
  if (codes !== undefined) {
    yield* sliceRows(codeLayoutId, codes);
    for (const [row, seen] of codes.seen.entries()) {
      yield {
        view: codesSeen,
        bin: codes.bin[row] as number,
        columns: seen,
        values: Array.from(seen, () => 1),
      };
    }
  }
  if (names !== undefined) yield* sliceRows(nameLayoutId, names);
}

function* sliceRows(view: string, units: VectorUnits): Generator<VectorRow> {
  for (let row = 0; row < units.count; row++) {
    yield {
      view,
      bin: units.bin[row] as number,
      ...entriesOf(units.numbers, row * units.columns, units.columns),
    };
  }
}

/** Non-zero numbers of a unit. */
function entriesOf(
  numbers: Float32Array,
  from: number,
  width: number,
): { columns: number[]; values: number[] } {
  const columns: number[] = [];
  const values: number[] = [];
  for (let column = 0; column < width; column++) {
    const value = numbers[from + column] as number;
    if (value === 0) continue;
    columns.push(column);
    values.push(value);
  }
  return { columns, values };
}
