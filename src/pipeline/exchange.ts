import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NetworkmlError } from '../errors.js';
import {
  type ArrayToWrite,
  type Bundle,
  type BundleClassifier,
  findBundle,
  type JsonObject,
  readBundle,
  writeBundle,
} from '../models/index.js';
import {
  ABOUT_FILE,
  type BundleArray,
  decodeForest,
  decodeOneLayer,
  defaultUnknownCut,
  encodeForest,
  encodeOneLayer,
  FOREST_FILE,
  type ForestModel,
  layersModelFiles,
  layersModelWeightFiles,
  type OneLayerModel,
  readForestJson,
  readLayersModel,
  writeForestJson,
  writeLayersModel,
} from '../roles/index.js';

/** Formats of other libraries, and which of our classifiers each can hold. */
export const exchangeFormats = { tensorflow: 'one-layer', 'ml-random-forest': 'random-forest' } as const;

export type ExchangeFormat = keyof typeof exchangeFormats;

/** What was taken out of a bundle, or brought into one. */
export interface ExchangeSummary {
  /** The directory that was written. */
  readonly path: string;
  readonly format: ExchangeFormat;
  readonly classifier: string;
  readonly layout: string;
  readonly roles: readonly string[];
  /** Files with the model. */
  readonly files: readonly string[];
  readonly warnings: readonly string[];
}

type Model = OneLayerModel | ForestModel;

/** A file to import is read into memory whole. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;

/**
 * Writes a classifier of a bundle as files of another library; files of the same names are replaced.
 *
 * @param bundle directory or name of a bundle; undefined for the one in use.
 * @throws NetworkmlError NML_MODEL_*, NML_OUTPUT; NML_MODEL_ROLE when the bundle has no such classifier
 */
export function exportClassifier(
  bundle: string | undefined,
  format: ExchangeFormat,
  output: string,
): ExchangeSummary {
  const model = modelOf(readBundle(findBundle(bundle)), exchangeFormats[format]);
  const files = model.kind === 'one-layer' ? writeLayersModel(model) : writeForestJson(model);
  try {
    mkdirSync(output, { recursive: true });
    for (const [name, content] of files) {
      const beside = join(output, `.${name}.part-${process.pid}`);
      try {
        writeFileSync(beside, content);
        renameSync(beside, join(output, name));
      } finally {
        rmSync(beside, { force: true });
      }
    }
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new NetworkmlError('NML_OUTPUT', problem, { file: output, cause });
  }
  return { ...summaryOf(model, format), path: output, files: [...files.keys()], warnings: [] };
}

function summaryOf({ kind, layout, roles }: Model, format: ExchangeFormat) {
  return { format, classifier: kind, layout, roles };
}

function modelOf(bundle: Bundle, kind: Model['kind']): Model {
  const classifier = bundle.manifest.classifiers.find((each) => each.kind === kind);
  if (classifier === undefined) {
    const known = bundle.manifest.classifiers.map((each) => each.kind).join(', ');
    throw new NetworkmlError('NML_MODEL_ROLE', `no classifier ${kind} in this bundle, it has: ${known}`, {
      file: bundle.directory,
    });
  }
  const parts = partsOf(bundle, classifier);
  return kind === 'one-layer'
    ? decodeOneLayer(classifier.meta, parts as Parameters<typeof decodeOneLayer>[1])
    : decodeForest(classifier.meta, parts);
}

function partsOf({ arrays }: Bundle, classifier: BundleClassifier): Record<string, BundleArray> {
  return Object.fromEntries(
    Object.entries(classifier.arrays).flatMap(([part, name]) => {
      // What is missing or of another kind is refused by the decoder.
      const array = arrays.get(name);
      return array === undefined ? [] : [[part, array as BundleArray]];
    }),
  );
}

export interface ImportOptions {
  /** Directory or name of the bundle that the model is put into; undefined for the one in use. */
  readonly bundle?: string | undefined;
  /** Directory of the new bundle. */
  readonly output: string;
  readonly name?: string;
  readonly version?: string;
}

