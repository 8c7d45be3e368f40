import { NetworkmlError } from '../errors.js';

/**
 * Figures of merit of a classifier. `probabilities` is always [items x classCount], row after row; a `label` is a
 * class index. A `mask` has one entry an item; items with 0 do not count. A share of nothing is NaN.
 */

/** Which items count: 0 = no. */
export type Mask = ArrayLike<number>;

/**
 * Place of each item's own label among its probabilities, 0 = first. Of equal probabilities the lower class goes first.
 *
 * @returns length of `labels`.
 */
export function labelRanks(
  probabilities: Float64Array,
  labels: ArrayLike<number>,
  classCount: number,
): Uint32Array {
  const ranks = new Uint32Array(labels.length);
  for (let item = 0; item < labels.length; item++) {
    const offset = item * classCount;
    const label = labels[item]!;
    const own = probabilities[offset + label]!;
    let rank = 0;
    for (let other = 0; other < classCount; other++) {
      const value = probabilities[offset + other]!;
      if (value > own || (value === own && other < label)) rank++;
    }
    ranks[item] = rank;
  }
  return ranks;
}

/** Class of the highest probability of each item; of equal ones the lower class. */
export function topClasses(probabilities: Float64Array, classCount: number): Uint32Array {
  const top = new Uint32Array(probabilities.length / classCount);
  for (let item = 0; item < top.length; item++) {
    const offset = item * classCount;
    let best = 0;
    for (let other = 1; other < classCount; other++) {
      if (probabilities[offset + other]! > probabilities[offset + best]!) best = other;
    }
    top[item] = best;
  }
  return top;
}

/** Which items have their label among the first `k`, as 0 or 1: `k` = 1 are the right answers. */
export function hitsWithin(ranks: ArrayLike<number>, k: number): Uint8Array {
  return Uint8Array.from(ranks, (rank) => (rank < k ? 1 : 0));
}

/** Share of hits among the items that count: accuracy for `hitsWithin(ranks, 1)`, top-k for k. */
export function shareOfHits(hits: ArrayLike<number>, mask?: Mask): number {
  let sum = 0;
  let count = 0;
  for (let item = 0; item < hits.length; item++) {
    if (mask !== undefined && mask[item] === 0) continue;
    sum += hits[item]!;
    count++;
  }
  return sum / count;
}

/**
 * Weights that give every label the same sum, every group of a label the same share of it, and every item of a group
 * the same share of that: 1 / (groups of the label x items of the group with that label). Items outside the mask get 0.
 *
 * @param groups one name an item; the same name under two labels counts as two groups.
 */
export function balancedWeights(
  labels: ArrayLike<number>,
  groups: readonly string[],
  mask?: Mask,
): Float64Array {
  const sizes = new Map<number, Map<string, number>>();
  for (let item = 0; item < groups.length; item++) {
    if (mask !== undefined && mask[item] === 0) continue;
    const label = labels[item]!;
    const ofLabel = sizes.get(label) ?? new Map<string, number>();
    sizes.set(label, ofLabel);
    ofLabel.set(groups[item]!, (ofLabel.get(groups[item]!) ?? 0) + 1);
  }
  return Float64Array.from(groups, (group, item) => {
    if (mask !== undefined && mask[item] === 0) return 0;
    const ofLabel = sizes.get(labels[item]!)!;
    return 1 / (ofLabel.size * ofLabel.get(group)!);
  });
}

/**
 * Sum of weights by label and answer.
 *
 * @param weights one an item; 1 each unless given.
 * @returns [classCount x classCount]; entry `label * classCount + answer`.
 */
export function confusionMatrix(
  labels: ArrayLike<number>,
  answers: ArrayLike<number>,
  classCount: number,
  weights?: ArrayLike<number>,
): Float64Array {
  const matrix = new Float64Array(classCount * classCount);
  for (let item = 0; item < labels.length; item++) {
    const cell = labels[item]! * classCount + answers[item]!;
    matrix[cell] = matrix[cell]! + (weights === undefined ? 1 : weights[item]!);
  }
  return matrix;
}

/** Figures of one class; all 0 to 1. */
export interface ClassScore {
  /** Weight of the items with this label. */
  readonly weight: number;
  /** NaN for a class that is no item's label. */
  readonly recall: number;
  /** 0 for a class that is never answered. */
  readonly precision: number;
  readonly f1: number;
}

/**
 * Recall, precision and F1 of each class from a confusion matrix (van Rijsbergen's effectiveness with equal parts).
 * From a matrix with `balancedWeights` these are the group-balanced figures.
 */
export function classScores(matrix: Float64Array, classCount: number): ClassScore[] {
  return Array.from({ length: classCount }, (_, own) => {
    let labelled = 0;
    let answered = 0;
    for (let other = 0; other < classCount; other++) {
      labelled += matrix[own * classCount + other]!;
      answered += matrix[other * classCount + own]!;
    }
    const right = matrix[own * classCount + own]!;
    return {
      weight: labelled,
      recall: right / labelled,
      precision: answered === 0 ? 0 : right / answered,
      f1: labelled + answered === 0 ? 0 : (2 * right) / (labelled + answered),
    };
  });
}

/** Mean F1 of the classes that are some item's label. */
export function macroF1(scores: readonly ClassScore[]): number {
  const present = scores.filter((score) => score.weight > 0);
  return present.reduce((sum, score) => sum + score.f1, 0) / present.length;
}

/** Share of hits by class (NaN for a class without items), and the mean of those. */
export interface BalancedShare {
  readonly perClass: Float64Array;
  readonly mean: number;
}

