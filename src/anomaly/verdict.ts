/** From scores to a verdict that says what it rests on. */
import { NetworkmlError } from '../errors.js';
import type { FalseAlarmRate } from './calibration.js';
import {
  type BehaviourModel,
  hasEnoughReference,
  type JudgingWay,
  judgeAs,
  type RoleJudgement,
  thresholdsOf,
  viewsOf,
} from './model.js';
import type { CaptureUnits, Finding } from './view.js';

/** Sessions that a verdict names at most. */
const findingLimit = 3;
/** Roles of a ranking that are looked at. */
const rankingLimit = 3;
/** A role with less than this share of the first one's confidence is not looked at: it could hardly move the mean. */
const negligibleShare = 0.03;
/** Share of the confidence in the first three roles that must rest on roles with a reference. */
const smallestJudgedShare = 0.5;

/** A role and how sure the classifier is of it, 0 to 1. */
export interface RankedCandidate {
  readonly role: string;
  readonly confidence: number;
}

export interface VerdictOptions {
  /** The role, where it is known from elsewhere: it alone is used. */
  readonly role?: string;
  /** Otherwise: the classifier's roles, most confident first. */
  readonly ranking?: readonly RankedCandidate[];
  /** Share of normal captures that may be called anomalous; 0.05 unless given. */
  readonly falseAlarmRate?: FalseAlarmRate;
  /** Which views have a say; the usual ones unless given. */
  readonly way?: JudgingWay;
}

export interface BehaviourVerdict {
  readonly verdict: 'normal' | 'anomalous' | 'not-evaluated';
  /** The role it was judged by; the weightiest one where several were. */
  readonly role: string | null;
  /** V, higher is stranger; given for insufficient references, too. */
  readonly score: number | null;
  readonly threshold: number | null;
  /** Never null when the verdict is `not-evaluated`. */
  readonly reason: string | null;
  /** The strangest units of the strangest bin in its strangest view, as the role above sees them; never empty when anomalous. */
  readonly findings: readonly Finding[];
  /** The bin they are of, and the view that is strangest there. */
  readonly bin: number | null;
  readonly view: string | null;
  /** All bins as the role above sees them, each with its strangest view; ascending. */
  readonly bins: RoleJudgement['bins'];
  /** How many sessions were scored, of how many. */
  readonly scored: number;
  readonly units: number;
}

/**
 * Judges a capture. With a ranking, V is the mean over the first three roles, weighted by confidence: neither the best
 * fit of the three nor the first guess alone, for an attack changes the guessed role, which would hide it.
 * @throws NetworkmlError NML_MODEL_ROLE when `role` is not of this model, NML_MODEL_LAYOUT when it lacks the views
 */
export function judgeCapture(
  model: BehaviourModel,
  units: CaptureUnits,
  options: VerdictOptions,
): BehaviourVerdict {
  const way = options.way ?? 'usual';
  const among = viewsOf(model, way);
  const limit = thresholdsOf(model.calibration, way)[`${options.falseAlarmRate ?? 0.05}`];
  // Where no role could be left out there is no threshold, only one that nothing passes.
  const threshold = limit < Number.MAX_VALUE ? limit : null;
  const candidates = candidatesOf(model, options);
  if (candidates.length === 0) return notEvaluated('no role that this model knows', threshold);
  const judged = candidates.map(({ role, confidence }) => ({
    judgement: judgeAs(model, role, units, among),
    confidence,
    problem: referenceProblem(model, role),
  }));
  if (judged.every(({ judgement }) => judgement.score === null)) {
    return { ...notEvaluated('no session to judge', threshold), role: candidates[0]?.role ?? null };
  }
  const sound = judged.filter(({ problem, judgement }) => problem === null && judgement.score !== null);
  const share = weightOf(sound) / weightOf(judged);
  const enough = share >= smallestJudgedShare;
  const used = enough ? sound : judged.filter(({ judgement }) => judgement.score !== null);
  const score = weightedScore(used);
  const leading = heaviest(used).judgement;
  const problems = judged.flatMap(({ problem }) => (problem === null ? [] : [problem]));
  const reason = problems.length > 0 ? `insufficient reference: ${problems.join(', ')}` : null;
  return {
    verdict: enough && threshold !== null ? (score > limit ? 'anomalous' : 'normal') : 'not-evaluated',
    role: leading.role,
    score,
    threshold,
    reason: enough || reason !== null ? reason : 'no role with a reference is probable enough',
    ...explain(model, leading, units),
  };
}

interface Judged {
  readonly judgement: RoleJudgement;
  readonly confidence: number;
}

function candidatesOf(model: BehaviourModel, { role, ranking = [] }: VerdictOptions): RankedCandidate[] {
  if (role !== undefined) {
    if (model.roles.has(role)) return [{ role, confidence: 1 }];
    throw new NetworkmlError('NML_MODEL_ROLE', `the behaviour model does not know the role ${role}`);
  }
  const least = negligibleShare * (ranking[0]?.confidence ?? 0);
  return ranking
    .slice(0, rankingLimit)
    .filter(({ role: one, confidence }) => model.roles.has(one) && confidence > 0 && confidence >= least);
}

/** Null when the role can be judged by; otherwise in words what it lacks. */
function referenceProblem(model: BehaviourModel, role: string): string | null {
  const reference = model.roles.get(role);
  if (reference !== undefined && hasEnoughReference(reference)) return null;
  const { captures, devices } = reference ?? { captures: 0, devices: 0 };
  const counted = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;
  return `${counted(captures, 'capture')} of ${counted(devices, 'device')} for ${role}`;
}

function weightOf(judged: readonly Judged[]): number {
  return judged.reduce((sum, { confidence }) => sum + confidence, 0);
}

function weightedScore(judged: readonly Judged[]): number {
  let sum = 0;
  let weight = 0;
  for (const { judgement, confidence } of judged) {
    if (judgement.score === null) continue;
    sum += confidence * judgement.score;
    weight += confidence;
  }
  return sum / weight;
}

function heaviest<T extends Judged>(judged: readonly T[]): T {
  return judged.reduce((best, candidate) => (candidate.confidence > best.confidence ? candidate : best));
}

function notEvaluated(reason: string, threshold: number | null): BehaviourVerdict {
  return {
    verdict: 'not-evaluated',
    role: null,
    score: null,
    threshold,
    reason,
    findings: [],
    bin: null,
    view: null,
    bins: [],
    scored: 0,
    units: 0,
  };
}

function explain(
  model: BehaviourModel,
  judgement: RoleJudgement,
  units: CaptureUnits,
): Pick<BehaviourVerdict, 'findings' | 'bin' | 'view' | 'bins' | 'scored' | 'units'> {
  const counts = { scored: units.sess.count, units: units.sess.met };
  const { bins } = judgement;
  const first = bins[0];
  if (first === undefined) return { findings: [], bin: null, view: null, bins, ...counts };
  const worst = bins.reduce((a, b) => (b.probability < a.probability ? b : a), first);
  const view = model.views.find(({ id }) => id === worst.view)?.roles.get(judgement.role);
  const findings = view?.explain(units, worst.bin, findingLimit) ?? [];
  return { findings, bin: worst.bin, view: worst.view, bins, ...counts };
}
