import { NetworkmlError } from '../errors.js';

/** Bounds of a fitted temperature: beyond them the answer is all but certain, or all but even. */
export const temperatureBounds = { least: 0.05, most: 20 } as const;

/** A probability below this counts as this when a temperature is fitted: one impossible label must not decide alone. */
const floor = 1e-12;
const goldenRatio = (Math.sqrt(5) - 1) / 2;

/** Steps of the search grid on log T: fine enough to lie in the valley of the best. */
const gridSteps = 60;

/**
 * The temperature T for which the highest value of p^(1/T), renormalised, is the best forecast of that class being
 * right: least weighted binary log loss of the top class. (Temperature scaling of Guo et al., ICML 2017, on
 * probabilities instead of logits, fits the likelihood of the whole vector instead; where some answers are far off that
 * one flattens all of them, and what a person reads, the confidence of the first answer, comes out too low.)
 * Below 1 sharpens, above 1 flattens. A grid on log T, then golden section around its best point.
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
    topClassLoss(logs, labels, classCount, Math.exp(-logTemperature), weights);
  const least = Math.log(temperatureBounds.least);
  const most = Math.log(temperatureBounds.most);
  const step = (most - least) / gridSteps;
  let best = 0;
  let bestLoss = loss(least);
  for (let i = 1; i <= gridSteps; i++) {
    const candidate = loss(least + i * step);
    if (candidate < bestLoss) {
      best = i;
      bestLoss = candidate;
    }
  }
  const low = Math.max(least, least + (best - 1) * step);
  return Math.exp(goldenSection(loss, low, Math.min(most, least + (best + 1) * step)));
}

/** The least point of a function with one valley between the bounds. */
function goldenSection(loss: (x: number) => number, from: number, to: number): number {
  let low = from;
  let high = to;
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
  return (low + high) / 2;
}

/** Sum of weight x binary log loss of the top class after multiplying all logarithms by `sharpness` = 1/T. */
function topClassLoss(
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
    let top = 0;
    for (let k = 1; k < classCount; k++) if (logs[offset + k]! > logs[offset + top]!) top = k;
    let others = 0;
    for (let k = 0; k < classCount; k++) {
      if (k !== top) others += Math.exp(sharpness * (logs[offset + k]! - logs[offset + top]!));
    }
    // Confidence of the top class is 1 / (1 + others).
    sum += weight * (Math.log1p(others) - (top === labels[item] ? 0 : Math.log(Math.max(others, floor))));
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
