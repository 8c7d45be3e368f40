import type { ByteBuffer } from './byte-buffer.js';

/**
 * Small whole numbers in Parquet's hybrid of runs and packed bits (parquet-format, Encodings.md, RLE = 3): one run
 * where all are equal, otherwise all of them packed with `width` bits each, the lowest bit first.
 */
export function putHybrid(target: ByteBuffer, values: Uint32Array, length: number, width: number): void {
  let same = true;
  for (let i = 1; i < length && same; i++) same = values[i] === values[0];
  if (same) {
    putRun(target, length === 0 ? 0 : (values[0] as number), length, width);
    return;
  }
  const groups = Math.ceil(length / 8);
  target.varint(groups * 2 + 1);
  target.reserve(groups * width + 4);
  const { bytes } = target;
  let at = target.length;
  let pending = 0;
  let pendingBits = 0;
  for (let i = 0; i < groups * 8; i++) {
    pending |= (i < length ? (values[i] as number) : 0) << pendingBits;
    pendingBits += width;
    while (pendingBits >= 8) {
      bytes[at++] = pending & 255;
      pending >>>= 8;
      pendingBits -= 8;
    }
  }
  target.length = at;
}

function putRun(target: ByteBuffer, value: number, length: number, width: number): void {
  target.varint(length * 2);
  for (let bits = 0; bits < width; bits += 8) target.byte((value >>> bits) & 255);
}

/** Levels of a data page that are all equal: what `putLevels` makes of them. */
export function putEqualLevels(target: ByteBuffer, level: 0 | 1, length: number): void {
  const lengthAt = target.length;
  target.uint32(0);
  putRun(target, level, length, 1);
  new DataView(target.bytes.buffer).setUint32(lengthAt, target.length - lengthAt - 4, true);
}

/** Levels of a data page: the hybrid behind its length in four bytes. */
export function putLevels(target: ByteBuffer, values: Uint32Array, length: number): void {
  const lengthAt = target.length;
  target.uint32(0);
  putHybrid(target, values, length, 1);
  const size = target.length - lengthAt - 4;
  new DataView(target.bytes.buffer).setUint32(lengthAt, size, true);
}

/** Bits that indices below `size` need. */
export function widthFor(size: number): number {
  return size <= 1 ? 0 : 32 - Math.clz32(size - 1);
}
