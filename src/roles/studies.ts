/**
 * What an evaluation can find out by training again and again: roles never trained, fewer devices, shuffled labels.
 * Nothing here knows what is trained: that is up to the answerer.
 */

import { NetworkmlError } from '../errors.js';
import { balancedWeights, createRandom, groupedFolds, shuffle, weightedAreaUnderRoc } from '../math/index.js';
import { evaluateRoles } from './evaluate.js';
import type { RoleExample, RoleTrainingSet } from './training-set.js';

/** Captures with their labels and devices; the vectors are the business of the answerer. */
export type StudySet = Pick<RoleTrainingSet, 'roles' | 'examples'>;

/** Trains on the first examples (by index) and gives raw probabilities for the others, [tested x roles]. */
export type RoleAnswerer = (
  set: StudySet,
  trained: Uint32Array,
  tested: Uint32Array,
) => Float64Array | Promise<Float64Array>;

/** What a study is made with. */
export interface StudyOptions {
  readonly answer: RoleAnswerer;
  readonly folds: number;
  readonly seed: number;
  /** What is kept together: the device unless given. */
  readonly groupOf?: (example: RoleExample) => string;
  readonly onProgress?: (done: number, total: number) => void;
}

/** How well a role that was never trained is told from the trained ones. */
export interface UnknownRole {
  readonly role: string;
  readonly captures: number;
  readonly areaUnderRoc: number;
}

/** Folds of the study of unknown roles: half of the known devices is enough to learn from, and the other to compare with. */
const UNKNOWN_FOLDS = 2;

/**
 * Leaves out each role in turn, and of the others half of the devices: how much lower is the top probability of captures
 * of the role never trained than of captures of devices never seen? Area under the ROC curve of one less that
 * probability, every role and device with the same weight, mean over both halves.
 *
 * @returns one entry for each role that leaves two others to train.
 */
export async function studyUnknownRoles(set: StudySet, options: StudyOptions): Promise<UnknownRole[]> {
  const { examples, roles } = set;
  const found: UnknownRole[] = [];
  for (let role = 0; role < roles.length; role++) {
    const own = indicesOf(examples, ({ label }) => label === role);
    const others = indicesOf(examples, ({ label }) => label !== role);
    const areas = own.length === 0 ? [] : await areasOf(set, own, others, options);
    if (areas.length > 0) {
      const areaUnderRoc = areas.reduce((sum, area) => sum + area, 0) / areas.length;
      found.push({ role: roles[role] as string, captures: own.length, areaUnderRoc });
    }
    options.onProgress?.(role + 1, roles.length);
  }
  return found;
}

async function areasOf(
  set: StudySet,
  own: Uint32Array,
  others: Uint32Array,
  { answer, groupOf }: StudyOptions,
): Promise<number[]> {
  const { examples, roles } = set;
  const folds = foldsOf(examples, others, UNKNOWN_FOLDS, groupOf);
  const areas: number[] = [];
  for (let fold = 0; fold < UNKNOWN_FOLDS; fold++) {
    const trained = others.filter((_, i) => folds[i] !== fold);
    const seen = new Set(Array.from(trained, (index) => labelAt(examples, index)));
    const known = others.filter((index, i) => folds[i] === fold && seen.has(labelAt(examples, index)));
    if (seen.size < 2 || known.length === 0) continue;
    const tested = Uint32Array.from([...known, ...own]);
    const probabilities = await answer(set, trained, tested);
    const scores = Float64Array.from(tested, (_, i) => {
      const row = probabilities.subarray(i * roles.length, (i + 1) * roles.length);
      return 1 - Math.max(...row);
    });
    const positives = Uint8Array.from(tested, (_, i) => (i < known.length ? 0 : 1));
    const labels = Array.from(tested, (index) => labelAt(examples, index));
    const devices = Array.from(tested, (index) => (examples[index] as RoleExample).device);
    areas.push(weightedAreaUnderRoc(scores, positives, balancedWeights(labels, devices)));
  }
  return areas;
}

/** Figures with some number of devices to learn a role from. */
export interface LearningStep {
  /** Null: all there are. */
  readonly devices: number | null;
  readonly roleBalancedRecall: number;
  readonly roleBalancedTop3: number;
}

/** Devices of a role in the steps of a learning curve. */
const LEARNING_STEPS = [1, 2, 3, 5, 8] as const;

/**
 * Recall on devices never seen when each role is learnt from at most 1, 2, 3, 5, 8 and all of its devices on the training
 * side. Steps that no role has devices for are left out; which devices are taken is drawn, the fewer among the more.
 */
export async function studyLearningCurve(set: StudySet, options: StudyOptions): Promise<LearningStep[]> {
  const { examples } = set;
  const order = drawnOrder(examples, options.seed);
  const folds = foldsOf(examples, allOf(examples), options.folds, options.groupOf);
  const most = Math.max(...devicesByRole(examples).values());
  const steps = [...LEARNING_STEPS.filter((step) => step < most), null];
  const curve: LearningStep[] = [];
  for (const devices of steps) {
    const keep = (trained: Uint32Array) => firstDevices(examples, trained, order, devices ?? Infinity);
    const { roleBalancedRecall, roleBalancedTop3 } = await crossFigures(set, folds, options, keep);
    curve.push({ devices, roleBalancedRecall, roleBalancedTop3 });
    options.onProgress?.(curve.length, steps.length);
  }
  return curve;
}

/** What became of recall when the roles were dealt out anew. */
export interface ShuffledFigures {
  readonly recalls: readonly number[];
  readonly chance: number;
  /** Three standard errors of the mean of the recalls at chance. */
  readonly allowance: number;
  readonly passed: boolean;
}

