import { NetworkmlError } from '../errors.js';
import type { SparseRows } from '../math/index.js';
import type { CountedRows } from './ensemble.js';
import { type BundleArray, type EncodedModel, partOf, wholeOf } from './model-parts.js';
import type { RoleTrainingSet } from './training-set.js';

/** The devices that a bundle was trained on, each as the mean of its windows: for "nearest known device". */
export interface KnownDevices {
  readonly names: readonly string[];
  /** Index of the role of each. */
  readonly labels: Uint32Array;
  /** Means of the square roots of the columns, scaled to length 1, as sparse rows. */
  readonly rows: SparseRows;
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
const decimals = 3;

/** The mean of the square roots of a device's windows, scaled to length 1; columns from `below` on are left out. */
function direction(rows: SparseRows, devices: readonly CountedRows[], below: number): Float64Array {
  const sums = new Float64Array(below);
  for (const { rows: ids, counts } of devices) {
    let windows = 0;
    for (let i = 0; i < counts.length; i++) windows += counts[i] as number;
    for (let i = 0; i < ids.length; i++) {
      const row = ids[i] as number;
      const share = (counts[i] as number) / windows;
      for (let entry = rows.start[row] as number; entry < (rows.start[row + 1] as number); entry++) {
        const column = rows.indices[entry] as number;
        if (column >= below) continue;
        sums[column] = (sums[column] as number) + share * Math.sqrt(rows.values[entry] as number);
      }
    }
  }
  const length = Math.sqrt(sums.reduce((sum, value) => sum + value * value, 0));
  return length > 0 ? sums.map((value) => value / length) : sums;
}

/** The known devices of a training set. @param below columns from this one on are left out */
export function knownDevices(set: RoleTrainingSet, below: number): KnownDevices {
  const groups = new Map<string, { label: number; captures: CountedRows[] }>();
  for (const { device, label, rows, counts } of set.examples) {
    const own = groups.get(device) ?? { label, captures: [] };
    groups.set(device, own);
    own.captures.push({ rows, counts });
  }
  const names = [...groups.keys()].sort();
  const start = new Uint32Array(names.length + 1);
  const indices: number[] = [];
  const values: number[] = [];
  const labels = new Uint32Array(names.length);
  names.forEach((name, index) => {
    const { label, captures } = groups.get(name) as { label: number; captures: CountedRows[] };
    labels[index] = label;
    direction(set.rows, captures, below).forEach((value, column) => {
      const kept = Number(value.toFixed(decimals));
      if (kept === 0) return;
      indices.push(column);
      values.push(kept);
    });
    start[index + 1] = indices.length;
  });
  const rows = {
    rowCount: names.length,
    columnCount: below,
    start,
    indices: Uint32Array.from(indices),
    values: Float32Array.from(values),
  };
  return { names, labels, rows };
}

/** The known device nearest to a device's windows; undefined when it has none or nothing in common with any. */
export function nearestDevice(
  known: KnownDevices,
  windows: SparseRows,
  device: CountedRows,
): NearestDevice | undefined {
  const { rows, names, labels } = known;
  const own = direction(windows, [device], rows.columnCount);
  let best = -1;
  let most = 0;
  for (let row = 0; row < rows.rowCount; row++) {
    let product = 0;
    for (let entry = rows.start[row] as number; entry < (rows.start[row + 1] as number); entry++) {
      product += (own[rows.indices[entry] as number] as number) * (rows.values[entry] as number);
    }
    if (product > most) {
      most = product;
      best = row;
    }
  }
  if (best < 0) return undefined;
  return { name: names[best] as string, label: labels[best] as number, distance: Math.max(0, 1 - most) };
}

/** Takes the known devices apart for a bundle. */
export function encodeKnownDevices({ names, labels, rows }: KnownDevices): EncodedModel {
  const array = (data: Uint32Array): BundleArray => ({ dtype: 'uint32', shape: [data.length], data });
  return {
    meta: { names: [...names], columnCount: rows.columnCount, entries: rows.indices.length },
    arrays: {
      labels: array(labels),
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
  const entries = wholeOf(meta, 'entries');
  const columnCount = wholeOf(meta, 'columnCount');
  const labels = partOf(arrays, 'labels', 'uint32', [names.length]);
  const start = partOf(arrays, 'start', 'uint32', [names.length + 1]);
  const indices = partOf(arrays, 'indices', 'uint32', [entries]);
  const values = partOf(arrays, 'values', 'float32', [entries]);
  if (labels.some((label) => label >= roleCount)) refuse('a role that is not there');
  if (start[0] !== 0 || start[names.length] !== entries) refuse('rows that do not fill the entries');
  if (start.some((at, row) => row > 0 && at < (start[row - 1] as number))) refuse('rows out of order');
  if (indices.some((column) => column >= columnCount)) refuse('a column out of range');
  return { names, labels, rows: { rowCount: names.length, columnCount, start, indices, values } };
}

function refuse(problem: string): never {
  throw new NetworkmlError('NML_MODEL_MANIFEST', `known devices: ${problem}`);
}
