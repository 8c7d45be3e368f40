import { NetworkmlError } from '../errors.js';
import { allPositive, type SparseRows } from '../math/index.js';
import type { CountedRows } from './device-rows.js';
import { areBelow, areShortsBelow, firstOutOfOrder } from './kernel-checks.js';
import { type BundleArray, type EncodedModel, partOf, wholeOf } from './model-parts.js';
import {
  doublesAt,
  putDoubles,
  putRows,
  putWords,
  type RoleKernel,
  takeBytes,
  withKernel,
} from './role-kernel.js';
import type { RoleExample, RoleTrainingSet } from './training-set.js';

/** The captures that an ensemble was trained on, each as the mean of its windows, with the devices that they show. */
export interface KnownDevices {
  /** Names of the devices. */
  readonly names: readonly string[];
  /** Index of the role of each device. */
  readonly labels: Uint32Array;
  /** What each device counts: that of its captures (`RoleExample`). */
  readonly shares: Float32Array;
  /** Index of the device of each row. */
  readonly owners: Uint32Array;
  /** Means of the square roots of the columns, scaled to length 1; a row each for the captures of a device that differ. */
  readonly rows: KnownRows;
  /** Columns from this one on are halved before a row is scaled: shares of all traffic tell less than services. */
  readonly halvedFrom: number;
}

/** Sparse rows as `SparseRows`, in half the space: they are most of what a prediction reads. */
export interface KnownRows extends Pick<SparseRows, 'rowCount' | 'columnCount' | 'start'> {
  readonly indices: Uint16Array;
  /** Ten-thousandths: what is kept of a device should be no finer than it is used. */
  readonly values: Uint16Array;
}

/** Which columns of the windows are compared. */
export interface ComparedColumns {
  /** Columns from this one on are left out. */
  readonly below: number;
  /** As in `KnownDevices`. */
  readonly halvedFrom: number;
}

/** The known device that is most alike. */
export interface NearestDevice {
  readonly name: string;
  /** Index of its role. */
  readonly label: number;
  /** 1 - cosine of the mean windows: 0 alike, 1 nothing in common. */
  readonly distance: number;
}

/** The greatest of `KnownRows.values`: the length of a row. */
const WHOLE = 10_000;

/** The mean of the square roots of each device's windows, compared columns only, scaled to length 1; zeros without windows. */
function windowDirections(
  rows: SparseRows,
  devices: readonly CountedRows[],
  columns: ComparedColumns,
): Float64Array[] {
  return withKernel(rows.values, (kernel) => {
    const table = putRows(kernel, rows);
    return devices.map((device) =>
      doublesAt(kernel, putDirection(kernel, table, device, columns), columns.below),
    );
  });
}

/**
 * The direction of one device's windows in the memory of a kernel.
 * @param table where the rows lie
 * @returns where it lies
 */
export function putDirection(
  kernel: RoleKernel,
  table: number,
  { rows, counts }: CountedRows,
  { below, halvedFrom }: ComparedColumns,
): number {
  const direction = takeBytes(kernel, below * 8);
  const before = kernel.run.top.value;
  const ids = putWords(kernel, rows);
  kernel.run.findDirection(table, ids, putDoubles(kernel, counts), rows.length, below, halvedFrom, direction);
  kernel.run.top.value = before;
  return direction;
}

/** The known devices of the chosen captures of a training set, by name. */
export function knownDevices(
  set: RoleTrainingSet,
  chosen: Uint32Array,
  columns: ComparedColumns,
): KnownDevices {
  const captures = new Map<string, RoleExample[]>();
  for (const index of chosen) {
    const example = set.examples[index] as RoleExample;
    const own = captures.get(example.device) ?? [];
    captures.set(example.device, own);
    own.push(example);
  }
  const names = [...captures.keys()].sort();
  const start = [0];
  const indices: number[] = [];
  const values: number[] = [];
  const owners: number[] = [];
  const labels = new Uint32Array(names.length);
  const shares = new Float32Array(names.length);
  const all = names.flatMap((name) => captures.get(name) ?? []);
  const directions = new Map(
    windowDirections(set.rows, all, columns).map((direction, index) => [all[index], direction]),
  );
  names.forEach((name, owner) => {
    const seen = new Set<string>();
    for (const capture of captures.get(name) ?? []) {
      labels[owner] = capture.label;
      shares[owner] = Math.max(shares[owner] as number, capture.share ?? 1);
      const direction = directions.get(capture) as Float64Array;
      const rounded = direction.map((value) => Math.round(value * WHOLE));
      const key = rounded.join();
      if (seen.has(key)) continue;
      seen.add(key);
      rounded.forEach((value, column) => {
        if (value === 0) return;
        indices.push(column);
        values.push(value);
      });
      owners.push(owner);
      start.push(indices.length);
    }
  });
  return {
    names,
    labels,
    shares,
    owners: Uint32Array.from(owners),
    rows: {
      rowCount: owners.length,
      columnCount: columns.below,
      start: Uint32Array.from(start),
      indices: Uint16Array.from(indices),
      values: Uint16Array.from(values),
    },
    halvedFrom: columns.halvedFrom,
  };
}

