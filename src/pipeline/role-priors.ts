import type { Corpus } from './corpus.js';

/**
 * What the probability of a role is multiplied by that only captures learnt from besides have. Chosen on left-out real
 * devices with a laboratory's captures besides, whose weights are `shareOfOthers` (docs/training.md): at 0.7 and below
 * nothing is lost on them.
 */
const PRIOR_OF_OTHERS = 0.7;

/** Prior of each role of a corpus; undefined where the captures proper have all roles. */
export function rolePriors({ captures, set }: Corpus): readonly number[] | undefined {
  const own = new Set(captures.filter(({ also }) => !also).map(({ role }) => role));
  if (set.roles.every((role) => own.has(role))) return undefined;
  return set.roles.map((role) => (own.has(role) ? 1 : PRIOR_OF_OTHERS));
}
