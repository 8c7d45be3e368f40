/** Bandwidths of reference points whose distances the kernels measure themselves. */
import { type BandwidthLimits, type Bandwidths, clampedLimits, fitBandwidths } from './reference.js';
import { distancesToPoints, type ReferenceScorer } from './reference-scorer.js';

/** Rows whose distances are found together. */
const together = 4;

/** Bandwidth and sum of each point: see `fitBandwidths`. */
export function fitPoints(
  reference: Pick<ReferenceScorer, 'points' | 'columns' | 'tokens'>,
  limits: BandwidthLimits = clampedLimits,
): Bandwidths {
  const { points, columns, tokens } = reference;
  const count = points.length / columns;
  const rows = Float64Array.from(points);
  const unknown = new Float32Array(count);
  const scorer = { ...reference, betas: unknown, logSums: unknown };
  let found: Float64Array = new Float64Array(0);
  return fitBandwidths(
    count,
    (row, out) => {
      const at = row % together;
      if (at === 0) {
        const four = rows.subarray(row * columns, (row + together) * columns);
        found = distancesToPoints(scorer, four, tokens?.subarray(row, row + together));
      }
      out.set(found.subarray(at * count, (at + 1) * count));
    },
    limits,
  );
}
