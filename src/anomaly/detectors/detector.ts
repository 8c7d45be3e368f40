/** Detectors by name behind one interface: fit rows, score rows; a fitted detector is numbers and nothing else. */
import { NetworkmlError } from '../../errors.js';
import { createRandom, sampleWithoutReplacement } from '../../math/index.js';
import { autoencoder } from './autoencoder.js';
import {
  arrayOf,
  type DenseTable,
  type DetectorArrays,
  type DetectorKernel,
  type DetectorSettings,
  pickRows,
  type RowScorer,
  rowOf,
} from './dense-table.js';
import { gaussianMixture } from './gaussian-mixture.js';
import { isolationForest } from './isolation-forest.js';
import { kernelDensity } from './kernel-density.js';
import { oneClassSvm } from './one-class-svm.js';
import { principalComponents } from './principal-components.js';
import { fitScaler, scaleRow, scaleTable } from './scaler.js';
import { sosDetector } from './sos-detector.js';

const kernels = {
  ocsvm: oneClassSvm,
  kde: kernelDensity,
  gmm: gaussianMixture,
  if: isolationForest,
  pca: principalComponents,
  ae: autoencoder,
  sos: sosDetector,
} as const satisfies Record<string, DetectorKernel>;

export type DetectorName = keyof typeof kernels;

/** One-class SVM, kernel density, Gaussian mixture, isolation forest, principal components, autoencoder, SOS. */
export const detectorNames = Object.keys(kernels) as DetectorName[];

/** Which settings are numbers of things, and which are shares or lengths. */
const COUNTS: ReadonlySet<string> = new Set([
  'components',
  'rounds',
  'trees',
  'samples',
  'hidden',
  'latent',
  'epochs',
  'batch',
  'references',
]);
const MAY_BE_ZERO: ReadonlySet<string> = new Set(['gamma', 'slope', 'decay', 'floor']);
const MOST = 1e6;

/** Detectors that look at all pairs of rows get a sample of so many. */
const MOST_ROWS = 10_000;

/** A fitted detector. */
export interface FittedDetector {
  readonly algorithm: DetectorName;
  readonly columnCount: number;
  /** All of them, defaults included. */
  readonly settings: DetectorSettings;
  /** Means and deviations of the columns; null where values are taken as they are. */
  readonly scaler: { readonly means: Float64Array; readonly deviations: Float64Array } | null;
  readonly arrays: DetectorArrays;
  /** Rows that it was fitted to. */
  readonly rowCount: number;
}

/** What to fit. */
export interface DetectorWish {
  readonly algorithm: DetectorName;
  /** Those that shall differ from the defaults. */
  readonly settings?: DetectorSettings;
  /** Whether columns are standardised first. */
  readonly standardise: boolean;
}

/** Settings of a detector and what they are without a word from the user. */
export function detectorDefaults(algorithm: DetectorName): DetectorSettings {
  return kernels[algorithm].defaults;
}

/** No score of the detector is higher; infinity where there is no bound. */
export function largestScore(algorithm: DetectorName): number {
  return kernels[algorithm].largestScore;
}

/**
 * Given settings beside the defaults.
 * @throws NetworkmlError NML_CONFIG for a name that the detector does not have, or a value that cannot be used
 */
export function detectorSettings(algorithm: DetectorName, given: DetectorSettings = {}): DetectorSettings {
  const { defaults } = kernels[algorithm];
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(defaults, name)) {
      const known = Object.keys(defaults).join(', ');
      throw new NetworkmlError('NML_CONFIG', `${algorithm} has no setting ${name}`, {
        hint: known === '' ? 'it has none' : `it has ${known}`,
      });
    }
    const least = COUNTS.has(name) ? 1 : 0;
    const fits =
      value >= least &&
      value <= MOST &&
      (value > 0 || MAY_BE_ZERO.has(name)) &&
      (!COUNTS.has(name) || Number.isInteger(value)) &&
      (name !== 'nu' || value <= 1) &&
      (name !== 'slope' || value <= 1) &&
      (name !== 'perplexity' || value >= 1);
    if (!fits) throw new NetworkmlError('NML_CONFIG', `${algorithm}: ${name} cannot be ${value}`);
  }
  return { ...defaults, ...given };
}

