import { NetworkmlError } from '../errors.js';
import { allPositive } from '../math/index.js';
import type { EnsembleModel } from './ensemble.js';
import { decodeForest, encodeForest } from './forest-parts.js';
import { decodeHints, encodeHints } from './hint-parts.js';
import { decodeKnownDevices, encodeKnownDevices, type KnownDevices } from './known-devices.js';
import {
  type BundleArray,
  columnsOf,
  type EncodedModel,
  namesOf,
  numberOf,
  objectOf,
  partOf,
  partsOf,
  textOf,
  wholeOf,
} from './model-parts.js';
import type { NearestSettings } from './nearest-member.js';
import type { OneLayerModel } from './one-layer.js';
import type { WindowNet } from './window-net.js';

/** Takes an ensemble apart; its one-layer member is a classifier of the bundle by itself and is not repeated. */
export function encodeEnsemble(model: EnsembleModel): EncodedModel {
  const { kind, layout, roles, columnCount, forest, nets, known, nearest, shares, hints } = model;
  const encoded = encodeForest(forest);
  const arrays: Record<string, BundleArray> = {};
  for (const [name, array] of Object.entries(encoded.arrays)) arrays[`forest/${name}`] = array;
  nets.forEach((net, index) => {
    for (const [name, array] of Object.entries(netArrays(net))) arrays[`net${index}/${name}`] = array;
  });
  const encodedKnown = known === null ? undefined : encodeKnownDevices(known);
  for (const [name, array] of Object.entries(encodedKnown?.arrays ?? {})) arrays[`known/${name}`] = array;
  const encodedHints = hints === undefined ? undefined : encodeHints(hints);
  for (const [name, array] of Object.entries(encodedHints?.arrays ?? {})) arrays[`hints/${name}`] = array;
  const { trees, nodes, leaves, kinds, distributions, entries } = encoded.meta;
  return {
    meta: {
      kind,
      layout,
      roles: [...roles],
      columnCount,
      forest: { trees, nodes, leaves, kinds, distributions, entries },
      nets: nets.map(({ hidden, columns }) => ({ hidden, columns: columns.length })),
      shares: { ...shares },
      ...(encodedKnown && { known: encodedKnown.meta }),
      ...(nearest && { nearest: { ...nearest } }),
      ...(encodedHints && { hints: encodedHints.meta }),
    },
    arrays,
  };
}

function netArrays(net: WindowNet): Record<string, BundleArray> {
  const { columns, mean, deviation, hidden, w1, b1, w2, b2 } = net;
  const width = columns.length;
  return {
    columns: { dtype: 'uint32', shape: [width], data: columns },
    mean: { dtype: 'float32', shape: [width], data: mean },
    deviation: { dtype: 'float32', shape: [width], data: deviation },
    w1: { dtype: 'float32', shape: [width, hidden], data: w1 },
    b1: { dtype: 'float32', shape: [hidden], data: b1 },
    w2: { dtype: 'float32', shape: [hidden, b2.length], data: w2 },
    b2: { dtype: 'float32', shape: [b2.length], data: b2 },
  };
}

/**
 * Puts an ensemble together again; nothing in the parts is trusted.
 *
 * @param oneLayer the one-layer network of the same bundle.
 * @throws NetworkmlError `NML_MODEL_MANIFEST`
 */
