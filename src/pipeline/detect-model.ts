/** A fitted detector with its features and threshold, and the file it lies in: JSON, nothing that could run. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import {
  type DetectorName,
  detectorDefaults,
  detectorNames,
  detectorScorer,
  detectorSettings,
  type FittedDetector,
  type RowScorer,
} from '../anomaly/index.js';
import { NetworkmlError, toNetworkmlError } from '../errors.js';
import { countBelow } from '../math/index.js';
import type { DetectorFile, DetectTraining, ThresholdRecord } from './detect-records.js';
import { type DetectFeatures, featureColumns, parseFeatures } from './detect-units.js';
import { libraryVersion } from './train.js';

/** Larger files are not read: a model from a stranger must not take all memory. */
const MOST_BYTES = 2 ** 29;
const HINT = 'take a file written by networkml detect learn';

/** All that scoring new captures needs. */
export interface DetectorModel {
  readonly features: DetectFeatures;
  readonly detector: FittedDetector;
  readonly threshold: ThresholdRecord;
  /** Ascending scores (or quantiles of them) of units that the model had not seen. */
  readonly unseen: Float64Array;
  readonly training: DetectTraining;
}

/** Share of the scores in learning that were as high or higher. */
export function tailOf({ unseen }: DetectorModel, score: number): number {
  return (unseen.length - countBelow(unseen, score)) / unseen.length;
}

/** The text of a model's file and its digest; the same model gives the same bytes. */
export function modelText(model: DetectorModel): { text: string; sha256: string } {
  const { features, detector, threshold, unseen, training } = model;
  const { algorithm, settings, columnCount, rowCount, arrays, scaler } = detector;
  const rest: Omit<DetectorFile, 'sha256'> = {
    schema: 'networkml/detector/v1',
    library: libraryVersion(),
    algorithm,
    settings: { ...settings },
    columns: columnCount,
    rows: rowCount,
    features,
    threshold,
    training,
    arrays: {
      detector: Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, toBase64(array)])),
      scaler:
        scaler === null ? null : { means: toBase64(scaler.means), deviations: toBase64(scaler.deviations) },
      unseen: toBase64(unseen),
    },
  };
  const sha256 = digestOf(rest);
  return { text: `${JSON.stringify({ ...rest, sha256 }, null, 1)}\n`, sha256 };
}

/**
 * Reads a model.
 * @throws NetworkmlError NML_MODEL_MISSING, NML_MODEL_MANIFEST, NML_MODEL_CHECKSUM
 */
export function readDetector(path: string): DetectorModel & { readonly score: RowScorer } {
  let text: string;
  try {
    if (statSync(path).size > MOST_BYTES) throw invalid(`more than ${MOST_BYTES} bytes`);
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof NetworkmlError) throw cause.at(path);
    throw new NetworkmlError('NML_MODEL_MISSING', 'the model cannot be read', {
      file: path,
      hint: HINT,
      cause,
    });
  }
  try {
    return parseDetector(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) throw invalid('not JSON').at(path);
    throw toNetworkmlError(error, path);
  }
}

/**
 * A model from parsed JSON. Every array is checked against the others.
 * @throws NetworkmlError NML_MODEL_MANIFEST, NML_MODEL_CHECKSUM
 */
export function parseDetector(value: unknown): DetectorModel & { readonly score: RowScorer } {
  const { sha256, ...rest } = objectOf(value, 'the file');
  if (rest.schema !== 'networkml/detector/v1') throw invalid('schema is not networkml/detector/v1');
  if (sha256 !== digestOf(rest)) {
    throw new NetworkmlError('NML_MODEL_CHECKSUM', 'the model is not the one that was written', {
      hint: 'copy it again',
    });
  }
  const features = featuresOf(rest.features);
  const detector = detectorOf(rest);
  if (detector.columnCount !== featureColumns(features)) throw invalid('columns and features differ');
  const unseen = fromBase64(objectOf(rest.arrays, 'arrays').unseen, 'unseen');
  if (unseen.length === 0 || unseen.some((score, at) => !(score >= (unseen[at - 1] ?? score)))) {
    throw invalid('unseen is not ascending');
  }
  return {
    features,
    detector,
    threshold: thresholdOf(rest.threshold),
    unseen,
    // Shown, never computed with.
    training: objectOf(rest.training, 'training') as unknown as DetectTraining,
    score: detectorScorer(detector),
  };
}

