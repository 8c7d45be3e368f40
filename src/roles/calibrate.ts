import {
  applyConfidence,
  balancedWeights,
  type ConfidenceScale,
  fitConfidence,
  topClasses,
} from '../math/index.js';
import type { AnsweredCaptures } from './answered-captures.js';

/** Confidences of answers, and what made them of the raw probabilities. */
export interface Calibrated {
  readonly scale: ConfidenceScale;
  /** [captures x roles] */
  readonly confidences: Float64Array;
}

/**
 * Confidences by a given scale, or else by one fitted on the answers. Where it is fitted here and the folds are known,
 * the confidences of each fold come from the scale of the others, so that the calibration error is not judged on its
 * own fit.
 *
 * @param scored captures that can be scored only.
 */
export function calibrate(scored: AnsweredCaptures, given?: ConfidenceScale): Calibrated {
  const { probabilities, roles, labels, folds } = scored;
  const classCount = roles.length;
  const scale = given ?? fitRoleConfidence(scored);
  if (given !== undefined || folds === undefined) {
    return { scale, confidences: applyConfidence(probabilities, classCount, scale) };
  }
  const confidences = new Float64Array(probabilities.length);
  for (const fold of new Set(Array.from(folds))) {
    const others = Uint8Array.from(labels, (_, i) => (folds[i] === fold ? 0 : 1));
    const scaled = applyConfidence(
      probabilities,
      classCount,
      fitRoleConfidence({ ...scored, evaluable: others }),
    );
    for (let i = 0; i < labels.length; i++) {
      if (folds[i] !== fold) continue;
      confidences.set(scaled.subarray(i * classCount, (i + 1) * classCount), i * classCount);
    }
  }
  return { scale, confidences };
}

/**
 * The scale that calibrates the answers, every device with the root of the number of its captures as weight, for these are
 * alike but not the same: balanced by role the few devices of thin roles would decide, and by capture those that were
 * captured often (docs/roles.md). Temperature 1 and offset 0 when no capture can be scored.
 */
export function fitRoleConfidence(answered: AnsweredCaptures): { temperature: number; offset: number } {
  const { probabilities, labels, devices, roles, evaluable } = answered;
  const answers = topClasses(probabilities, roles.length);
  const tops = Float64Array.from(answers, (answer, i) => probabilities[i * roles.length + answer] as number);
  const right = Uint8Array.from(answers, (answer, i) => (answer === labels[i] ? 1 : 0));
  return fitConfidence(tops, right, deviceWeights(devices, evaluable).map(Math.sqrt));
}

/** One over the captures of its device for each capture that counts: as if all were of one role, devices are balanced alone. */
export function deviceWeights(devices: readonly string[], evaluable?: ArrayLike<number>): Float64Array {
  return balancedWeights(new Uint8Array(devices.length), devices, evaluable);
}
