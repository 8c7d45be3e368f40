import { NetworkmlError } from '../errors.js';
import {
  type AnsweredCaptures,
  classifierKind,
  deviceProbabilities,
  evaluateRoles,
  type RoleEvaluation,
  type RoleExample,
  unknownRole,
} from '../roles/index.js';
import type { EvaluationRecord, Share } from '../types.js';
import { type Corpus, noCapture, readCorpus, type StepProgress } from './corpus.js';
import { crossValidate } from './cross-validate.js';
import { type EvaluationUnit, groupsOf } from './evaluation-groups.js';
import { heardIn, hintedFigures, hintWarnings } from './evaluation-hints.js';
import { type ControlName, evaluationStudies, type Studied, type StudyName } from './evaluation-studies.js';
import { answersWithHints } from './fold-answers.js';
import type { LoadedBundle } from './loaded-bundle.js';
import { deviceRowsOf, roleSets } from './role-sets.js';
import type { DeviceFrom } from './training-capture.js';

export interface EvaluateOptions {
  /** Bundle to score; without it `grouped` must be given. */
  readonly bundle?: LoadedBundle;
  /** Retrain this many times with whole devices left out. */
  readonly grouped?: number;
  /** What is left out whole: the device unless given. */
  readonly by?: EvaluationUnit;
  /** Pattern of the part of a device's name that is its family, for devices whose family the label table does not give. */
  readonly familyOf?: string;
  /** What else is measured by training again and again; only with `grouped`. */
  readonly studies?: readonly StudyName[];
  /** `shuffle` only with `grouped`. */
  readonly controls?: readonly ControlName[];
  readonly labels?: string;
  /** What is learnt from besides, and never asked about; only with `grouped`. */
  readonly also?: readonly string[];
  /** What their weights are multiplied by, instead of `shareOfOthers`. */
  readonly alsoShare?: number;
  /** Table of roles that mean the same. */
  readonly mapRoles?: string;
  /** Priors by role, 1 where none is given, instead of those of roles that only `also` has; only with `grouped`. */
  readonly priors?: Readonly<Record<string, number>>;
  readonly seed: number;
  readonly deviceFrom: DeviceFrom;
  readonly classifier?: string;
  /** Whether it is measured, too, what the ensemble's answers gain by what devices say of themselves. */
  readonly hints?: boolean;
  readonly onProgress?: (progress: StepProgress) => void;
}

/**
 * Scores a bundle on labelled captures or training tables, or retrains with whole groups of captures left out.
 * @throws NetworkmlError NML_TRAIN_DATA, NML_LABELS, NML_MODEL_ROLE, NML_CONFIG
 */
