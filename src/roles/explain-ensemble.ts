import type { SparseRows } from '../math/index.js';
import type { EnsembleModel } from './ensemble.js';
import { type ForestModel, forEachDenseRow } from './forest.js';
import { netEvaluator } from './window-net.js';

/** How much what one subject's columns say speaks for a role. */
export interface SubjectContribution {
  readonly subject: string;
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
 * @param subjectOf name of what a column is about.
 * @returns the weightiest first; only those that speak for the role and that the device shows.
 */
export function explainEnsemble(
  model: EnsembleModel,
  windows: SparseRows,
  counts: ArrayLike<number>,
  role: number,
  subjectOf: (column: number) => string,
): SubjectContribution[] {
  const subjects: string[] = [];
  const numbers = new Map<string, number>();
  const subjectOfColumn = new Map<number, number>();
  const columns: number[][] = [];
  for (let entry = 0; entry < windows.indices.length; entry++) {
    const column = windows.indices[entry] as number;
    if (subjectOfColumn.has(column)) continue;
    const subject = subjectOf(column);
    const number = numbers.get(subject) ?? subjects.push(subject) - 1;
    numbers.set(subject, number);
    subjectOfColumn.set(column, number);
    const own = columns[number];
    if (own === undefined) columns[number] = [column];
    else own.push(column);
  }
  const contributions = new Float64Array(subjects.length);
  attributeForest(model.forest, windows, counts, role).forEach((value, column) => {
    if (value === 0) return;
    const subject = numbers.get(subjectOf(column));
    if (subject === undefined) return;
    contributions[subject] = (contributions[subject] as number) + model.shares.forest * value;
  });
  addNetAblation(model, windows, counts, role, subjectOfColumn, contributions);
  return subjects
    .map(
      (subject, number): SubjectContribution => ({
        subject,
        columns: (columns[number] as number[]).sort((a, b) => a - b),
        contribution: contributions[number] as number,
      }),
    )
    .filter(({ contribution }) => contribution > 0)
    .sort((a, b) => b.contribution - a.contribution || (a.subject < b.subject ? -1 : 1));
}

/** Adds the change of the nets' probability of the role when a subject is removed from all windows, for each subject. */
function addNetAblation(
  model: EnsembleModel,
  windows: SparseRows,
  counts: ArrayLike<number>,
  role: number,
  subjectOfColumn: ReadonlyMap<number, number>,
  out: Float64Array,
): void {
  const evaluators = model.nets.map((net) => netEvaluator(net, windows));
  let total = 0;
  for (let row = 0; row < windows.rowCount; row++) total += counts[row] as number;
  for (let row = 0; row < windows.rowCount; row++) {
    const entries = new Map<number, number[]>();
    for (let entry = windows.start[row] as number; entry < (windows.start[row + 1] as number); entry++) {
      const subject = subjectOfColumn.get(windows.indices[entry] as number) as number;
      const own = entries.get(subject);
      if (own === undefined) entries.set(subject, [entry]);
      else own.push(entry);
    }
    const subjects = [...entries.keys()];
    const groups = [...entries.values()];
    const share = (model.shares.nets * (counts[row] as number)) / total / evaluators.length;
    for (const evaluator of evaluators) {
      const lost = evaluator.ablate(row, role, groups);
      for (let i = 0; i < subjects.length; i++) {
        const subject = subjects[i] as number;
        out[subject] = (out[subject] as number) + share * (lost[i] as number);
      }
    }
  }
}

/**
 * Path attribution of a forest: for each column, what splits on it change in the role's probability, averaged over
 * trees and windows. The sum over all columns is the probability less its mean at the roots.
 *
 * @returns [columns of the layout]
 */
export function attributeForest(
  model: ForestModel,
  windows: SparseRows,
  counts: ArrayLike<number>,
  role: number,
): Float64Array {
  const { roots, column, threshold, child, columnCount } = model;
  const shares = nodeShares(model, role);
  const out = new Float64Array(columnCount);
  let total = 0;
  for (let row = 0; row < windows.rowCount; row++) total += counts[row] as number;
  forEachDenseRow(model, windows, (values, row) => {
    const weight = (counts[row] as number) / total / roots.length;
    for (let tree = 0; tree < roots.length; tree++) {
      let node = roots[tree] as number;
      for (;;) {
        const split = column[node] as number;
        if (split < 0) break;
        const first = child[node] as number;
        const next = (values[split] as number) <= (threshold[node] as number) ? first : first + 1;
        const gain = (shares[next] as number) - (shares[node] as number);
        out[split] = (out[split] as number) + weight * gain;
        node = next;
      }
    }
  });
  return out;
}

/** The role's share of the training weight at every node: of a leaf as kept, above that from the weights of the leaves. */
function nodeShares(model: ForestModel, role: number): Float64Array {
  const { column, threshold, child, distributions, roles } = model;
  const weight = new Float64Array(column.length);
  const share = new Float64Array(column.length);
  // Children come after their parents, so that one pass from the end sees both before they are needed.
  for (let node = column.length - 1; node >= 0; node--) {
    const next = child[node] as number;
    if ((column[node] as number) < 0) {
      weight[node] = threshold[node] as number;
      share[node] = distributions[next * roles.length + role] as number;
      continue;
    }
    const first = weight[next] as number;
    const second = weight[next + 1] as number;
    weight[node] = first + second;
    share[node] = (first * (share[next] as number) + second * (share[next + 1] as number)) / (first + second);
  }
  return share;
}
