import { NetworkmlError } from '../errors.js';
import { balancedWeights } from '../math/index.js';
import {
  type AnsweredCaptures,
  type ClassifierKind,
  type Coverage,
  checkTrainingSet,
  coverageAtCuts,
  defaultUnknownCut,
  evaluateRoles,
  leaveGroupsOut,
  type OneLayerOptimiser,
  type RoleEvaluation,
  type RoleExample,
} from '../roles/index.js';
import type { Corpus, StepProgress } from './corpus.js';
import { foldAnswerer } from './fold-answerer.js';
import type { AnsweredKind, FoldAnswers } from './fold-answers.js';
import { rolePriors } from './role-priors.js';
import { roleSets } from './role-sets.js';

/** What is left out whole: devices, or families of them (makers, plants, laboratories). */
export type LeftOut = 'device' | 'family';

export interface CrossValidated {
  readonly foldCount: number;
  /** Null when the captures are of one group only, so that none can be left out. */
  readonly evaluation: RoleEvaluation | null;
  /** Cut of the Unknown rule on the raw top probability, and what it does to captures of left-out devices. */
  readonly unknownBelow: number;
  readonly answered: Coverage | null;
  /** The answers behind the figures. */
  readonly captures: AnsweredCaptures | null;
}

export interface CrossValidateOptions {
  readonly folds: number;
  readonly seed: number;
  readonly classifiers: readonly ClassifierKind[];
  readonly by?: LeftOut;
  /** The name of what is left out with each capture, instead of `by`. */
  readonly groupOf?: (index: number) => string;
  /** Prior of each role, instead of those that `rolePriors` gives. */
  readonly priors?: readonly number[];
  /** Who takes the steps of the one-layer network; our own code unless given. */
  readonly optimise?: OneLayerOptimiser;
  readonly onProgress?: (progress: StepProgress) => void;
}

/**
 * Classifiers trained `folds` times with whole devices or families left out, and the figures of the left-out captures.
 *
 * @throws NetworkmlError NML_TRAIN_DATA with fewer than two roles, NML_LABELS when no capture has a family
 */
export async function crossValidate(
  corpus: Corpus,
  options: CrossValidateOptions,
): Promise<Map<AnsweredKind, CrossValidated>> {
  const { classifiers, folds, seed, optimise, onProgress } = options;
  checkTrainingSet(corpus.set);
  const sets = roleSets(corpus);
  const priors = options.priors ?? rolePriors(corpus);
  const groupOf = options.groupOf ?? groupNames(corpus, options.by ?? 'device');
  const groups = new Set(askedOf(corpus).map((index) => groupOf(index))).size;
  const found = new Map<AnsweredKind, CrossValidated>();
  const answered: AnsweredKind[] = [...classifiers];
  if (sets.hints !== undefined && classifiers.includes('ensemble')) answered.push('ensemble+hints');
  if (groups < 2) {
    for (const kind of answered) found.set(kind, notValidated(0));
    return found;
  }
  const total = Math.min(folds, groups);
  onProgress?.({ step: 'leaving devices out', done: 0, total });
  const training = { sets, kinds: classifiers, seed, ...(priors && { priors }) };
  const answerer = foldAnswerer(training, total, optimise);
  // All classifiers of a fold are trained together; the rounds after the first one only pick their answers.
  const answers: Promise<FoldAnswers>[] = [];
  try {
    for (const kind of answered) {
      const out = await leaveGroupsOut({
        set: sets.sessions,
        folds,
        groupOf: (_, index) => groupOf(index),
        always: (index) => corpus.captures[index]?.also === true,
        atOnce: answerer.atOnce,
        answer: async (trained, tested, fold) => {
          answers[fold] ??= answerer.answer(fold, { trained, tested });
          return (await answers[fold]).get(kind) ?? new Float64Array(0);
        },
        onProgress: (done) => {
          if (!found.size) onProgress?.({ step: 'leaving devices out', done, total });
        },
      });
      found.set(kind, judged(corpus, out));
    }
  } finally {
    answerer.close();
  }
  return found;
}

/** The name of what is left out with each capture. */
function groupNames(corpus: Corpus, by: LeftOut): (index: number) => string {
  const { captures } = corpus;
  if (by === 'device') return (index) => captures[index]?.device ?? '';
  if (captures.some(({ family }) => family !== null)) {
    return (index) => captures[index]?.family ?? captures[index]?.device ?? '';
  }
  throw new NetworkmlError(
    'NML_LABELS',
    'families cannot be left out: the label table has no column "family"',
    {
      hint: 'add a column with the maker, plant or laboratory of each device; see docs/training.md',
    },
  );
}

function notValidated(foldCount: number): CrossValidated {
  return { foldCount, evaluation: null, answered: null, unknownBelow: defaultUnknownCut, captures: null };
}

/** Places of the captures that are asked about. */
function askedOf({ captures }: Corpus): number[] {
  return [...captures.keys()].filter((index) => captures[index]?.also !== true);
}

function judged(corpus: Corpus, out: Awaited<ReturnType<typeof leaveGroupsOut>>): CrossValidated {
  if (!out.evaluable.includes(1)) return notValidated(out.foldCount);
  const { roles } = corpus.set;
  const asked = askedOf(corpus);
  const examples = asked.map((index) => corpus.set.examples[index] as RoleExample);
  const captures: AnsweredCaptures = {
    roles,
    probabilities: Float64Array.from(
      asked.flatMap((index) =>
        Array.from(out.probabilities.subarray(index * roles.length, (index + 1) * roles.length)),
      ),
    ),
    labels: examples.map(({ label }) => label),
    devices: examples.map(({ device }) => device),
    evaluable: Uint8Array.from(asked, (index) => out.evaluable[index] as number),
    deviceKnown: Uint8Array.from(asked, (index) => out.deviceKnown[index] as number),
    folds: Uint32Array.from(asked, (index) => out.folds[index] as number),
  };
  const answered = chooseCut(captures);
  const evaluation = evaluateRoles(captures, { unknownCut: answered.cut });
  return { foldCount: out.foldCount, evaluation, answered, unknownBelow: answered.cut, captures };
}

/** Share of left-out captures (every role and every device of it alike) that the Unknown rule should answer. */
const ANSWERED_SHARE = 0.75;

/**
 * The highest cut, in hundredths, that still answers three of four captures of devices never seen. A fixed cut would
 * mean another thing for every classifier: the mean over sessions gives flatter probabilities than one over windows.
 */
function chooseCut(captures: AnsweredCaptures): Coverage {
  const cuts = Array.from({ length: 51 }, (_, index) => index / 100);
  const weights = balancedWeights(captures.labels, captures.devices, captures.evaluable);
  const coverages = coverageAtCuts(captures, cuts, weights);
  const kept = coverages.filter(({ coverage }) => coverage >= ANSWERED_SHARE);
  return kept.at(-1) ?? (coverages[0] as Coverage);
}
