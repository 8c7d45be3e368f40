/**
 * From scores to one verdict score V that means the same in every role and for every length of capture. Everything is
 * fitted on leave-devices-out scores: thresholds from devices that the model knew let 24 % of the captures of new
 * devices pass for anomalous where 5 % were meant.
 */
import { ascendingOrder, countBelow, upperQuantile, weightedQuantile } from '../math/index.js';
import { type Json, manifestError } from './encoded.js';
import type { BinScore } from './view.js';

/** Captures that the pooled location and spread count for beside a role's own. */
const poolWeight = 10;
/**
 * The same for the spread: a role's own, from a few devices, says little, and roles of even captures would alarm at every
 * new device. 10 in the study; 100 detects more of the real attacks and as many of the composites (docs/behaviour.md).
 */
const spreadPoolWeight = 100;
const smallestPooledSpread = 0.05;
const smallestScale = 0.2;
/** Share of the calibration scores above which the tail is extrapolated. */
const tailShare = 0.05;
const smallestTailMean = 0.05;
/** The empirical part is kept at steps of 1 / this share. */
const quantileSteps = 200;
const smallestProbability = 1e-30;

/** Rates of false alarms that thresholds are kept for. */
export const falseAlarmRates = [0.01, 0.05] as const;
export type FalseAlarmRate = (typeof falseAlarmRates)[number];

/** How the scores of one view become tail probabilities. */
export interface ViewCalibration {
  /** Location and scale by role. */
  readonly roles: ReadonlyMap<string, { readonly location: number; readonly scale: number }>;
  /** For roles without calibration scores of their own. */
  readonly pooled: { readonly location: number; readonly scale: number };
  /** Calibrated scores z at shares 0, 1/200, ... 0.95; ascending. The last one is where the tail begins. */
  readonly quantiles: readonly number[];
  /** Mean excess of z above the beginning of the tail. */
  readonly tailMean: number;
}

/** Scores of one left-out capture in one view. */
export interface CalibrationScores {
  readonly role: string;
  readonly bins: readonly BinScore[];
  /** Whether it only gives its role a place, and shapes neither what is common to the roles nor the tail. */
  readonly also?: boolean;
}

/** Calibration of all views, and the thresholds on V. */
export interface BehaviourCalibration {
  readonly views: ReadonlyMap<string, ViewCalibration>;
  /** A capture is anomalous above it; by rate of false alarms. Of the usual views together. */
  readonly thresholds: Thresholds;
  /** Thresholds of other ways to judge, by their names: see `viewsOf` in `model.ts`. */
  readonly ways: ReadonlyMap<string, Thresholds>;
}

/** By rate of false alarms. */
export type Thresholds = Readonly<Record<`${FalseAlarmRate}`, number>>;

interface WeightedScores {
  readonly values: number[];
  readonly weights: number[];
}

/**
 * Fits one view. Each capture weighs 1, shared by its bins.
 * @param captures left-out normal captures; those without bins are passed over
 * @returns a calibration in which every score is as expected (p = 1) when there is nothing to fit on
 */
export function fitViewCalibration(captures: readonly CalibrationScores[]): ViewCalibration {
  const all: WeightedScores = { values: [], weights: [] };
  const byRole = new Map<string, WeightedScores & { captures: number }>();
  for (const { role, bins, also } of captures) {
    if (bins.length === 0) continue;
    const own = byRole.get(role) ?? { values: [], weights: [], captures: 0 };
    byRole.set(role, own);
    own.captures++;
    for (const { score } of bins) {
      for (const list of also === true ? [own] : [all, own]) {
        list.values.push(score);
        list.weights.push(1 / bins.length);
      }
    }
  }
  const pool = medianAndSpread(all);
  const pooledSpread = Math.max(pool.spread, smallestPooledSpread);
  const roles = new Map(
    Array.from(byRole, ([role, own]) => {
      const { median, spread } = medianAndSpread(own);
      const total = own.captures + poolWeight;
      const location = (own.captures * median + poolWeight * pool.median) / total;
      const square =
        (own.captures * spread ** 2 + spreadPoolWeight * pooledSpread ** 2) /
        (own.captures + spreadPoolWeight);
      return [role, { location, scale: Math.max(smallestScale, Math.sqrt(square)) }] as const;
    }),
  );
  const pooled = { location: pool.median, scale: Math.max(smallestScale, pooledSpread) };
  return { roles, pooled, ...fitTail(captures, roles) };
}

function medianAndSpread({ values, weights }: WeightedScores): { median: number; spread: number } {
  if (values.length === 0) return { median: 0, spread: 0 };
  const median = weightedQuantile(values, weights, 0.5);
  return { median, spread: weightedQuantile(values, weights, 0.9) - median };
}

function fitTail(
  captures: readonly CalibrationScores[],
  roles: ViewCalibration['roles'],
): Pick<ViewCalibration, 'quantiles' | 'tailMean'> {
  const values: number[] = [];
  const weights: number[] = [];
  for (const { role, bins, also } of captures) {
    const place = roles.get(role);
    if (place === undefined || also === true) continue;
    for (const { score } of bins) {
      values.push((score - place.location) / place.scale);
      weights.push(1 / bins.length);
    }
  }
  const quantiles = weightedQuantiles(values, weights);
  const start = quantiles.at(-1) ?? 0;
  let excess = 0;
  let weight = 0;
  values.forEach((value, i) => {
    if (value <= start) return;
    excess += (weights[i] as number) * (value - start);
    weight += weights[i] as number;
  });
  return { quantiles, tailMean: Math.max(smallestTailMean, weight > 0 ? excess / weight : 0) };
}

