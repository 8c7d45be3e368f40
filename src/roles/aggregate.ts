import { NetworkmlError } from '../errors.js';

/** How the probabilities of sessions become one answer: their mean, or the renormalised mean of their logarithms. */
export type Aggregate = 'mean' | 'logmean';

/** Added before taking a logarithm, so that one session cannot veto a role. */
const logOffset = 0.01;

/**
 * One probability vector for a device from those of its sessions, each distinct vector counted as often as it occurs.
 *
 * @param rowProbabilities [rows x classCount].
 * @param counts sessions with the vector of each row.
 * @param rows ids of the rows meant by `counts`; 0, 1, 2, ... unless given.
 * @returns [classCount], sums to 1; all alike for a device without sessions.
 * @throws NetworkmlError `NML_INTERNAL` when a row is out of range.
 */
export function averageProbabilities(
  rowProbabilities: Float64Array,
  classCount: number,
  counts: ArrayLike<number>,
  aggregate: Aggregate = 'mean',
  rows?: ArrayLike<number>,
): Float64Array {
  const sums = new Float64Array(classCount);
  let sessions = 0;
  for (let i = 0; i < counts.length; i++) {
    const at = (rows === undefined ? i : (rows[i] as number)) * classCount;
    if (!(at + classCount <= rowProbabilities.length)) {
      throw new NetworkmlError('NML_INTERNAL', `no probabilities at ${at} of ${rowProbabilities.length}`);
    }
    const count = counts[i] as number;
    addRow(sums, rowProbabilities, at, count, aggregate);
    sessions += count;
  }
  return averageOfSums(sums, sessions, aggregate);
}

/** Adds `count` sessions (a negative count takes them away again) with the probabilities from `at` on to running sums. */
export function addRow(
  sums: Float64Array,
  probabilities: Float64Array,
  at: number,
  count: number,
  aggregate: Aggregate,
): void {
  for (let k = 0; k < sums.length; k++) {
    const value = probabilities[at + k] as number;
    const term = aggregate === 'mean' ? value : Math.log(value + logOffset);
    sums[k] = (sums[k] as number) + count * term;
  }
}

/** The average from the running sums of `addRow` over so many sessions; all alike for none. */
export function averageOfSums(sums: Float64Array, sessions: number, aggregate: Aggregate): Float64Array {
  if (!(sessions > 0)) return new Float64Array(sums.length).fill(1 / sums.length);
  if (aggregate === 'mean') return sums.map((sum) => sum / sessions);
  // Mean logarithms lie between log(logOffset) and log(1 + logOffset): no power can overflow or vanish.
  const powers = sums.map((sum) => Math.exp(sum / sessions));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
}

/** One place of a ranked list. */
export interface RankedProbability {
  readonly role: string;
  /** 0 to 1; a confidence when the probabilities given were calibrated, else a score. */
  readonly confidence: number;
}

/**
 * The `k` roles with the highest probabilities (all, if there are fewer), falling; of equal ones the earlier role first.
 *
 * @param probabilities one for each of `roles`.
 */
export function rankRoles(
  probabilities: ArrayLike<number>,
  roles: readonly string[],
  k = 3,
): RankedProbability[] {
  const ranked = roles.map((role, index) => ({ role, confidence: probabilities[index] as number }));
  return ranked.sort((a, b) => b.confidence - a.confidence).slice(0, k);
}
