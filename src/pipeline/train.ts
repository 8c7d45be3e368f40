import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { encodeBehaviour, trainBehaviour } from '../anomaly/index.js';
import { NetworkmlError } from '../errors.js';
import {
  type ArrayToWrite,
  type BundleRole,
  type BundleView,
  type JsonObject,
  writeBundle,
} from '../models/index.js';
import { packageRoot } from '../package-root.js';
import { roleTitle } from '../role-titles.js';
import {
  allExamples,
  encodeOneLayer,
  loadTensorFlow,
  oneLayerDefaults,
  tensorFlowOptimiser,
  trainOneLayer,
} from '../roles/index.js';
import { type Corpus, readCorpus, type StepProgress } from './corpus.js';
import { type CrossValidated, crossValidate } from './cross-validate.js';

export interface TrainOptions {
  /** Directory of the bundle. */
  readonly output: string;
  readonly labels?: string;
  readonly seed: number;
  readonly name?: string;
  readonly version?: string;
  /** Only `one-layer` exists. */
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

/** Folds of the leave-devices-out runs behind temperature and figures. */
const FOLDS = 8;

/** Roles learnt from fewer devices than this are marked in every answer (roles.md, 1.7). */
const THIN_BELOW_DEVICES = 3;

/**
 * Trains a bundle: the one-layer network of all captures, its temperature and figures from captures of left-out
 * devices, and the behaviour model. The same captures and seed give the same bytes.
 * @throws NetworkmlError NML_TRAIN_DATA, NML_LABELS, NML_CONFIG, NML_OUTPUT, NML_BACKEND_MISSING
 */
export async function trainBundle(paths: readonly string[], options: TrainOptions): Promise<TrainSummary> {
  const { seed, output, onProgress, classifier = 'one-layer' } = options;
  if (classifier !== 'one-layer')
    throw new NetworkmlError('NML_MODEL_ROLE', `no classifier called ${classifier}`);
  const backend = options.backend ?? 'own';
  const optimise = backend === 'tensorflow' ? tensorFlowOptimiser(await loadTensorFlow()) : undefined;
  const corpus = await readCorpus(paths, {
    deviceFrom: 'labels',
    ...(options.labels === undefined ? {} : { labels: options.labels }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  if (corpus.captures.length === 0) {
    const [first] = corpus.skipped;
    throw new NetworkmlError(
      'NML_TRAIN_DATA',
      `no labelled capture${first === undefined ? '' : `: ${first.reason}`}`,
    );
  }
  const validated = crossValidate(corpus.set, {
    folds: FOLDS,
    seed,
    ...(optimise && { optimise }),
    ...(onProgress && { onProgress }),
  });
  const model = trainOneLayer(corpus.set, allExamples(corpus.set), {
    seed,
    ...(optimise && { optimise }),
    onProgress: (done, total) => onProgress?.({ step: 'training the network', done, total }),
  });
  const behaviour = encodeBehaviour(
    trainBehaviour({
      roles: corpus.set.roles,
      captures: corpus.captures.map(({ file, role, device, units }) => ({
        role,
        device,
        units,
        name: basename(file),
      })),
      seed,
      onProgress: ({ done, total }) => onProgress?.({ step: 'training behaviour', done, total }),
    }),
  );

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
  const network = encodeOneLayer(model);
  const views: BundleView[] = behaviour.views.map(({ id, layout, meta, arrays: parts }) => ({
    id,
    layout,
    meta,
    arrays: keep(`view.${id}`, parts),
  }));
  const figures = figuresOf(validated);
  const devices = new Set(corpus.captures.map(({ device }) => device)).size;
  const sha256 = writeBundle(
    output,
    {
      schema: 'networkml/bundle/v1',
      name: options.name ?? 'custom',
      version: options.version ?? '1.0.0',
      library: libraryVersion(),
      roles: bundleRoles(corpus),
      classifiers: [
        {
          kind: 'one-layer',
          layout: corpus.set.layout,
          meta: network.meta as JsonObject,
          arrays: keep('one-layer', network.arrays),
        },
      ],
      defaultClassifier: 'one-layer',
      behaviour: { views, calibration: behaviour.calibration },
      unknownBelow: validated.unknownBelow,
      temperature: validated.evaluation?.calibration.temperature ?? 1,
      training: {
        captures: corpus.captures.length,
        devices,
        seed,
        digest: corpus.digest,
        figures,
        options: {
          ...oneLayerDefaults,
          folds: FOLDS,
          devicesKnown: corpus.devicesKnown,
          // Left out for our own code: bundles of earlier versions keep their bytes.
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

function bundleRoles({ captures, set }: Corpus): BundleRole[] {
  return set.roles.map((id) => {
    const own = captures.filter(({ role }) => role === id);
    const devices = new Set(own.map(({ device }) => device)).size;
    return { id, title: roleTitle(id), devices, captures: own.length, thin: devices < THIN_BELOW_DEVICES };
  });
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
