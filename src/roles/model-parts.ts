/** Reading the parts of a model out of a bundle: names, counts and arrays, none of them trusted. */
import { NetworkmlError } from '../errors.js';
import { areFinite, firstOutOfOrder } from './kernel-checks.js';

/** One array of a model as a bundle keeps it. */
export type BundleArray =
  | { readonly dtype: 'float32'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly dtype: 'uint32'; readonly shape: readonly number[]; readonly data: Uint32Array }
  | { readonly dtype: 'uint16'; readonly shape: readonly number[]; readonly data: Uint16Array }
  | { readonly dtype: 'int32'; readonly shape: readonly number[]; readonly data: Int32Array };

/** A model taken apart: what goes into the manifest (plain JSON), and the named arrays. */
export interface EncodedModel {
  readonly meta: Readonly<Record<string, unknown>>;
  readonly arrays: Readonly<Record<string, BundleArray>>;
}

type Meta = EncodedModel['meta'];
type Of<D extends BundleArray['dtype']> = Extract<BundleArray, { dtype: D }>['data'];

function refuse(problem: string): never {
  throw new NetworkmlError('NML_MODEL_MANIFEST', problem);
}

/** The arrays of the parts of a model: by what stands before the first slash of their names, then by what stands behind it. */
export function partsOf(arrays: EncodedModel['arrays']): (part: string) => EncodedModel['arrays'] {
  const parts = new Map<string, Record<string, BundleArray>>();
  for (const name of Object.keys(arrays)) {
    const slash = name.indexOf('/');
    if (slash < 0) continue;
    const part = name.slice(0, slash);
    let own = parts.get(part);
    if (own === undefined) {
      own = Object.create(null) as Record<string, BundleArray>;
      parts.set(part, own);
    }
    own[name.slice(slash + 1)] = arrays[name] as BundleArray;
  }
  return (part) => parts.get(part) ?? {};
}

/** A part that has parts of its own. @throws NetworkmlError `NML_MODEL_MANIFEST` */
export function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    refuse('a part of the model is no object');
  return value as Record<string, unknown>;
}

/** A text that is not empty. @throws NetworkmlError `NML_MODEL_MANIFEST` */
export function textOf(meta: Meta, name: string): string {
  const value = meta[name];
  return typeof value === 'string' && value !== '' ? value : refuse(`${name} is not a name`);
}

/** A list of two or more different names. @throws NetworkmlError `NML_MODEL_MANIFEST` */
export function namesOf(meta: Meta, name: string): string[] {
  const value = meta[name];
  if (!Array.isArray(value) || value.length < 2) refuse(`${name} is not a list of two or more names`);
  const names = value.filter((each): each is string => typeof each === 'string' && each !== '');
  if (names.length !== value.length || new Set(names).size !== names.length) {
    refuse(`${name} holds an entry that is no name, or one twice`);
  }
  return names;
}

/** A whole number above 0. @throws NetworkmlError `NML_MODEL_MANIFEST` */
export function wholeOf(meta: Meta, name: string): number {
  const value = meta[name];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
  return refuse(`${name} is not a whole number above 0`);
}

/** A finite number between two bounds, which are included. @throws NetworkmlError `NML_MODEL_MANIFEST` */
export function numberOf(meta: Meta, name: string, least: number, most: number): number {
  const value = meta[name];
  if (typeof value === 'number' && value >= least && value <= most) return value;
  return refuse(`${name} is not a number from ${least} to ${most}`);
}

/** An array of the given type and shape with finite values. @throws NetworkmlError `NML_MODEL_MANIFEST` */
export function partOf<D extends BundleArray['dtype']>(
  arrays: Readonly<Record<string, BundleArray>>,
  name: string,
  dtype: D,
  shape: readonly number[],
): Of<D> {
  const found = Object.hasOwn(arrays, name) ? arrays[name] : undefined;
  if (found === undefined) refuse(`array ${name} is missing`);
  const size = shape.reduce((product, length) => product * length, 1);
  const shapeFits = found.shape.length === shape.length && shape.every((n, i) => found.shape[i] === n);
  if (found.dtype !== dtype || !shapeFits || found.data.length !== size) {
    refuse(`array ${name} is ${found.dtype} [${found.shape}], not ${dtype} [${shape}]`);
  }
  if (found.dtype === 'float32' && !areFinite(found.data)) refuse(`array ${name} holds what is no number`);
  return found.data as Of<D>;
}

/**
 * The columns that a network has weights for: ascending, below the width of the layout.
 *
 * @throws NetworkmlError `NML_MODEL_MANIFEST`
 */
export function columnsOf(arrays: EncodedModel['arrays'], width: number, columnCount: number): Uint32Array {
  const columns = partOf(arrays, 'columns', 'uint32', [width]);
  const wrong = firstOutOfOrder(columns, true);
  const column = columns[wrong < 0 ? width - 1 : wrong] as number;
  if (wrong >= 0 || column >= columnCount) refuse(`column ${column} is out of order or range`);
  return columns;
}
