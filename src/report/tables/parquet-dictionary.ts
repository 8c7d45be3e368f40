import { ByteBuffer } from './byte-buffer.js';

/** A column with more distinct values in a row group is written plainly from there on. */
const MOST_ENTRIES = 2048;
const SLOTS = 8192;

/** Distinct values of a column within one row group, numbered in order of appearance. */
export class Dictionary {
  /** The distinct values, PLAIN-encoded. */
  readonly plain = new ByteBuffer();
  size = 0;
  /** Set when there were too many values: no page after that uses the dictionary. */
  full = false;
  private readonly slots = new Int32Array(SLOTS);
  private readonly numbers = new Float64Array(MOST_ENTRIES);
  private readonly numberWords = new Int32Array(this.numbers.buffer);
  /** Place of each text in `plain`, behind its length. */
  private readonly textAt = new Int32Array(MOST_ENTRIES);

  clear(): void {
    if (this.size > 0) this.slots.fill(0);
    this.size = 0;
    this.full = false;
    this.plain.length = 0;
  }

  /** Gives each number its index; false when there are too many distinct ones. */
  numberIndices(
    values: Float64Array,
    from: number,
    end: number,
    asDouble: boolean,
    out: Uint32Array,
  ): boolean {
    const words = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
    let last = 0;
    for (let i = from; i < end; i++) {
      const low = words[i * 2] as number;
      const high = words[i * 2 + 1] as number;
      // What was met last comes again more often than not.
      if (this.size > 0 && this.numberWords[last * 2] === low && this.numberWords[last * 2 + 1] === high) {
        out[i - from] = last;
        continue;
      }
      let slot = hash(low, high);
      for (;;) {
        const index = (this.slots[slot] as number) - 1;
        if (index < 0) {
          if (this.size >= MOST_ENTRIES) return this.giveUp();
          this.numbers[this.size] = values[i] as number;
          if (asDouble) this.plain.doubles(this.numbers, this.size, this.size + 1);
          else this.plain.int64s(this.numbers, this.size, this.size + 1);
          last = this.size;
          this.slots[slot] = ++this.size;
          break;
        }
        if (this.numberWords[index * 2] === low && this.numberWords[index * 2 + 1] === high) {
          last = index;
          break;
        }
        slot = (slot + 1) & (SLOTS - 1);
      }
      out[i - from] = last;
    }
    return true;
  }

  /** Index of a text, or -1 when there are too many distinct ones. */
  textIndex(bytes: Uint8Array, from: number, end: number): number {
    let code = end - from;
    for (let i = from; i < end; i++) code = Math.imul(code, 31) + (bytes[i] as number);
    let slot = hash(code, end - from);
    for (;;) {
      const index = (this.slots[slot] as number) - 1;
      if (index < 0) break;
      if (this.textEquals(index, bytes, from, end)) return index;
      slot = (slot + 1) & (SLOTS - 1);
    }
    if (this.size >= MOST_ENTRIES) {
      this.giveUp();
      return -1;
    }
    this.plain.uint32(end - from);
    this.textAt[this.size] = this.plain.length;
    this.plain.append(bytes.subarray(from, end));
    this.slots[slot] = ++this.size;
    return this.size - 1;
  }

  private textEquals(index: number, bytes: Uint8Array, from: number, end: number): boolean {
    const at = this.textAt[index] as number;
    const next = index + 1 < this.size ? (this.textAt[index + 1] as number) - 4 : this.plain.length;
    if (next - at !== end - from) return false;
    const known = this.plain.bytes;
    for (let i = from, j = at; i < end; i++, j++) if (bytes[i] !== known[j]) return false;
    return true;
  }

  private giveUp(): false {
    this.full = true;
    return false;
  }
}

function hash(low: number, high: number): number {
  let mixed = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 13)) & (SLOTS - 1);
}
