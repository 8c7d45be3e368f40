import { NetworkmlError } from '../errors.js';
import { narrowRows, type SparseRows, usedColumns } from '../math/index.js';
import type { RoleExample, RoleTrainingSet } from './training-set.js';

/** Distinct vectors with how much weight of which role lies on each: all that a one-layer network learns from. */
export interface SoftTargets {
  /** Columns that occur in these vectors, ascending. */
  readonly columns: Uint32Array;
  /** The distinct vectors, over those columns only. */
  readonly rows: SparseRows;
  /** Share of each role in a vector's weight; [rows x roles], every row sums to 1. */
  readonly targets: Float64Array;
  /** Weight of each vector; sums to 1. */
  readonly weights: Float64Array;
}

/**
 * Merges the sessions of the chosen captures by equal vectors. A capture's weight is shared evenly over its sessions.
 * Cross-entropy against the result is the same sum as over every session, regrouped, at a fraction of the rows.
 *
 * @param weights one for each of `chosen`.
 * @throws NetworkmlError `NML_TRAIN_DATA` when no chosen capture has a session with weight.
 */
export function mergeSessions(set: RoleTrainingSet, chosen: Uint32Array, weights: Float64Array): SoftTargets {
  const classCount = set.roles.length;
  const mass = new Float64Array(set.rows.rowCount * classCount);
  for (let i = 0; i < chosen.length; i++) {
    const { label, rows, counts } = set.examples[chosen[i] as number] as RoleExample;
    const sessions = counts.reduce((sum, count) => sum + count, 0);
    for (let k = 0; k < rows.length; k++) {
      const cell = (rows[k] as number) * classCount + label;
      mass[cell] = (mass[cell] as number) + ((weights[i] as number) * (counts[k] as number)) / sessions;
    }
  }

  const rowMass = new Float64Array(set.rows.rowCount);
  for (let cell = 0; cell < mass.length; cell++) {
    const row = Math.floor(cell / classCount);
    rowMass[row] = (rowMass[row] as number) + (mass[cell] as number);
  }
  const used = Uint32Array.from(rowMass.keys()).filter((row) => (rowMass[row] as number) > 0);
  const total = rowMass.reduce((sum, value) => sum + value, 0);
  if (!(total > 0)) throw new NetworkmlError('NML_TRAIN_DATA', 'the captures to train on hold no sessions');

  const columns = usedColumns(set.rows, used);
  const targets = new Float64Array(used.length * classCount);
  for (let cell = 0; cell < targets.length; cell++) {
    const row = used[Math.floor(cell / classCount)] as number;
    targets[cell] = (mass[row * classCount + (cell % classCount)] as number) / (rowMass[row] as number);
  }
  return {
    columns,
    rows: narrowRows(set.rows, columns, used),
    targets,
    weights: Float64Array.from(used, (row) => (rowMass[row] as number) / total),
  };
}
