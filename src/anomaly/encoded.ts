/** A behaviour model as plain values and arrays, for a bundle. */
import { NetworkmlError } from '../errors.js';

/** JSON values. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** One array of a bundle. */
export type EncodedArray =
  | { readonly dtype: 'float32'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly dtype: 'float64'; readonly shape: readonly number[]; readonly data: Float64Array }
  | { readonly dtype: 'uint32'; readonly shape: readonly number[]; readonly data: Uint32Array }
  | { readonly dtype: 'uint8'; readonly shape: readonly number[]; readonly data: Uint8Array };

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

/** A flat uint32 array. */
export function uint32(data: Uint32Array): EncodedArray {
  return { dtype: 'uint32', shape: [data.length], data };
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

/** Arrays one behind the other, flat or as rows of `columns` numbers. */
export function joinedFloats(arrays: readonly Float32Array[], columns?: number): EncodedArray {
  const joined = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    joined.set(array, at);
    at += array.length;
  }
  return float32(joined, columns === undefined ? undefined : [joined.length / columns, columns]);
}

/** Arrays one behind the other. */
export function joinedWords(arrays: readonly Uint32Array[]): EncodedArray {
  return uint32(Uint32Array.from(arrays.flatMap((array) => [...array])));
}

/**
 * A uint32 array of a view.
 * @throws NetworkmlError NML_MODEL_MANIFEST when it is missing or of another type or length
 */
export function uint32Of(view: EncodedView, name: string, length: number): Uint32Array {
  const array = view.arrays[name];
  if (array?.dtype !== 'uint32' || array.data.length !== length) throw arrayError(view.id, name, length);
  return array.data;
}

/**
 * A list of texts beside the numbers of a view.
 * @throws NetworkmlError NML_MODEL_MANIFEST when it is missing or something else
 */
export function textsOf({ id, meta }: EncodedView, name: string): readonly string[] {
  const value = meta[name];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value as string[];
  throw manifestError(`view ${id}: no usable list of ${name}`);
}

/** Between the texts of a list; no name of a file can hold it. */
const BETWEEN = '\0';

/** Texts that are seldom asked for, as UTF-8 with a zero between them: in the manifest they would be read every time. */
export function joinedTexts(texts: readonly string[]): EncodedArray {
  const data = new TextEncoder().encode(texts.join(BETWEEN));
  return { dtype: 'uint8', shape: [data.length], data };
}

/**
 * The inverse of `joinedTexts`, once it is asked for.
 * @throws NetworkmlError NML_MODEL_MANIFEST when it is missing or of another type
 */
export function seldomTextsOf(view: EncodedView, name: string): () => readonly string[] {
  const array = view.arrays[name];
  if (array?.dtype !== 'uint8') throw manifestError(`view ${view.id}: no usable list of ${name}`);
  let texts: readonly string[] | undefined;
  return () => {
    texts ??= new TextDecoder().decode(array.data.slice()).split(BETWEEN);
    return texts;
  };
}

/** The error for a behaviour model that contradicts itself. */
export function manifestError(message: string): NetworkmlError {
  return new NetworkmlError('NML_MODEL_MANIFEST', message);
}

function arrayError(view: string, name: string, length: number): NetworkmlError {
  return manifestError(`view ${view}: no usable array ${name} of ${length} numbers`);
}
