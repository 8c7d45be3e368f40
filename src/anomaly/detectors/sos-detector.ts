/** Stochastic Outlier Selection against fixed reference points (see `reference.ts`), for tables of any scale. */
import { createRandom, median, sampleWithoutReplacement } from '../../math/index.js';
import { type BandwidthLimits, plainLimits } from '../reference.js';
import { fitPoints } from '../reference-fit.js';
import { scoreScaled } from '../reference-scorer.js';
import {
  arrayOf,
  type DenseTable,
  type DetectorArrays,
  type DetectorKernel,
  type DetectorSettings,
  pickRows,
  rowOf,
  settingOf,
  tableOf,
} from './dense-table.js';

/** Bandwidths stay within this factor of the middle one: lonely points must not bind to whatever comes. */
const BETA_SPREAD = 2;
const SMALLEST_SUM = 0.1;

/**
 * Settings: `perplexity` (at most half of the points), `references` (distinct rows that are kept, at most).
 * The score is `-ln T`, where `exp(-T)` is the outlier probability.
 */
export const sosDetector: DetectorKernel = {
  defaults: { perplexity: 20, references: 1024 },
  largestScore: Number.POSITIVE_INFINITY,
  fit,
  scorer: (arrays, columnCount) => {
    const points = tableOf(arrays, 'points', columnCount);
    const scorer = {
      points: points.values,
      columns: columnCount,
      betas: Float32Array.from(arrayOf(arrays, 'betas', points.rowCount)),
      logSums: Float32Array.from(arrayOf(arrays, 'logSums', points.rowCount)),
    };
    return (row) => scoreScaled(scorer, Float64Array.from(row))[0] as number;
  },
};

function fit(table: DenseTable, settings: DetectorSettings, seed: number): DetectorArrays {
  const distinct = distinctRows(table);
  const count = Math.min(distinct.length, settingOf(settings, 'references'));
  const drawn = sampleWithoutReplacement(createRandom(seed), distinct.length, count).sort();
  const points = pickRows(
    table,
    drawn.map((at) => distinct[at] as number),
  );
  const reference = { points: points.values, columns: points.columnCount };
  const plain: BandwidthLimits = { ...plainLimits(settingOf(settings, 'perplexity')), perplexityShare: 0.5 };
  const middle = middleBeta(fitPoints(reference, plain).betas);
  const { betas, logSums } = fitPoints(reference, {
    ...plain,
    smallestBeta: middle / BETA_SPREAD,
    largestBeta: middle * BETA_SPREAD,
    smallestSum: SMALLEST_SUM,
  });
  return { points: points.values, betas: Float64Array.from(betas), logSums: Float64Array.from(logSums) };
}

/** The median of the bandwidths that the search found; 1 where it found none (one or two points). */
function middleBeta(betas: Float32Array): number {
  const found = betas.filter((beta) => beta > 0 && beta < 1e29);
  return found.length === 0 ? 1 : median(found);
}

/** The first of each group of equal rows: a point that comes often must not define what is normal alone. */
function distinctRows(table: DenseTable): number[] {
  const seen = new Set<string>();
  const rows: number[] = [];
  for (let row = 0; row < table.rowCount; row++) {
    const key = rowOf(table, row).join(' ');
    if (seen.has(key)) continue;
    seen.add(key);
    rows.push(row);
  }
  return rows;
}
