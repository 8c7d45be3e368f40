import type { SparseRows } from '../math/index.js';
import type { EnsembleModel } from './ensemble.js';
import { attributeForest } from './forest.js';
import { addLosses } from './layer-kernel.js';

/** How much what one subject's columns say speaks for a role. */
export interface SubjectContribution {
  /** The first column about it. */
  readonly subject: number;
  /** Columns of the subject that are not empty in the device's windows, ascending. */
  readonly columns: readonly number[];
  /** Above 0 speaks for the role; a part of its probability. */
  readonly contribution: number;
}

/**
 * Why a device got its role, by subjects (all columns about one service are one subject). For the nets the exact
 * difference that removing the subject from all windows makes to the probability; for the forest the sum, over all
 * splits on the subject that the windows pass, of what the split changes in the role's share (path attribution: Palczewska
 * et al., 2013, arXiv:1312.1121); weighted as the members are.
 *
 * @param counts windows with each row.
 * @param role index of the role.
 * @param subjectOf what a column is about, as the first column about it.
 * @returns the weightiest first; only those that speak for the role and that the device shows.
 */
export function explainEnsemble(
  model: EnsembleModel,
  windows: SparseRows,
  counts: ArrayLike<number>,
  role: number,
  subjectOf: (column: number) => number,
): SubjectContribution[] {
  const { subjects, numbers, columns, ofEntries } = subjectsOf(windows, subjectOf);
  const contributions = new Float64Array(subjects.length);
  const ofColumns = attributeForest(model.forest, windows, counts, role);
  for (let column = 0; column < ofColumns.length; column++) {
    const value = ofColumns[column] as number;
    if (value === 0) continue;
    const number = numbers[subjectOf(column)] as number;
    if (number < 0) continue;
    contributions[number] = (contributions[number] as number) + model.shares.forest * value;
  }
  const all = addLosses(model.nets, windows, contributions, {
    subjects: ofEntries,
    rowShares: rowSharesOf(model, counts, windows.rowCount),
    role,
  });
  return subjects
    .map(
      (subject, number): SubjectContribution => ({
        subject,
        columns: (columns[number] as number[]).sort((a, b) => a - b),
        contribution: all[number] as number,
      }),
    )
    .filter(({ contribution }) => contribution > 0)
    .sort((a, b) => b.contribution - a.contribution || a.subject - b.subject);
}

/** What the entries of some windows are about. */
interface Subjects {
  /** In the order of their first entries. */
  readonly subjects: readonly number[];
  /** Place of each in that order by its first column; -1 for all that the windows say nothing about. */
  readonly numbers: Int32Array;
  /** Columns of each that have entries. */
  readonly columns: readonly number[][];
  /** Place of that of each entry. */
  readonly ofEntries: Uint32Array;
}

function subjectsOf({ indices, columnCount }: SparseRows, subjectOf: (column: number) => number): Subjects {
  const subjects: number[] = [];
  const columns: number[][] = [];
  const numbers = new Int32Array(columnCount).fill(-1);
  const ofColumn = new Int32Array(columnCount).fill(-1);
  const ofEntries = new Uint32Array(indices.length);
  for (let entry = 0; entry < indices.length; entry++) {
    const column = indices[entry] as number;
    let number = ofColumn[column] as number;
    if (number < 0) {
      const subject = subjectOf(column);
      number = numbers[subject] as number;
      if (number < 0) {
        number = subjects.push(subject) - 1;
        numbers[subject] = number;
        columns.push([]);
      }
      (columns[number] as number[]).push(column);
      ofColumn[column] = number;
    }
    ofEntries[entry] = number;
  }
  return { subjects, numbers, columns, ofEntries };
}

/** What a row counts in the answer of one net. */
function rowSharesOf(
  { nets, shares }: EnsembleModel,
  counts: ArrayLike<number>,
  rowCount: number,
): Float64Array {
  let total = 0;
  for (let row = 0; row < rowCount; row++) total += counts[row] as number;
  const rowShares = new Float64Array(rowCount);
  for (let row = 0; row < rowCount; row++) {
    rowShares[row] = (shares.nets * (counts[row] as number)) / total / nets.nets;
  }
  return rowShares;
}
