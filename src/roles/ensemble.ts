import type { SparseRows } from '../math/index.js';
import { averageProbabilities } from './aggregate.js';
import type { CountedRows, DeviceRows, RowTables } from './device-rows.js';
import { type ForestModel, forestProbabilities } from './forest.js';
import type { HintModel } from './hint-ratios.js';
import { type KnownDevices, knownSimilarities } from './known-devices.js';
import { likenessOf, type NearestSettings, recognition } from './nearest-member.js';
import { type OneLayerModel, oneLayerProbabilities } from './one-layer.js';
import { netEvaluator, type WindowNet } from './window-net.js';

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
  readonly nets: readonly WindowNet[];
  readonly oneLayer: OneLayerModel;
  /** The captures it was trained on; null in bundles that do not keep them. */
  readonly known: KnownDevices | null;
  /** What is made of the likeness to them; null in bundles from before this member. */
  readonly nearest: NearestSettings | null;
  /** Weights of the members; they sum to 1, the nets share theirs evenly. */
  readonly shares: EnsembleShares;
  /**
   * What is made of what devices say of themselves, and of what their makers are known for; only in bundles that were
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

/** Probabilities of each window by the nets, their mean, [rowCount x roles]. */
function netProbabilities({ nets, roles }: EnsembleModel, windows: SparseRows): Float64Array {
  const out = new Float64Array(windows.rowCount * roles.length);
  for (const net of nets) {
    const evaluator = netEvaluator(net, windows);
    for (let row = 0; row < windows.rowCount; row++) {
      evaluator.add(row, 1 / nets.length, out, row * roles.length);
    }
  }
  return out;
}

/**
 * Raw probabilities of devices. Sessions and windows are averaged by themselves; every row of the tables is computed once.
 *
 * @returns [devices x roles]; every row sums to 1, all alike for a device without rows.
 * @throws NetworkmlError `NML_MODEL_LAYOUT` when rows are not as wide as the layout of the model.
 */
export function deviceProbabilities(
  model: RoleModel,
  tables: RowTables,
  devices: readonly DeviceRows[],
): Float64Array {
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
  if (model.kind === 'one-layer') add(oneLayerProbabilities(model, tables.sessions), 1, (d) => d.sessions);
  else if (model.kind === 'random-forest')
    add(forestProbabilities(model, tables.sessions), 1, (d) => d.sessions);
  else {
    const { shares } = model;
    add(forestProbabilities(model.forest, tables.windows), shares.forest, (d) => d.windows);
    const forest = out.map((p) => p / shares.forest);
    add(netProbabilities(model, tables.windows), shares.nets, (d) => d.windows);
    if (shares.oneLayer > 0) {
      add(oneLayerProbabilities(model.oneLayer, tables.sessions), shares.oneLayer, (d) => d.sessions);
    }
    devices.forEach(({ windows }, index) => {
      const own = (list: Float64Array) => list.subarray(index * classCount, (index + 1) * classCount);
      addNearest(model, tables.windows, windows, own(forest), own(out));
    });
  }
  return model.priors === undefined ? out : withPriors(out, model.priors);
}

/**
 * Probabilities of devices as they are where some roles are rarer than in training.
 *
 * @param probabilities [devices x roles], every row sums to 1.
 * @param priors one above 0 for each role.
 */
export function withPriors(probabilities: Float64Array, priors: readonly number[]): Float64Array {
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
  model: EnsembleModel,
  table: SparseRows,
  windows: CountedRows,
  forest: Float64Array,
  out: Float64Array,
): void {
  const { known, nearest, shares } = model;
  if (known === null || nearest === null) return;
  const similarities = knownSimilarities(known, table, windows);
  const member = likenessOf(known, similarities, out.length, nearest.spread);
  const part = recognition(similarities, nearest);
  const recognised = likenessOf(known, similarities, out.length, nearest.recognitionSpread);
  const ofForest = nearest.recognitionForest;
  for (let k = 0; k < out.length; k++) {
    const whole = (out[k] as number) + shares.nearest * (member[k] as number);
    const sure = (1 - ofForest) * (recognised[k] as number) + ofForest * (forest[k] as number);
    out[k] = (1 - part) * whole + part * sure;
  }
}
