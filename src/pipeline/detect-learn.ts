/** `detect learn`: from rows of captures to a detector with a threshold, and how well it tells labelled rows. */
import {
  automaticThreshold,
  type DenseTable,
  type DetectorWish,
  fitDetector,
  largestScore,
  pickRows,
  quantileOf,
  scoresOfUnseen,
  scoreTable,
} from '../anomaly/index.js';
import { NetworkmlError } from '../errors.js';
import {
  averagePrecision,
  createRandom,
  sampleWithoutReplacement,
  shuffle,
  weightedAreaUnderRoc,
} from '../math/index.js';
import type { DetectorModel } from './detect-model.js';
import type { DetectFigures, DetectUnit, ThresholdRecord } from './detect-records.js';
import { type DetectFeatures, type DetectRows, featureColumns } from './detect-units.js';

/** Units whose scores make the threshold, at most: five models more are fitted for it. */
const MOST_FOR_THRESHOLD = 2000;
/** Scores kept of these, for the share that is stranger. */
const KEPT_SCORES = 1001;

export interface LearnOptions {
  readonly detector: DetectorWish;
  readonly threshold: { readonly rule: ThresholdRecord['rule']; readonly share: number | null };
  /** Share of labelled units that is kept for the test. */
  readonly testSize: number;
  readonly seed: number;
  /**
   * `netml`: the test is drawn from all flows alike and the rest is learnt from, anomalous or not. Without: only normal
   * units are learnt from, and both directions and all pieces of a connection stay on one side.
   */
  readonly compat: 'netml' | null;
  /** Called as a step begins. */
  readonly onStep?: (step: 'fit' | 'test') => void;
}

/** A model and the scores that show what it is worth. */
export interface LearntDetector {
  readonly model: DetectorModel;
  /** Of the test with labels; without labels those that made the threshold, label null. */
  readonly scores: readonly { readonly score: number; readonly label: 0 | 1 | null }[];
}

/** All rows on end. */
interface Pool {
  readonly table: DenseTable;
  readonly labels: Uint8Array | null;
  /** Units of one connection have one number. */
  readonly groups: Uint32Array;
}

/**
 * Learns from the rows of captures. Deterministic in the seed.
 * @param captures all with labels, or none
 * @throws NetworkmlError NML_TRAIN_DATA when nothing is left to learn from; NML_TABLE where the algorithm cannot be fitted
 */
export function learnDetector(
  captures: readonly DetectRows[],
  features: DetectFeatures,
  options: LearnOptions,
): LearntDetector {
  options.onStep?.('fit');
  const pool = pooled(captures, featureColumns(features));
  const { train, test } = split(pool, options);
  if (train.length < 2) {
    throw new NetworkmlError('NML_TRAIN_DATA', `${train.length} flows or sessions to learn from`, {
      hint: 'give captures with more normal traffic, or a smaller --test-size',
    });
  }
  const table = pickRows(pool.table, train);
  const detector = fitDetector(options.detector, table, options.seed);
  const unseen = unseenScores(
    table,
    train.map((row) => pool.groups[row] as number),
    options,
  );
  const threshold = thresholdOf(unseen, options);
  options.onStep?.('test');
  const labels = pool.labels;
  const scored = scoreTable(detector, pickRows(pool.table, test));
  const testLabels = Uint8Array.from(test, (row) => labels?.[row] ?? 0);
  const model: DetectorModel = {
    features,
    detector,
    threshold,
    unseen: thinned(unseen),
    training: {
      captures: captures.length,
      units: train.length,
      anomalous: train.filter((row) => labels?.[row] === 1).length,
      seed: options.seed,
      testSize: labels === null ? null : options.testSize,
      figures: labels === null ? null : figuresOf(scored, testLabels, threshold.value),
    },
  };
  const scores =
    labels === null
      ? Array.from(unseen, (score) => ({ score, label: null }))
      : Array.from(scored, (score, at) => ({
          score,
          label: testLabels[at] === 1 ? (1 as const) : (0 as const),
        }));
  return { model, scores };
}

