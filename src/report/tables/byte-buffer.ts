import { grownBytes } from '../../column-table.js';

/** Bytes that grow: the parts of a Parquet file before their sizes are known. */
export class ByteBuffer {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(1024);
  length = 0;
  private view = new DataView(this.bytes.buffer);

  /** What has been written. */
  get written(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.length);
  }

  reserve(room: number): void {
    if (this.length + room <= this.bytes.length) return;
    this.bytes = grownBytes(this.bytes, this.length + room);
    this.view = new DataView(this.bytes.buffer);
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  append(source: Uint8Array): void {
    this.reserve(source.length);
    this.bytes.set(source, this.length);
    this.length += source.length;
  }

  uint32(value: number): void {
    this.reserve(4);
    this.view.setUint32(this.length, value, true);
    this.length += 4;
  }

  /** Doubles of an array, little-endian. */
  doubles(values: Float64Array, from: number, end: number): void {
    this.reserve((end - from) * 8);
    const { view } = this;
    let at = this.length;
    for (let i = from; i < end; i++, at += 8) view.setFloat64(at, values[i] as number, true);
    this.length = at;
  }

  /** Whole numbers of an array as 64-bit integers, little-endian. */
  int64s(values: Float64Array, from: number, end: number): void {
    this.reserve((end - from) * 8);
    const { view } = this;
    let at = this.length;
    for (let i = from; i < end; i++, at += 8) {
      const value = values[i] as number;
      view.setInt32(at, value | 0, true);
      view.setInt32(at + 4, Math.floor(value / 0x1_0000_0000), true);
    }
    this.length = at;
  }

  /** Variable-length integer, seven bits a byte, of a whole number from 0 below 2^53 (ULEB128). */
  varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.byte(rest);
  }
}
