/** How well behaviour tells attack captures from normal ones. */
import { areaUnderRoc } from '../math/index.js';
import { type FalseAlarmRate, falseAlarmRates } from './calibration.js';
import type { LabelledCapture } from './leave-out.js';
import { type BehaviourModel, hasEnoughReference, judgeAs, type RoleReference } from './model.js';
import { type BehaviourTraining, leftOutScore, trainLeavingOut } from './train.js';

/** A count and what it is out of. */
export interface CountOf {
  readonly count: number;
  readonly of: number;
}

/** Figures at one threshold. */
export interface RateFigures {
  /** Share of false alarms that the threshold was fitted for. */
  readonly rate: FalseAlarmRate;
  readonly threshold: number;
  /** Attack captures above it. */
  readonly detected: CountOf;
  /**
   * Normal captures above it. Of a leave-devices-out evaluation the threshold was fitted on these very scores, so this
   * is near the rate by construction; of a given model on other captures it is a measurement.
   */
  readonly falseAlarms: CountOf;
}

export interface RoleBehaviour extends RoleReference {
  readonly role: string;
  /** False: too few captures or devices, left out of all figures. */
  readonly evaluated: boolean;
  /** At the threshold for 5 %. */
  readonly detected: CountOf;
  readonly falseAlarms: CountOf;
}

export interface BehaviourEvaluation {
  readonly mode: 'leave-devices-out' | 'model';
  /** Captures in the figures. */
  readonly normals: number;
  readonly attacks: number;
  /** Captures left out of them: their role has too small a reference, or they hold no session. */
  readonly notEvaluated: { readonly normals: number; readonly attacks: number };
  /** Chance that an attack scores above a normal capture: of all roles, and of the roles that have attacks. NaN without either. */
  readonly areaUnderRoc: number;
  readonly areaUnderRocOwnRoles: number;
  readonly rates: readonly RateFigures[];
  readonly roles: readonly RoleBehaviour[];
}

/**
 * Trains leaving devices out, and measures on the left-out captures and on attacks scored without their own device.
 * The role of every capture is taken as known.
 * @throws as `trainBehaviour`
 */
export function evaluateBehaviour(
  training: BehaviourTraining & { readonly attacks: readonly LabelledCapture[] },
): BehaviourEvaluation {
  const { model, normals, attacks } = trainLeavingOut(training, training.attacks);
  const scored = (list: typeof normals) =>
    list.map((capture) => ({ role: capture.role, score: leftOutScore(model.calibration, capture) }));
  const counts = { normals: training.captures.length, attacks: training.attacks.length };
  return summarise('leave-devices-out', model, scored(normals), scored(attacks), counts);
}

/**
 * Measures a model as it is, at its own thresholds, on captures that it was not trained on.
 */
export function evaluateBehaviourModel(
  model: BehaviourModel,
  captures: readonly LabelledCapture[],
  attacks: readonly LabelledCapture[],
): BehaviourEvaluation {
  const scored = (list: readonly LabelledCapture[]) =>
    list.map(({ role, units }) => ({ role, score: judgeAs(model, role, units).score ?? undefined }));
  const counts = { normals: captures.length, attacks: attacks.length };
  return summarise('model', model, scored(captures), scored(attacks), counts);
}

interface ScoredCapture {
  readonly role: string;
  readonly score: number | undefined;
}

function summarise(
  mode: BehaviourEvaluation['mode'],
  model: BehaviourModel,
  allNormals: readonly ScoredCapture[],
  allAttacks: readonly ScoredCapture[],
  counts: { readonly normals: number; readonly attacks: number },
): BehaviourEvaluation {
  const judged = (list: readonly ScoredCapture[]) =>
    list.flatMap(({ role, score }) => {
      const reference = model.roles.get(role);
      const sound = reference !== undefined && hasEnoughReference(reference);
      return score === undefined || !sound ? [] : [{ role, score }];
    });
  const normals = judged(allNormals);
  const attacks = judged(allAttacks);
  const attacked = new Set(attacks.map(({ role }) => role));
  const scores = (list: readonly { score: number }[]) => list.map(({ score }) => score);
  const above = (list: readonly { score: number }[], threshold: number) => ({
    count: list.filter(({ score }) => score > threshold).length,
    of: list.length,
  });
  const { thresholds } = model.calibration;
  return {
    mode,
    normals: normals.length,
    attacks: attacks.length,
    notEvaluated: { normals: counts.normals - normals.length, attacks: counts.attacks - attacks.length },
    areaUnderRoc: areaUnderRoc(scores(normals), scores(attacks)),
    areaUnderRocOwnRoles: areaUnderRoc(
      scores(normals.filter(({ role }) => attacked.has(role))),
      scores(attacks),
    ),
    rates: falseAlarmRates.map((rate) => ({
      rate,
      threshold: thresholds[`${rate}`],
      detected: above(attacks, thresholds[`${rate}`]),
      falseAlarms: above(normals, thresholds[`${rate}`]),
    })),
    roles: Array.from(model.roles, ([role, reference]) => ({
      role,
      ...reference,
      evaluated: hasEnoughReference(reference),
      detected: above(ofRole(attacks, role), thresholds['0.05']),
      falseAlarms: above(ofRole(normals, role), thresholds['0.05']),
    })),
  };
}

function ofRole<T extends { readonly role: string }>(list: readonly T[], role: string): T[] {
  return list.filter((capture) => capture.role === role);
}