/**
 * A new bundle: all of another one, with a classifier from files of another library in the place of its own. The model
 * must know the same roles, in any order. Cut and temperature belong to the answers of a model: they are kept where the
 * weights are those of the bundle's own classifier, and are 0.5 and 1 otherwise.
 *
 * @param from directory with the files.
 * @throws NetworkmlError NML_MODEL_EXCHANGE, NML_MODEL_ROLE, NML_MODEL_*, NML_OUTPUT
 */
export function importClassifier(from: string, options: ImportOptions): ExchangeSummary {
  const format = formatOf(from);
  const { model: read, files } = located(from, () => readFrom(from, format));
  const bundle = readBundle(findBundle(options.bundle));
  const { manifest } = bundle;
  const model = located(from, () =>
    inOrder(
      read,
      manifest.roles.map(({ id }) => id),
    ),
  );
  const old = manifest.classifiers.find(({ kind }) => kind === model.kind);
  const wanted = old?.layout ?? manifest.classifiers.find(({ layout }) => layout === model.layout)?.layout;
  if (wanted !== model.layout) {
    throw new NetworkmlError('NML_MODEL_LAYOUT', `the model reads ${model.layout}, the bundle does not`, {
      file: from,
    });
  }
  const encoded = model.kind === 'one-layer' ? encodeOneLayer(model) : encodeForest(model);
  const unchanged = old !== undefined && sameArrays(partsOf(bundle, old), encoded.arrays);
  const judged = unchanged ? calibrationOf(old) : { ...notCalibrated, offset: 0 };
  const { arrays, classifier } = classifierParts(bundle, model, encoded, judged);
  const recalibrate = manifest.defaultClassifier === model.kind && !unchanged;
  const { data: _, arrays: __, ...kept } = manifest;
  writeBundle(
    options.output,
    {
      ...kept,
      name: options.name ?? manifest.name,
      version: options.version ?? manifest.version,
      classifiers:
        old === undefined
          ? [...manifest.classifiers, classifier]
          : manifest.classifiers.map((each) => (each === old ? classifier : each)),
      ...(recalibrate ? notCalibrated : {}),
      training: {
        ...manifest.training,
        figures: recalibrate ? {} : manifest.training.figures,
        options: { ...manifest.training.options, [`imported.${model.kind}`]: format },
      },
    },
    arrays,
  );
  return {
    ...summaryOf(model, format),
    path: options.output,
    files,
    warnings: unchanged
      ? []
      : [
          'nothing is known of the cut and the temperature of this model: they are 0.5 and 1, so that its confidences ' +
            'are scores; networkml evaluate --bundle shows how well they fit',
        ],
  };
}

/** Cut and temperature of a model that nobody has evaluated. */
const notCalibrated = { temperature: 1, unknownBelow: defaultUnknownCut } as const;

/** What a bundle has found out about a classifier of its own. */
function calibrationOf({ meta }: BundleClassifier): JsonObject {
  return Object.fromEntries(
    ['temperature', 'offset', 'unknownBelow', 'priors'].flatMap((name) =>
      meta[name] === undefined ? [] : [[name, meta[name]]],
    ),
  );
}

function classifierParts(
  bundle: Bundle,
  model: Model,
  encoded: { meta: Readonly<Record<string, unknown>>; arrays: Readonly<Record<string, BundleArray>> },
  calibration: JsonObject,
): { arrays: Map<string, ArrayToWrite>; classifier: BundleClassifier } {
  const { manifest } = bundle;
  const arrays = new Map<string, ArrayToWrite>();
  const others = manifest.classifiers.filter(({ kind }) => kind !== model.kind);
  const views = manifest.behaviour?.views ?? [];
  const inUse = new Set([...others, ...views].flatMap((each) => Object.values(each.arrays)));
  for (const [name, array] of bundle.arrays) if (inUse.has(name)) arrays.set(name, array);
  const names = Object.entries(encoded.arrays).map(([part, { data, shape }]) => {
    // The name may be another classifier's already, which then keeps it.
    let name = `${model.kind}.${part}`;
    while (arrays.has(name)) name += '-';
    arrays.set(name, { data, shape });
    return [part, name];
  });
  return {
    arrays,
    classifier: {
      kind: model.kind,
      layout: model.layout,
      meta: { ...(encoded.meta as JsonObject), ...calibration },
      arrays: Object.fromEntries(names),
    },
  };
}

