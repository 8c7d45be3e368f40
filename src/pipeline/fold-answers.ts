import {
  type ClassifierKind,
  deviceProbabilities,
  type EnsembleModel,
  type OneLayerOptimiser,
  type RoleSets,
  trainOneLayer,
  trainRoleModel,
  withHints,
} from '../roles/index.js';
import { deviceRowsOf } from './role-sets.js';

/** What is the same for all folds of a cross-validation. */
export interface FoldTraining {
  readonly sets: RoleSets;
  readonly kinds: readonly ClassifierKind[];
  readonly seed: number;
  /** Prior of each role; 1 each unless given. */
  readonly priors?: readonly number[];
}

/** One fold: places of the captures that are learnt from, and of those that are asked about. */
export interface FoldTask {
  readonly trained: Uint32Array;
  readonly tested: Uint32Array;
}

/** A classifier; or the ensemble together with what devices say of themselves. */
export type AnsweredKind = ClassifierKind | 'ensemble+hints';

/** Raw probabilities of the captures asked about, [tested x roles], by classifier. */
export type FoldAnswers = ReadonlyMap<AnsweredKind, Float64Array>;

/** How a fold is trained in this thread. */
export interface FoldMeans {
  /** Threads for the forests; the answers do not depend on it. */
  readonly threads: number;
  /** Who takes the steps of the one-layer network; our own code unless given. */
  readonly optimise?: OneLayerOptimiser;
}

/** Trains all classifiers on one side of a fold, the one-layer network once for itself and the ensemble, and asks them. */
export async function answerFold(
  { sets, kinds, seed, priors }: FoldTraining,
  { trained, tested }: FoldTask,
  { threads, optimise }: FoldMeans,
): Promise<FoldAnswers> {
  const oneLayer = kinds.some((kind) => kind !== 'random-forest')
    ? trainOneLayer(sets.sessions, trained, { seed, ...(optimise && { optimise }) })
    : undefined;
  const tables = { sessions: sets.sessions.rows, windows: sets.windows.rows };
  const devices = deviceRowsOf(sets, tested);
  const answers = new Map<AnsweredKind, Float64Array>();
  for (const kind of kinds) {
    const model = await trainRoleModel(kind, sets, trained, { seed, threads, ...(oneLayer && { oneLayer }) });
    const weighted = priors === undefined ? model : { ...model, priors };
    const probabilities = deviceProbabilities(weighted, tables, devices);
    answers.set(kind, probabilities);
    if (model.kind === 'ensemble' && sets.hints !== undefined) {
      answers.set('ensemble+hints', answersWithHints(model, probabilities, sets, tested));
    }
  }
  return answers;
}

/**
 * The answers of an ensemble, changed where the device says something that is known.
 * @param probabilities [tested x roles] of the ensemble
 */
export function answersWithHints(
  { hints, roles }: EnsembleModel,
  probabilities: Float64Array,
  sets: Pick<RoleSets, 'hints'>,
  tested: ArrayLike<number>,
): Float64Array {
  const out = probabilities.slice();
  if (hints === undefined) return out;
  for (let place = 0; place < tested.length; place++) {
    const from = place * roles.length;
    const own = probabilities.subarray(from, from + roles.length);
    const changed = withHints(hints, own, sets.hints?.[tested[place] as number] ?? []);
    if (changed !== undefined) out.set(changed, from);
  }
  return out;
}
