/** Trains the behaviour model of all roles, its calibration and its thresholds. */
import { NetworkmlError } from '../errors.js';
import { type BehaviourCalibration, fitThresholds, fitViewCalibration, verdictScore } from './calibration.js';
import {
  type BehaviourProgress,
  fitJob,
  type LabelledCapture,
  leaveOutJobs,
  type PreparedView,
  scoreWith,
} from './leave-out.js';
import {
  type BehaviourModel,
  binProbabilities,
  hasEnoughReference,
  nameViewIds,
  type RoleReference,
  usualViewIds,
  type ViewBins,
  viewIds,
  viewKinds,
  withNames,
} from './model.js';
import type { RoleView, ViewKind } from './view.js';

export interface BehaviourTraining {
  /** Roles to model; those without captures are passed over. */
  readonly roles: readonly string[];
  /** Normal captures. What helps out only (`also`) is asked about nowhere. */
  readonly captures: readonly LabelledCapture[];
  readonly seed: number;
  /** Ids of the views to train; those of the usual verdict unless given. */
  readonly views?: readonly string[];
  readonly onProgress?: (progress: BehaviourProgress) => void;
}

/** Scores of one capture under a model that had not seen its device. */
export interface LeftOutCapture {
  /** Index into the list it is from. */
  readonly index: number;
  readonly role: string;
  readonly views: readonly ViewBins[];
}

/** What comes of fitting every role with and without each part of its devices. */
export interface LeftOutScores {
  readonly model: BehaviourModel;
  readonly normals: readonly LeftOutCapture[];
  readonly attacks: readonly LeftOutCapture[];
}

/**
 * Trains on normal captures: the reference of each role in each view from all of them, calibration and thresholds from
 * captures of left-out devices. The same captures and seed give the same model.
 * @throws NetworkmlError NML_TRAIN_DATA when no capture of the roles holds a session, NML_CONFIG for a bad seed
 */
export function trainBehaviour(training: BehaviourTraining): BehaviourModel {
  return trainLeavingOut(training, []).model;
}

/**
 * `trainBehaviour`, with the scores that its calibration was fitted on and those of attack captures, none of them by a
 * model that knew the device.
 * @throws as `trainBehaviour`
 */
export function trainLeavingOut(
  training: BehaviourTraining,
  attacks: readonly LabelledCapture[],
): LeftOutScores {
  const { seed } = training;
  const { captures, places } = helpfulCaptures(training.captures);
  const alone = (role: string) => captures.some((capture) => capture.role === role && capture.also === true);
  // Roles that no other captures help out come first: what is drawn for them stays the same.
  const roles = training.roles
    .filter((role) => captures.some((capture) => capture.role === role))
    .sort((a, b) => Number(alone(a)) - Number(alone(b)));
  const own = captures.filter(({ role, also }) => roles.includes(role) && also !== true);
  const used = own.length === 0 ? captures : own;
  const prepared: PreparedView[] = kindsOf(training.views ?? usualViewIds).map((kind) => ({
    id: kind.id,
    trainer: kind.prepare(used.map(({ units }) => units)),
  }));
  const run = runJobs(prepared, { ...training, captures }, roles, attacks, seed);
  const { whole, attacked } = run;
  const views = prepared.map(({ id, trainer }) => trainer.assemble(whole.get(id) ?? new Map()));
  if (views.every((view) => view.roles.size === 0)) {
    throw new NetworkmlError(
      'NML_TRAIN_DATA',
      'no capture holds a session that behaviour could be learnt from',
    );
  }
  const references = new Map(roles.map((role) => [role, referenceOf(role, captures)]));
  const calibration = calibrate(
    prepared.map(({ id }) => id),
    run.normals,
    references,
    (index) => captures[index]?.also === true,
  );
  const normals = run.normals
    .filter(({ index }) => captures[index]?.also !== true)
    .map((capture) => ({ ...capture, index: places[capture.index] ?? capture.index }));
  return { model: { views, roles: references, calibration }, normals, attacks: attacked };
}

/** @throws NetworkmlError NML_CONFIG for an id that is none */
function kindsOf(ids: readonly string[]): ViewKind[] {
  for (const id of ids) {
    if (!viewIds.includes(id)) {
      throw new NetworkmlError('NML_CONFIG', `no view ${id}, there are: ${viewIds.join(', ')}`);
    }
  }
  return viewKinds.filter(({ id }) => ids.includes(id));
}

