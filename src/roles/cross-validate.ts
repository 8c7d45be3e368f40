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
  /** Fold of each example; `foldCount` for those that are never left out. */
  readonly folds: Uint32Array;
  readonly foldCount: number;
  /** 1 where the example's role occurs in the training side of its fold; others cannot be answered rightly. */
  readonly evaluable: Uint8Array;
  /** 1 where other captures of the example's device are on the training side of its fold. */
  readonly deviceKnown: Uint8Array;
}

/** What `leaveGroupsOut` is about. */
export interface GroupedRequest {
  /** Roles and examples; the vectors are the business of `answer`. */
  readonly set: Pick<RoleTrainingSet, 'roles' | 'examples'>;
  /** How many folds; as many as there are groups when those are fewer. */
  readonly folds: number;
  /** What is kept together: the device unless given. A coarser name (the maker) asks about makers never met. */
  readonly groupOf?: (example: RoleExample, index: number) => string;
  /**
   * Whether an example is trained on wherever its group is not left out, and its answer of no account; none unless
   * given. Groups of such examples alone are never left out.
   */
  readonly always?: (index: number) => boolean;
  /** Trains on the examples of the first list and answers those of the second, [tested x roles]. */
  readonly answer: (
    trained: Uint32Array,
    tested: Uint32Array,
    fold: number,
  ) => Float64Array | Promise<Float64Array>;
  /** Whether all folds are asked for at once instead of one after another. */
  readonly atOnce?: boolean;
  /** Called after every fold. */
  readonly onProgress?: (done: number, folds: number) => void;
}

/**
 * Cross-validation by whole groups of captures: K times trained on all but one fold.
 *
 * @throws NetworkmlError `NML_TRAIN_DATA` when there are fewer than two groups, `NML_CONFIG` when folds is not an
 *   integer above one.
 */
export async function leaveGroupsOut(request: GroupedRequest): Promise<OutOfFold> {
  const plan = planFolds(request.set, request.folds, request.groupOf, request.always);
  let done = 0;
  const ask = async (fold: number): Promise<void> => {
    const { trained, tested } = sidesOf(plan, fold);
    keepAnswers(plan, trained, tested, await request.answer(trained, tested, fold));
    request.onProgress?.(++done, plan.foldCount);
  };
  const folds = Array.from({ length: plan.foldCount }, (_, fold) => fold);
  if (request.atOnce === true) await Promise.all(folds.map(ask));
  else for (const fold of folds) await ask(fold);
  return plan;
}

/**
 * Leave-devices-out cross-validation of a classifier of one kind of vectors.
 *
 * @throws NetworkmlError `NML_TRAIN_DATA` when the set is not usable or has fewer than two groups, `NML_CONFIG` when
 *   folds is not an integer above one.
 */
export function leaveDevicesOut(set: RoleTrainingSet, options: CrossValidationOptions): OutOfFold {
  checkTrainingSet(set);
  const plan = planFolds(set, options.folds, options.groupOf);
  for (let fold = 0; fold < plan.foldCount; fold++) {
    const { trained, tested } = sidesOf(plan, fold);
    const classifier = options.train(set, trained, options.seed);
    const examples = Array.from(tested, (index) => set.examples[index] as RoleExample);
    keepAnswers(plan, trained, tested, classifier.batch(set.rows, examples));
    options.onProgress?.(fold + 1, plan.foldCount);
  }
  return plan;
}

interface FoldPlan extends OutOfFold {
  /** The device of each example. */
  readonly units: readonly string[];
  readonly labels: readonly number[];
}

function planFolds(
  set: GroupedRequest['set'],
  wanted: number,
  groupOf?: (example: RoleExample, index: number) => string,
  always: (index: number) => boolean = () => false,
): FoldPlan {
  if (!Number.isInteger(wanted) || wanted < 2) throw new NetworkmlError('NML_CONFIG', `folds: ${wanted}`);
  const { examples, roles } = set;
  const units = deviceKeys(set);
  const groups = groupOf === undefined ? units : examples.map(groupOf);
  const asked = [...examples.keys()].filter((index) => !always(index));
  const foldCount = Math.min(wanted, new Set(asked.map((index) => groups[index])).size);
  const labels = examples.map((example) => example.label);
  const at = <T>(list: readonly T[]): T[] => asked.map((index) => list[index] as T);
  const folds = new Uint32Array(examples.length).fill(foldCount);
  const divided = groupedFolds({ foldCount, groups: at(groups), labels: at(labels), units: at(units) });
  const foldOf = new Map(asked.map((index, place) => [groups[index], divided[place] as number]));
  for (const index of examples.keys()) folds[index] = foldOf.get(groups[index]) ?? foldCount;
  return {
    probabilities: new Float64Array(examples.length * roles.length),
    folds,
    foldCount,
    evaluable: new Uint8Array(examples.length),
    deviceKnown: new Uint8Array(examples.length),
    units,
    labels,
  };
}

function sidesOf({ folds }: FoldPlan, fold: number): { trained: Uint32Array; tested: Uint32Array } {
  const indices = Uint32Array.from(folds.keys());
  return {
    trained: indices.filter((index) => folds[index] !== fold),
    tested: indices.filter((index) => folds[index] === fold),
  };
}

function keepAnswers(plan: FoldPlan, trained: Uint32Array, tested: Uint32Array, answers: Float64Array): void {
  const { labels, units, probabilities, evaluable, deviceKnown } = plan;
  const classCount = probabilities.length / labels.length;
  const seen = new Set(Array.from(trained, (index) => labels[index]));
  const seenDevices = new Set(Array.from(trained, (index) => units[index]));
  tested.forEach((index, position) => {
    const from = position * classCount;
    probabilities.set(answers.subarray(from, from + classCount), index * classCount);
    evaluable[index] = seen.has(labels[index]) ? 1 : 0;
    deviceKnown[index] = seenDevices.has(units[index]) ? 1 : 0;
  });
}

/**
 * A key for each example's device, with its first role in front: devices of one role stay together when folds break
 * ties by name. A device that is labelled with two roles keeps one key, so it never is on both sides.
 */
function deviceKeys(set: GroupedRequest['set']): string[] {
  const first = new Map<string, number>();
  for (const { device, label } of set.examples)
    first.set(device, Math.min(label, first.get(device) ?? label));
  return set.examples.map(({ device }) => `${set.roles[first.get(device) as number]}/${device}`);
}
