import { NetworkmlError } from '../errors.js';
import {
  balancedShare,
  balancedWeights,
  type ClassScore,
  type ConfidenceScale,
  classScores,
  confusionMatrix,
  expectedCalibrationError,
  hitsWithin,
  labelRanks,
  macroF1,
  type ReliabilityBin,
  reliabilityBins,
  shareOfHits,
  topClasses,
} from '../math/index.js';
import type { AnsweredCaptures } from './answered-captures.js';
import { calibrate, deviceWeights } from './calibrate.js';
import {
  type DeviceFigures,
  deviceFigures,
  type KnownDeviceFigures,
  knownDeviceFigures,
} from './device-figures.js';
import { defaultUnknownCut } from './unknown.js';

/** Settings of an evaluation. */
export interface EvaluationOptions {
  /** Cut of the Unknown rule. */
  readonly unknownCut?: number;
  /** The bundle's own; fitted on the captures when left out. */
  readonly confidence?: ConfidenceScale;
}

/** Figures of one role; all but the counts are 0 to 1. */
export interface RoleFigures {
  readonly role: string;
  readonly devices: number;
  readonly captures: number;
  /** Mean over the role's devices of the share of captures with the right first answer. */
  readonly recall: number;
  /** The same for the right answer among the top three. */
  readonly top3: number;
  /** Where every role has the same weight and every device its share of it; 0 for a role that is never answered. */
  readonly precision: number;
  readonly f1: number;
}

/** What `evaluateRoles` finds; a part of the evaluation record by structure. */
export interface RoleEvaluation {
  /** Captures and devices that were scored. */
  readonly captures: number;
  readonly devices: number;
  readonly accuracy: number;
  readonly roleBalancedRecall: number;
  readonly roleBalancedTop3: number;
  readonly top3: number;
  readonly macroF1: number;
  readonly byDevice: DeviceFigures;
  /** Only where the captures say whose devices are known, and some are. */
  readonly knownDevices?: KnownDeviceFigures;
  /** Null where every capture is answered with Unknown. */
  readonly unknown: { readonly share: number; readonly accuracyOfAnswered: number | null };
  readonly calibration: {
    readonly expectedCalibrationError: number;
    /**
     * The same with every device alike, as the scale is fitted: by capture the few devices that were captured often decide
     * (docs/roles.md).
     */
    readonly expectedCalibrationErrorByDevice: number;
    readonly temperature: number;
    /** Null where the bundle has none: see `ConfidenceScale`. */
    readonly offset: number | null;
  };
  /** Calibrated confidence of the first answer against its accuracy, by capture. */
  readonly reliability: ReliabilityBin[];
  /** Role-balanced, at rising cuts. */
  readonly coverage: Coverage[];
  /** Roles with a scored capture. */
  readonly roles: RoleFigures[];
  readonly confusion: { readonly roles: string[]; readonly matrix: number[][] };
  /** Captures that could not be scored, and the roles that have no scored capture but some of these. */
  readonly unscored: { readonly captures: number; readonly roles: string[] };
}

/** Cuts of the coverage curve: 0, 0.05, ... 0.95. */
const CURVE_CUTS = Array.from({ length: 20 }, (_, i) => i / 20);

/**
 * Figures of merit of answers to captures of known role. Of the Unknown rule only `unknown` takes note; all other
 * figures are about the first (or first three) roles of the ranked list.
 *
 * @throws NetworkmlError `NML_TRAIN_DATA` when no capture can be scored, `NML_INTERNAL` when lengths do not fit.
 */
export function evaluateRoles(answered: AnsweredCaptures, options: EvaluationOptions = {}): RoleEvaluation {
  checkLengths(answered);
  const scored = onlyEvaluable(answered);
  if (scored.devices.length === 0) {
    throw new NetworkmlError('NML_TRAIN_DATA', 'no capture has a role that was trained without its device');
  }
  const { roles, labels, devices, probabilities } = scored;
  const ranks = labelRanks(probabilities, labels, roles.length);
  const right = hitsWithin(ranks, 1);
  const amongThree = hitsWithin(ranks, 3);
  const recall = balancedShare(right, labels, devices, roles.length);
  const top3 = balancedShare(amongThree, labels, devices, roles.length);
  const answers = topClasses(probabilities, roles.length);
  const weights = balancedWeights(labels, devices);
  const scores = classScores(confusionMatrix(labels, answers, roles.length, weights), roles.length);
  const { confidences, scale } = calibrate(scored, options.confidence);
  const figures = roleFigures(scored, recall.perClass, top3.perClass, scores);
  const known = scored.deviceKnown && knownDeviceFigures(scored, scored.deviceKnown);
  return {
    captures: labels.length,
    devices: new Set(devices).size,
    accuracy: shareOfHits(right),
    roleBalancedRecall: recall.mean,
    roleBalancedTop3: top3.mean,
    top3: shareOfHits(amongThree),
    macroF1: macroF1(scores),
    byDevice: deviceFigures(scored),
    ...(known && { knownDevices: known }),
    unknown: unknownFigures(topOf(probabilities, answers), right, options.unknownCut ?? defaultUnknownCut),
    calibration: {
      expectedCalibrationError: expectedCalibrationError(topOf(confidences, answers), right),
      expectedCalibrationErrorByDevice: expectedCalibrationError(
        topOf(confidences, answers),
        right,
        deviceWeights(devices),
      ),
      temperature: scale.temperature,
      offset: scale.offset ?? null,
    },
    reliability: reliabilityBins(topOf(confidences, answers), right),
    coverage: coverageAtCuts(scored, CURVE_CUTS, weights).filter(({ accuracy }) => accuracy !== null),
    roles: figures,
    confusion: confusion(scored, answers),
    unscored: unscoredOf(answered, figures),
  };
}

