/** Reference points of one role in a view whose units are plain vectors, and their scores. */
import type { VectorUnits } from '../features/index.js';
import { median, type Random, standardDeviation, weightedSampleWithoutReplacement } from '../math/index.js';
import { type BandwidthLimits, type Bandwidths, clampedLimits } from './reference.js';
import { fitPoints } from './reference-fit.js';
import { distancesToPoints, type RawUnits, type ReferenceScorer, scaledUnits } from './reference-scorer.js';

/** Units that one capture gives at most, so that a long one does not define what is normal. */
const vectorsPerCapture = 60;
/** Distinct reference points at most. */
const vectorReferenceLimit = 384;
/** Scaled numbers are rounded to 1 / this before equal points are joined. */
const roundingSteps = 100;
/** Least standard deviation that a number is divided by. */
const smallestDeviation = 0.1;

/** What numbers are measured by: above the role's middle value, in spreads of all roles; below it they count as 0. */
export interface VectorScale {
  readonly medians: Float32Array;
  /** 1 / spread. */
  readonly factors: Float32Array;
}

/** Distinct reference points of one role, as they are stored. */
export interface VectorReference extends Bandwidths {
  /** n x columns, scaled and rounded. */
  readonly points: Float32Array;
  /** Index of the capture that each point was first met in; into the list of names of the view. */
  readonly origins: Uint32Array;
}

/** What a difference of 1 in each number weighs: one over its standard deviation in the units of all captures. */
export function vectorFactors(captures: readonly VectorUnits[], columns: number): Float32Array {
  return Float32Array.from({ length: columns }, (_, k) => {
    return 1 / Math.max(smallestDeviation, standardDeviation(columnOf(captures, columns, k)));
  });
}

/** Middle value of each number over all units of the captures. */
export function vectorMedians(captures: readonly VectorUnits[], columns: number): Float32Array {
  return Float32Array.from({ length: columns }, (_, k) => {
    const column = columnOf(captures, columns, k);
    return column.length === 0 ? 0 : median(column);
  });
}

function columnOf(captures: readonly VectorUnits[], columns: number, k: number): Float64Array {
  const total = captures.reduce((sum, { count }) => sum + count, 0);
  const column = new Float64Array(total);
  let at = 0;
  for (const { count, numbers } of captures) {
    for (let row = 0; row < count; row++) column[at++] = numbers[row * columns + k] as number;
  }
  return column;
}

/** Units as the kernels scale them. */
export function rawVectors(scale: VectorScale, { count, numbers }: VectorUnits): RawUnits {
  return { count, numbers, ...scale, aboveOnly: true };
}

/** At most 60 random units of a capture, scaled and rounded. */
function drawSteps(units: VectorUnits, scale: VectorScale, random: Random): Int32Array[] {
  const rows = drawRows(units.count, random);
  const { columns } = units;
  const scaled = scaledUnits(rawVectors(scale, units));
  return rows.map((row) =>
    Int32Array.from(scaled.subarray(row * columns, (row + 1) * columns), (value) =>
      Math.round(value * roundingSteps),
    ),
  );
}

/** A capture's units, and the number of its name. */
export interface NumberedUnits {
  readonly units: VectorUnits;
  readonly origin: number;
}

/**
 * The reference of a role: at most 60 random units of each capture, scaled, rounded and joined where equal; at most 384
 * of the distinct points, drawn without replacement with chances by how often they occurred. All weigh the same.
 * @returns undefined when there are no units
 */
export function drawVectorReference(
  captures: readonly NumberedUnits[],
  scale: VectorScale,
  random: Random,
  limits: BandwidthLimits = clampedLimits,
): VectorReference | undefined {
  const columns = scale.medians.length;
  const distinct = new Map<string, { steps: Int32Array; origin: number; count: number }>();
  for (const { units, origin } of captures) {
    for (const steps of drawSteps(units, scale, random)) {
      const key = steps.join();
      const known = distinct.get(key);
      if (known === undefined) distinct.set(key, { steps, origin, count: 1 });
      else known.count++;
    }
  }
  if (distinct.size === 0) return undefined;
  const candidates = Array.from(distinct)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, point]) => point);
  const weights = candidates.map(({ count }) => count);
  const chosen =
    candidates.length <= vectorReferenceLimit
      ? candidates
      : Array.from(
          weightedSampleWithoutReplacement(random, weights, vectorReferenceLimit).sort(),
          (index) => candidates[index] as (typeof candidates)[number],
        );
  return withBandwidths(chosen, columns, limits);
}

/** Points that enrolled captures add to a role at most. */
const enrolledVectorLimit = 384;

/** The reference with the units of accepted captures beside its own points. */
export function extendVectorReference(
  reference: VectorReference,
  captures: readonly NumberedUnits[],
  scale: VectorScale,
  random: Random,
): VectorReference {
  const columns = scale.medians.length;
  const points = Array.from(reference.origins, (origin, i): VectorPoint => {
    const own = reference.points.subarray(i * columns, (i + 1) * columns);
    return { steps: Int32Array.from(own, (value) => Math.round(value * roundingSteps)), origin };
  });
  const known = new Set(points.map(({ steps }) => steps.join()));
  const most = points.length + enrolledVectorLimit;
  for (const { units, origin } of captures) {
    for (const steps of drawSteps(units, scale, random)) {
      if (known.has(steps.join()) || points.length >= most) continue;
      known.add(steps.join());
      points.push({ steps, origin });
    }
  }
  return withBandwidths(points, columns, clampedLimits);
}

interface VectorPoint {
  /** Scaled numbers in whole steps of 1 / `roundingSteps`. */
  readonly steps: Int32Array;
  readonly origin: number;
}

function withBandwidths(
  chosen: readonly VectorPoint[],
  columns: number,
  limits: BandwidthLimits,
): VectorReference {
  const points = new Float32Array(chosen.length * columns);
  chosen.forEach(({ steps }, i) => {
    for (let k = 0; k < columns; k++) points[i * columns + k] = (steps[k] as number) / roundingSteps;
  });
  const bandwidths = fitPoints({ points, columns }, limits);
  return { points, origins: Uint32Array.from(chosen, ({ origin }) => origin), ...bandwidths };
}

/** At most 60 rows, every n/60-th from a random start. */
function drawRows(count: number, random: Random): number[] {
  const start = random.uniform();
  if (count <= vectorsPerCapture) return Array.from({ length: count }, (_, row) => row);
  return Array.from({ length: vectorsPerCapture }, (_, i) =>
    Math.floor(((i + start) * count) / vectorsPerCapture),
  );
}

/** Makes a reference ready for scoring. */
export function createVectorScorer({ points, betas, logSums }: VectorReference): ReferenceScorer {
  return { points, columns: points.length / betas.length, betas, logSums };
}

/** Number of the reference point nearest to a scaled vector. */
export function nearestPoint(scorer: ReferenceScorer, query: Float64Array): number {
  const distances = distancesToPoints(scorer, query);
  let nearest = 0;
  for (let j = 1; j < distances.length; j++) {
    if ((distances[j] as number) < (distances[nearest] as number)) nearest = j;
  }
  return nearest;
}
