import { NetworkmlError } from '../errors.js';
import { groupedFolds } from '../math/index.js';
import type { RoleClassifier } from './classifier.js';
import { checkTrainingSet, type RoleExample, type RoleTrainingSet } from './training-set.js';

/** Trains any classifier on the chosen examples of a set. The classifier's roles are those of the set, in its order. */
export type RoleTrainer = (set: RoleTrainingSet, chosen: Uint32Array, seed: number) => RoleClassifier;

/** Settings of a cross-validation. */
export interface CrossValidationOptions {
  /** How many folds; as many as there are groups when those are fewer. */
  readonly folds: number;
  /** Handed to the trainer, the same in every fold. The folds themselves do not depend on it. */
  readonly seed: number;
  readonly train: RoleTrainer;
  /** What is kept together: the device unless given. A coarser name (the maker) asks about makers never met. */
  readonly groupOf?: (example: RoleExample) => string;
  /** Called after every fold. */
  readonly onProgress?: (done: number, folds: number) => void;
}

/** Answers for every example from a classifier that saw nothing of its group. */
export interface OutOfFold {
  /** Raw, [examples x roles]. */
  readonly probabilities: Float64Array;
  /** Fold of each example. */
  readonly folds: Uint32Array;
  readonly foldCount: number;
  /** 1 where the example's role occurs in the training side of its fold; others cannot be answered rightly. */
  readonly evaluable: Uint8Array;
}

/**
 * Leave-devices-out cross-validation: K times trained on all but one fold, whole devices at a time.
 *
 * @throws NetworkmlError `NML_TRAIN_DATA` when the set is not usable or has fewer than two groups, `NML_CONFIG` when
 *   folds is not an integer above one.
 */
export function leaveDevicesOut(set: RoleTrainingSet, options: CrossValidationOptions): OutOfFold {
  checkTrainingSet(set);
  if (!Number.isInteger(options.folds) || options.folds < 2) {
    throw new NetworkmlError('NML_CONFIG', `folds: ${options.folds}`);
  }
  const { examples } = set;
  const units = deviceKeys(set);
  const groups = options.groupOf === undefined ? units : examples.map(options.groupOf);
  const foldCount = Math.min(options.folds, new Set(groups).size);
  const labels = examples.map((example) => example.label);
  const folds = groupedFolds({ foldCount, groups, labels, units });
  const classCount = set.roles.length;
  const probabilities = new Float64Array(examples.length * classCount);
  const evaluable = new Uint8Array(examples.length);
  const indices = Uint32Array.from(examples.keys());
  for (let fold = 0; fold < foldCount; fold++) {
    const trained = indices.filter((index) => folds[index] !== fold);
    const tested = indices.filter((index) => folds[index] === fold);
    const classifier = options.train(set, trained, options.seed);
    const seen = new Set(Array.from(trained, (index) => labels[index]));
    const answers = classifier.batch(
      set.rows,
      Array.from(tested, (index) => examples[index] as RoleExample),
    );
    tested.forEach((index, position) => {
      const from = position * classCount;
      probabilities.set(answers.subarray(from, from + classCount), index * classCount);
      evaluable[index] = seen.has(labels[index]) ? 1 : 0;
    });
    options.onProgress?.(fold + 1, foldCount);
  }
  return { probabilities, folds, foldCount, evaluable };
}

/**
 * A key for each example's device, with its first role in front: devices of one role stay together when folds break
 * ties by name. A device that is labelled with two roles keeps one key, so it never is on both sides.
 */
function deviceKeys(set: RoleTrainingSet): string[] {
  const first = new Map<string, number>();
  for (const { device, label } of set.examples)
    first.set(device, Math.min(label, first.get(device) ?? label));
  return set.examples.map(({ device }) => `${set.roles[first.get(device) as number]}/${device}`);
}
