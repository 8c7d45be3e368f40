import { NetworkmlError } from '../errors.js';

/**
 * Sparse rows in compressed form (CSR): the entries of row r are
 * `indices[start[r] .. start[r + 1])` (ascending) with their `values`.
 */
export interface SparseRows {
  readonly rowCount: number;
  readonly columnCount: number;
  /** Length rowCount + 1. */
  readonly start: Uint32Array;
  readonly indices: Uint32Array;
  readonly values: Float32Array;
}

/**
 * Collects sparse rows and keeps equal ones once: `add` hands out the id of the distinct row.
 * Ids count up from 0 in the order of first appearance. Values are compared as 32-bit floats; zeros are dropped.
 */
export class SparseRowsBuilder {
  readonly columnCount: number;
  #rowCount = 0;
  #start = new Uint32Array(64);
  #indices = new Uint32Array(512);
  #values = new Float32Array(512);
  /** The same memory as `#values`: rows are compared bit by bit. */
  #valueBits = new Uint32Array(this.#values.buffer);
  #hashes = new Uint32Array(64);
  /** Open addressing; row id + 1, 0 = free. Never more than half full. */
  #slots = new Uint32Array(128);

  /** @param columnCount every column index lies below it. */
  constructor(columnCount: number) {
    this.columnCount = columnCount;
  }

  /** Distinct rows so far. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /**
   * The id of the distinct row with these entries, which is stored when it is new. The arrays may be reused by the caller.
   *
   * @param indices columns, strictly ascending.
   * @param values one finite value for each.
   * @param length how many entries count; the whole of `indices` unless given.
   * @throws NetworkmlError `NML_INTERNAL` for columns out of order or range, or a value that is not finite.
   */
  add(indices: ArrayLike<number>, values: ArrayLike<number>, length: number = indices.length): number {
    const begin = this.#start[this.#rowCount]!;
    this.#reserve(begin + length);
    const end = this.#stage(indices, values, length, begin);
    const hash = this.#hash(begin, end);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const row = this.#slots[slot]! - 1;
      if (row < 0) return this.#keep(slot, hash, end);
      if (this.#hashes[row] === hash && this.#equal(row, begin, end)) return row;
      slot = (slot + 1) & mask;
    }
  }

  /** The distinct rows so far, as arrays of their own: the builder may go on. */
  build(): SparseRows {
    const end = this.#start[this.#rowCount]!;
    return {
      rowCount: this.#rowCount,
      columnCount: this.columnCount,
      start: this.#start.slice(0, this.#rowCount + 1),
      indices: this.#indices.slice(0, end),
      values: this.#values.slice(0, end),
    };
  }

