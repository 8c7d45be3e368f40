import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { encodeBehaviour, trainBehaviour } from '../anomaly/index.js';
import { NetworkmlError } from '../errors.js';
import {
  type ArrayToWrite,
  type BundleClassifier,
  type BundleView,
  type JsonObject,
  writeBundle,
} from '../models/index.js';
import { packageRoot } from '../package-root.js';
import {
  allExamples,
  type ClassifierKind,
  checkTrainingSet,
  classifierKind,
  classifierKinds,
  type EncodedModel,
  encodeEnsemble,
  encodeForest,
  encodeOneLayer,
  loadTensorFlow,
  type OneLayerOptimiser,
  oneLayerDefaults,
  type RoleModel,
  roleTrainingDefaults,
  tensorFlowOptimiser,
  trainHints,
  trainOneLayer,
  trainRoleModel,
} from '../roles/index.js';
import { behaviourCaptures } from './behaviour-evaluate.js';
import { trainedViews } from './behaviour-views.js';
import { bundleRoles } from './bundle-roles.js';
import { type Corpus, noCapture, readCorpus, type StepProgress, shareOfOthers } from './corpus.js';
import { type CrossValidated, crossValidate } from './cross-validate.js';
import type { AnsweredKind } from './fold-answers.js';
import { rolePriors } from './role-priors.js';
import { roleSets } from './role-sets.js';

export interface TrainOptions {
  /** Directory of the bundle. */
  readonly output: string;
  readonly labels?: string;
  /** What is learnt from besides: figures, temperatures and cuts are those of the others. */
  readonly also?: readonly string[];
  /** Table of roles that mean the same. */
  readonly mapRoles?: string;
  readonly seed: number;
  readonly name?: string;
  readonly version?: string;
  /** Whether names and process codes are read, and views of them trained. */
  readonly names?: boolean;
  /** Whether it is read, and learnt from, what devices say of themselves: for `predict` with `hints`. */
  readonly hints?: boolean;
  /** Views of behaviour that are trained besides the usual ones, to be asked for by name. */
  readonly views?: readonly string[];
  /** One of the classifiers, which becomes the default one, or `all` (the default): then the ensemble is. */
  readonly classifier?: string;
  /** What trains the one-layer network: our own code unless given, or TensorFlow.js where it is installed. */
  readonly backend?: 'own' | 'tensorflow';
  readonly onProgress?: (progress: StepProgress) => void;
}

export interface TrainSummary {
  readonly path: string;
  /** Of the manifest. */
  readonly sha256: string;
  readonly captures: number;
  readonly devices: number;
  readonly roles: number;
  /** Captures that should have been used and could not be, and why. */
  readonly skipped: readonly { file: string; reason: string }[];
  /** Captures left out because the label table does not list them, or lists them as attacks. */
  readonly unlisted: number;
  /** Leave-devices-out figures that the bundle keeps with it. */
  readonly figures: Record<string, number>;
}

/** Folds of the leave-devices-out runs behind calibration and figures. */
const FOLDS = 8;

/**
 * Trains a bundle: classifiers on all captures, their temperatures and figures from captures of left-out devices, and
 * the behaviour model. The same captures and seed give the same bytes, whether they are read from captures or tables.
 * @throws NetworkmlError NML_TRAIN_DATA, NML_LABELS, NML_CONFIG, NML_OUTPUT, NML_BACKEND_MISSING
 */
