import { type ClassifierKind, type StudyOptions, studyUnknownRoles } from '../roles/index.js';
import type { UnknownRoles } from '../types.js';
import type { Corpus } from './corpus.js';
import { foldAnswerer } from './fold-answerer.js';
import type { AnsweredKind, FoldAnswers } from './fold-answers.js';
import { rolePriors } from './role-priors.js';
import { roleSets } from './role-sets.js';

export interface UnknownRolesTraining {
  readonly kind: ClassifierKind;
  /** Whether roles never trained are compared with devices that are known from other captures, or with devices never seen. */
  readonly knownDevices: boolean;
}

/**
 * How well roles never trained are told from trained ones, by classifier: by what is trained from headers, and with hints
 * where the captures hold some.
 */
export async function unknownRoles(
  corpus: Corpus,
  { kind, knownDevices }: UnknownRolesTraining,
  options: Omit<StudyOptions, 'answer'>,
): Promise<ReadonlyMap<AnsweredKind, UnknownRoles>> {
  const sets = roleSets(corpus);
  const priors = rolePriors(corpus);
  const training = { sets, kinds: [kind], seed: options.seed, ...(priors && { priors }) };
  const answerer = foldAnswerer(training, options.folds);
  const hinted = kind === 'ensemble' && sets.hints !== undefined;
  const answeredKinds: AnsweredKind[] = hinted ? [kind, 'ensemble+hints'] : [kind];
  const areas = new Map<AnsweredKind, UnknownRoles>();
  /** The study asks the same in the same order for each of them. */
  const answers: Promise<FoldAnswers>[] = [];
  try {
    for (const answered of answeredKinds) {
      let asked = 0;
      const roles = await studyUnknownRoles(corpus.set, {
        ...options,
        knownDevices,
        always: (index) => corpus.captures[index]?.also === true,
        atOnce: answerer.atOnce,
        answer: async (_, trained, tested) => {
          const fold = asked++;
          answers[fold] ??= answerer.answer(fold, { trained, tested });
          return (await answers[fold]).get(answered) ?? new Float64Array(0);
        },
      });
      const sum = roles.reduce((total, { areaUnderRoc }) => total + areaUnderRoc, 0);
      if (roles.length > 0) areas.set(answered, { areaUnderRoc: sum / roles.length, roles });
    }
  } finally {
    answerer.close();
  }
  return areas;
}
