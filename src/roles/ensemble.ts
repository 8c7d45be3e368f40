import { averageProbabilities } from './aggregate.js';
import type { CountedRows, DeviceRows, RowTables } from './device-rows.js';
import { type ForestModel, forestProbabilities } from './forest.js';
import type { HintModel } from './hint-ratios.js';
import type { KnownDevices } from './known-devices.js';
import { layerAnswers } from './layer-kernel.js';
import { type Likeness, likenessOf, type NearestSettings } from './nearest-member.js';
import { type OneLayerModel, oneLayerProbabilities } from './one-layer.js';
import type { WindowNets } from './window-net.js';

/**
 * The default classifier: the weighted mean of a forest and of nets over windows (layout `services/1`), of the
 * likeness to known captures, and of the one-layer network over sessions.
 */
export interface EnsembleModel {
  readonly kind: 'ensemble';
  /** Layout id of the windows. */
  readonly layout: string;
  readonly roles: readonly string[];
  /** Width of that layout. */
  readonly columnCount: number;
  readonly forest: ForestModel;
  readonly nets: WindowNets;
  readonly oneLayer: OneLayerModel;
  /** The captures it was trained on. */
  readonly known: KnownDevices;
  /** What is made of the likeness to them. */
  readonly nearest: NearestSettings;
  /** Weights of the members; they sum to 1, the nets share theirs evenly. */
  readonly shares: EnsembleShares;
  /**
   * What is made of what devices say of themselves, and of what their names and makers are known for; only in bundles that were
   * trained with it, and asked by wish alone.
   */
  readonly hints?: readonly HintModel[];
}

export interface EnsembleShares {
  readonly forest: number;
  readonly nets: number;
  readonly oneLayer: number;
  readonly nearest: number;
}

/** Any trained classifier of roles. */
export type RoleModel = (OneLayerModel | ForestModel | EnsembleModel) & {
  /** What the probabilities of the roles are multiplied by before they are scaled to sum 1; 1 each unless given. */
  readonly priors?: readonly number[];
};

/** Raw probabilities of devices, and what they rest on that explanations start from. */
export interface DeviceAnswers {
  /** [devices x roles]; every row sums to 1, all alike for a device without rows. */
  readonly probabilities: Float64Array;
  /** Likeness of each device to the known captures; empty where the model compares with none. */
  readonly likeness: readonly Likeness[];
}

/**
 * Asks a model about devices. Sessions and windows are averaged by themselves; every row of the tables is computed once.
 *
 * @throws NetworkmlError `NML_MODEL_LAYOUT` when rows are not as wide as the layout of the model, NML_MEMORY
 */
export function answerDevices(
  model: RoleModel,
  tables: RowTables,
  devices: readonly DeviceRows[],
): DeviceAnswers {
  const classCount = model.roles.length;
  const out = new Float64Array(devices.length * classCount);
  const add = (perRow: Float64Array, share: number, of: (device: DeviceRows) => CountedRows): void => {
    devices.forEach((device, index) => {
      const { rows, counts } = of(device);
      averageProbabilities(perRow, classCount, counts, 'mean', rows).forEach((p, k) => {
        const cell = index * classCount + k;
        out[cell] = (out[cell] as number) + share * p;
      });
    });
  };
  let likeness: readonly Likeness[] = [];
  if (model.kind === 'one-layer') add(oneLayerProbabilities(model, tables.sessions), 1, (d) => d.sessions);
  else if (model.kind === 'random-forest')
    add(forestProbabilities(model, tables.sessions), 1, (d) => d.sessions);
  else {
    const { shares } = model;
    add(forestProbabilities(model.forest, tables.windows), shares.forest, (d) => d.windows);
    const forest = out.map((p) => p / shares.forest);
    add(layerAnswers(model.nets, tables.windows), shares.nets, (d) => d.windows);
    if (shares.oneLayer > 0) {
      add(oneLayerProbabilities(model.oneLayer, tables.sessions), shares.oneLayer, (d) => d.sessions);
    }
    const windows = devices.map((device) => device.windows);
    likeness = likenessOf(model.known, model.nearest, tables.windows, windows, classCount);
    likeness.forEach((one, index) => {
      const own = (list: Float64Array) => list.subarray(index * classCount, (index + 1) * classCount);
      addNearest(model, one, own(forest), own(out));
    });
  }
  return { probabilities: model.priors === undefined ? out : withPriors(out, model.priors), likeness };
}

/** The probabilities of `answerDevices` alone. */
export function deviceProbabilities(
  model: RoleModel,
  tables: RowTables,
  devices: readonly DeviceRows[],
): Float64Array {
  return answerDevices(model, tables, devices).probabilities;
}

/**
 * Probabilities of devices as they are where some roles are rarer than in training.
 *
 * @param probabilities [devices x roles], every row sums to 1.
 * @param priors one above 0 for each role.
 */
function withPriors(probabilities: Float64Array, priors: readonly number[]): Float64Array {
  const out = new Float64Array(probabilities.length);
  for (let from = 0; from < out.length; from += priors.length) {
    let sum = 0;
    for (let k = 0; k < priors.length; k++)
      sum += (probabilities[from + k] as number) * (priors[k] as number);
    for (let k = 0; k < priors.length; k++) {
      out[from + k] = ((probabilities[from + k] as number) * (priors[k] as number)) / sum;
    }
  }
  return out;
}

/**
 * Adds the share of the known captures to the other members' answer for a device; leans on them and on the forest if it is
 * recognised.
 */
function addNearest(
  { nearest, shares }: EnsembleModel,
  { member, part, recognised }: Likeness,
  forest: Float64Array,
  out: Float64Array,
): void {
  const ofForest = nearest.recognitionForest;
  for (let k = 0; k < out.length; k++) {
    const whole = (out[k] as number) + shares.nearest * (member[k] as number);
    const sure = (1 - ofForest) * (recognised[k] as number) + ofForest * (forest[k] as number);
    out[k] = (1 - part) * whole + part * sure;
  }
}