/**
 * The known device that is most alike; undefined when it has nothing in common with any.
 * @param likeness see `Likeness`
 */
export function nearestDevice(
  { owners, names, labels }: KnownDevices,
  { nearest, similarities }: { readonly nearest: number; readonly similarities: Float64Array },
): NearestDevice | undefined {
  const similarity = similarities[nearest] ?? 0;
  if (similarity === 0) return undefined;
  const owner = owners[nearest] as number;
  return { name: names[owner] as string, label: labels[owner] as number, distance: 1 - similarity };
}

/** Takes the known devices apart for a bundle; their shares only where they are not all 1. */
export function encodeKnownDevices(known: KnownDevices): EncodedModel {
  const { names, labels, shares, owners, rows, halvedFrom } = known;
  const array = (data: Uint32Array): BundleArray => ({ dtype: 'uint32', shape: [data.length], data });
  const short = (data: Uint16Array): BundleArray => ({ dtype: 'uint16', shape: [data.length], data });
  return {
    meta: {
      names: [...names],
      rows: rows.rowCount,
      columnCount: rows.columnCount,
      halvedFrom,
      entries: rows.indices.length,
    },
    arrays: {
      labels: array(labels),
      ...(shares.some((share) => share !== 1) && {
        shares: { dtype: 'float32' as const, shape: [shares.length], data: shares },
      }),
      owners: array(owners),
      start: array(rows.start),
      indices: short(rows.indices),
      values: short(rows.values),
    },
  };
}

/** Puts the known devices together again. @throws NetworkmlError `NML_MODEL_MANIFEST` */
export function decodeKnownDevices(
  meta: EncodedModel['meta'],
  arrays: EncodedModel['arrays'],
  roleCount: number,
): KnownDevices {
  const list = meta.names;
  if (!Array.isArray(list) || !list.every((name) => typeof name === 'string'))
    refuse('names is no list of names');
  const names = list as string[];
  const rowCount = wholeOf(meta, 'rows');
  const entries = wholeOf(meta, 'entries');
  const columnCount = wholeOf(meta, 'columnCount');
  const halvedFrom = wholeOf(meta, 'halvedFrom');
  const labels = partOf(arrays, 'labels', 'uint32', [names.length]);
  const shares =
    arrays.shares === undefined
      ? new Float32Array(names.length).fill(1)
      : partOf(arrays, 'shares', 'float32', [names.length]);
  const owners = partOf(arrays, 'owners', 'uint32', [rowCount]);
  const start = partOf(arrays, 'start', 'uint32', [rowCount + 1]);
  const indices = partOf(arrays, 'indices', 'uint16', [entries]);
  const values = partOf(arrays, 'values', 'uint16', [entries]);
  if (!areBelow(labels, roleCount)) refuse('a role that is not there');
  if (!allPositive(shares)) refuse('a device that counts nothing');
  if (!areBelow(owners, names.length)) refuse('a device that is not there');
  if (start[0] !== 0 || start[rowCount] !== entries) refuse('rows that do not fill the entries');
  if (firstOutOfOrder(start, false) >= 0) refuse('rows out of order');
  if (!areShortsBelow(indices, columnCount)) refuse('a column out of range');
  if (!areShortsBelow(values, WHOLE + 1)) refuse('a value above 1');
  return {
    names,
    labels,
    shares,
    owners,
    rows: { rowCount, columnCount, start, indices, values },
    halvedFrom,
  };
}

function refuse(problem: string): never {
  throw new NetworkmlError('NML_MODEL_MANIFEST', `known devices: ${problem}`);
}
