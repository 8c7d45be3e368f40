import { availableParallelism } from 'node:os';
import {
  type ClassifierKind,
  deviceProbabilities,
  type RoleAnswerer,
  type RoleExample,
  type RoleTrainingSet,
  type StudyOptions,
  studyLearningCurve,
  studyShuffledRoles,
  trainRoleModel,
} from '../roles/index.js';
import type { EvaluationRecord, HintedFigures } from '../types.js';
import { probeAddresses } from './address-probe.js';
import type { Corpus, StepProgress } from './corpus.js';
import { deviceRowsOf, roleSets } from './role-sets.js';
import { type UnknownRolesTraining, unknownRoles } from './unknown-roles.js';

/** What an evaluation can measure besides its figures. */
const studyNames = ['unknown-roles', 'learning-curve'] as const;

export type StudyName = (typeof studyNames)[number];

/** What an evaluation can be controlled by. */
const controlNames = ['shuffle', 'addresses'] as const;

export type ControlName = (typeof controlNames)[number];

/** The part of the record that comes from studies and controls. */
export type Studied = Pick<EvaluationRecord, 'unknownRoles' | 'learningCurve' | 'controls'>;

/** What is trained again and again. */
interface Training extends UnknownRolesTraining {
  readonly folds: number;
  readonly groupOf: (example: RoleExample) => string;
}

export interface Studies {
  readonly studied: Studied;
  /** What belongs to the figures with what devices say of themselves. */
  readonly hinted: Pick<HintedFigures, 'unknownRoles'>;
}

interface StudiesRequest {
  readonly studies?: readonly StudyName[];
  readonly controls?: readonly ControlName[];
  readonly seed: number;
  readonly deviceFrom: 'labels' | 'traffic';
  /** Without it, only controls that train nothing are made. */
  readonly training?: Training;
  readonly onProgress?: (progress: StepProgress) => void;
}

/** How often roles are dealt out anew. */
const SHUFFLES = 3;

/** The studies and controls that are asked for. */
export async function evaluationStudies(corpus: Corpus, request: StudiesRequest): Promise<Studies> {
  const { studies = [], controls = [], seed, training, onProgress } = request;
  const result: Studied = { unknownRoles: null, learningCurve: null, controls: [] };
  let hinted: Studies['hinted'] = {};
  if (training !== undefined) {
    const answer = answererOf(corpus, training.kind, seed);
    const options = (step: string): StudyOptions => ({
      ...training,
      answer,
      seed,
      onProgress: (done, total) => onProgress?.({ step, done, total }),
    });
    if (studies.includes('unknown-roles')) {
      const areas = await unknownRoles(corpus, training, options('leaving roles out'));
      const withHints = areas.get('ensemble+hints');
      result.unknownRoles = areas.get(training.kind) ?? null;
      hinted = withHints === undefined ? {} : { unknownRoles: withHints };
    }
    if (studies.includes('learning-curve')) {
      result.learningCurve = await studyLearningCurve(corpus.set, options('learning from fewer devices'));
    }
    if (controls.includes('shuffle')) {
      const { recalls, ...rest } = await studyShuffledRoles(
        corpus.set,
        SHUFFLES,
        options('dealing out roles'),
      );
      result.controls.push({ kind: 'shuffle', recalls: [...recalls], ...rest });
    }
  }
  if (controls.includes('addresses')) result.controls.push(await probeAddresses(corpus, request));
  return { studied: result, hinted };
}

/** Trains a classifier on captures whose roles may have been dealt out anew, and asks it about others. */
function answererOf(corpus: Corpus, kind: ClassifierKind, seed: number): RoleAnswerer {
  const sets = roleSets(corpus);
  const tables = { sessions: sets.sessions.rows, windows: sets.windows.rows };
  return async ({ examples }, trained, tested) => {
    const labelled = (set: RoleTrainingSet): RoleTrainingSet => ({
      ...set,
      examples: set.examples.map((example, i) => ({
        ...example,
        label: examples[i]?.label ?? example.label,
      })),
    });
    const dealt = { ...sets, sessions: labelled(sets.sessions), windows: labelled(sets.windows) };
    const model = await trainRoleModel(kind, dealt, trained, { seed, threads: availableParallelism() });
    return deviceProbabilities(model, tables, deviceRowsOf(sets, tested));
  };
}
