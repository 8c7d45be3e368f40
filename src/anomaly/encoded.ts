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
 * A float32 array of a view, checked.
 * @throws NetworkmlError NML_MODEL_MANIFEST when it is missing, of another type or length, or holds a NaN or infinity
 */
export function readFloat32(view: EncodedView, name: string, length: number): Float32Array {
  const array = view.arrays[name];
  if (array?.dtype !== 'float32' || array.data.length !== length) throw arrayError(view.id, name, length);
  for (const value of array.data) if (!Number.isFinite(value)) throw arrayError(view.id, name, length);
  return array.data;
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

/** The error for a behaviour model that contradicts itself. */
export function manifestError(message: string): NetworkmlError {
  return new NetworkmlError('NML_MODEL_MANIFEST', message);
}

function arrayError(view: string, name: string, length: number | undefined): NetworkmlError {
  const size = length === undefined ? '' : ` of ${length} numbers`;
  return manifestError(`view ${view}: no usable array ${name}${size}`);
}