type Scored = AnsweredCaptures & { readonly labels: Uint32Array };

function checkLengths(answered: AnsweredCaptures): void {
  const { roles, probabilities, labels, devices } = answered;
  const count = labels.length;
  const fits =
    probabilities.length === count * roles.length &&
    devices.length === count &&
    [answered.evaluable, answered.folds, answered.deviceKnown].every(
      (list) => list === undefined || list.length === count,
    );
  if (!fits) throw new NetworkmlError('NML_INTERNAL', `lists about ${count} captures differ in length`);
}

function onlyEvaluable(answered: AnsweredCaptures): Scored {
  const { roles, probabilities, labels, devices, evaluable, deviceKnown, folds } = answered;
  const kept = Uint32Array.from(devices.keys()).filter((i) => evaluable === undefined || evaluable[i] !== 0);
  const classCount = roles.length;
  const chosen = new Float64Array(kept.length * classCount);
  kept.forEach((from, to) => {
    chosen.set(probabilities.subarray(from * classCount, (from + 1) * classCount), to * classCount);
  });
  return {
    roles,
    probabilities: chosen,
    labels: kept.map((i) => labels[i] as number),
    devices: Array.from(kept, (i) => devices[i] as string),
    ...(deviceKnown && { deviceKnown: kept.map((i) => deviceKnown[i] as number) }),
    ...(folds === undefined ? {} : { folds: kept.map((i) => folds[i] as number) }),
  };
}

/** The probability of each capture's first answer. */
function topOf(probabilities: Float64Array, answers: Uint32Array): Float64Array {
  const classCount = probabilities.length / answers.length;
  return Float64Array.from(answers, (answer, i) => probabilities[i * classCount + answer] as number);
}

function unknownFigures(scores: Float64Array, right: Uint8Array, cut: number): RoleEvaluation['unknown'] {
  const { coverage, accuracy } = coverageAtCut(scores, right, cut);
  return { share: 1 - coverage, accuracyOfAnswered: accuracy };
}

/** Of the captures: how many are answered at a cut, and how well those. */
export interface Coverage {
  readonly cut: number;
  /** Share with a raw top probability at or above the cut. */
  readonly coverage: number;
  /** Share of right first answers among those; null when there are none. */
  readonly accuracy: number | null;
}

/**
 * Coverage against accuracy of the Unknown rule at several cuts.
 *
 * @param weights one a capture (`balancedWeights` for role-balanced figures); 1 each unless given.
 */
export function coverageAtCuts(
  answered: AnsweredCaptures,
  cuts: readonly number[],
  weights?: ArrayLike<number>,
): Coverage[] {
  checkLengths(answered);
  const { roles, probabilities, labels, evaluable } = answered;
  const answers = topClasses(probabilities, roles.length);
  const right = Uint8Array.from(answers, (answer, i) => (answer === labels[i] ? 1 : 0));
  const scores = topOf(probabilities, answers);
  const counted = Float64Array.from(scores, (_, i) =>
    evaluable !== undefined && evaluable[i] === 0 ? 0 : ((weights?.[i] ?? 1) as number),
  );
  return cuts.map((cut) => coverageAtCut(scores, right, cut, counted));
}

function coverageAtCut(
  scores: Float64Array,
  right: Uint8Array,
  cut: number,
  weights?: Float64Array,
): Coverage {
  let total = 0;
  let answered = 0;
  let hit = 0;
  for (let i = 0; i < scores.length; i++) {
    const weight = weights === undefined ? 1 : (weights[i] as number);
    total += weight;
    if ((scores[i] as number) < cut) continue;
    answered += weight;
    hit += weight * (right[i] as number);
  }
  return { cut, coverage: answered / total, accuracy: answered === 0 ? null : hit / answered };
}

function roleFigures(
  { roles, labels, devices }: Scored,
  recall: Float64Array,
  top3: Float64Array,
  scores: readonly ClassScore[],
): RoleFigures[] {
  return roles.flatMap((role, index) => {
    const own = devices.filter((_, i) => labels[i] === index);
    if (own.length === 0) return [];
    const { precision, f1 } = scores[index] as ClassScore;
    return [
      {
        role,
        devices: new Set(own).size,
        captures: own.length,
        recall: recall[index] as number,
        top3: top3[index] as number,
        precision,
        f1,
      },
    ];
  });
}

function confusion({ roles, labels }: Scored, answers: Uint32Array): RoleEvaluation['confusion'] {
  const flat = confusionMatrix(labels, answers, roles.length);
  const matrix = roles.map((_, row) =>
    Array.from(flat.subarray(row * roles.length, (row + 1) * roles.length)),
  );
  return { roles: [...roles], matrix };
}

function unscoredOf(
  { roles, labels, devices, evaluable }: AnsweredCaptures,
  figures: readonly RoleFigures[],
): RoleEvaluation['unscored'] {
  const left = Array.from(devices.keys()).filter((i) => evaluable !== undefined && evaluable[i] === 0);
  const scored = new Set(figures.map((figure) => figure.role));
  const labelled = new Set(left.map((i) => roles[labels[i] as number] as string));
  return {
    captures: left.length,
    roles: Array.from(labelled)
      .filter((role) => !scored.has(role))
      .sort(),
  };
}