export async function trainBundle(paths: readonly string[], options: TrainOptions): Promise<TrainSummary> {
  const { seed, output, onProgress, classifier = 'all' } = options;
  const kinds = kindsFor(classifier);
  const backend = options.backend ?? 'own';
  const optimise = backend === 'tensorflow' ? tensorFlowOptimiser(await loadTensorFlow()) : undefined;
  const corpus = await readCorpus(paths, {
    deviceFrom: 'labels',
    names: options.names === true,
    hints: options.hints === true,
    ...(options.labels === undefined ? {} : { labels: options.labels }),
    ...(options.also === undefined ? {} : { also: options.also }),
    ...(options.mapRoles === undefined ? {} : { mapRoles: options.mapRoles }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  if (corpus.captures.length === 0) {
    throw noCapture(corpus);
  }
  checkTrainingSet(corpus.set);
  if (options.hints === true) checkHints(corpus, kinds);
  // Devices are left out by threads, while this one goes on with the rest.
  const validating = crossValidate(corpus, {
    folds: FOLDS,
    seed,
    classifiers: kinds,
    ...(optimise && { optimise }),
    ...(onProgress && { onProgress }),
  });
  // Whatever else fails first is told; this, too, when it is waited for.
  validating.catch(() => {});
  const models = await trainModels(corpus, kinds, options, optimise);
  const behaviour = encodeBehaviour(
    trainBehaviour({
      roles: corpus.set.roles,
      captures: behaviourCaptures(corpus),
      seed,
      views: trainedViews(options.names === true, options.views),
      onProgress: ({ done, total }) => onProgress?.({ step: 'training behaviour', done, total }),
    }),
  );

  const validated = await validating;
  const arrays = new Map<string, ArrayToWrite>();
  const keep = (
    prefix: string,
    parts: Readonly<Record<string, { shape: readonly number[]; data: ArrayToWrite['data'] }>>,
  ) =>
    Object.fromEntries(
      Object.entries(parts).map(([part, { data, shape }]) => {
        arrays.set(`${prefix}.${part}`, { data, shape });
        return [part, `${prefix}.${part}`];
      }),
    );
  const views: BundleView[] = behaviour.views.map(({ id, layout, meta, arrays: parts }) => ({
    id,
    layout,
    meta,
    arrays: keep(`view.${id}`, parts),
  }));
  const defaultKind = kinds.includes('ensemble') ? 'ensemble' : (kinds[0] as ClassifierKind);
  const best = validated.get(defaultKind) as CrossValidated;
  const figures = figuresOf(best);
  const devices = new Set(corpus.captures.map(({ device }) => device)).size;
  const also = corpus.captures.filter((capture) => capture.also).length;
  const sha256 = writeBundle(
    output,
    {
      schema: 'networkml/bundle/v1',
      name: options.name ?? 'custom',
      version: options.version ?? '1.0.0',
      library: libraryVersion(),
      roles: bundleRoles(corpus),
      classifiers: models.map((model) => bundleClassifier(model, validated, keep)),
      defaultClassifier: defaultKind,
      behaviour: { views, calibration: behaviour.calibration },
      unknownBelow: best.unknownBelow,
      temperature: confidenceOf(best).temperature,
      training: {
        captures: corpus.captures.length,
        devices,
        seed,
        digest: corpus.digest,
        figures,
        options: {
          oneLayer: oneLayerDefaults,
          ...roleTrainingDefaults,
          folds: FOLDS,
          devicesKnown: corpus.devicesKnown,
          ...(also === 0 ? {} : { capturesAlso: also, shareOfOthers }),
          ...(backend === 'own' ? {} : { backend }),
        },
      },
    },
    arrays,
  );
  return {
    path: output,
    sha256,
    captures: corpus.captures.length,
    devices,
    roles: corpus.set.roles.length,
    skipped: corpus.skipped,
    unlisted: corpus.unlisted,
    figures,
  };
}

/** The classifiers to train; the ensemble needs the network. */
function kindsFor(name: string): ClassifierKind[] {
  if (name === 'all') return [...classifierKinds];
  const kind = classifierKind(name);
  return kind === 'ensemble' ? ['ensemble', 'one-layer'] : [kind];
}

async function trainModels(
  corpus: Corpus,
  kinds: readonly ClassifierKind[],
  options: TrainOptions,
  optimise: OneLayerOptimiser | undefined,
): Promise<RoleModel[]> {
  const { seed, onProgress } = options;
  const sets = roleSets(corpus);
  const chosen = allExamples(corpus.set);
  const step = (name: string) => (done: number, total: number) => onProgress?.({ step: name, done, total });
  const network = kinds.some((kind) => kind !== 'random-forest')
    ? trainOneLayer(corpus.set, chosen, {
        seed,
        ...(optimise && { optimise }),
        onProgress: step('training the network'),
      })
    : undefined;
  const priors = rolePriors(corpus);
  const models: RoleModel[] = [];
  for (const kind of kinds) {
    const model = await trainRoleModel(kind, sets, chosen, {
      seed,
      threads: availableParallelism(),
      ...(network === undefined ? {} : { oneLayer: network }),
      onProgress: step(`training the ${kind}`),
    });
    models.push(priors === undefined ? model : { ...model, priors });
  }
  return models;
}

type Keep = (prefix: string, parts: EncodedModel['arrays']) => Record<string, string>;

/** A classifier as the manifest describes it, its arrays kept. */
function bundleClassifier(
  model: RoleModel,
  validated: ReadonlyMap<AnsweredKind, CrossValidated>,
  keep: Keep,
): BundleClassifier {
  const { kind, layout, priors } = model;
  const judged = {
    ...judgedBy(validated.get(kind) as CrossValidated),
    ...(priors === undefined ? {} : { priors: [...priors] }),
  };
  const { meta, arrays } =
    model.kind === 'ensemble'
      ? encodeEnsemble(model)
      : model.kind === 'one-layer'
        ? encodeOneLayer(model)
        : encodeForest(model);
  const spoken = validated.get('ensemble+hints');
  const hints = meta.hints as JsonObject | undefined;
  const whole = {
    ...(meta as JsonObject),
    ...(hints !== undefined && spoken !== undefined && { hints: { ...hints, ...judgedBy(spoken) } }),
  };
  return { kind, layout, meta: { ...whole, ...judged }, arrays: keep(kind, arrays) };
}

/** What answers are judged by. */
function judgedBy(validated: CrossValidated): {
  temperature: number;
  offset: number;
  unknownBelow: number;
} {
  return { ...confidenceOf(validated), unknownBelow: validated.unknownBelow };
}

/** @throws NetworkmlError NML_CONFIG, NML_TRAIN_DATA where nothing can be learnt of what devices say */
function checkHints(corpus: Corpus, kinds: readonly ClassifierKind[]): void {
  if (!kinds.includes('ensemble')) {
    throw new NetworkmlError('NML_CONFIG', `hints: only the ensemble reads them, not ${kinds.join(', ')}`);
  }
  const { hints = [] } = roleSets(corpus);
  if (trainHints(corpus.set, hints, allExamples(corpus.set)) !== undefined) return;
  throw new NetworkmlError(
    'NML_TRAIN_DATA',
    'no two devices say the same of themselves, and no maker is known',
    {
      hint: 'train without --hints; training tables hold what devices say when features --kind training had --hints',
    },
  );
}

function confidenceOf({ evaluation }: CrossValidated): { temperature: number; offset: number } {
  const { temperature = 1, offset } = evaluation?.calibration ?? {};
  return { temperature, offset: offset ?? 0 };
}

function figuresOf({ evaluation, answered }: CrossValidated): Record<string, number> {
  if (evaluation === null) return {};
  return {
    accuracy: rounded(evaluation.accuracy),
    roleBalancedRecall: rounded(evaluation.roleBalancedRecall),
    roleBalancedTop3: rounded(evaluation.roleBalancedTop3),
    top3: rounded(evaluation.top3),
    macroF1: rounded(evaluation.macroF1),
    expectedCalibrationError: rounded(evaluation.calibration.expectedCalibrationError),
    expectedCalibrationErrorByDevice: rounded(evaluation.calibration.expectedCalibrationErrorByDevice),
    capturesScored: evaluation.captures,
    answeredShare: rounded(answered?.coverage ?? 1),
    answeredAccuracy: rounded(answered?.accuracy ?? 0),
  };
}

function rounded(value: number): number {
  return Number(value.toFixed(4));
}

/** Version of this library, as its package says. */
export function libraryVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  return String((manifest as { version: unknown }).version);
}
