/** Typed arrays and their bytes in a bundle: little-endian, each at a multiple of eight bytes. */

import type { ArrayDtype } from './manifest.js';

/** An array of a bundle in memory. */
export type ArrayData = Float32Array | Float64Array | Uint32Array | Int32Array | Uint16Array | Uint8Array;

/** Every array starts at a multiple of this, so that a view of any element type can lie over it. */
const ALIGNMENT_BYTES = 8;

const ELEMENT_BYTES = { float32: 4, float64: 8, uint32: 4, int32: 4, uint16: 2, uint8: 1 } as const;

/** Size of one element, bytes. */
export function elementBytes(dtype: ArrayDtype): number {
  return ELEMENT_BYTES[dtype];
}

/** The next multiple of the alignment at or after an offset, bytes. */
export function aligned(offset: number): number {
  return Math.ceil(offset / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
}

/** The element type of an array. */
export function dtypeOf(data: ArrayData): ArrayDtype {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Float64Array) return 'float64';
  if (data instanceof Uint32Array) return 'uint32';
  if (data instanceof Int32Array) return 'int32';
  return data instanceof Uint16Array ? 'uint16' : 'uint8';
}

/** A view of an element type over part of a buffer; `offset` and `bytes` fit the element size. */
export function viewOf(dtype: ArrayDtype, buffer: ArrayBufferLike, offset: number, bytes: number): ArrayData {
  const length = bytes / ELEMENT_BYTES[dtype];
  switch (dtype) {
    case 'float32':
      return new Float32Array(buffer, offset, length);
    case 'float64':
      return new Float64Array(buffer, offset, length);
    case 'uint32':
      return new Uint32Array(buffer, offset, length);
    case 'int32':
      return new Int32Array(buffer, offset, length);
    case 'uint16':
      return new Uint16Array(buffer, offset, length);
    case 'uint8':
      return new Uint8Array(buffer, offset, length);
  }
}

/** Whether this machine keeps numbers as bundles do. */
export const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Turns round the bytes of every element in place: for machines that are not little-endian. */
export function swapElements(bytes: Uint8Array, width: number): void {
  for (let start = 0; start + width <= bytes.length; start += width) {
    bytes.subarray(start, start + width).reverse();
  }
}
