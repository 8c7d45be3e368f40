/** Scores sessions against the reference set of one role in the `sess` view. */
import { type SessUnits, sessNumberCount } from '../features/index.js';
import type { Bandwidths } from './reference.js';
import { type RawUnits, type ReferenceScorer, scoreUnits } from './reference-scorer.js';

/** Distinct reference sessions of one role, as they are stored. */
export interface SessReference extends Bandwidths {
  /** `sessToken` of each point. */
  readonly tokens: Uint32Array;
  /** n x 16, scaled by `SessScale` and rounded to two decimals. */
  readonly numbers: Float32Array;
}

/** What the sixteen numbers are measured by: from the role's median and weighted. */
export interface SessScale {
  /** Middle value of each number in the role. */
  readonly medians: Float32Array;
  /** What a difference of 1 weighs: half over the standard deviation in all roles. */
  readonly factors: Float32Array;
}

/** Bits of a service code inside a token. */
const serviceBits = 17;
const serviceMask = (1 << serviceBits) - 1;
/** Token that agrees with every reference point: leaves the token out of the distance. */
export const anyToken = 0xffffffff;

/** Who opened the session, its protocol and its service as one integer. */
export function sessToken(kind: number, service: number): number {
  return (kind << serviceBits) | service;
}

/** Kind and service code of a token. */
export function splitSessToken(token: number): { kind: number; service: number } {
  return { kind: token >>> serviceBits, service: token & serviceMask };
}

/** Tokens of all units. */
export function sessTokens({ count, kind, service }: SessUnits): Uint32Array {
  const tokens = new Uint32Array(count);
  for (let row = 0; row < count; row++) tokens[row] = sessToken(kind[row] as number, service[row] as number);
  return tokens;
}

/** Units from row `from` to before row `to`, to be scaled. */
export function rawSessions(scale: SessScale, units: SessUnits, from = 0, to = units.count): RawUnits {
  const numbers = units.numbers.subarray(from * sessNumberCount, to * sessNumberCount);
  return { count: to - from, numbers, ...scale, aboveOnly: false };
}

/**
 * A reference set made ready for scoring. Kind, service, and both together are each a group of one-hot columns of weight 1
 * beside the sixteen numbers: two different ones are sqrt(2) apart, so a group that differs adds 2 to the squared distance.
 */
export function createSessScorer({ numbers, ...rest }: SessReference): ReferenceScorer {
  return { points: numbers, columns: sessNumberCount, ...rest };
}

/** Scores `-ln T` of all units; higher is stranger. */
export function scoreSessions(scorer: ReferenceScorer, scale: SessScale, units: SessUnits): Float64Array {
  return scoreUnits(scorer, rawSessions(scale, units), sessTokens(units));
}
