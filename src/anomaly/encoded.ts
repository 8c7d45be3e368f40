/** A behaviour model as plain values and arrays, for a bundle. */
import { NetworkmlError } from '../errors.js';

/** JSON values. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** One array of a bundle. */
export type EncodedArray =
  | { readonly dtype: 'float32'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly dtype: 'float64'; readonly shape: readonly number[]; readonly data: Float64Array }
  | { readonly dtype: 'uint32'; readonly shape: readonly number[]; readonly data: Uint32Array };

/** One view: what is not numbers, and the numbers. */
export interface EncodedView {
  readonly id: string;
  readonly layout: string;
  readonly meta: { [key: string]: Json };
  readonly arrays: Readonly<Record<string, EncodedArray>>;
}

/** A whole behaviour model. */
export interface EncodedBehaviour {
  readonly views: readonly EncodedView[];
  readonly calibration: { [key: string]: Json };
}

/** A float32 array of the given shape (flat unless given). */
export function float32(data: Float32Array, shape: readonly number[] = [data.length]): EncodedArray {
  return { dtype: 'float32', shape, data };
}

/** A uint32 array of the given shape (flat unless given). */
export function uint32(data: Uint32Array, shape: readonly number[] = [data.length]): EncodedArray {
  return { dtype: 'uint32', shape, data };
}

/**
 * A float32 array of a view. Its numbers are checked when they are used: see `allFinite`.
 * @throws NetworkmlError NML_MODEL_MANIFEST when it is missing, or of another type or length
 */
export function floatsOf(view: EncodedView, name: string, length: number): Float32Array {
  const array = view.arrays[name];
  if (array?.dtype !== 'float32' || array.data.length !== length) throw arrayError(view.id, name, length);
  return array.data;
}

/** Arrays one behind the other. */
export function joinFloats(arrays: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    joined.set(array, at);
    at += array.length;
  }
  return joined;
}

/** Arrays one behind the other. */
export function joinWords(arrays: readonly Uint32Array[]): Uint32Array {
  return Uint32Array.from(arrays.flatMap((array) => [...array]));
}

/** Where the parts of joined arrays lie, from their lengths. */
export function partsOf(counts: Uint32Array): {
  readonly ranges: readonly { readonly from: number; readonly to: number }[];
  readonly total: number;
} {
  let total = 0;
  const ranges = Array.from(counts, (count) => {
    total += count;
    return { from: total - count, to: total };
  });
  return { ranges, total };
}

/**
 * A uint32 array of a view, checked. `length` undefined: any.
 * @throws NetworkmlError NML_MODEL_MANIFEST when it is missing or of another type or length
 */
export function readUint32(view: EncodedView, name: string, length?: number): Uint32Array {
  const array = view.arrays[name];
  if (array?.dtype !== 'uint32' || (length !== undefined && array.data.length !== length)) {
    throw arrayError(view.id, name, length);
  }
  return array.data;
}

/** Whether a JSON value is a list of texts. */
export function isTextList(value: Json | undefined): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** The error for a behaviour model that contradicts itself. */
export function manifestError(message: string): NetworkmlError {
  return new NetworkmlError('NML_MODEL_MANIFEST', message);
}

function arrayError(view: string, name: string, length: number | undefined): NetworkmlError {
  const size = length === undefined ? '' : ` of ${length} numbers`;
  return manifestError(`view ${view}: no usable array ${name}${size}`);
}
