import type { SparseRows } from '../math/index.js';
import { type Aggregate, averageProbabilities } from './aggregate.js';
import { type OneLayerModel, oneLayerProbabilities } from './one-layer.js';

/** A trained classifier, whichever it is. Probabilities are raw; calibration comes after. */
export interface RoleClassifier {
  /** Which classifier it is, as its bundle names it. */
  readonly kind: string;
  /** Layout id of the vectors it reads. */
  readonly layout: string;
  readonly roles: readonly string[];
  /**
   * Probabilities of each vector by itself.
   *
   * @returns [rowCount x roles].
   */
  rowProbabilities(rows: SparseRows): Float64Array;
  /**
   * Probabilities of a device.
   *
   * @param rows its distinct vectors.
   * @param counts sessions with each of them.
   * @returns [roles], sums to 1.
   */
  probabilities(rows: SparseRows, counts: ArrayLike<number>): Float64Array;
  /**
   * The same for many devices over one table of vectors, each vector computed once.
   *
   * @returns [devices x roles].
   */
  batch(rows: SparseRows, devices: readonly SessionCounts[]): Float64Array;
}

/** The sessions of one device as ids of rows in a common table and how often each occurs. */
export interface SessionCounts {
  readonly rows: ArrayLike<number>;
  readonly counts: ArrayLike<number>;
}

/** The one-layer network as a `RoleClassifier`. */
export function oneLayerClassifier(model: OneLayerModel, aggregate: Aggregate = 'mean'): RoleClassifier {
  return averagingClassifier(model, aggregate, (rows) => oneLayerProbabilities(model, rows));
}

/** A classifier of single vectors, made into one of devices by averaging. */
export function averagingClassifier(
  about: Pick<RoleClassifier, 'kind' | 'layout' | 'roles'>,
  aggregate: Aggregate,
  rowProbabilities: (rows: SparseRows) => Float64Array,
): RoleClassifier {
  const { kind, layout, roles } = about;
  return {
    kind,
    layout,
    roles,
    rowProbabilities,
    probabilities: (rows, counts) =>
      averageProbabilities(rowProbabilities(rows), roles.length, counts, aggregate),
    batch: (rows, devices) => {
      const perRow = rowProbabilities(rows);
      const out = new Float64Array(devices.length * roles.length);
      devices.forEach((device, index) => {
        const average = averageProbabilities(perRow, roles.length, device.counts, aggregate, device.rows);
        out.set(average, index * roles.length);
      });
      return out;
    },
  };
}
