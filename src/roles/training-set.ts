import { NetworkmlError } from '../errors.js';
import type { SparseRows } from '../math/index.js';

/** What one capture of one device contributes: how many of its sessions have which vector. */
export interface RoleExample {
  /** Name of the capture, for reports. */
  readonly file: string;
  /** Index into the roles of the set. */
  readonly label: number;
  /** Which device; without a table of devices every capture is a device of its own. */
  readonly device: string;
  /** Where captures of its kind come from; those without a name are of one origin, too. */
  readonly origin?: string;
  /** What its weight is multiplied by, above 0; 1 unless given. */
  readonly share?: number;
  /** Ids of distinct rows; the counts of an id that comes twice add up. */
  readonly rows: Uint32Array;
  /** Sessions with that row's vector; as long as `rows`. */
  readonly counts: Float64Array;
}

/** Captures to train or to evaluate on. All share one table of distinct feature vectors. */
export interface RoleTrainingSet {
  /** Layout id of the vectors. */
  readonly layout: string;
  readonly roles: readonly string[];
  readonly rows: SparseRows;
  readonly examples: readonly RoleExample[];
}

/**
 * Checks what the types cannot say: labels and rows in range, counts above zero, at least two roles with a capture.
 *
 * @throws NetworkmlError `NML_TRAIN_DATA`, at the file of the example where there is one.
 */
export function checkTrainingSet(set: RoleTrainingSet): void {
  const present = new Set<number>();
  for (const example of set.examples) {
    const problem = problemOf(example, set);
    if (problem !== undefined) throw new NetworkmlError('NML_TRAIN_DATA', problem, { file: example.file });
    present.add(example.label);
  }
  if (present.size < 2) {
    throw new NetworkmlError('NML_TRAIN_DATA', `there are captures of ${present.size} roles`);
  }
}

function problemOf(example: RoleExample, set: RoleTrainingSet): string | undefined {
  if (set.roles[example.label] === undefined) return `role ${example.label} of ${set.roles.length}`;
  if (example.rows.length !== example.counts.length) {
    return `${example.rows.length} rows with ${example.counts.length} counts`;
  }
  if (example.rows.some((row) => row >= set.rows.rowCount)) return 'a row that is not in the set';
  if (example.counts.some((count) => !(count > 0 && count < Number.POSITIVE_INFINITY))) {
    return 'a number of sessions that is not above zero';
  }
  return undefined;
}

/** Indices of all examples: the whole set as a subset. */
export function allExamples(set: RoleTrainingSet): Uint32Array {
  return Uint32Array.from(set.examples, (_, index) => index);
}
