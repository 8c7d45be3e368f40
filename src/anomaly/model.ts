/** The behaviour model of all roles: what `trainBehaviour` makes, a bundle keeps, and `judgeCapture` reads. */
import { NetworkmlError } from '../errors.js';
import { createRandom } from '../math/index.js';
import {
  type BehaviourCalibration,
  decodeCalibration,
  encodeCalibration,
  type Thresholds,
  tailProbability,
  verdictScore,
} from './calibration.js';
import { type EncodedBehaviour, type Json, manifestError } from './encoded.js';
import { portView } from './port-view.js';
import { sessView } from './sess-view.js';
import { admView, codeView, contactView, nameView, netView } from './vector-view.js';
import type { BehaviourView, BinScore, CaptureUnits, NamedUnits, ViewKind } from './view.js';

/** Captures and devices below which a role's verdict is `not-evaluated`. */
export const fewestCaptures = 5;
export const fewestDevices = 2;

/** What a role's reference was made of. */
export interface RoleReference {
  readonly captures: number;
  readonly devices: number;
}

export interface BehaviourModel {
  readonly views: readonly BehaviourView[];
  readonly roles: ReadonlyMap<string, RoleReference>;
  readonly calibration: BehaviourCalibration;
}

/** Every view there is. What is drawn for one does not depend on those behind it. */
export const viewKinds: readonly ViewKind[] = [
  netView,
  admView,
  sessView,
  contactView,
  codeView,
  nameView,
  portView,
];

/**
 * How a capture is judged: by the usual views together, by these and those that read names and process codes, or by
 * one view alone, whose id it is.
 */
export type JudgingWay = 'usual' | typeof withNames | string;

/** The way that names and process codes have a say in, too. */
export const withNames = 'with-names';

/** Ids of all views, and of those that are trained unless others are asked for. */
export const viewIds: readonly string[] = viewKinds.map(({ id }) => id);
export const usualViewIds: readonly string[] = viewKinds
  .filter(({ use }) => use === 'usual')
  .map(({ id }) => id);
/** Ids of the views that read names and process codes. */
export const nameViewIds: readonly string[] = viewKinds
  .filter(({ use }) => use === 'names')
  .map(({ id }) => id);

/**
 * The views of a model that have a say.
 * @throws NetworkmlError NML_MODEL_LAYOUT when the model has none of those that are asked for
 */
export function viewsOf(model: Pick<BehaviourModel, 'views' | 'calibration'>, way: JudgingWay): Set<string> {
  const has = (id: string) => model.views.some((view) => view.id === id);
  const usual = usualViewIds.filter(has);
  if (way === 'usual') return new Set(usual);
  const asked = way === withNames ? nameViewIds.filter(has) : [way].filter(has);
  if (asked.length > 0 && model.calibration.ways.has(way)) {
    return new Set(way === withNames ? [...usual, ...asked] : asked);
  }
  const views = way === withNames ? nameViewIds.join(' and ') : way;
  throw new NetworkmlError('NML_MODEL_LAYOUT', `the bundle does not judge by the views ${views}`, {
    hint: way === withNames ? 'train it with --names' : `train it with --view ${way}`,
  });
}

/** The thresholds of a way to judge that the model knows. */
export function thresholdsOf({ thresholds, ways }: BehaviourCalibration, way: JudgingWay): Thresholds {
  return (way === 'usual' ? undefined : ways.get(way)) ?? thresholds;
}

/** A capture's bins in one view. */
export interface ViewBins {
  readonly view: string;
  readonly bins: readonly BinScore[];
}

/** Whether a role has captures and devices enough for a verdict. */
export function hasEnoughReference({ captures, devices }: RoleReference): boolean {
  return captures >= fewestCaptures && devices >= fewestDevices;
}

/** The least tail probability over the views, for each bin that any view saw; bins ascending. */
export function binProbabilities(
  calibration: BehaviourCalibration,
  role: string,
  views: readonly ViewBins[],
): { bin: number; probability: number; view: string }[] {
  const least = new Map<number, { bin: number; probability: number; view: string }>();
  for (const { view, bins } of views) {
    const own = calibration.views.get(view);
    if (own === undefined) continue;
    const penalty = views.length < 2 ? 1 : (viewKinds.find(({ id }) => id === view)?.penalty ?? 1);
    for (const { bin, score } of bins) {
      const probability = Math.min(1, penalty * tailProbability(own, role, score));
      const known = least.get(bin);
      if (known === undefined || probability < known.probability) least.set(bin, { bin, probability, view });
    }
  }
  return Array.from(least.values()).sort((a, b) => a.bin - b.bin);
}

