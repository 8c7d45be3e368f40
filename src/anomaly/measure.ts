/** Figures of a behaviour model on captures that it was not fitted on, by kind of split and by length of capture. */
import { areaUnderRoc, averagePrecision } from '../math/index.js';
import {
  type BehaviourCalibration,
  type FalseAlarmRate,
  falseAlarmRates,
  type Thresholds,
} from './calibration.js';
import type { LabelledCapture } from './leave-out.js';
import { binProbabilities, hasEnoughReference, type JudgingWay, thresholdsOf, viewsOf } from './model.js';
import { type BehaviourTraining, type LeftOutCapture, leftOutScore, trainLeavingOut } from './train.js';

/**
 * Who is left out: whole devices, or (`captures`) single captures only, so that the device is known from its other
 * ones, as after enrolment. Thresholds come from left-out devices in both.
 */
export type BehaviourSplit = 'devices' | 'captures';

/** A count and what it is out of. */
export interface CountOf {
  readonly count: number;
  readonly of: number;
}

/** One capture's outcome. */
export interface MeasuredCapture {
  /** Index into the list it is from. */
  readonly index: number;
  readonly role: string;
  readonly score: number;
  /** Number of 15-minute slices in which something was seen. */
  readonly slices: number;
  /** The view of the strangest slice. */
  readonly view: string;
}

/** Figures of one split. */
export interface BehaviourMeasure {
  readonly split: BehaviourSplit;
  readonly normals: readonly MeasuredCapture[];
  readonly attacks: readonly MeasuredCapture[];
  /** Chance that an attack scores above a normal capture; of all roles, and of the attacked ones. NaN without either. */
  readonly areaUnderRoc: number;
  readonly areaUnderRocOwnRoles: number;
  readonly averagePrecision: number;
  readonly rates: readonly {
    readonly rate: FalseAlarmRate;
    readonly threshold: number;
    readonly detected: CountOf;
    readonly falseAlarms: CountOf;
  }[];
  /** False alarms at 5 % by the number of slices of the capture. */
  readonly falseAlarmsByLength: readonly { readonly slices: string; readonly falseAlarms: CountOf }[];
}

const lengths = [
  { slices: '1', from: 1, to: 1 },
  { slices: '2-3', from: 2, to: 3 },
  { slices: '4-7', from: 4, to: 7 },
  { slices: '8+', from: 8, to: Number.POSITIVE_INFINITY },
] as const;

/**
 * Trains with parts left out and measures on these. Captures of roles whose reference is too small for a verdict are
 * left out of the figures.
 * @param attacks lists to measure, each against the same normals
 * @param way which of the trained views have a say
 * @throws as `trainBehaviour`; NML_MODEL_LAYOUT when the views of the way were not trained
 */
export function measureBehaviour(
  training: BehaviourTraining,
  attacks: readonly (readonly LabelledCapture[])[],
  split: BehaviourSplit,
  way: JudgingWay = 'usual',
): BehaviourMeasure[] {
  const all = attacks.flat();
  const known = trainLeavingOut(training, split === 'devices' ? all : []);
  const { calibration, roles } = known.model;
  const judging = { calibration, among: viewsOf(known.model, way) };
  const scores =
    split === 'devices' ? known : trainLeavingOut({ ...training, captures: apart(training.captures) }, all);
  const sound = (role: string) => hasEnoughReference(roles.get(role) ?? { captures: 0, devices: 0 });
  const measured = (list: readonly LeftOutCapture[]) =>
    list.filter(({ role }) => sound(role)).flatMap((capture) => measureCapture(judging, capture) ?? []);
  const normals = measured(scores.normals);
  const found = measured(scores.attacks);
  let begin = 0;
  return attacks.map((list) => {
    const end = begin + list.length;
    const own = found
      .filter(({ index }) => index >= begin && index < end)
      .map((capture) => ({ ...capture, index: capture.index - begin }));
    begin = end;
    return figures(split, thresholdsOf(calibration, way), normals, own);
  });
}

/** The same captures, each a device of its own. */
function apart(captures: readonly LabelledCapture[]): LabelledCapture[] {
  return captures.map((capture, index) => ({ ...capture, device: `${capture.device}#${index}` }));
}

interface Judging {
  readonly calibration: BehaviourCalibration;
  readonly among: ReadonlySet<string>;
}

function measureCapture(
  { calibration, among }: Judging,
  capture: LeftOutCapture,
): MeasuredCapture | undefined {
  const score = leftOutScore(calibration, capture, among);
  const views = capture.views.filter(({ view }) => among.has(view));
  const bins = binProbabilities(calibration, capture.role, views);
  const [first] = bins;
  if (score === undefined || first === undefined) return undefined;
  const worst = bins.reduce((a, b) => (b.probability < a.probability ? b : a), first);
  return { index: capture.index, role: capture.role, score, slices: bins.length, view: worst.view };
}

function figures(
  split: BehaviourSplit,
  thresholds: Thresholds,
  normals: readonly MeasuredCapture[],
  attacks: readonly MeasuredCapture[],
): BehaviourMeasure {
  const attacked = new Set(attacks.map(({ role }) => role));
  const scoresOf = (list: readonly MeasuredCapture[]) => list.map(({ score }) => score);
  const above = (list: readonly MeasuredCapture[], threshold: number) => ({
    count: list.filter(({ score }) => score > threshold).length,
    of: list.length,
  });
  const ofLength = (from: number, to: number) =>
    normals.filter(({ slices }) => slices >= from && slices <= to);
  return {
    split,
    normals,
    attacks,
    areaUnderRoc: areaUnderRoc(scoresOf(normals), scoresOf(attacks)),
    areaUnderRocOwnRoles: areaUnderRoc(
      scoresOf(normals.filter(({ role }) => attacked.has(role))),
      scoresOf(attacks),
    ),
    averagePrecision: averagePrecision(
      [...scoresOf(normals), ...scoresOf(attacks)],
      [...normals.map(() => 0), ...attacks.map(() => 1)],
    ),
    rates: falseAlarmRates.map((rate) => ({
      rate,
      threshold: thresholds[`${rate}`],
      detected: above(attacks, thresholds[`${rate}`]),
      falseAlarms: above(normals, thresholds[`${rate}`]),
    })),
    falseAlarmsByLength: lengths.map(({ slices, from, to }) => ({
      slices,
      falseAlarms: above(ofLength(from, to), thresholds['0.05']),
    })),
  };
}