  /** Writes the entries behind the last row without keeping them yet; returns their end. */
  #stage(indices: ArrayLike<number>, values: ArrayLike<number>, length: number, begin: number): number {
    let end = begin;
    let previous = -1;
    for (let i = 0; i < length; i++) {
      const column = indices[i]!;
      const value = Math.fround(values[i]!);
      if (!(column > previous && column < this.columnCount) || !Number.isInteger(column)) {
        throw new NetworkmlError('NML_INTERNAL', `column ${column} after ${previous} of ${this.columnCount}`);
      }
      if (!Number.isFinite(value)) {
        throw new NetworkmlError('NML_INTERNAL', `the value of column ${column} is not finite`);
      }
      previous = column;
      if (value === 0) continue;
      this.#indices[end] = column;
      this.#values[end] = value;
      end++;
    }
    return end;
  }

  #hash(begin: number, end: number): number {
    let hash = end - begin;
    for (let i = begin; i < end; i++) {
      hash = Math.imul(hash ^ this.#indices[i]!, 0x9e3779b1);
      hash = Math.imul(hash ^ (hash >>> 15) ^ this.#valueBits[i]!, 0x85ebca6b);
      hash ^= hash >>> 13;
    }
    return hash >>> 0;
  }

  #equal(row: number, begin: number, end: number): boolean {
    const from = this.#start[row]!;
    if (this.#start[row + 1]! - from !== end - begin) return false;
    for (let i = begin, j = from; i < end; i++, j++) {
      if (this.#indices[i] !== this.#indices[j] || this.#valueBits[i] !== this.#valueBits[j]) return false;
    }
    return true;
  }

  #keep(slot: number, hash: number, end: number): number {
    const row = this.#rowCount++;
    if (row + 2 > this.#start.length) {
      this.#start = grown(this.#start, row + 2);
      this.#hashes = grown(this.#hashes, row + 2);
    }
    this.#start[row + 1] = end;
    this.#hashes[row] = hash;
    this.#slots[slot] = row + 1;
    if (this.#rowCount * 2 > this.#slots.length) this.#rehash();
    return row;
  }

  #rehash(): void {
    const slots = new Uint32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let row = 0; row < this.#rowCount; row++) {
      let slot = this.#hashes[row]! & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = row + 1;
    }
    this.#slots = slots;
  }

  #reserve(length: number): void {
    if (length <= this.#indices.length) return;
    this.#indices = grown(this.#indices, length);
    const values = new Float32Array(this.#indices.length);
    values.set(this.#values);
    this.#values = values;
    this.#valueBits = new Uint32Array(values.buffer);
  }
}

/** A copy at least twice as long. */
function grown(old: Uint32Array<ArrayBuffer>, least: number): Uint32Array<ArrayBuffer> {
  const next = new Uint32Array(Math.max(least, old.length * 2));
  next.set(old);
  return next;
}

/**
 * The columns with an entry in some row, ascending.
 *
 * @param chosen ids of the rows that count; all rows unless given.
 */
export function usedColumns(rows: SparseRows, chosen?: ArrayLike<number>): Uint32Array {
  const used = new Uint8Array(rows.columnCount);
  const count = chosen === undefined ? rows.rowCount : chosen.length;
  for (let i = 0; i < count; i++) {
    const row = chosen === undefined ? i : chosen[i]!;
    for (let entry = rows.start[row]!; entry < rows.start[row + 1]!; entry++) used[rows.indices[entry]!] = 1;
  }
  const columns: number[] = [];
  for (let column = 0; column < used.length; column++) if (used[column] === 1) columns.push(column);
  return Uint32Array.from(columns);
}

/**
 * Chosen rows with their columns renumbered: column `columns[i]` becomes i, all other columns are left out.
 *
 * @param columns ascending, below `rows.columnCount`.
 * @param chosen ids of the rows to take, in this order; all rows unless given.
 */
export function narrowRows(rows: SparseRows, columns: Uint32Array, chosen?: ArrayLike<number>): SparseRows {
  const place = new Int32Array(rows.columnCount).fill(-1);
  for (let i = 0; i < columns.length; i++) place[columns[i]!] = i;
  const rowCount = chosen === undefined ? rows.rowCount : chosen.length;
  const start = new Uint32Array(rowCount + 1);
  const indices: number[] = [];
  const values: number[] = [];
  for (let i = 0; i < rowCount; i++) {
    const row = chosen === undefined ? i : chosen[i]!;
    for (let entry = rows.start[row]!; entry < rows.start[row + 1]!; entry++) {
      const column = place[rows.indices[entry]!]!;
      if (column < 0) continue;
      indices.push(column);
      values.push(rows.values[entry]!);
    }
    start[i + 1] = indices.length;
  }
  return {
    rowCount,
    columnCount: columns.length,
    start,
    indices: Uint32Array.from(indices),
    values: Float32Array.from(values),
  };
}

/** The entries of a vector that are not 0: their columns, ascending, and their values. */
export function sparseVector(dense: Float32Array): { columns: Uint32Array; values: Float32Array } {
  // By their bits: see `allFinite`. All but the sign of a zero are 0.
  const bits = new Int32Array(dense.buffer, dense.byteOffset, dense.length);
  const found = new Uint32Array(dense.length);
  let count = 0;
  for (let column = 0; column < bits.length; column++) {
    if (((bits[column] as number) & 0x7fffffff) !== 0) found[count++] = column;
  }
  const columns = found.slice(0, count);
  const values = new Float32Array(count);
  const valueBits = new Int32Array(values.buffer);
  for (let i = 0; i < count; i++) valueBits[i] = bits[columns[i] as number] as number;
  return { columns, values };
}