/**
 * Fits a detector to rows that are taken to be normal. Deterministic in the seed.
 * @throws NetworkmlError NML_CONFIG for settings, NML_TABLE without rows or where the rows do not allow it
 */
export function fitDetector(wish: DetectorWish, table: DenseTable, seed: number): FittedDetector {
  const { algorithm, standardise } = wish;
  const settings = detectorSettings(algorithm, wish.settings);
  if (table.rowCount === 0 || table.columnCount === 0) {
    throw new NetworkmlError('NML_TABLE', 'there are no rows to learn from');
  }
  const rows = sampled(algorithm, table, seed);
  const scaler = standardise ? fitScaler(rows) : null;
  const arrays = kernels[algorithm].fit(scaler === null ? rows : scaleTable(scaler, rows), settings, seed);
  const { rowCount, columnCount } = rows;
  return { algorithm, columnCount, settings, scaler, arrays, rowCount };
}

function sampled(algorithm: DetectorName, table: DenseTable, seed: number): DenseTable {
  const quadratic = algorithm === 'ocsvm' || algorithm === 'kde' || algorithm === 'sos';
  if (!quadratic || table.rowCount <= MOST_ROWS) return table;
  return pickRows(table, sampleWithoutReplacement(createRandom(seed), table.rowCount, MOST_ROWS).sort());
}

/**
 * The scorer of a fitted detector; one at a time may use it.
 * @throws NetworkmlError NML_MODEL_MANIFEST when its parts contradict each other
 */
export function detectorScorer(detector: FittedDetector): RowScorer {
  const { algorithm, columnCount, settings, scaler, arrays } = detector;
  const score = kernels[algorithm].scorer(arrays, columnCount, settings);
  if (scaler === null) return score;
  const checked = {
    means: arrayOf({ means: scaler.means }, 'means', columnCount),
    deviations: arrayOf({ deviations: scaler.deviations }, 'deviations', columnCount),
  };
  const scaled = new Float64Array(columnCount);
  return (row) => {
    scaleRow(checked, row, scaled);
    return score(scaled);
  };
}

/** Scores of all rows of a table. */
export function scoreTable(detector: FittedDetector, table: DenseTable): Float64Array {
  const score = detectorScorer(detector);
  return Float64Array.from({ length: table.rowCount }, (_, row) => score(rowOf(table, row)));
}

/**
 * Scores of rows that the model did not see: each part of the rows is scored by a detector that was fitted to the
 * others. Scores of rows a model was fitted to are too low, the more so the better it remembers.
 * @param groups rows of one group stay together, one number a row
 * @returns scores in the order of the rows
 */
export function scoresOfUnseen(
  wish: DetectorWish,
  table: DenseTable,
  groups: ArrayLike<number>,
  seed: number,
  folds = 5,
): Float64Array {
  const part = partsOf(groups, seed, folds);
  const scores = new Float64Array(table.rowCount);
  for (let fold = 0; fold < folds; fold++) {
    const rows = Array.from(part.keys());
    const held = rows.filter((row) => part[row] === fold);
    const others = rows.filter((row) => part[row] !== fold);
    if (held.length === 0) continue;
    const detector = fitDetector(wish, pickRows(table, others.length > 0 ? others : held), seed);
    const own = scoreTable(detector, pickRows(table, held));
    held.forEach((row, at) => {
      scores[row] = own[at] as number;
    });
  }
  return scores;
}

/** Groups dealt out in random order, one to each part in turn. */
function partsOf(groups: ArrayLike<number>, seed: number, folds: number): Uint32Array {
  const names = [...new Set(Array.from(groups))];
  const order = sampleWithoutReplacement(createRandom(seed), names.length, names.length);
  const partOf = new Map(Array.from(order, (name, at) => [names[name], at % folds]));
  return Uint32Array.from(groups, (group) => partOf.get(group) ?? 0);
}
