/** Scores of captures under models that have not seen their devices. */
import type { Random } from '../math/index.js';
import { createRandom } from '../math/index.js';
import type { ViewBins } from './model.js';
import type { CaptureUnits, RoleView, ViewTrainer } from './view.js';

/** Parts that a role's devices (or captures) are divided into at most. */
const foldLimit = 6;

/** A capture with its label. */
export interface LabelledCapture {
  readonly role: string;
  readonly device: string;
  readonly units: CaptureUnits;
  /** Its file, for explanations; `capture <index>` where it has none. */
  readonly name?: string;
  /**
   * Whether it helps out only: it is a reference of roles that have no captures enough of their own, and shapes nothing
   * that other roles are judged by.
   */
  readonly also?: boolean;
}

export interface BehaviourProgress {
  /** Role models fitted so far, of all that will be. */
  readonly done: number;
  readonly total: number;
  readonly role: string;
}

/** One view kind, prepared on the captures of all roles. */
export interface PreparedView {
  readonly id: string;
  readonly trainer: ViewTrainer;
}

/** One role model to fit: without the held-out captures, then used to score some. */
export interface LeaveOutJob {
  readonly role: string;
  /** Indices of the captures it is fitted on. */
  readonly train: readonly number[];
  /** Indices of the normal captures it scores; none for the model of the whole role. */
  readonly normals: readonly number[];
  /** Indices of the attack captures it scores. */
  readonly attacks: readonly number[];
  readonly seed: number;
}

/**
 * Fold of each capture of one role: whole devices, the ones with most captures first, each into the smallest fold; of
 * a single device, its captures in turn.
 * @param devices device of each capture
 * @returns fold of each capture, counted from 0
 */
export function roleFolds(devices: readonly string[]): number[] {
  const counts = new Map<string, number>();
  for (const device of devices) counts.set(device, (counts.get(device) ?? 0) + 1);
  if (counts.size <= 1) return devices.map((_, i) => i % foldLimit);
  const sizes = new Array<number>(Math.min(foldLimit, counts.size)).fill(0);
  const foldOf = new Map<string, number>();
  const order = Array.from(counts).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  for (const [device, count] of order) {
    const fold = sizes.indexOf(Math.min(...sizes));
    foldOf.set(device, fold);
    sizes[fold] = (sizes[fold] ?? 0) + count;
  }
  return devices.map((device) => foldOf.get(device) ?? 0);
}

/**
 * The models to fit: for every role one on all its captures, and one per fold without that fold's devices. An attack is
 * scored without its device, too, where that device has normal captures; otherwise by the model of the whole role.
 * @param roles whose models are wanted, in this order
 */
export function leaveOutJobs(
  roles: readonly string[],
  normals: readonly LabelledCapture[],
  attacks: readonly LabelledCapture[],
  seed: number,
): LeaveOutJob[] {
  const random = createRandom(seed);
  return roles.flatMap((role) => jobsOfRole(role, normals, attacks, random));
}

function jobsOfRole(
  role: string,
  normals: readonly LabelledCapture[],
  attacks: readonly LabelledCapture[],
  random: Random,
): LeaveOutJob[] {
  const own = indicesOf(normals, role);
  const deviceOf = (index: number) => normals[index]?.device ?? '';
  const folds = roleFolds(own.map(deviceOf));
  const several = new Set(own.map(deviceOf)).size > 1;
  const foldOfDevice = new Map(several ? own.map((index, i) => [deviceOf(index), folds[i]] as const) : []);
  const ownAttacks = indicesOf(attacks, role).map((index) => ({
    index,
    fold: foldOfDevice.get(attacks[index]?.device ?? ''),
  }));
  const job = (fold: number | undefined): LeaveOutJob => ({
    role,
    train: own.filter((_, i) => folds[i] !== fold),
    normals: own.filter((_, i) => folds[i] === fold),
    attacks: ownAttacks.filter((attack) => attack.fold === fold).map(({ index }) => index),
    seed: random.uint32(),
  });
  const numbers = Array.from(new Set(folds)).sort((a, b) => a - b);
  return [job(undefined), ...numbers.map(job)];
}

function indicesOf(captures: readonly LabelledCapture[], role: string): number[] {
  return captures.flatMap((capture, index) => (capture.role === role ? [index] : []));
}

/** Fits one job's model in every view. */
export function fitJob(
  views: readonly PreparedView[],
  normals: readonly LabelledCapture[],
  job: LeaveOutJob,
): { readonly id: string; readonly view: RoleView }[] {
  const random = createRandom(job.seed);
  const captures = job.train.flatMap((index) => {
    const capture = normals[index];
    return capture === undefined
      ? []
      : [
          {
            units: capture.units,
            name: capture.name ?? `capture ${index + 1}`,
            device: capture.device,
          },
        ];
  });
  return views.flatMap(({ id, trainer }) => {
    const view = captures.length === 0 ? undefined : trainer.fitRole(captures, random);
    return view === undefined ? [] : [{ id, view }];
  });
}

/** A capture's bins in each view of a fitted job. */
export function scoreWith(
  fitted: readonly { readonly id: string; readonly view: RoleView }[],
  units: CaptureUnits,
): ViewBins[] {
  return fitted.map(({ id, view }) => ({ view: id, bins: view.score(units) }));
}