/** A capture under one role: the bins of every view that knows the role, and V. */
export interface RoleJudgement {
  readonly role: string;
  /** Verdict score V; null when the role is unknown to every view or the capture has no unit. */
  readonly score: number | null;
  readonly views: readonly ViewBins[];
  readonly bins: readonly { readonly bin: number; readonly probability: number; readonly view: string }[];
}

/**
 * Scores a capture as if its device had this role.
 * @param among ids of the views that have a say; the usual ones unless given
 */
export function judgeAs(
  model: BehaviourModel,
  role: string,
  units: CaptureUnits,
  among: ReadonlySet<string> = viewsOf(model, 'usual'),
): RoleJudgement {
  const views: ViewBins[] = [];
  for (const { id, roles } of model.views) {
    const view = among.has(id) ? roles.get(role) : undefined;
    if (view !== undefined) views.push({ view: id, bins: view.score(units) });
  }
  const bins = binProbabilities(model.calibration, role, views);
  const score = bins.length === 0 ? null : verdictScore(bins.map(({ probability }) => probability));
  return { role, score, views, bins };
}

/**
 * The model with a device's own accepted captures among what is normal for its role. Calibration and thresholds stay,
 * and so does what the role's reference is said to be made of: enrolment makes no verdict possible that was not.
 * @throws NetworkmlError NML_MODEL_ROLE when the role is not of this model
 */
export function enrolCaptures(
  model: BehaviourModel,
  role: string,
  captures: readonly NamedUnits[],
  seed: number,
): BehaviourModel {
  if (!model.roles.has(role)) {
    throw new NetworkmlError('NML_MODEL_ROLE', `the behaviour model does not know the role ${role}`);
  }
  const random = createRandom(seed);
  return { ...model, views: model.views.map((view) => view.enrol(role, captures, random)) };
}

/** A behaviour model as plain values and arrays. `decodeBehaviour` gives a model that scores the same to the last bit. */
export function encodeBehaviour(model: BehaviourModel): EncodedBehaviour {
  const references: Json[] = Array.from(model.roles, ([role, { captures, devices }]) => ({
    role,
    captures,
    devices,
  }));
  return {
    views: model.views.map((view) => view.encode()),
    calibration: { ...encodeCalibration(model.calibration), references },
  };
}

/**
 * The inverse of `encodeBehaviour`.
 * @throws NetworkmlError NML_MODEL_LAYOUT for a view or layout that this version does not know, NML_MODEL_MANIFEST
 * when parts are missing or do not fit one another
 */
export function decodeBehaviour(encoded: EncodedBehaviour): BehaviourModel {
  const { references, ...calibration } = encoded.calibration;
  if (!Array.isArray(references)) throw manifestError('behaviour: no list of references');
  const roles = new Map(references.map((entry) => decodeReference(entry)));
  return {
    views: encoded.views.map((view) => kindOf(view.id, view.layout).decode(view)),
    roles,
    calibration: decodeCalibration(calibration),
  };
}

/**
 * Checks what is otherwise only looked at when a role is asked about.
 * @throws NetworkmlError NML_MODEL_MANIFEST when a reference holds numbers that are none
 */
export function checkBehaviour(model: BehaviourModel): void {
  for (const { roles } of model.views) for (const view of roles.values()) view.check();
}

function decodeReference(entry: Json): [string, RoleReference] {
  if (typeof entry === 'object' && entry !== null && !Array.isArray(entry)) {
    const { role, captures, devices } = entry;
    if (typeof role === 'string' && typeof captures === 'number' && typeof devices === 'number') {
      return [role, { captures, devices }];
    }
  }
  throw manifestError('behaviour: a reference without role, captures or devices');
}

function kindOf(id: string, layout: string): ViewKind {
  const kind = viewKinds.find((known) => known.id === id && known.layout === layout);
  if (kind !== undefined) return kind;
  throw new NetworkmlError('NML_MODEL_LAYOUT', `the view ${id} with layout ${layout} is not known`);
}