function pooled(captures: readonly DetectRows[], columnCount: number): Pool {
  const rowCount = captures.reduce((sum, { units }) => sum + units.length, 0);
  const values = new Float64Array(rowCount * columnCount);
  const groups = new Uint32Array(rowCount);
  const known = captures.length > 0 && captures.every(({ labels }) => labels !== null);
  const labels = known ? new Uint8Array(rowCount) : null;
  const numbers = new Map<string, number>();
  let row = 0;
  captures.forEach((capture, at) => {
    values.set(capture.values, row * columnCount);
    if (labels !== null && capture.labels !== null) labels.set(capture.labels, row);
    for (const unit of capture.units) {
      const key = `${at} ${connectionOf(unit)}`;
      const number = numbers.get(key) ?? numbers.size;
      numbers.set(key, number);
      groups[row++] = number;
    }
  });
  return { table: { values, rowCount, columnCount }, labels, groups };
}

/** The same for both directions. */
function connectionOf({ src, dst, srcPort, dstPort, protocol }: DetectUnit): string {
  return `${protocol} ${[`${src} ${srcPort}`, `${dst} ${dstPort}`].sort().join(' ')}`;
}

function split(
  { table, labels, groups }: Pool,
  { testSize, seed, compat }: LearnOptions,
): { train: number[]; test: number[] } {
  const rows = Array.from({ length: table.rowCount }, (_, row) => row);
  if (labels === null) return { train: rows, test: [] };
  const random = createRandom(seed);
  if (compat === 'netml') {
    const mixed = shuffle(random, [...rows]);
    const held = Math.ceil(testSize * rows.length);
    return { train: mixed.slice(held).sort(ascending), test: mixed.slice(0, held).sort(ascending) };
  }
  const normal = rows.filter((row) => labels[row] === 0);
  const ofGroup = new Map<number, number[]>();
  for (const row of normal) {
    const group = groups[row] as number;
    const list = ofGroup.get(group);
    if (list === undefined) ofGroup.set(group, [row]);
    else list.push(row);
  }
  const held: number[] = [];
  const train: number[] = [];
  for (const members of shuffle(random, [...ofGroup.values()])) {
    (held.length < testSize * normal.length ? held : train).push(...members);
  }
  const anomalous = rows.filter((row) => labels[row] === 1);
  return { train: train.sort(ascending), test: [...held, ...anomalous].sort(ascending) };
}

function ascending(a: number, b: number): number {
  return a - b;
}

function unseenScores(table: DenseTable, groups: readonly number[], options: LearnOptions): Float64Array {
  const { detector, seed } = options;
  const rows =
    table.rowCount <= MOST_FOR_THRESHOLD
      ? Uint32Array.from(groups.keys())
      : sampleWithoutReplacement(createRandom(seed), table.rowCount, MOST_FOR_THRESHOLD).sort();
  const own = Array.from(rows, (row) => groups[row] as number);
  return scoresOfUnseen(detector, pickRows(table, rows), own, seed).sort();
}

function thresholdOf(unseen: Float64Array, { threshold, detector }: LearnOptions): ThresholdRecord {
  const { rule, share } = threshold;
  if (rule === 'auto' || share === null) {
    const value = automaticThreshold(unseen, largestScore(detector.algorithm));
    return { value, rule: 'auto', share: null };
  }
  return { value: quantileOf(unseen, rule === 'quantile' ? share : 1 - share), rule, share };
}

function thinned(sorted: Float64Array): Float64Array {
  if (sorted.length <= KEPT_SCORES) return sorted;
  return Float64Array.from({ length: KEPT_SCORES }, (_, at) => quantileOf(sorted, at / (KEPT_SCORES - 1)));
}

/** Null unless the test part holds normal and anomalous units. */
function figuresOf(scores: Float64Array, labels: Uint8Array, threshold: number): DetectFigures | null {
  const anomalous = labels.reduce((sum, label) => sum + label, 0);
  const normal = labels.length - anomalous;
  if (anomalous === 0 || normal === 0) return null;
  const above = (label: number): number =>
    scores.reduce((sum, score, at) => sum + Number(labels[at] === label && score > threshold), 0);
  return {
    normal,
    anomalous,
    areaUnderRoc: weightedAreaUnderRoc(scores, labels),
    averagePrecision: averagePrecision(scores, labels),
    detected: above(1) / anomalous,
    falseAlarms: above(0) / normal,
  };
}
