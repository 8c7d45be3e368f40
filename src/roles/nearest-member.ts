import type { KnownDevices } from './known-devices.js';

/**
 * How likeness to known captures becomes probabilities. For each role the most alike known capture counts: p is
 * proportional to share x exp(similarity / spread). A capture that is all but the same as a known one is *recognised*: the whole
 * answer then leans on the known captures and on the forest.
 */
export interface NearestSettings {
  /** Spread of the member: a role nearer by this is e times as likely. */
  readonly spread: number;
  /** Part of the answer that a recognised capture hands over; at a distance of `recognitionDistance` 1/e of it. */
  readonly recognitionShare: number;
  readonly recognitionDistance: number;
  /** Spread where a capture is recognised. */
  readonly recognitionSpread: number;
  /** Part of the recognised answer that the forest has, which sees the device's own stack; the known captures have the rest. */
  readonly recognitionForest: number;
}

/** Found by cross-validation over devices, families and captures (docs/roles.md). */
export const nearestDefaults: NearestSettings = {
  spread: 0.13,
  recognitionShare: 0.8,
  recognitionDistance: 0.04,
  recognitionSpread: 0.002,
  recognitionForest: 0.5,
};

/**
 * Probabilities by likeness: of each role the known capture with the greatest share x exp(similarity / spread) counts, the
 * share being that of its device. Roles with nothing in common have no part; all are alike when none has any.
 *
 * @param similarities of every known row (`knownSimilarities`).
 * @returns [classCount], sums to 1.
 */
export function likenessOf(
  known: KnownDevices,
  similarities: Float64Array,
  classCount: number,
  spread: number,
): Float64Array {
  const most = new Float64Array(classCount).fill(Number.NEGATIVE_INFINITY);
  for (let row = 0; row < similarities.length; row++) {
    const similarity = similarities[row] as number;
    if (!(similarity > 0)) continue;
    const owner = known.owners[row] as number;
    const label = known.labels[owner] as number;
    most[label] = Math.max(most[label] as number, weighedSimilarity(known, owner, similarity, spread));
  }
  const best = Math.max(...most);
  if (best === Number.NEGATIVE_INFINITY) return most.map(() => 1 / classCount);
  const powers = most.map((value) => Math.exp((value - best) / spread));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** A similarity plus the logarithm of the share of its device, in the same measure: spread x log(share x exp(s / spread)). */
export function weighedSimilarity(
  { shares }: KnownDevices,
  owner: number,
  similarity: number,
  spread: number,
): number {
  return similarity + spread * Math.log(shares[owner] as number);
}

/**
 * Part of the answer that a capture hands over to the known ones: nearly none unless it is all but the same as one.
 *
 * @param similarities of every known row (`knownSimilarities`).
 */
export function recognition(similarities: Float64Array, settings: NearestSettings): number {
  const distance = 1 - similarities.reduce((most, similarity) => Math.max(most, similarity), 0);
  return settings.recognitionShare * Math.exp(-distance / settings.recognitionDistance);
}
