import {
  defaultUnknownCut,
  evaluateRoles,
  leaveDevicesOut,
  oneLayerClassifier,
  type RoleEvaluation,
  type RoleTrainingSet,
  trainOneLayer,
} from '../roles/index.js';
import type { StepProgress } from './corpus.js';

export interface CrossValidated {
  readonly foldCount: number;
  /** Null when the captures are of one device only, so that none can be left out. */
  readonly evaluation: RoleEvaluation | null;
  /** Cut of the Unknown rule on the raw top probability. */
  readonly unknownBelow: number;
}

/**
 * The one-layer network trained `folds` times with whole devices left out, and the figures of the left-out captures.
 * @throws NetworkmlError NML_TRAIN_DATA with fewer than two roles
 */
export function crossValidate(
  set: RoleTrainingSet,
  options: { folds: number; seed: number; onProgress?: (progress: StepProgress) => void },
): CrossValidated {
  const { folds, seed, onProgress } = options;
  const devices = new Set(set.examples.map(({ device }) => device)).size;
  if (devices < 2) return { foldCount: 0, evaluation: null, unknownBelow: defaultUnknownCut };
  onProgress?.({ step: 'leaving devices out', done: 0, total: Math.min(folds, devices) });
  const out = leaveDevicesOut(set, {
    folds,
    seed,
    train: (whole, chosen, trainSeed) =>
      oneLayerClassifier(trainOneLayer(whole, chosen, { seed: trainSeed })),
    onProgress: (done, total) => onProgress?.({ step: 'leaving devices out', done, total }),
  });
  if (!out.evaluable.includes(1))
    return { foldCount: out.foldCount, evaluation: null, unknownBelow: defaultUnknownCut };
  const evaluation = evaluateRoles({
    roles: set.roles,
    probabilities: out.probabilities,
    labels: set.examples.map(({ label }) => label),
    devices: set.examples.map(({ device }) => device),
    evaluable: out.evaluable,
    folds: out.folds,
  });
  return { foldCount: out.foldCount, evaluation, unknownBelow: defaultUnknownCut };
}