/** Weighted quantiles at 0, 1/200, ... 0.95 in one pass. */
function weightedQuantiles(values: readonly number[], weights: readonly number[]): number[] {
  const order = ascendingOrder(values);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const quantiles: number[] = [];
  let reached = 0;
  for (const index of order) {
    reached += weights[index] as number;
    while (
      quantiles.length <= quantileSteps * (1 - tailShare) &&
      reached >= (quantiles.length / quantileSteps) * total
    ) {
      quantiles.push(values[index] as number);
    }
  }
  return quantiles;
}

/**
 * Share of normal bins that score as high or higher; above the 95 % quantile an exponential tail, below it the
 * empirical share.
 * @param score of a bin, before calibration
 * @returns above 0, at most 1
 */
export function tailProbability(calibration: ViewCalibration, role: string, score: number): number {
  const { location, scale } = calibration.roles.get(role) ?? calibration.pooled;
  const z = (score - location) / scale;
  const { quantiles, tailMean } = calibration;
  const start = quantiles.at(-1);
  if (start === undefined) return 1;
  if (z > start) return Math.max(smallestProbability, tailShare * Math.exp(-(z - start) / tailMean));
  return Math.max(tailShare, 1 - countBelow(quantiles, z) / quantileSteps);
}

/**
 * The verdict score V = -log10 p of a capture, where p is the chance that the least probable of m normal bins is this
 * improbable: `1 - (1 - least)^m` (Sidak). So a long capture has no more false alarms than a short one. Not a
 * probability to be read as one: `least` is a minimum over views with a fitted tail.
 * @param probabilities of the bins, each the minimum over the views; above 0, at most 1
 * @returns 0 or more; 0 for a capture without bins
 */
export function verdictScore(probabilities: readonly number[]): number {
  if (probabilities.length === 0) return 0;
  let least = 1;
  for (const probability of probabilities) least = Math.min(least, probability);
  const p = -Math.expm1(probabilities.length * Math.log1p(-least));
  return Math.max(0, -Math.log10(p));
}

/**
 * Thresholds that at most 1 % and 5 % of the normals' verdict scores exceed.
 * @param scores of left-out normal captures; infinite thresholds when there are none
 */
export function fitThresholds(scores: readonly number[]): Thresholds {
  const at = (rate: FalseAlarmRate) => {
    return scores.length === 0 ? Number.MAX_VALUE : upperQuantile(scores, 1 - rate);
  };
  return { '0.01': at(0.01), '0.05': at(0.05) };
}

/** A calibration as JSON values. */
export function encodeCalibration(calibration: BehaviourCalibration): { [key: string]: Json } {
  const views: { [key: string]: Json } = {};
  for (const [id, view] of calibration.views) {
    views[id] = {
      roles: Array.from(view.roles, ([role, { location, scale }]) => ({ role, location, scale })),
      pooled: { ...view.pooled },
      quantiles: [...view.quantiles],
      tailMean: view.tailMean,
    };
  }
  const ways: { [key: string]: Json } = {};
  for (const [way, thresholds] of calibration.ways) ways[way] = { ...thresholds };
  return { views, thresholds: { ...calibration.thresholds }, ways };
}

/**
 * The inverse of `encodeCalibration`.
 * @throws NetworkmlError NML_MODEL_MANIFEST when a part is missing or not of its kind
 */
export function decodeCalibration(encoded: Json | undefined): BehaviourCalibration {
  const { views, thresholds, ways = {} } = objectOf(encoded);
  return {
    views: new Map(Object.entries(objectOf(views)).map(([id, view]) => [id, decodeView(view)])),
    thresholds: decodeThresholds(thresholds),
    ways: new Map(Object.entries(objectOf(ways)).map(([way, own]) => [way, decodeThresholds(own)])),
  };
}

function decodeThresholds(encoded: Json | undefined): Thresholds {
  const limits = objectOf(encoded);
  return { '0.01': numberOf(limits['0.01']), '0.05': numberOf(limits['0.05']) };
}

function decodeView(encoded: Json): ViewCalibration {
  const { roles, pooled, quantiles, tailMean } = objectOf(encoded);
  const place = (value: Json | undefined) => {
    const { location, scale } = objectOf(value);
    return { location: numberOf(location), scale: positiveOf(scale) };
  };
  return {
    roles: new Map(
      listOf(roles).map((entry) => {
        const { role } = objectOf(entry);
        if (typeof role !== 'string') throw manifestError('calibration: a role without a name');
        return [role, place(entry)];
      }),
    ),
    pooled: place(pooled),
    quantiles: listOf(quantiles).map((value) => numberOf(value)),
    tailMean: positiveOf(tailMean),
  };
}

function objectOf(value: Json | undefined): { [key: string]: Json } {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw manifestError('calibration: an object is missing');
}

function listOf(value: Json | undefined): Json[] {
  if (Array.isArray(value)) return value;
  throw manifestError('calibration: a list is missing');
}

function numberOf(value: Json | undefined): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw manifestError('calibration: a number is missing');
}

function positiveOf(value: Json | undefined): number {
  const number = numberOf(value);
  if (number > 0) return number;
  throw manifestError(`calibration: ${number} where a number above 0 belongs`);
}
