import { NetworkmlError } from '../errors.js';

/** Bounds of a fitted temperature: beyond them the answer is all but certain, or all but even. */
export const temperatureBounds = { least: 0.05, most: 20 } as const;

/** A probability below this counts as this when a temperature is fitted: one impossible label must not decide alone. */
const floor = 1e-12;
const goldenRatio = (Math.sqrt(5) - 1) / 2;

/**
 * The temperature T for which p^(1/T), renormalised, has the least weighted negative log-likelihood (temperature
 * scaling, Guo et al., ICML 2017, applied to probabilities instead of logits). Below 1 sharpens, above 1 flattens.
 * Golden section on log T: the loss is convex in 1/T, so it has one valley.
 *
 * @param probabilities [items x classCount].
 * @param labels class index of each item.
 * @param weights zero or more each; 1 each unless given.
 * @returns 1 when no item has weight; otherwise within `temperatureBounds`.
 * @throws NetworkmlError `NML_INTERNAL` when the lengths do not fit together.
 */
export function fitTemperature(
  probabilities: Float64Array,
  labels: ArrayLike<number>,
  classCount: number,
  weights?: ArrayLike<number>,
): number {
  if (probabilities.length !== labels.length * classCount) {
    throw new NetworkmlError(
      'NML_INTERNAL',
      `${probabilities.length} probabilities of ${labels.length} items`,
    );
  }
  let total = 0;
  for (let item = 0; item < labels.length; item++) total += weights === undefined ? 1 : weights[item]!;
  if (!(total > 0)) return 1;

  const logs = probabilities.map((value) => Math.log(Math.max(value, floor)));
  const loss = (logTemperature: number) =>
    weightedLoss(logs, labels, classCount, Math.exp(-logTemperature), weights);
  let low = Math.log(temperatureBounds.least);
  let high = Math.log(temperatureBounds.most);
  let left = high - goldenRatio * (high - low);
  let right = low + goldenRatio * (high - low);
  let leftLoss = loss(left);
  let rightLoss = loss(right);
  while (high - low > 1e-7) {
    if (leftLoss <= rightLoss) {
      high = right;
      right = left;
      rightLoss = leftLoss;
      left = high - goldenRatio * (high - low);
      leftLoss = loss(left);
    } else {
      low = left;
      left = right;
      leftLoss = rightLoss;
      right = low + goldenRatio * (high - low);
      rightLoss = loss(right);
    }
  }
  return Math.exp((low + high) / 2);
}

/** Sum of weight x -log of the label's probability after multiplying all logarithms by `sharpness` = 1/T. */
function weightedLoss(
  logs: Float64Array,
  labels: ArrayLike<number>,
  classCount: number,
  sharpness: number,
  weights: ArrayLike<number> | undefined,
): number {
  let sum = 0;
  for (let item = 0; item < labels.length; item++) {
    const weight = weights === undefined ? 1 : weights[item]!;
    if (weight === 0) continue;
    const offset = item * classCount;
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classCount; k++) most = Math.max(most, logs[offset + k]!);
    let scale = 0;
    for (let k = 0; k < classCount; k++) scale += Math.exp(sharpness * (logs[offset + k]! - most));
    sum += weight * (Math.log(scale) - sharpness * (logs[offset + labels[item]!]! - most));
  }
  return sum;
}

/**
 * p^(1/T), renormalised, for each item. The order of classes stays.
 *
 * @param probabilities [items x classCount]; a row of zeros stays so.
 * @param temperature above 0.
 * @returns new array of the same shape.
 * @throws NetworkmlError `NML_INTERNAL` for a temperature that is not above 0 and finite.
 */
export function applyTemperature(
  probabilities: Float64Array,
  classCount: number,
  temperature: number,
): Float64Array {
  if (!(temperature > 0 && temperature < Number.POSITIVE_INFINITY)) {
    throw new NetworkmlError('NML_INTERNAL', `temperature ${temperature} is not above 0`);
  }
  const scaled = new Float64Array(probabilities.length);
  for (let offset = 0; offset < probabilities.length; offset += classCount) {
    let most = 0;
    for (let k = 0; k < classCount; k++) most = Math.max(most, probabilities[offset + k]!);
    if (most === 0) continue;
    let sum = 0;
    for (let k = 0; k < classCount; k++) {
      const value = Math.exp(Math.log(probabilities[offset + k]! / most) / temperature);
      scaled[offset + k] = value;
      sum += value;
    }
    for (let k = 0; k < classCount; k++) scaled[offset + k] = scaled[offset + k]! / sum;
  }
  return scaled;
}
