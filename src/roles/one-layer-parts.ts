import { NetworkmlError } from '../errors.js';
import { areFinite, firstOutOfOrder } from './kernel-checks.js';
import type { OneLayerModel } from './one-layer.js';

/** One array of a classifier as a bundle keeps it. */
export type EncodedArray =
  | { readonly dtype: 'float32'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly dtype: 'uint32'; readonly shape: readonly number[]; readonly data: Uint32Array };

/** A classifier taken apart: what goes into the manifest, and the named arrays. */
export interface EncodedClassifier {
  /** Plain JSON. */
  readonly meta: Readonly<Record<string, unknown>>;
  readonly arrays: Readonly<Record<string, EncodedArray>>;
}

/** Takes a one-layer network apart for a bundle; the arrays are those of the model, not copies. */
export function encodeOneLayer(model: OneLayerModel): EncodedClassifier {
  const { kind, layout, roles, columnCount, columns, hidden, w1, b1, w2, b2 } = model;
  const classes = roles.length;
  return {
    meta: { kind, layout, roles: [...roles], columnCount, columns: columns.length, hidden, classes },
    arrays: {
      columns: { dtype: 'uint32', shape: [columns.length], data: columns },
      w1: { dtype: 'float32', shape: [columns.length, hidden], data: w1 },
      b1: { dtype: 'float32', shape: [hidden], data: b1 },
      w2: { dtype: 'float32', shape: [hidden, classes], data: w2 },
      b2: { dtype: 'float32', shape: [classes], data: b2 },
    },
  };
}

/**
 * Puts a one-layer network together again; nothing in the parts is trusted.
 *
 * @throws NetworkmlError `NML_MODEL_MANIFEST` for a missing, surplus or misshapen part, columns out of order, or a
 *   weight that is not finite.
 */
export function decodeOneLayer(
  meta: EncodedClassifier['meta'],
  arrays: EncodedClassifier['arrays'],
): OneLayerModel {
  if (meta.kind !== 'one-layer') refuse(`the classifier is ${JSON.stringify(meta.kind)}, not one-layer`);
  const { layout } = meta;
  if (typeof layout !== 'string' || layout === '') refuse('layout is not a name');
  const roles = roleNames(meta.roles);
  const columnCount = wholeNumber(meta, 'columnCount');
  const used = wholeNumber(meta, 'columns');
  const hidden = wholeNumber(meta, 'hidden');
  if (wholeNumber(meta, 'classes') !== roles.length) refuse(`classes is not ${roles.length}`);

  const known = ['columns', 'w1', 'b1', 'w2', 'b2'];
  const surplus = Object.keys(arrays).find((name) => !known.includes(name));
  if (surplus !== undefined) refuse(`array ${surplus} is not part of a one-layer network`);
  const columns = array(arrays, 'columns', 'uint32', [used]);
  const wrong = firstOutOfOrder(columns, true);
  const column = columns[wrong < 0 ? used - 1 : wrong] as number;
  if (wrong >= 0 || column >= columnCount) refuse(`column ${column} is out of order or range`);
  return {
    kind: 'one-layer',
    layout,
    roles,
    columnCount,
    columns,
    hidden,
    w1: array(arrays, 'w1', 'float32', [used, hidden]),
    b1: array(arrays, 'b1', 'float32', [hidden]),
    w2: array(arrays, 'w2', 'float32', [hidden, roles.length]),
    b2: array(arrays, 'b2', 'float32', [roles.length]),
  };
}

function refuse(problem: string): never {
  throw new NetworkmlError('NML_MODEL_MANIFEST', `one-layer network: ${problem}`);
}

function roleNames(value: unknown): string[] {
  if (!Array.isArray(value) || value.length < 2) refuse('roles is not a list of two or more names');
  const names = value.filter((name): name is string => typeof name === 'string' && name !== '');
  if (names.length !== value.length || new Set(names).size !== names.length) {
    refuse('roles holds an entry that is no name, or one twice');
  }
  return names;
}

function wholeNumber(meta: EncodedClassifier['meta'], name: string): number {
  const value = meta[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) {
    refuse(`${name} is not a whole number above 0`);
  }
  return value;
}

function array(
  arrays: EncodedClassifier['arrays'],
  name: string,
  dtype: 'uint32',
  shape: readonly number[],
): Uint32Array;
function array(
  arrays: EncodedClassifier['arrays'],
  name: string,
  dtype: 'float32',
  shape: readonly number[],
): Float32Array;
function array(
  arrays: EncodedClassifier['arrays'],
  name: string,
  dtype: 'float32' | 'uint32',
  shape: readonly number[],
): Float32Array | Uint32Array {
  const found = Object.hasOwn(arrays, name) ? arrays[name] : undefined;
  if (found === undefined) refuse(`array ${name} is missing`);
  const { data } = found;
  const kindFits = dtype === 'uint32' ? data instanceof Uint32Array : data instanceof Float32Array;
  if (found.dtype !== dtype || !kindFits) refuse(`array ${name} is not ${dtype}`);
  const size = shape.reduce((product, length) => product * length, 1);
  const shapeFits = found.shape.length === shape.length && shape.every((n, i) => found.shape[i] === n);
  if (!shapeFits || data.length !== size) {
    refuse(`array ${name} is [${found.shape}] with ${data.length} values, not [${shape}]`);
  }
  if (data instanceof Float32Array && !areFinite(data)) refuse(`array ${name} holds what is no number`);
  return data;
}
