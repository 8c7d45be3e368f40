/**
 * What an evaluation can find out by training again and again: roles never trained, fewer devices, shuffled labels.
 * Nothing here knows what is trained: that is up to the answerer.
 */

import { NetworkmlError } from '../errors.js';
import { createRandom, groupedFolds, shuffle, weightedAreaUnderRoc } from '../math/index.js';
import { deviceWeights } from './calibrate.js';
import { leaveGroupsOut } from './cross-validate.js';
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

/** What the study of unknown roles is made with besides. */
export interface UnknownStudyOptions extends StudyOptions {
  /** Compare with other captures of devices that were learnt from, instead of devices never seen. */
  readonly knownDevices?: boolean;
  /** As in `GroupedRequest`. */
  readonly always?: (index: number) => boolean;
  readonly atOnce?: boolean;
}

/**
 * Leaves out each role in turn, and of the others one fold after the other: how much lower is the top probability of
 * captures of the role never trained than of those left out of the others? Area under the ROC curve of one less that
 * probability, every device with the same weight, mean over the folds. One and the same model is asked about both.
 *
 * @returns one entry for each role that leaves two others to train, and something to compare with.
 */
export async function studyUnknownRoles(set: StudySet, options: UnknownStudyOptions): Promise<UnknownRole[]> {
  const { examples, roles } = set;
  const { always = () => false } = options;
  const found: UnknownRole[] = [];
  for (let role = 0; role < roles.length; role++) {
    const own = indicesOf(examples, ({ label }, index) => label === role && !always(index));
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

/** The area of each fold in which there is something to compare with. */
async function areasOf(
  set: StudySet,
  own: Uint32Array,
  others: Uint32Array,
  { answer, folds, groupOf, always, atOnce, knownDevices = false }: UnknownStudyOptions,
): Promise<number[]> {
  const { roles } = set;
  const at = (index: number): RoleExample => set.examples[index] as RoleExample;
  const asked = Array.from(others).filter((index) => always?.(index) !== true);
  if (new Set(asked.map((index) => (groupOf ?? (({ device }) => device))(at(index)))).size < 2) return [];
  /** Answers about the captures of the role left out, by fold. */
  const strangers: Float64Array[] = [];
  const left = await leaveGroupsOut({
    set: { roles, examples: Array.from(others, at) },
    folds,
    ...(groupOf && { groupOf }),
    ...(always && { always: (place: number) => always(others[place] as number) }),
    ...(atOnce !== undefined && { atOnce }),
    answer: async (trained, tested, fold) => {
      const [learnt, asked] = [trained, tested].map((places) =>
        places.map((place) => others[place] as number),
      );
      if (learnt === undefined || asked === undefined) return new Float64Array(0);
      if (new Set(Array.from(learnt, (index) => at(index).label)).size < 2) {
        return new Float64Array(asked.length * roles.length);
      }
      const answers = await answer(set, learnt, Uint32Array.from([...asked, ...own]));
      strangers[fold] = answers.subarray(asked.length * roles.length);
      return answers;
    },
  });
  return strangers.flatMap((answers, fold) => {
    const places = Array.from(others.keys()).filter(
      (place) =>
        left.folds[place] === fold &&
        left.evaluable[place] === 1 &&
        left.deviceKnown[place] === Number(knownDevices),
    );
    if (places.length === 0) return [];
    const compared = places.map((place) => others[place] as number);
    const scores = [
      ...places.map((place) => unknownScore(left.probabilities, place, roles.length)),
      ...Array.from(own.keys(), (place) => unknownScore(answers, place, roles.length)),
    ];
    const captures = [...compared, ...own].map(at);
    const positives = Uint8Array.from(captures, (_, i) => (i < compared.length ? 0 : 1));
    const weights = deviceWeights(captures.map(({ label, device }) => `${label} ${device}`));
    return [weightedAreaUnderRoc(Float64Array.from(scores), positives, weights)];
  });
}

/** One less the top probability of one row of [captures x roles]. */
function unknownScore(probabilities: Float64Array, place: number, roleCount: number): number {
  return 1 - Math.max(...probabilities.subarray(place * roleCount, (place + 1) * roleCount));
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

function indicesOf(
  examples: readonly RoleExample[],
  wanted: (example: RoleExample, index: number) => boolean,
): Uint32Array {
  return allOf(examples).filter((index) => wanted(examples[index] as RoleExample, index));
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