/**
 * Group-balanced share of hits: in each class the mean over its groups of the group's share, and the mean over classes.
 *
 * @param hits 0 or 1 an item.
 */
export function balancedShare(
  hits: ArrayLike<number>,
  labels: ArrayLike<number>,
  groups: readonly string[],
  classCount: number,
  mask?: Mask,
): BalancedShare {
  const weights = balancedWeights(labels, groups, mask);
  const sums = new Float64Array(classCount);
  const totals = new Float64Array(classCount);
  for (let item = 0; item < hits.length; item++) {
    const label = labels[item]!;
    sums[label] = sums[label]! + weights[item]! * hits[item]!;
    totals[label] = totals[label]! + weights[item]!;
  }
  const perClass = sums.map((sum, label) => sum / totals[label]!);
  const present = perClass.filter((share) => !Number.isNaN(share));
  return { perClass, mean: present.reduce((sum, share) => sum + share, 0) / present.length };
}

/**
 * Expected calibration error (Naeini, Cooper and Hauskrecht, AAAI 2015): the mean distance of confidence from the share
 * of hits over bins of equal width, weighted by what is in them.
 *
 * @param confidences 0 to 1; 1 belongs to the last bin.
 * @param weights one an item; 1 each unless given.
 */
export function expectedCalibrationError(
  confidences: ArrayLike<number>,
  hits: ArrayLike<number>,
  weights?: ArrayLike<number>,
  binCount = 15,
): number {
  const gaps = new Float64Array(binCount);
  let total = 0;
  for (let item = 0; item < confidences.length; item++) {
    const confidence = confidences[item]!;
    if (!(confidence >= 0 && confidence <= 1)) {
      throw new NetworkmlError('NML_INTERNAL', `confidence ${confidence} is not between 0 and 1`);
    }
    const bin = Math.min(binCount - 1, Math.floor(confidence * binCount));
    const weight = weights === undefined ? 1 : weights[item]!;
    gaps[bin] = gaps[bin]! + weight * (hits[item]! - confidence);
    total += weight;
  }
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / total;
}

/** Items in falling order of their scores. */
function fallingOrder(scores: ArrayLike<number>): Uint32Array {
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i);
  return order.sort((a, b) => scores[b]! - scores[a]! || a - b);
}

/**
 * Area under the receiver operating characteristic of one list of weighted items (`areaUnderRoc` takes two plain lists):
 * the chance that a positive item scores above a negative one, a tie counting one half. NaN without a positive or without a negative item.
 *
 * @param positives 0 or 1 an item.
 * @param weights one an item; 1 each unless given.
 */
export function weightedAreaUnderRoc(
  scores: ArrayLike<number>,
  positives: ArrayLike<number>,
  weights?: ArrayLike<number>,
): number {
  const order = fallingOrder(scores);
  let above = 0;
  let allNegative = 0;
  let area = 0;
  for (let from = 0; from < order.length; ) {
    let positive = 0;
    let negative = 0;
    const score = scores[order[from]!]!;
    for (; from < order.length && scores[order[from]!] === score; from++) {
      const item = order[from]!;
      const weight = weights === undefined ? 1 : weights[item]!;
      if (positives[item] === 0) negative += weight;
      else positive += weight;
    }
    area += negative * (above + positive / 2);
    above += positive;
    allNegative += negative;
  }
  return area / (above * allNegative);
}

/**
 * Average precision: the sum over falling distinct scores of (recall gained) x (precision down to there), without
 * interpolation (Manning, Raghavan and Schuetze, Introduction to Information Retrieval, section 8.4).
 * NaN without a positive item.
 *
 * @param positives 0 or 1 an item.
 */
export function averagePrecision(scores: ArrayLike<number>, positives: ArrayLike<number>): number {
  const order = fallingOrder(scores);
  let found = 0;
  let sum = 0;
  for (let from = 0; from < order.length; ) {
    let gained = 0;
    const score = scores[order[from]!]!;
    for (; from < order.length && scores[order[from]!] === score; from++) {
      if (positives[order[from]!] !== 0) gained++;
    }
    found += gained;
    sum += (gained * found) / from;
  }
  return sum / found;
}

/** Items whose confidences fall into one stretch of 0 to 1. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  /** Items in it; never 0. */
  readonly items: number;
  /** Mean confidence of these. */
  readonly confidence: number;
  /** Share of hits among these; equal to the confidence where that is calibrated. */
  readonly accuracy: number;
}

/**
 * Confidence against accuracy in equal stretches of 0 to 1 (DeGroot and Fienberg, The Statistician 32, 1983). Empty
 * stretches are left out. The gaps, weighted by the items, add up to `expectedCalibrationError` of the same stretches.
 *
 * @param confidences 0 to 1, one an item.
 * @param hits 0 or 1 an item.
 */
export function reliabilityBins(
  confidences: ArrayLike<number>,
  hits: ArrayLike<number>,
  binCount = 15,
): ReliabilityBin[] {
  const items = new Uint32Array(binCount);
  const sums = new Float64Array(binCount);
  const right = new Uint32Array(binCount);
  for (let item = 0; item < confidences.length; item++) {
    const bin = Math.min(binCount - 1, Math.floor(confidences[item]! * binCount));
    items[bin]!++;
    sums[bin] = sums[bin]! + confidences[item]!;
    right[bin] = right[bin]! + hits[item]!;
  }
  return Array.from(items.keys())
    .filter((bin) => items[bin]! > 0)
    .map((bin) => ({
      from: bin / binCount,
      to: (bin + 1) / binCount,
      items: items[bin]!,
      confidence: sums[bin]! / items[bin]!,
      accuracy: right[bin]! / items[bin]!,
    }));
}
