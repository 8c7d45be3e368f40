/** Draws the reference sessions of a role and finds their bandwidths. */
import { type SessUnits, sessNumberCount } from '../features/index.js';
import { median, type Random, weightedSampleWithoutReplacement } from '../math/index.js';
import { fitPoints } from './reference-fit.js';
import { scaledUnits } from './reference-scorer.js';
import { rawSessions, type SessReference, type SessScale, sessTokens } from './sess-scorer.js';

/** Units that one capture gives at most, so that a busy one does not define what is normal. */
export const unitsPerCapture = 60;
/** Distinct reference points at most. */
export const referenceLimit = 384;
/** Scaled numbers are rounded to 1 / this before equal points are joined. */
const roundingSteps = 100;

/**
 * Middle value of each of the sixteen numbers over all units of the captures.
 */
export function sessMedians(captures: readonly SessUnits[]): Float32Array {
  const total = captures.reduce((sum, units) => sum + units.count, 0);
  const column = new Float64Array(total);
  return Float32Array.from({ length: sessNumberCount }, (_, k) => {
    let at = 0;
    for (const units of captures) {
      for (let row = 0; row < units.count; row++)
        column[at++] = units.numbers[row * sessNumberCount + k] as number;
    }
    return total === 0 ? 0 : median(column);
  });
}

/** Points that enrolled captures add to a role at most. */
const enrolledLimit = 384;

/** The reference with the units of accepted captures beside its own points. */
export function extendSessReference(
  reference: SessReference,
  captures: readonly SessUnits[],
  scale: SessScale,
  random: Random,
): SessReference {
  const own = Array.from(reference.tokens, (token, i): Point => {
    const numbers = reference.numbers.subarray(i * sessNumberCount, (i + 1) * sessNumberCount);
    const steps = Int32Array.from(numbers, (value) => Math.round(value * roundingSteps));
    return { token, steps, key: `${token},${steps.join()}` };
  });
  const known = new Set(own.map(({ key }) => key));
  const added: Point[] = [];
  for (const point of captures.flatMap((units) => drawPoints(units, scale, random))) {
    if (known.has(point.key) || added.length >= enrolledLimit) continue;
    known.add(point.key);
    added.push(point);
  }
  return withBandwidths([...own, ...added]);
}

interface Point {
  readonly token: number;
  /** Scaled numbers in whole steps of 1 / `roundingSteps`. */
  readonly steps: Int32Array;
  readonly key: string;
}

/**
 * The reference set of a role: at most 60 random units of each capture, scaled, rounded and joined where equal; at most
 * 384 of the distinct points, drawn without replacement with chances by how often they occurred. All weigh the same
 * from then on: weighting them by their counts let one busy capture define normal.
 * @returns undefined when there are no units
 */
export function drawSessReference(
  captures: readonly SessUnits[],
  scale: SessScale,
  random: Random,
): SessReference | undefined {
  const distinct = new Map<string, { readonly point: Point; count: number }>();
  for (const units of captures) {
    for (const point of drawPoints(units, scale, random)) {
      const known = distinct.get(point.key);
      if (known === undefined) distinct.set(point.key, { point, count: 1 });
      else known.count++;
    }
  }
  if (distinct.size === 0) return undefined;
  const candidates = Array.from(distinct.values()).sort((a, b) => compareKeys(a.point, b.point));
  const chosen =
    candidates.length <= referenceLimit
      ? candidates
      : Array.from(
          weightedSampleWithoutReplacement(
            random,
            candidates.map(({ count }) => count),
            referenceLimit,
          ).sort(),
          (index) => candidates[index] as (typeof candidates)[number],
        );
  return withBandwidths(chosen.map(({ point }) => point));
}

/**
 * At most 60 units of one capture: in a fixed order every n/60-th from a random start. Each unit is as likely as any
 * other, and how often a unit was written down does not change which kinds of unit are met.
 */
function drawPoints(units: SessUnits, scale: SessScale, random: Random): Point[] {
  const scaled = scaledUnits(rawSessions(scale, units));
  const points = Array.from(sessTokens(units), (token, row): Point => {
    const numbers = scaled.subarray(row * sessNumberCount, (row + 1) * sessNumberCount);
    const steps = Int32Array.from(numbers, (value) => Math.round(value * roundingSteps));
    return { token, steps, key: `${token},${steps.join()}` };
  });
  const start = random.uniform();
  if (points.length <= unitsPerCapture) return points;
  points.sort(compareKeys);
  return Array.from({ length: unitsPerCapture }, (_, i) => {
    return points[Math.floor(((i + start) * points.length) / unitsPerCapture)] as Point;
  });
}

function compareKeys(a: Point, b: Point): number {
  return a.key < b.key ? -1 : Number(a.key > b.key);
}

function withBandwidths(points: readonly Point[]): SessReference {
  const tokens = Uint32Array.from(points, (point) => point.token);
  const numbers = new Float32Array(points.length * sessNumberCount);
  points.forEach(({ steps }, i) => {
    for (let k = 0; k < sessNumberCount; k++)
      numbers[i * sessNumberCount + k] = (steps[k] as number) / roundingSteps;
  });
  const bandwidths = fitPoints({ points: numbers, columns: sessNumberCount, tokens });
  return { tokens, numbers, ...bandwidths };
}