/** Own captures, and others where a role has not enough of its own for a verdict; with their places in the list. */
function helpfulCaptures(all: readonly LabelledCapture[]): {
  captures: readonly LabelledCapture[];
  places: readonly number[];
} {
  const own = all.filter(({ also }) => also !== true);
  const sound = new Set(
    Array.from(new Set(own.map(({ role }) => role))).filter((role) =>
      hasEnoughReference(referenceOf(role, own)),
    ),
  );
  const places = [...all.keys()].filter((at) => {
    const capture = all[at];
    return capture !== undefined && (capture.also !== true || !sound.has(capture.role));
  });
  return { captures: places.flatMap((at) => all[at] ?? []), places };
}

function runJobs(
  prepared: readonly PreparedView[],
  { captures, onProgress }: BehaviourTraining,
  roles: readonly string[],
  attacks: readonly LabelledCapture[],
  seed: number,
): { whole: Map<string, Map<string, RoleView>>; normals: LeftOutCapture[]; attacked: LeftOutCapture[] } {
  const whole = new Map<string, Map<string, RoleView>>(prepared.map(({ id }) => [id, new Map()]));
  const normals: LeftOutCapture[] = [];
  const attacked: LeftOutCapture[] = [];
  const jobs = leaveOutJobs(roles, captures, attacks, seed);
  jobs.forEach((job, done) => {
    const fitted = fitJob(prepared, captures, job);
    const scoreInto = (list: LeftOutCapture[], from: readonly LabelledCapture[], index: number) => {
      const capture = from[index];
      if (capture === undefined || fitted.length === 0) return;
      list.push({ index, role: job.role, views: scoreWith(fitted, capture.units) });
    };
    for (const index of job.normals) scoreInto(normals, captures, index);
    for (const index of job.attacks) scoreInto(attacked, attacks, index);
    if (job.normals.length === 0) for (const { id, view } of fitted) whole.get(id)?.set(job.role, view);
    onProgress?.({ done: done + 1, total: jobs.length, role: job.role });
  });
  const byIndex = (a: LeftOutCapture, b: LeftOutCapture) => a.index - b.index;
  return { whole, normals: normals.sort(byIndex), attacked: attacked.sort(byIndex) };
}

function referenceOf(role: string, captures: readonly LabelledCapture[]): RoleReference {
  const own = captures.filter((capture) => capture.role === role && hasUnits(capture));
  return { captures: own.length, devices: new Set(own.map(({ device }) => device)).size };
}

function hasUnits({ units: { sess, net } }: LabelledCapture): boolean {
  return sess.count + net.count > 0;
}

/**
 * All roles' left-out captures shape the calibration; only those of roles that can be judged at all set the thresholds,
 * for no other can raise a false alarm.
 */
function calibrate(
  views: readonly string[],
  normals: readonly LeftOutCapture[],
  references: ReadonlyMap<string, RoleReference>,
  isAlso: (index: number) => boolean,
): BehaviourCalibration {
  const fitted = new Map(
    views.map((id) => {
      const scores = normals.map((capture) => ({
        role: capture.role,
        bins: binsOf(capture, id),
        also: isAlso(capture.index),
      }));
      return [id, fitViewCalibration(scores)];
    }),
  );
  const calibration = { views: fitted, thresholds: fitThresholds([]), ways: new Map() };
  const judged = normals
    .filter(({ role }) => hasEnoughReference(references.get(role) ?? { captures: 0, devices: 0 }))
    .filter(({ index }) => !isAlso(index));
  const thresholdsOver = (among: readonly string[]) =>
    fitThresholds(judged.flatMap((capture) => leftOutScore(calibration, capture, new Set(among)) ?? []));
  const usual = usualViewIds.filter((id) => views.includes(id));
  const names = nameViewIds.filter((id) => views.includes(id));
  return {
    ...calibration,
    thresholds: thresholdsOver(usual),
    ways: new Map([
      ...(names.length === 0 ? [] : [[withNames, thresholdsOver([...usual, ...names])] as const]),
      ...views.map((id) => [id, thresholdsOver([id])] as const),
    ]),
  };
}

function binsOf(capture: LeftOutCapture, view: string): ViewBins['bins'] {
  return capture.views.find((own) => own.view === view)?.bins ?? [];
}

/**
 * V of a left-out capture; undefined when it holds nothing to score.
 * @param among ids of the views that have a say
 */
export function leftOutScore(
  calibration: BehaviourCalibration,
  capture: LeftOutCapture,
  among: ReadonlySet<string> = new Set(usualViewIds),
): number | undefined {
  const views = capture.views.filter(({ view }) => among.has(view));
  const bins = binProbabilities(calibration, capture.role, views);
  return bins.length === 0 ? undefined : verdictScore(bins.map(({ probability }) => probability));
}
