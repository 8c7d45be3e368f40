import { NetworkmlError } from '../errors.js';
import { allPositive } from '../math/index.js';
import type { EnsembleModel } from './ensemble.js';
import { decodeForest, encodeForest } from './forest-parts.js';
import { decodeHints, encodeHints } from './hint-parts.js';
import { decodeKnownDevices, encodeKnownDevices } from './known-devices.js';
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
import type { WindowNets } from './window-net.js';

/** Takes an ensemble apart; its one-layer member is a classifier of the bundle by itself and is not repeated. */
export function encodeEnsemble(model: EnsembleModel): EncodedModel {
  const { kind, layout, roles, columnCount, forest, nets, known, nearest, shares, hints } = model;
  const encoded = encodeForest(forest);
  const arrays: Record<string, BundleArray> = {};
  for (const [name, array] of Object.entries(encoded.arrays)) arrays[`forest/${name}`] = array;
  for (const [name, array] of Object.entries(netArrays(nets))) arrays[`nets/${name}`] = array;
  const encodedKnown = encodeKnownDevices(known);
  for (const [name, array] of Object.entries(encodedKnown.arrays)) arrays[`known/${name}`] = array;
  const encodedHints = hints === undefined ? undefined : encodeHints(hints);
  for (const [name, array] of Object.entries(encodedHints?.arrays ?? {})) arrays[`hints/${name}`] = array;
  const { trees, splits, kinds, distributions, entries } = encoded.meta;
  return {
    meta: {
      kind,
      layout,
      roles: [...roles],
      columnCount,
      forest: { trees, splits, kinds, distributions, entries },
      nets: { nets: nets.nets, hidden: nets.hidden, columns: nets.columns.length },
      shares: { ...shares },
      known: encodedKnown.meta,
      nearest: { ...nearest },
      ...(encodedHints && { hints: encodedHints.meta }),
    },
    arrays,
  };
}

function netArrays({
  columns,
  mean,
  deviation,
  nets,
  hidden,
  w1,
  b1,
  w2,
  b2,
}: WindowNets): Record<string, BundleArray> {
  const width = columns.length;
  return {
    columns: { dtype: 'uint32', shape: [width], data: columns },
    mean: { dtype: 'float32', shape: [width], data: mean },
    deviation: { dtype: 'float32', shape: [width], data: deviation },
    w1: { dtype: 'float32', shape: [width, nets, hidden], data: w1 },
    b1: { dtype: 'float32', shape: [nets, hidden], data: b1 },
    w2: { dtype: 'float32', shape: [nets, hidden, b2.length / nets], data: w2 },
    b2: { dtype: 'float32', shape: [nets, b2.length / nets], data: b2 },
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
  const arraysOf = partsOf(arrays);
  const shares = objectOf(meta.shares);
  const model: EnsembleModel = {
    kind: 'ensemble',
    ...about,
    forest: decodeForest(forestMeta, arraysOf('forest')),
    nets: decodeNets(objectOf(meta.nets), arraysOf('nets'), about),
    oneLayer,
    known: decodeKnownDevices(objectOf(meta.known), arraysOf('known'), roles.length),
    nearest: decodeNearest(objectOf(meta.nearest)),
    shares: {
      forest: numberOf(shares, 'forest', 0.001, 1),
      nets: numberOf(shares, 'nets', 0.001, 1),
      oneLayer: numberOf(shares, 'oneLayer', 0, 1),
      nearest: numberOf(shares, 'nearest', 0, 1),
    },
    ...(meta.hints === undefined
      ? {}
      : { hints: decodeHints(objectOf(meta.hints), arraysOf('hints'), roles.length) }),
  };
  const sum = Object.values(model.shares).reduce((a, b) => a + b, 0);
  if (model.known.rows.columnCount > columnCount) refuse('known devices are too wide');
  if (Math.abs(sum - 1) > 1e-6) refuse(`the shares of its members sum to ${sum}`);
  if (oneLayer.roles.length !== roles.length || roles.some((role, k) => oneLayer.roles[k] !== role)) {
    refuse('its one-layer network has other roles');
  }
  return model;
}

function decodeNearest(meta: EncodedModel['meta']): NearestSettings {
  return {
    spread: numberOf(meta, 'spread', 1e-4, 10),
    recognitionShare: numberOf(meta, 'recognitionShare', 0, 1),
    recognitionDistance: numberOf(meta, 'recognitionDistance', 1e-4, 10),
    recognitionSpread: numberOf(meta, 'recognitionSpread', 1e-4, 10),
    recognitionForest: numberOf(meta, 'recognitionForest', 0, 1),
  };
}

function decodeNets(
  meta: EncodedModel['meta'],
  arrays: EncodedModel['arrays'],
  about: { roles: string[]; columnCount: number },
): WindowNets {
  const width = wholeOf(meta, 'columns');
  const nets = wholeOf(meta, 'nets');
  const hidden = wholeOf(meta, 'hidden');
  const classes = about.roles.length;
  const columns = columnsOf(arrays, width, about.columnCount);
  const deviation = partOf(arrays, 'deviation', 'float32', [width]);
  if (!allPositive(deviation)) refuse(`a deviation of ${deviation.find((value) => !(value > 0))}`);
  return {
    columns,
    mean: partOf(arrays, 'mean', 'float32', [width]),
    deviation,
    nets,
    hidden,
    w1: partOf(arrays, 'w1', 'float32', [width, nets, hidden]),
    b1: partOf(arrays, 'b1', 'float32', [nets, hidden]),
    w2: partOf(arrays, 'w2', 'float32', [nets, hidden, classes]),
    b2: partOf(arrays, 'b2', 'float32', [nets, classes]),
  };
}

function refuse(problem: string): never {
  throw new NetworkmlError('NML_MODEL_MANIFEST', `ensemble: ${problem}`);
}
