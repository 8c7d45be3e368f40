/** The verdict on a device that no role of the bundle fits. */
export const unknownRole = 'Unknown';

/** A raw top probability below this is answered with Unknown. */
export const defaultUnknownCut = 0.5;

/** The answer of the Unknown rule. */
export interface RoleAnswer {
  /** A role, or `Unknown`. */
  readonly label: string;
  /** The role with the highest probability, whatever the label. */
  readonly nearest: string;
  /** Its raw probability, which the cut was compared with. */
  readonly score: number;
}

/**
 * The Unknown rule: the role with the highest raw probability, or Unknown when that is below the cut. The rule reads
 * raw probabilities because a temperature refitted later must not move the border.
 *
 * @param probabilities raw (not calibrated), one for each of `roles`; of equal ones the earlier role counts.
 */
export function answerRole(
  probabilities: ArrayLike<number>,
  roles: readonly string[],
  cut: number = defaultUnknownCut,
): RoleAnswer {
  let best = 0;
  for (let k = 1; k < roles.length; k++) {
    if ((probabilities[k] as number) > (probabilities[best] as number)) best = k;
  }
  const score = probabilities[best] as number;
  const nearest = roles[best] as string;
  return { label: score < cut ? unknownRole : nearest, nearest, score };
}