export function decodeEnsemble(
  meta: EncodedModel['meta'],
  arrays: EncodedModel['arrays'],
  oneLayer: OneLayerModel,
): EnsembleModel {
  if (meta.kind !== 'ensemble') refuse('is not of this kind');
  const layout = textOf(meta, 'layout');
  const roles = namesOf(meta, 'roles');
  const columnCount = wholeOf(meta, 'columnCount');
  const about = { layout, roles, columnCount };
  const forestMeta = { ...objectOf(meta.forest), ...about, kind: 'random-forest' };
  const list = meta.nets;
  if (!Array.isArray(list) || list.length === 0) refuse('nets is not a list');
  const arraysOf = partsOf(arrays);
  const nets = list.map((net: unknown, index) => decodeNet(objectOf(net), arraysOf(`net${index}`), about));
  const shares = objectOf(meta.shares);
  const model: EnsembleModel = {
    kind: 'ensemble',
    ...about,
    forest: decodeForest(forestMeta, arraysOf('forest')),
    nets,
    oneLayer,
    known:
      meta.known === undefined ? null : decodeKnown(objectOf(meta.known), arraysOf('known'), roles.length),
    nearest: meta.nearest === undefined ? null : decodeNearest(objectOf(meta.nearest)),
    shares: {
      forest: numberOf(shares, 'forest', 0.001, 1),
      nets: numberOf(shares, 'nets', 0.001, 1),
      oneLayer: numberOf(shares, 'oneLayer', 0, 1),
      nearest: shares.nearest === undefined ? 0 : numberOf(shares, 'nearest', 0, 1),
    },
    ...(meta.hints === undefined
      ? {}
      : { hints: decodeHints(objectOf(meta.hints), arraysOf('hints'), roles.length) }),
  };
  const sum = Object.values(model.shares).reduce((a, b) => a + b, 0);
  if (model.shares.nearest > 0 && (model.known === null || model.nearest === null)) {
    refuse('it keeps no known devices to be compared with');
  }
  if (model.known !== null && model.known.rows.columnCount > columnCount)
    refuse('known devices are too wide');
  if (Math.abs(sum - 1) > 1e-6) refuse(`the shares of its members sum to ${sum}`);
  if (oneLayer.roles.length !== roles.length || roles.some((role, k) => oneLayer.roles[k] !== role)) {
    refuse('its one-layer network has other roles');
  }
  return model;
}

/** Known devices; bundles up to 1.1 keep one row a device, and halve nothing. */
function decodeKnown(
  meta: EncodedModel['meta'],
  arrays: EncodedModel['arrays'],
  roleCount: number,
): KnownDevices {
  if (meta.rows !== undefined) return decodeKnownDevices(meta, arrays, roleCount);
  const devices = Array.isArray(meta.names) ? meta.names.length : 0;
  const data = Uint32Array.from({ length: devices }, (_, device) => device);
  const owners: BundleArray = { dtype: 'uint32', shape: [devices], data };
  const whole = { ...meta, rows: devices, halvedFrom: meta.columnCount };
  return decodeKnownDevices(whole, { ...arrays, owners }, roleCount);
}

function decodeNearest(meta: EncodedModel['meta']): NearestSettings {
  return {
    spread: numberOf(meta, 'spread', 1e-4, 10),
    recognitionShare: numberOf(meta, 'recognitionShare', 0, 1),
    recognitionDistance: numberOf(meta, 'recognitionDistance', 1e-4, 10),
    recognitionSpread: numberOf(meta, 'recognitionSpread', 1e-4, 10),
    // Bundles up to 1.2 lean on the known captures alone.
    recognitionForest: meta.recognitionForest === undefined ? 0 : numberOf(meta, 'recognitionForest', 0, 1),
  };
}

function decodeNet(
  meta: EncodedModel['meta'],
  arrays: EncodedModel['arrays'],
  about: { roles: string[]; columnCount: number },
): WindowNet {
  const width = wholeOf(meta, 'columns');
  const hidden = wholeOf(meta, 'hidden');
  const classes = about.roles.length;
  const columns = columnsOf(arrays, width, about.columnCount);
  const deviation = partOf(arrays, 'deviation', 'float32', [width]);
  if (!allPositive(deviation)) refuse(`a deviation of ${deviation.find((value) => !(value > 0))}`);
  return {
    columns,
    mean: partOf(arrays, 'mean', 'float32', [width]),
    deviation,
    hidden,
    w1: partOf(arrays, 'w1', 'float32', [width, hidden]),
    b1: partOf(arrays, 'b1', 'float32', [hidden]),
    w2: partOf(arrays, 'w2', 'float32', [hidden, classes]),
    b2: partOf(arrays, 'b2', 'float32', [classes]),
  };
}

function refuse(problem: string): never {
  throw new NetworkmlError('NML_MODEL_MANIFEST', `ensemble: ${problem}`);
}
