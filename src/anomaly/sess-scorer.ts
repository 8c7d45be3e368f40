/** Scores sessions against the reference set of one role in the `sess` view. */
import { sessNumberCount } from '../features/index.js';
import { type Bandwidths, referenceScore } from './reference.js';

/** Distinct reference sessions of one role, as they are stored. */
export interface SessReference extends Bandwidths {
  /** `sessToken` of each point. */
  readonly tokens: Uint32Array;
  /** n x 16, scaled by `scaleSessNumbers` and rounded to two decimals. */
  readonly numbers: Float32Array;
}

/** What the sixteen numbers are measured by. */
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

/**
 * The numbers of unit `row`, from the role's median and weighted, into `out`.
 * @param numbers of the units, unscaled, 16 a row
 */
export function scaleSessNumbers(
  scale: SessScale,
  numbers: Float32Array,
  row: number,
  out: Float64Array,
): void {
  const { medians, factors } = scale;
  const at = row * sessNumberCount;
  for (let k = 0; k < sessNumberCount; k++) {
    out[k] = ((numbers[at + k] as number) - (medians[k] as number)) * (factors[k] as number);
  }
}

/**
 * Distances of one unit to n points, into `out`. Kind, service, and both together are each a group of one-hot columns
 * of weight 1: two different ones are sqrt(2) apart, so a group that differs adds 2 to the squared distance.
 * @param query 16 scaled numbers
 * @param points n x 16
 */
export function sessDistances(
  token: number,
  query: Float64Array,
  tokens: Uint32Array,
  points: Float64Array,
  out: Float64Array,
): void {
  const count = tokens.length;
  const any = token === anyToken;
  for (let j = 0, at = 0; j < count; j++) {
    const difference = token ^ (tokens[j] as number);
    let sum = 0;
    if (difference !== 0 && !any) {
      sum = difference >>> serviceBits !== 0 && (difference & serviceMask) !== 0 ? 6 : 4;
    }
    // Four columns a step (there are sixteen), into two sums that do not wait for one another: 7 instead of 11 us.
    let other = 0;
    for (let k = 0; k < sessNumberCount; k += 4, at += 4) {
      const a = (query[k] as number) - (points[at] as number);
      const b = (query[k + 1] as number) - (points[at + 1] as number);
      const c = (query[k + 2] as number) - (points[at + 2] as number);
      const d = (query[k + 3] as number) - (points[at + 3] as number);
      sum += a * a + b * b;
      other += c * c + d * d;
    }
    sum += other;
    out[j] = Math.sqrt(sum);
  }
}

/** A reference set made ready for scoring; nothing is allocated per session. */
export interface SessScorer {
  readonly reference: SessReference;
  /** The points' numbers in the precision that is computed with. */
  readonly points: Float64Array;
  readonly distances: Float64Array;
}

/** Makes a reference set ready for scoring. */
export function createSessScorer(reference: SessReference): SessScorer {
  return {
    reference,
    points: Float64Array.from(reference.numbers),
    distances: new Float64Array(reference.tokens.length),
  };
}

/** Score `-ln T` of one session; higher is stranger. `query`: its scaled numbers. */
export function scoreSession(scorer: SessScorer, token: number, query: Float64Array): number {
  const { reference, points, distances } = scorer;
  sessDistances(token, query, reference.tokens, points, distances);
  return referenceScore(distances, reference);
}