function featuresOf(value: unknown): DetectFeatures {
  try {
    return parseFeatures(value);
  } catch (error) {
    throw invalid(`features: ${toNetworkmlError(error).message}`);
  }
}

function detectorOf(file: Readonly<Record<string, unknown>>): FittedDetector {
  const algorithm = detectorNames.find((name) => name === file.algorithm);
  if (algorithm === undefined) throw invalid('algorithm is unknown');
  const { detector, scaler } = objectOf(file.arrays, 'arrays');
  const arrays = Object.entries(objectOf(detector, 'arrays.detector')).map(
    ([name, text]) => [name, fromBase64(text, name)] as const,
  );
  return {
    algorithm,
    settings: settingsOf(algorithm, file.settings),
    columnCount: countOf(file.columns, 'columns'),
    rowCount: countOf(file.rows, 'rows'),
    arrays: Object.fromEntries(arrays),
    scaler: scaler === null ? null : scalerOf(objectOf(scaler, 'arrays.scaler')),
  };
}

function scalerOf({ means, deviations }: Readonly<Record<string, unknown>>): FittedDetector['scaler'] {
  return { means: fromBase64(means, 'means'), deviations: fromBase64(deviations, 'deviations') };
}

function settingsOf(algorithm: DetectorName, value: unknown): Record<string, number> {
  const given = objectOf(value, 'settings');
  const names = Object.keys(detectorDefaults(algorithm));
  const settings: Record<string, number> = {};
  for (const [name, setting] of Object.entries(given)) {
    if (typeof setting !== 'number') throw invalid(`settings.${name} is not a number`);
    settings[name] = setting;
  }
  if (names.some((name) => !Object.hasOwn(settings, name))) throw invalid('settings are missing');
  try {
    return { ...detectorSettings(algorithm, settings) };
  } catch (error) {
    throw invalid(toNetworkmlError(error).message);
  }
}

function thresholdOf(value: unknown): ThresholdRecord {
  const { value: threshold, rule, share } = objectOf(value, 'threshold');
  if (typeof threshold !== 'number' || !Number.isFinite(threshold))
    throw invalid('threshold is not a number');
  const known = (['auto', 'quantile', 'contamination'] as const).find((name) => name === rule);
  if (known === undefined) throw invalid('threshold.rule is unknown');
  return { value: threshold, rule: known, share: typeof share === 'number' ? share : null };
}

function objectOf(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(`${name} is not an object`);
  }
  return value as Readonly<Record<string, unknown>>;
}

function countOf(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1)
    throw invalid(`${name} is no count`);
  return value;
}

function invalid(problem: string): NetworkmlError {
  return new NetworkmlError('NML_MODEL_MANIFEST', `not a model of a detector: ${problem}`, { hint: HINT });
}

function digestOf(rest: object): string {
  return createHash('sha256').update(JSON.stringify(rest)).digest('hex');
}

function toBase64(values: Float64Array): string {
  const bytes = Buffer.alloc(values.length * 8);
  values.forEach((value, at) => {
    bytes.writeDoubleLE(value, at * 8);
  });
  return bytes.toString('base64');
}

function fromBase64(text: unknown, name: string): Float64Array {
  if (typeof text !== 'string') throw invalid(`the array ${name} is no text`);
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length % 8 !== 0) throw invalid(`the array ${name} is not whole`);
  return Float64Array.from({ length: bytes.length / 8 }, (_, at) => bytes.readDoubleLE(at * 8));
}