function sameArrays(
  a: Readonly<Record<string, BundleArray>>,
  b: Readonly<Record<string, BundleArray>>,
): boolean {
  return Object.entries(b).every(([part, { data }]) => {
    const other = a[part]?.data;
    return other?.length === data.length && data.every((value, i) => Object.is(value, other[i]));
  });
}

function formatOf(from: string): ExchangeFormat {
  if (existsSync(join(from, layersModelFiles.model))) return 'tensorflow';
  if (existsSync(join(from, FOREST_FILE))) return 'ml-random-forest';
  throw new NetworkmlError(
    'NML_MODEL_EXCHANGE',
    `neither ${layersModelFiles.model} nor ${FOREST_FILE} is there`,
    { file: from },
  );
}

function readFrom(from: string, format: ExchangeFormat): { model: Model; files: string[] } {
  const besidePath = join(from, ABOUT_FILE);
  const beside = existsSync(besidePath) ? jsonOf(besidePath) : undefined;
  const about = beside === undefined ? [] : [ABOUT_FILE];
  if (format === 'ml-random-forest') {
    const model = readForestJson(jsonOf(join(from, FOREST_FILE)), beside);
    return { model, files: [FOREST_FILE, ...about] };
  }
  const json = jsonOf(join(from, layersModelFiles.model));
  const names = layersModelWeightFiles(json);
  const weights = Buffer.concat(names.map((name) => bytesOf(join(from, name))));
  return {
    model: readLayersModel(json, weights, beside),
    files: [layersModelFiles.model, ...names, ...about],
  };
}

function bytesOf(path: string): Buffer {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() !== true)
    throw new NetworkmlError('NML_MODEL_EXCHANGE', 'no such file', { file: path });
  if (stats.size > MAX_FILE_BYTES) {
    throw new NetworkmlError('NML_MODEL_EXCHANGE', `longer than ${MAX_FILE_BYTES} bytes`, { file: path });
  }
  return readFileSync(path);
}

function jsonOf(path: string): unknown {
  const bytes = bytesOf(path);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new NetworkmlError('NML_MODEL_EXCHANGE', 'not JSON in UTF-8', { file: path, cause });
  }
}

/** The model with its outputs in the order of some roles. */
function inOrder<T extends Model>(model: T, roles: readonly string[]): T {
  const from = roles.map((role) => model.roles.indexOf(role));
  const missing = roles.filter((_, index) => from[index] === -1);
  const surplus = model.roles.filter((role) => !roles.includes(role));
  if (missing.length > 0 || surplus.length > 0) {
    const parts = [
      ...(missing.length === 0 ? [] : [`does not know ${missing.join(', ')}`]),
      ...(surplus.length === 0 ? [] : [`knows ${surplus.join(', ')} beyond the bundle`]),
    ];
    throw new NetworkmlError('NML_MODEL_ROLE', `the model ${parts.join(' and ')}`, {
      hint: 'name a bundle of the same roles with --bundle; networkml train makes one',
    });
  }
  const columnsOf = (values: Float32Array): Float32Array =>
    values.map((_, i) => values[i - (i % roles.length) + (from[i % roles.length] as number)] as number);
  return model.kind === 'one-layer'
    ? { ...model, roles: [...roles], w2: columnsOf(model.w2), b2: columnsOf(model.b2) }
    : { ...model, roles: [...roles], distributions: columnsOf(model.distributions) };
}

function located<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof NetworkmlError ? error.at(file) : error;
  }
}
