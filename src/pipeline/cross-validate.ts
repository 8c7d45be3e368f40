import { balancedWeights } from '../math/index.js';
import {
  type AnsweredCaptures,
  type Coverage,
  coverageAtCuts,
  defaultUnknownCut,
  evaluateRoles,
  leaveDevicesOut,
  type OneLayerOptimiser,
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
  /** Cut of the Unknown rule on the raw top probability, and what it does to captures of left-out devices. */
  readonly unknownBelow: number;
  readonly answered: Coverage | null;
}

/**
 * The one-layer network trained `folds` times with whole devices left out, and the figures of the left-out captures.
 * @throws NetworkmlError NML_TRAIN_DATA with fewer than two roles
 */
export function crossValidate(
  set: RoleTrainingSet,
  options: {
    folds: number;
    seed: number;
    /** Who takes the steps of the network; our own code unless given. */
    optimise?: OneLayerOptimiser;
    onProgress?: (progress: StepProgress) => void;
  },
): CrossValidated {
  const { folds, seed, optimise, onProgress } = options;
  const devices = new Set(set.examples.map(({ device }) => device)).size;
  if (devices < 2) return { foldCount: 0, evaluation: null, answered: null, unknownBelow: defaultUnknownCut };
  onProgress?.({ step: 'leaving devices out', done: 0, total: Math.min(folds, devices) });
  const out = leaveDevicesOut(set, {
    folds,
    seed,
    train: (whole, chosen, trainSeed) =>
      oneLayerClassifier(trainOneLayer(whole, chosen, { seed: trainSeed, ...(optimise && { optimise }) })),
    onProgress: (done, total) => onProgress?.({ step: 'leaving devices out', done, total }),
  });
  if (!out.evaluable.includes(1))
    return { foldCount: out.foldCount, evaluation: null, answered: null, unknownBelow: defaultUnknownCut };
  const captures = {
    roles: set.roles,
    probabilities: out.probabilities,
    labels: set.examples.map(({ label }) => label),
    devices: set.examples.map(({ device }) => device),
    evaluable: out.evaluable,
    folds: out.folds,
  };
  const answered = chooseCut(captures);
  const evaluation = evaluateRoles(captures, { unknownCut: answered.cut });
  return { foldCount: out.foldCount, evaluation, answered, unknownBelow: answered.cut };
}

/** Share of left-out captures (every role and every device of it alike) that the Unknown rule should answer. */
const ANSWERED_SHARE = 0.75;

/**
 * The highest cut, in hundredths, that still answers three of four captures of devices never seen. The mean over
 * sessions gives flatter probabilities than a vote over whole windows would, so that a fixed cut of one half would
 * answer one of four (docs/roles.md).
 */
function chooseCut(captures: AnsweredCaptures): Coverage {
  const cuts = Array.from({ length: 51 }, (_, index) => index / 100);
  const weights = balancedWeights(captures.labels, captures.devices, captures.evaluable);
  const coverages = coverageAtCuts(captures, cuts, weights);
  const kept = coverages.filter(({ coverage }) => coverage >= ANSWERED_SHARE);
  return kept.at(-1) ?? (coverages[0] as Coverage);
}