/**
 * The control of an evaluation: roles are dealt out anew among the devices (each role keeps its number of devices, each
 * device all of its captures), and everything else stays. What is then above chance comes from a leak.
 *
 * @param runs how often they are dealt out.
 */
export async function studyShuffledRoles(
  set: StudySet,
  runs: number,
  options: StudyOptions,
): Promise<ShuffledFigures> {
  const recalls: number[] = [];
  let chance = 0;
  let variance = 0;
  for (let run = 0; run < runs; run++) {
    const dealt = { ...set, examples: dealtOut(set.examples, options.seed + run) };
    const folds = foldsOf(dealt.examples, allOf(dealt.examples), options.folds, options.groupOf);
    const { roleBalancedRecall, roles } = await crossFigures(dealt, folds, options, (trained) => trained);
    recalls.push(roleBalancedRecall);
    const share = 1 / roles.length;
    chance += share / runs;
    // Of a mean over roles of shares of devices; captures of one device count as one draw.
    const spread = roles.reduce((sum, { devices }) => sum + (share * (1 - share)) / devices, 0);
    variance += spread / roles.length ** 2;
    options.onProgress?.(run + 1, runs);
  }
  const allowance = (3 * Math.sqrt(variance)) / runs;
  const mean = recalls.reduce((sum, recall) => sum + recall, 0) / runs;
  return { recalls, chance, allowance, passed: mean <= chance + allowance };
}

/** The examples with the roles of their devices exchanged at random. */
function dealtOut(examples: readonly RoleExample[], seed: number): RoleExample[] {
  const first = new Map<string, number>();
  for (const { device, label } of examples) if (!first.has(device)) first.set(device, label);
  const labels = [...first.values()];
  shuffle(createRandom(seed), labels);
  const dealt = new Map([...first.keys()].map((device, i) => [device, labels[i] as number]));
  return examples.map((example) => ({ ...example, label: dealt.get(example.device) as number }));
}

async function crossFigures(
  set: StudySet,
  folds: Uint32Array,
  { answer }: StudyOptions,
  keep: (trained: Uint32Array) => Uint32Array,
) {
  const { examples, roles } = set;
  const probabilities = new Float64Array(examples.length * roles.length);
  const evaluable = new Uint8Array(examples.length);
  const everything = allOf(examples);
  for (const fold of new Set(Array.from(folds).sort((a, b) => a - b))) {
    const trained = keep(everything.filter((index) => folds[index] !== fold));
    const tested = everything.filter((index) => folds[index] === fold);
    const seen = new Set(Array.from(trained, (index) => labelAt(examples, index)));
    const answers = await answer(set, trained, tested);
    tested.forEach((index, i) => {
      probabilities.set(answers.subarray(i * roles.length, (i + 1) * roles.length), index * roles.length);
      evaluable[index] = seen.has(labelAt(examples, index)) ? 1 : 0;
    });
  }
  return evaluateRoles({
    roles,
    probabilities,
    labels: examples.map(({ label }) => label),
    devices: examples.map(({ device }) => device),
    evaluable,
    folds,
  });
}

function foldsOf(
  examples: readonly RoleExample[],
  chosen: Uint32Array,
  wanted: number,
  groupOf: (example: RoleExample) => string = ({ device }) => device,
): Uint32Array {
  const picked = Array.from(chosen, (index) => examples[index] as RoleExample);
  const groups = picked.map(groupOf);
  const foldCount = Math.min(wanted, new Set(groups).size);
  if (foldCount < 2) throw new NetworkmlError('NML_TRAIN_DATA', 'there are not two groups to be left out');
  return groupedFolds({
    foldCount,
    groups,
    labels: picked.map(({ label }) => label),
    units: picked.map(({ device }) => device),
  });
}

function labelAt(examples: readonly RoleExample[], index: number): number {
  return (examples[index] as RoleExample).label;
}

function allOf(examples: readonly RoleExample[]): Uint32Array {
  return Uint32Array.from(examples.keys());
}

function indicesOf(examples: readonly RoleExample[], wanted: (example: RoleExample) => boolean): Uint32Array {
  return allOf(examples).filter((index) => wanted(examples[index] as RoleExample));
}

function devicesByRole(examples: readonly RoleExample[]): Map<number, number> {
  const sets = new Map<number, Set<string>>();
  for (const { label, device } of examples) sets.set(label, (sets.get(label) ?? new Set()).add(device));
  return new Map(Array.from(sets, ([label, devices]) => [label, devices.size]));
}

/** Place of each device in a drawn order. */
function drawnOrder(examples: readonly RoleExample[], seed: number): Map<string, number> {
  const devices = [...new Set(examples.map(({ device }) => device))].sort();
  shuffle(createRandom(seed), devices);
  return new Map(devices.map((device, place) => [device, place]));
}

/** Of some examples those of the first so many devices of each role. */
function firstDevices(
  examples: readonly RoleExample[],
  trained: Uint32Array,
  order: ReadonlyMap<string, number>,
  count: number,
): Uint32Array {
  const kept = new Map<number, Set<string>>();
  const ranked = Array.from(trained).sort(
    (a, b) => (order.get(examples[a]?.device ?? '') ?? 0) - (order.get(examples[b]?.device ?? '') ?? 0),
  );
  for (const index of ranked) {
    const { label, device } = examples[index] as RoleExample;
    const own = kept.get(label) ?? new Set();
    kept.set(label, own);
    if (own.size < count) own.add(device);
  }
  return trained.filter((index) => {
    const { label, device } = examples[index] as RoleExample;
    return kept.get(label)?.has(device) === true;
  });
}
