import { NetworkmlError } from '../errors.js';

/** How raw probabilities become confidences. */
export interface ConfidenceScale {
  /** What the log odds of the first answer are divided by: below 1 sharpens, above 1 flattens. */
  readonly temperature: number;
  /** What is added to them afterwards. Undefined: none of this, but `applyTemperature` over the whole vector. */
  readonly offset: number | undefined;
}

/** Bounds of a fitted temperature: beyond them the answer is all but certain, or all but even. */
export const temperatureBounds = { least: 0.05, most: 20 } as const;

/** Probabilities this close to 0 and 1 count as this far: their log odds must stay finite. */
const margin = 1e-6;

/** Pull of offset and slope towards 0 and 1, so that answers that are all right do not drive them without end. */
const pull = 1e-3;

const mostSteps = 50;

/**
 * The scale for which sigmoid(log odds of the first answer / temperature + offset) is the best forecast of that answer
 * being right: least weighted log loss, by Newton steps (Platt, Advances in Large Margin Classifiers, 1999; the log odds
 * of the highest probability take the place of the margin). A temperature alone cannot say that answers are right more
 * often than all of them claim, which is what the mean over several models makes of them.
 *
 * @param tops highest raw probability of each item.
 * @param right 1 where that answer is right, else 0.
 * @param weights zero or more each; 1 each unless given.
 * @returns temperature 1 and offset 0 when no item has weight; otherwise the temperature is within `temperatureBounds`.
 * @throws NetworkmlError `NML_INTERNAL` when the lengths do not fit together.
 */
export function fitConfidence(
  tops: ArrayLike<number>,
  right: ArrayLike<number>,
  weights?: ArrayLike<number>,
): { temperature: number; offset: number } {
  if (tops.length !== right.length || (weights !== undefined && weights.length !== tops.length)) {
    throw new NetworkmlError('NML_INTERNAL', `${tops.length} probabilities, ${right.length} answers`);
  }
  const share = Float64Array.from(tops, (_, i) => (weights === undefined ? 1 : weights[i]!));
  const total = share.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0)) return { temperature: 1, offset: 0 };
  const items = { odds: Float64Array.from(tops, logOdds), right, share: share.map((w) => w / total) };
  const least = 1 / temperatureBounds.most;
  const most = 1 / temperatureBounds.least;
  let [offset, slope] = newton(items, 0, 1, true);
  if (slope < least || slope > most) {
    slope = Math.min(most, Math.max(least, slope));
    [offset] = newton(items, offset, slope, false);
  }
  return { temperature: 1 / slope, offset };
}

interface Items {
  readonly odds: Float64Array;
  readonly right: ArrayLike<number>;
  /** Sums to 1. */
  readonly share: Float64Array;
}

function logOdds(probability: number): number {
  const p = Math.min(1 - margin, Math.max(margin, probability));
  return Math.log(p / (1 - p));
}

/** Newton's method on a convex loss, each step halved until it goes down. @returns offset and slope */
function newton(items: Items, fromOffset: number, fromSlope: number, bothMove: boolean): [number, number] {
  let offset = fromOffset;
  let slope = fromSlope;
  let loss = confidenceLoss(items, offset, slope);
  for (let step = 0; step < mostSteps; step++) {
    const [byOffset, bySlope] = direction(items, offset, slope, bothMove);
    let part = 1;
    let next = confidenceLoss(items, offset - byOffset, slope - bySlope);
    while (next > loss && part > 1e-9) {
      part /= 2;
      next = confidenceLoss(items, offset - part * byOffset, slope - part * bySlope);
    }
    if (!(next < loss)) break;
    offset -= part * byOffset;
    slope -= part * bySlope;
    loss = next;
  }
  return [offset, slope];
}

function confidenceLoss({ odds, right, share }: Items, offset: number, slope: number): number {
  let loss = pull * (offset * offset + (slope - 1) * (slope - 1));
  for (let i = 0; i < odds.length; i++) {
    const z = offset + slope * odds[i]!;
    // log(1 + e^-z) for a right answer, log(1 + e^z) for a wrong one, without overflow.
    const against = right[i] === 1 ? -z : z;
    loss += share[i]! * (Math.max(0, against) + Math.log1p(Math.exp(-Math.abs(against))));
  }
  return loss;
}

/** Gradient by the inverse of the second derivatives; of the offset alone where the slope stays. */
function direction(
  { odds, right, share }: Items,
  offset: number,
  slope: number,
  bothMove: boolean,
): [number, number] {
  let g0 = 2 * pull * offset;
  let g1 = 2 * pull * (slope - 1);
  let h00 = 2 * pull;
  let h01 = 0;
  let h11 = 2 * pull;
  for (let i = 0; i < odds.length; i++) {
    const x = odds[i]!;
    const p = 1 / (1 + Math.exp(-(offset + slope * x)));
    const gap = share[i]! * (p - right[i]!);
    const curve = share[i]! * p * (1 - p);
    g0 += gap;
    g1 += gap * x;
    h00 += curve;
    h01 += curve * x;
    h11 += curve * x * x;
  }
  if (!bothMove) return [g0 / h00, 0];
  const determinant = h00 * h11 - h01 * h01;
  return [(h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant];
}

/**
 * Raw probabilities as confidences: the first answer gets sigmoid(log odds / temperature + offset), the others share the
 * rest as before. The order of classes stays: the first answer keeps at least as much as the second.
 *
 * @param probabilities [items x classCount]; rows sum to 1, a row of zeros stays so.
 * @returns new array of the same shape.
 * @throws NetworkmlError `NML_INTERNAL` for a temperature that is not above 0 and finite.
 */
export function applyConfidence(
  probabilities: Float64Array,
  classCount: number,
  { temperature, offset }: ConfidenceScale,
): Float64Array {
  if (offset === undefined) return applyTemperature(probabilities, classCount, temperature);
  checkTemperature(temperature);
  const scaled = new Float64Array(probabilities.length);
  for (let at = 0; at < probabilities.length; at += classCount) {
    let top = 0;
    for (let k = 1; k < classCount; k++) if (probabilities[at + k]! > probabilities[at + top]!) top = k;
    let rest = 0;
    let second = 0;
    for (let k = 0; k < classCount; k++) {
      if (k === top) continue;
      rest += probabilities[at + k]!;
      second = Math.max(second, probabilities[at + k]!);
    }
    const raw = probabilities[at + top]!;
    if (raw === 0) continue;
    const wanted = 1 / (1 + Math.exp(-(logOdds(raw / (raw + rest)) / temperature + offset)));
    // A hair above the second, so that rounding does not change the order.
    const confidence = rest === 0 ? 1 : Math.max(wanted, ((1 + 1e-9) * second) / (rest + second));
    for (let k = 0; k < classCount; k++) {
      scaled[at + k] = k === top ? confidence : ((1 - confidence) * probabilities[at + k]!) / rest || 0;
    }
  }
  return scaled;
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
  checkTemperature(temperature);
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

function checkTemperature(temperature: number): void {
  if (!(temperature > 0 && temperature < Number.POSITIVE_INFINITY)) {
    throw new NetworkmlError('NML_INTERNAL', `temperature ${temperature} is not above 0`);
  }
}
