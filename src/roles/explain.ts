import type { SparseRows } from '../math/index.js';
import { type Aggregate, addRow, averageOfSums } from './aggregate.js';
import type { RowAnswerer } from './layer-kernel.js';
import { type OneLayerModel, withOneLayerRows } from './one-layer.js';

/** How much one column of the vectors speaks for a role. */
export interface ColumnContribution {
  readonly column: number;
  /** Probability of the role less its probability without that column; above 0 speaks for the role. */
  readonly contribution: number;
}

/** Differences up to this come from the order of additions. */
const rounding = 1e-12;

/** What is explained, and how many columns are wanted. */
export interface ExplainOptions {
  /** Index of the role; the one with the highest probability unless given. */
  readonly role?: number;
  /** As the probability was averaged. */
  readonly aggregate?: Aggregate;
  /** Longest list wanted. */
  readonly limit?: number;
}

/**
 * Why a device got its role: for each column in its vectors, the exact difference that removing that column from all
 * its sessions makes to the averaged probability (ablation, one column at a time). Columns that act only together
 * show little each, so the contributions need not sum to anything.
 *
 * @param rows the distinct vectors of one device.
 * @param counts sessions with each of them.
 * @returns columns that speak for the role, the weightiest first; of equal ones the lower column. Empty when none does.
 */
export function explainOneLayer(
  model: OneLayerModel,
  rows: SparseRows,
  counts: ArrayLike<number>,
  options: ExplainOptions = {},
): ColumnContribution[] {
  const { limit = 5 } = options;
  return withOneLayerRows(model, rows, (answer) => losses(model, rows, counts, options, answer)).slice(
    0,
    limit,
  );
}

/** All columns that speak for the role, the weightiest first. */
function losses(
  model: OneLayerModel,
  rows: SparseRows,
  counts: ArrayLike<number>,
  options: ExplainOptions,
  answer: RowAnswerer,
): ColumnContribution[] {
  const { aggregate = 'mean' } = options;
  const classCount = model.roles.length;
  const whole = new Float64Array(rows.rowCount * classCount);
  const sums = new Float64Array(classCount);
  let sessions = 0;
  for (let row = 0; row < rows.rowCount; row++) {
    answer(row, -1, whole, row * classCount);
    addRow(sums, whole, row * classCount, counts[row] as number, aggregate);
    sessions += counts[row] as number;
  }
  const average = averageOfSums(sums, sessions, aggregate);
  const role = options.role ?? average.indexOf(average.reduce((a, b) => Math.max(a, b), 0));

  const ablated = new Float64Array(classCount);
  const contributions: ColumnContribution[] = [];
  for (const [column, entries] of entriesByColumn(rows, model.columns)) {
    const without = sums.slice();
    for (const { row, entry } of entries) {
      const count = counts[row] as number;
      answer(row, entry, ablated, 0);
      addRow(without, whole, row * classCount, -count, aggregate);
      addRow(without, ablated, 0, count, aggregate);
    }
    const probability = averageOfSums(without, sessions, aggregate)[role] as number;
    const contribution = (average[role] as number) - probability;
    if (contribution > rounding) contributions.push({ column, contribution });
  }
  return contributions.sort((a, b) => b.contribution - a.contribution || a.column - b.column);
}

/** Where each column occurs. Columns that the model has no weights for are left out: they cannot contribute. */
function entriesByColumn(
  rows: SparseRows,
  columns: Uint32Array,
): Map<number, { row: number; entry: number }[]> {
  const known = new Set(columns);
  const found = new Map<number, { row: number; entry: number }[]>();
  for (let row = 0; row < rows.rowCount; row++) {
    for (let entry = rows.start[row] as number; entry < (rows.start[row + 1] as number); entry++) {
      const column = rows.indices[entry] as number;
      if (!known.has(column)) continue;
      const places = found.get(column) ?? [];
      found.set(column, places);
      places.push({ row, entry });
    }
  }
  return found;
}
