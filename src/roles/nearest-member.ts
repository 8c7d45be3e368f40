import type { KnownDevices } from './known-devices.js';

/**
 * How likeness to known captures becomes probabilities. For each role the most alike known capture counts: p is
 * proportional to exp(similarity / spread). A capture that is all but the same as a known one is *recognised*: the whole
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
 * The similarity of the most alike known capture of each role; 0 for roles without known devices.
 *
 * @param similarities of every known row (`knownSimilarities`).
 */
export function roleSimilarities(
  known: KnownDevices,
  similarities: Float64Array,
  classCount: number,
): Float64Array {
  const most = new Float64Array(classCount);
  for (let row = 0; row < similarities.length; row++) {
    const label = known.labels[known.owners[row] as number] as number;
    most[label] = Math.max(most[label] as number, similarities[row] as number);
  }
  return most;
}

/** exp(similarity / spread), scaled to sum 1; roles with nothing in common have no part, all alike when none has any. */
export function spreadOver(similarities: Float64Array, spread: number): Float64Array {
  const best = Math.max(...similarities);
  if (best <= 0) return similarities.map(() => 1 / similarities.length);
  const powers = similarities.map((s) => (s > 0 ? Math.exp((s - best) / spread) : 0));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** Part of the answer that a capture hands over to the known ones: nearly none unless it is all but the same as one. */
export function recognition(similarities: Float64Array, settings: NearestSettings): number {
  const distance = 1 - Math.max(...similarities);
  return settings.recognitionShare * Math.exp(-distance / settings.recognitionDistance);
}
