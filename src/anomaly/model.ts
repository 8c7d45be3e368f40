/** The behaviour model of all roles: what `trainBehaviour` makes, a bundle keeps, and `judgeCapture` reads. */
import { NetworkmlError } from '../errors.js';
import { createRandom } from '../math/index.js';
import {
  type BehaviourCalibration,
  decodeCalibration,
  encodeCalibration,
  tailProbability,
  verdictScore,
} from './calibration.js';
import { type EncodedBehaviour, type Json, manifestError } from './encoded.js';
import { sessView } from './sess-view.js';
import { admView, netView } from './vector-view.js';
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

/** Every view there is, in the order of its weight in explanations. */
export const viewKinds: readonly ViewKind[] = [netView, admView, sessView];

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
    for (const { bin, score } of bins) {
      const probability = tailProbability(own, role, score);
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

/** Scores a capture as if its device had this role. */
export function judgeAs(model: BehaviourModel, role: string, units: CaptureUnits): RoleJudgement {
  const views: ViewBins[] = [];
  for (const { id, roles } of model.views) {
    const view = roles.get(role);
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
