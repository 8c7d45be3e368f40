import type { SparseRows } from '../math/index.js';
import type { CountedRows } from './device-rows.js';
import { type KnownDevices, putDirection } from './known-devices.js';
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

/**
 * How likeness to known captures becomes probabilities. For each role the most alike known capture counts: p is
 * proportional to share x exp(similarity / spread). A capture that is all but the same as a known one is *recognised*: the whole
 * answer then leans on the known captures and on the forest.
 */
export interface NearestSettings {
  /** Spread of the member: a role nearer by this is e times as likely. */
  readonly spread: number;
  /** Part of the answer that a recognised capture hands over; at a distance of `recognitionDistance` 1/e of it. */
  readonly recognitionShare: number;
  readonly recognitionDistance: number;
  /** Spread where a capture is recognised. */
  readonly recognitionSpread: number;
  /** Part of the recognised answer that the forest has, which sees the device's own stack; the known captures have the rest. */
  readonly recognitionForest: number;
}

/** Found by cross-validation over devices, families and captures (docs/roles.md). */
export const nearestDefaults: NearestSettings = {
  spread: 0.13,
  recognitionShare: 0.8,
  recognitionDistance: 0.04,
  recognitionSpread: 0.002,
  recognitionForest: 0.5,
};

/** What likeness to the known captures says of one device. */
export interface Likeness {
  /** The mean of its windows, [columns that are compared]. */
  readonly direction: Float64Array;
  /** Cosine of that with each known row, 0 to 1. */
  readonly similarities: Float64Array;
  /** The most alike known row. */
  readonly nearest: number;
  /**
   * Probabilities by likeness, [roles]: of each role the known row with the greatest share x exp(similarity / spread) counts,
   * the share being that of its device. Roles with nothing in common have no part; all are alike when none has any.
   */
  readonly member: Float64Array;
  /** The row that counts for each role; -1 where none has anything in common. */
  readonly rows: Int32Array;
  /** Part of the answer that the device hands over to the known captures: nearly none unless it is all but the same as one. */
  readonly part: number;
  /** Probabilities by likeness where it is recognised. */
  readonly recognised: Float64Array;
}

/**
 * Likeness of devices to the known captures.
 *
 * @param windows the table of the devices' rows.
 * @throws NetworkmlError NML_MEMORY
 */
export function likenessOf(
  known: KnownDevices,
  settings: NearestSettings,
  windows: SparseRows,
  devices: readonly CountedRows[],
  roleCount: number,
): Likeness[] {
  const { values } = known.rows;
  return withKernel(
    values,
    (kernel) => {
      const place = kernel.records.get(values) ?? putKnown(kernel, known, roleCount);
      const table = putRows(kernel, windows);
      return devices.map((device) => {
        const before = kernel.run.top.value;
        const found = likenessOfOne({ kernel, known, place, table, settings, roleCount }, device);
        kernel.run.top.value = before;
        return found;
      });
    },
    (kernel) => {
      if (!kernel.records.has(values)) kernel.records.set(values, putKnown(kernel, known, roleCount));
    },
  );
}

interface Asked {
  readonly kernel: RoleKernel;
  readonly known: KnownDevices;
  /** Where the known captures and the table of the windows lie. */
  readonly place: number;
  readonly table: number;
  readonly settings: NearestSettings;
  readonly roleCount: number;
}

function likenessOfOne(
  { kernel, known, place, table, settings, roleCount }: Asked,
  device: CountedRows,
): Likeness {
  const { run, memory } = kernel;
  const { rowCount, columnCount: below } = known.rows;
  const direction = putDirection(kernel, table, device, { below, halvedFrom: known.halvedFrom });
  const found = takeBytes(kernel, rowCount * 8);
  const nearest = run.findSimilarities(place, direction, found);
  const similarities = doublesAt(kernel, found, rowCount);
  const answer = takeBytes(kernel, roleCount * 8);
  const best = takeBytes(kernel, roleCount * 4);
  const by = (spread: number): Float64Array => {
    run.findLikeness(place, found, spread, answer, best);
    return doublesAt(kernel, answer, roleCount);
  };
  const recognised = by(settings.recognitionSpread);
  const member = by(settings.spread);
  return {
    direction: doublesAt(kernel, direction, below),
    similarities,
    nearest,
    member,
    rows: new Int32Array(memory.buffer, best, roleCount).slice(),
    part: recognition(similarities[nearest] ?? 0, settings),
    recognised,
  };
}

function recognition(most: number, settings: NearestSettings): number {
  return settings.recognitionShare * Math.exp(-(1 - most) / settings.recognitionDistance);
}

function putKnown(
  kernel: RoleKernel,
  { rows, owners, labels, shares }: KnownDevices,
  roleCount: number,
): number {
  const { rowCount, start, indices, values } = rows;
  const logarithms = new Float64Array(shares.length);
  for (let i = 0; i < shares.length; i++) {
    // Most devices count 1, whose logarithm is there already.
    if (shares[i] !== 1) logarithms[i] = Math.log(shares[i] as number);
  }
  return putWords(kernel, [
    rowCount,
    placeOf(kernel, start),
    placeOf(kernel, indices),
    placeOf(kernel, values),
    placeOf(kernel, owners),
    placeOf(kernel, labels),
    putDoubles(kernel, logarithms),
    roleCount,
  ]);
}