export async function evaluate(
  paths: readonly string[],
  options: EvaluateOptions,
): Promise<EvaluationRecord> {
  const { bundle, grouped, seed, onProgress } = options;
  const studies = [
    ...(options.studies ?? []).filter((name) => name !== 'unknown-roles'),
    ...(options.controls ?? []).filter((name) => name === 'shuffle'),
  ];
  if (options.also !== undefined && options.also.length > 0 && studies.length > 0) {
    throw new NetworkmlError(
      'NML_CONFIG',
      `${studies.join(', ')}: not with captures that are learnt from besides`,
    );
  }
  const corpus = await readCorpus(paths, {
    deviceFrom: options.deviceFrom,
    hints: options.hints === true,
    ...(options.labels === undefined ? {} : { labels: options.labels }),
    ...(options.also === undefined || grouped === undefined ? {} : { also: options.also }),
    ...(options.alsoShare === undefined ? {} : { alsoShare: options.alsoShare }),
    ...(options.mapRoles === undefined ? {} : { mapRoles: options.mapRoles }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  if (!corpus.captures.some(({ also }) => !also)) throw noCapture(corpus);
  const common = {
    schema: 'networkml/evaluation/v1' as const,
    deviceFrom: devicesFrom(corpus, options.deviceFrom),
    failed: corpus.skipped.length,
    deviceChoice: deviceChoice(corpus),
  } satisfies Partial<EvaluationRecord>;
  if (grouped !== undefined) {
    const kind = classifierKind(options.classifier ?? DEFAULT_CLASSIFIER);
    const groups = groupsOf(corpus, options.by ?? 'device', options.familyOf);
    const validated = await crossValidate(corpus, {
      folds: grouped,
      seed,
      groupOf: (index) => groups.groupOf(corpus.set.examples[index] as RoleExample),
      classifiers: [kind],
      ...(options.priors && { priors: corpus.set.roles.map((role) => options.priors?.[role] ?? 1) }),
      ...(onProgress && { onProgress }),
    });
    const { evaluation = null, foldCount = 0 } = validated.get(kind) ?? {};
    if (evaluation === null) {
      throw new NetworkmlError('NML_TRAIN_DATA', 'leaving devices out needs two devices of some role');
    }
    const spoken = kind === 'ensemble' ? validated.get('ensemble+hints') : undefined;
    const { studied, hinted } = await evaluationStudies(corpus, {
      ...options,
      training: { kind, folds: grouped, groupOf: groups.groupOf, knownDevices: options.by === 'capture' },
    });
    const warnings = [
      ...groups.warnings,
      ...corpusWarnings(corpus),
      ...unscoredWarnings(evaluation),
      ...controlWarnings(studied),
      ...hintWarnings(options.hints === true, spoken !== undefined),
    ];
    return {
      ...common,
      ...studied,
      mode: groups.mode,
      folds: foldCount,
      classifier: kind,
      seed,
      ...figures(evaluation),
      ...(spoken?.evaluation && {
        withHints: {
          ...hintedFigures(
            spoken.evaluation,
            heardIn(validated.get(kind)?.captures ?? null, spoken.captures),
          ),
          ...hinted,
        },
      }),
      warnings,
    };
  }
  if (bundle === undefined) throw new NetworkmlError('NML_USAGE', 'evaluate needs a bundle or --grouped');
  const scored = scoreBundle(corpus, bundle, options);
  const { studied } = await evaluationStudies(corpus, options);
  return {
    ...common,
    ...studied,
    mode: 'bundle',
    folds: null,
    ...scored,
    warnings: [...scored.warnings, ...controlWarnings(studied)],
  };
}

function controlWarnings({ controls }: Studied): string[] {
  return controls
    .filter(({ passed }) => !passed)
    .map(({ kind }) =>
      kind === 'shuffle'
        ? 'with the roles dealt out anew, recall is above chance: something tells the role that should not'
        : 'other addresses and names change vectors: something of them is learnt',
    );
}

/** Where the devices were taken from: of training tables that is settled, whatever is asked for. */
function devicesFrom({ captures }: Corpus, asked: DeviceFrom): DeviceFrom {
  const [first] = captures.filter(({ also }) => !also);
  return captures.every(({ also, fromTable }) => also || fromTable) ? (first?.deviceFrom ?? asked) : asked;
}

/** What is trained and asked where no classifier is named. */
const DEFAULT_CLASSIFIER = 'ensemble';

type Scored = Omit<RoleEvaluation, 'unscored'> &
  Pick<EvaluationRecord, 'classifier' | 'seed' | 'warnings' | 'withHints'>;

function scoreBundle(corpus: Corpus, bundle: LoadedBundle, options: EvaluateOptions): Scored {
  const { model, confidence, unknownBelow, withHints } = bundle.classifier(options.classifier);
  const sets = roleSets(corpus);
  const { roles } = bundle;
  const places = [...corpus.set.examples.keys()].filter((index) =>
    roles.includes(corpus.set.roles[corpus.set.examples[index]?.label ?? -1] ?? unknownRole),
  );
  const known = places.flatMap((index) => corpus.set.examples[index] ?? []);
  if (known.length === 0) {
    throw new NetworkmlError('NML_TRAIN_DATA', 'no readable capture has a role that the bundle knows');
  }
  const answered: AnsweredCaptures = {
    roles,
    probabilities: deviceProbabilities(
      model,
      { sessions: sets.sessions.rows, windows: sets.windows.rows },
      deviceRowsOf(sets, places),
    ),
    labels: known.map(({ label }) => roles.indexOf(corpus.set.roles[label] ?? unknownRole)),
    devices: known.map(({ device }) => device),
  };
  const evaluation = evaluateRoles(answered, { confidence, unknownCut: unknownBelow });
  const spoken =
    options.hints === true && model.kind === 'ensemble' && withHints !== null
      ? { ...answered, probabilities: answersWithHints(model, answered.probabilities, sets, places) }
      : undefined;
  const hinted =
    spoken === undefined || withHints === null
      ? undefined
      : evaluateRoles(spoken, { confidence: withHints.confidence, unknownCut: withHints.unknownBelow });
  const warnings = [...corpusWarnings(corpus), ...hintWarnings(options.hints === true, hinted !== undefined)];
  if (corpus.digest === bundle.bundle.manifest.training.digest) {
    warnings.push(
      'these are the captures that the bundle was trained on: use --grouped for figures of devices never seen',
    );
  }
  const foreign = corpus.set.examples.length - known.length;
  if (foreign > 0)
    warnings.push(`${foreign} captures have roles that the bundle does not know and were left out`);
  return {
    classifier: model.kind,
    seed: null,
    ...figures(evaluation),
    ...(hinted && { withHints: hintedFigures(hinted, heardIn(answered, spoken ?? null)) }),
    warnings,
  };
}

function figures({ unscored: _, ...evaluation }: RoleEvaluation): Omit<RoleEvaluation, 'unscored'> {
  return evaluation;
}

function corpusWarnings(corpus: Corpus): string[] {
  const warnings: string[] = [];
  if (!corpus.devicesKnown) {
    warnings.push('no capture names its device: every capture counts as a device of its own');
  }
  if (corpus.unlisted > 0) {
    warnings.push(
      `${corpus.unlisted} captures are not in the label table, or are attacks in it, and were left out`,
    );
  }
  const sources = new Set(corpus.captures.filter(({ also }) => !also).map(({ deviceFrom }) => deviceFrom));
  if (sources.size > 1) {
    warnings.push('the device is that of the labels in some captures and chosen from the traffic in others');
  }
  const [first] = corpus.skipped;
  if (first !== undefined) {
    warnings.push(
      `${corpus.skipped.length} captures could not be used, the first: ${first.file}: ${first.reason}`,
    );
  }
  return warnings;
}

function unscoredWarnings({ unscored }: RoleEvaluation): string[] {
  if (unscored.captures === 0) return [];
  const roles = unscored.roles.length === 0 ? '' : ` (all of ${unscored.roles.join(', ')})`;
  return [
    `${unscored.captures} captures could not be scored: no other device of their role was left to learn from${roles}`,
  ];
}

/** Null unless the device was chosen from the traffic and the labels tell which it is. */
function deviceChoice({ captures }: Corpus): { oneHost: Share; twoHost: Share } | null {
  const judged = captures.filter(({ chosenRight }) => chosenRight !== null);
  if (judged.length === 0) return null;
  const share = (twoHost: boolean): Share => {
    const own = judged.filter((capture) => (capture.twoHost ?? false) === twoHost);
    return { right: own.filter(({ chosenRight }) => chosenRight === true).length, of: own.length };
  };
  return { oneHost: share(false), twoHost: share(true) };
}
