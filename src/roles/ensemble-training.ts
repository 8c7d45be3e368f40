import { NetworkmlError } from '../errors.js';
import type { EnsembleModel, EnsembleShares, RoleModel } from './ensemble.js';
import type { ForestModel } from './forest.js';
import { forestItems } from './forest-items.js';
import { trainForestThreaded } from './forest-threads.js';
import { forestDefaults } from './forest-training.js';
import { trainHints } from './hint-ratios.js';
import { knownDevices } from './known-devices.js';
import { nearestDefaults } from './nearest-member.js';
import { trainOneLayer } from './one-layer-training.js';
import type { RoleTrainingSet } from './training-set.js';
import { trainWindowNets, windowNetDefaults } from './window-net-training.js';

/** The classifiers that can be trained. */
export const classifierKinds = ['ensemble', 'random-forest', 'one-layer'] as const;
export type ClassifierKind = (typeof classifierKinds)[number];

/** The same captures in the same order as sessions and as windows. */
export interface RoleSets {
  readonly sessions: RoleTrainingSet;
  readonly windows: RoleTrainingSet;
  /** Columns of the windows from this one on (the device's own stack) are for the forest alone. */
  readonly netColumns: number;
  /** Columns of the windows up to this one say which services there are; the others weigh half when captures are compared. */
  readonly serviceColumns: number;
  /** Hashes of what the device of each example says, where that is learnt from: see `trainHints`. */
  readonly hints?: readonly (Uint32Array | null)[];
}

/**
 * Weights of the members, found by cross-validation over whole devices and over whole families (docs/roles.md): likeness
 * to known captures lifts the top three, the contract's network helps them a little and costs nothing.
 */
const ensembleShares: EnsembleShares = { forest: 0.22, nets: 0.22, oneLayer: 0.06, nearest: 0.5 };

/** Nets in the ensemble; their seeds follow one another. */
const ensembleNets = 3;

/**
 * Trees of the forest over sessions. A few hundred distinct vectors give as good an answer by a hundred trees as by three
 * hundred (docs/roles.md), which every prediction would have to check.
 */
const sessionTrees = 100;

/** What the training of all classifiers is made of, for the manifest. */
export const roleTrainingDefaults = {
  forest: forestDefaults,
  sessionForest: { ...forestDefaults, trees: sessionTrees },
  windowNet: windowNetDefaults,
  ensemble: { ...ensembleShares, netCount: ensembleNets, ...nearestDefaults },
} as const;

export interface RoleTrainingOptions {
  readonly seed: number;
  /** Threads for the forest; the result does not depend on it. One unless given. */
  readonly threads?: number;
  /** A network of these same captures and seed that is there already. */
  readonly oneLayer?: Extract<RoleModel, { kind: 'one-layer' }>;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Trains a classifier on some captures.
 *
 * @param chosen indices of the examples to train on.
 * @throws NetworkmlError `NML_CONFIG`, `NML_TRAIN_DATA` when there is nothing to train on.
 */
export async function trainRoleModel(
  kind: ClassifierKind,
  sets: RoleSets,
  chosen: Uint32Array,
  options: RoleTrainingOptions,
): Promise<RoleModel> {
  const { seed } = options;
  if (kind === 'one-layer') return options.oneLayer ?? trainOneLayer(sets.sessions, chosen, { seed });
  if (kind === 'random-forest') return trainSetForest(sets.sessions, chosen, options, sessionTrees);
  return trainEnsemble(sets, chosen, options);
}

async function trainSetForest(
  set: RoleTrainingSet,
  chosen: Uint32Array,
  { seed, threads = 1 }: RoleTrainingOptions,
  trees: number,
): Promise<ForestModel> {
  const { layout, roles } = set;
  const settings = { seed, outOfBag: false, trees };
  const { model } = await trainForestThreaded({ layout, roles }, forestItems(set, chosen), settings, threads);
  return model;
}

async function trainEnsemble(
  sets: RoleSets,
  chosen: Uint32Array,
  options: RoleTrainingOptions,
): Promise<EnsembleModel> {
  const { windows, sessions, netColumns, serviceColumns } = sets;
  const { seed, onProgress } = options;
  const steps = ensembleNets + 2;
  const forest = await trainSetForest(windows, chosen, options, forestDefaults.trees);
  onProgress?.(1, steps);
  const nets = trainWindowNets(windows, chosen, {
    seeds: Array.from({ length: ensembleNets }, (_, index) => seed * ensembleNets + index),
    columnsBelow: netColumns,
    onNet: (trained) => onProgress?.(1 + trained, steps),
  });
  const oneLayer = options.oneLayer ?? trainOneLayer(sessions, chosen, { seed });
  onProgress?.(steps, steps);
  const hints = sets.hints === undefined ? undefined : trainHints(sessions, sets.hints, chosen);
  return {
    kind: 'ensemble',
    layout: windows.layout,
    roles: [...windows.roles],
    columnCount: windows.rows.columnCount,
    forest,
    nets,
    oneLayer,
    known: knownDevices(windows, chosen, { below: netColumns, halvedFrom: serviceColumns }),
    nearest: nearestDefaults,
    shares: ensembleShares,
    ...(hints === undefined ? {} : { hints }),
  };
}

/** @throws NetworkmlError `NML_MODEL_ROLE` for a name that is no classifier */
export function classifierKind(name: string): ClassifierKind {
  const kind = classifierKinds.find((each) => each === name);
  if (kind !== undefined) return kind;
  throw new NetworkmlError('NML_MODEL_ROLE', `no classifier called ${name}`, {
    hint: `there are: ${classifierKinds.join(', ')}`,
  });
}
