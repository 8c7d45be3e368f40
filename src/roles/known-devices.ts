import { NetworkmlError } from '../errors.js';
import type { SparseRows } from '../math/index.js';
import type { CountedRows } from './device-rows.js';
import { type BundleArray, type EncodedModel, partOf, wholeOf } from './model-parts.js';
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
  readonly rows: SparseRows;
  /** Columns from this one on are halved before a row is scaled: shares of all traffic tell less than services. */
  readonly halvedFrom: number;
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

/** Values are cut to this many decimals: what is kept of a device should be no finer than it is used. */
const decimals = 4;

/** The mean of the square roots of a device's windows, compared columns only, scaled to length 1; zeros without windows. */
export function windowDirection(
  rows: SparseRows,
  { rows: ids, counts }: CountedRows,
  { below, halvedFrom }: ComparedColumns,
): Float64Array {
  const sums = new Float64Array(below);
  for (let i = 0; i < ids.length; i++) {
    const row = ids[i] as number;
    const windows = counts[i] as number;
    for (let entry = rows.start[row] as number; entry < (rows.start[row + 1] as number); entry++) {
      const column = rows.indices[entry] as number;
      if (column >= below) continue;
      const scale = column < halvedFrom ? windows : windows / 2;
      sums[column] = (sums[column] as number) + scale * Math.sqrt(rows.values[entry] as number);
    }
  }
  const length = Math.sqrt(sums.reduce((sum, value) => sum + value * value, 0));
  return length > 0 ? sums.map((value) => value / length) : sums;
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
  names.forEach((name, owner) => {
    const seen = new Set<string>();
    for (const capture of captures.get(name) ?? []) {
      labels[owner] = capture.label;
      shares[owner] = Math.max(shares[owner] as number, capture.share ?? 1);
      const rounded = windowDirection(set.rows, capture, columns).map((v) => Number(v.toFixed(decimals)));
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
      indices: Uint32Array.from(indices),
      values: Float32Array.from(values),
    },
    halvedFrom: columns.halvedFrom,
  };
}

/** Cosine of a device's mean window with each known row, 0 to 1. */
export function knownSimilarities(
  known: KnownDevices,
  windows: SparseRows,
  device: CountedRows,
): Float64Array {
  const { rows, halvedFrom } = known;
  const { start, indices, values, rowCount } = rows;
  const own = windowDirection(windows, device, { below: rows.columnCount, halvedFrom });
  const similarities = new Float64Array(rowCount);
  for (let row = 0; row < rowCount; row++) {
    let product = 0;
    for (let entry = start[row] as number; entry < (start[row + 1] as number); entry++) {
      product += (own[indices[entry] as number] as number) * (values[entry] as number);
    }
    // Rounding of the kept values can lead beyond 1 by some millionths.
    similarities[row] = Math.min(1, product);
  }
  return similarities;
}

/** The known device nearest to a device's windows; undefined when it has none or nothing in common with any. */
export function nearestDevice(
  known: KnownDevices,
  windows: SparseRows,
  device: CountedRows,
): NearestDevice | undefined {
  const similarities = knownSimilarities(known, windows, device);
  let best = 0;
  for (let row = 1; row < similarities.length; row++) {
    if ((similarities[row] as number) > (similarities[best] as number)) best = row;
  }
  const most = similarities[best] ?? 0;
  if (most === 0) return undefined;
  const owner = known.owners[best] as number;
  return {
    name: known.names[owner] as string,
    label: known.labels[owner] as number,
    distance: 1 - most,
  };
}

/** Takes the known devices apart for a bundle; their shares only where they are not all 1. */
export function encodeKnownDevices(known: KnownDevices): EncodedModel {
  const { names, labels, shares, owners, rows, halvedFrom } = known;
  const array = (data: Uint32Array): BundleArray => ({ dtype: 'uint32', shape: [data.length], data });
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
      indices: array(rows.indices),
      values: { dtype: 'float32', shape: [rows.values.length], data: rows.values },
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
  const indices = partOf(arrays, 'indices', 'uint32', [entries]);
  const values = partOf(arrays, 'values', 'float32', [entries]);
  if (labels.some((label) => label >= roleCount)) refuse('a role that is not there');
  if (!shares.every((share) => share > 0 && share < Number.POSITIVE_INFINITY)) {
    refuse('a device that counts nothing');
  }
  if (owners.some((owner) => owner >= names.length)) refuse('a device that is not there');
  if (start[0] !== 0 || start[rowCount] !== entries) refuse('rows that do not fill the entries');
  if (start.some((at, row) => row > 0 && at < (start[row - 1] as number))) refuse('rows out of order');
  if (indices.some((column) => column >= columnCount)) refuse('a column out of range');
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
