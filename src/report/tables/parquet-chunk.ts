import type { Cells, Column, ColumnBatch, ListCells, MomentCells, TextCells } from '../../column-table.js';
import { ByteBuffer } from './byte-buffer.js';
import { Dictionary } from './parquet-dictionary.js';
import { putEqualLevels, putHybrid, putLevels, widthFor } from './parquet-levels.js';
import { putStruct } from './thrift-compact.js';

/** Makes the bytes of a page smaller; null: pages stay as they are. */
export type PageCompression = ((bytes: Uint8Array) => Uint8Array) | null;

/** Encodings of Parquet (parquet-format, Encodings.md). */
export const PLAIN = 0;
export const RLE = 3;
export const RLE_DICTIONARY = 8;

const DATA_PAGE = 0;
const DICTIONARY_PAGE = 2;

/** One column of one row group: its pages as they come, its dictionary in front of them at the end. */
export class ColumnChunk {
  /** Data pages with their headers. */
  readonly pages = new ByteBuffer();
  readonly dictionary = new Dictionary();
  /** Values, with missing ones and the places of empty lists. */
  values = 0;
  /** Bytes of the data pages with their headers before compression. */
  uncompressedBytes = 0;
  plainPages = 0;
  dictionaryPages = 0;
  private readonly body = new ByteBuffer();
  private levels = new Uint32Array(0);
  private indices = new Uint32Array(0);
  private compact = new Float64Array(0);

  constructor(
    readonly column: Column,
    private readonly compress: PageCompression = null,
  ) {}

  clear(): void {
    this.pages.length = 0;
    this.dictionary.clear();
    this.values = 0;
    this.uncompressedBytes = 0;
    this.plainPages = 0;
    this.dictionaryPages = 0;
  }

  /** One data page: the column's cells of a batch. */
  add(batch: ColumnBatch, cells: Cells): void {
    if (batch.rows === 0) return;
    this.body.length = 0;
    const encoded = this.encode(cells, batch.rows);
    this.values += encoded.values;
    if (encoded.encoding === PLAIN) this.plainPages++;
    else this.dictionaryPages++;
    this.uncompressedBytes += this.putPage(this.pages, DATA_PAGE, this.body, encoded);
  }

  /** The dictionary's page, and its bytes before compression; empty when no page uses it. */
  dictionaryPage(): { bytes: Uint8Array; uncompressed: number } {
    const { plain, size } = this.dictionary;
    if (this.dictionaryPages === 0) return { bytes: new Uint8Array(0), uncompressed: 0 };
    const page = new ByteBuffer();
    const uncompressed = this.putPage(page, DICTIONARY_PAGE, plain, { values: size, encoding: PLAIN });
    return { bytes: page.written, uncompressed };
  }

  /** Appends a page with its header; returns how long both were without compression. */
  private putPage(
    target: ByteBuffer,
    type: number,
    { written: body }: ByteBuffer,
    { values, encoding }: { readonly values: number; readonly encoding: number },
  ): number {
    const stored = this.compress === null ? body : this.compress(body);
    const start = target.length;
    putPageHeader(target, type, { full: body.length, stored: stored.length }, values, encoding);
    const header = target.length - start;
    target.append(stored);
    return header + body.length;
  }

  private encode(cells: Cells, rows: number): { values: number; encoding: number } {
    switch (cells.kind) {
      case 'int':
      case 'double': {
        const present = this.putNumberPresence(cells.values, rows);
        let values = cells.values;
        if (present < rows) values = this.withoutMissing(values, rows);
        return { values: rows, encoding: this.putNumbers(values, 0, present, cells.kind === 'double') };
      }
      case 'nanoseconds':
        return { values: rows, encoding: this.putMoments(cells, rows) };
      case 'text':
        return { values: rows, encoding: this.putTexts(cells, rows) };
      default:
        return this.putLists(cells, rows);
    }
  }

  /** Definition levels of numbers, of which NaN is a missing one; returns how many are there. */
  private putNumberPresence(values: Float64Array, rows: number): number {
    if (this.levels.length < rows) this.levels = new Uint32Array(rows);
    const { levels } = this;
    let present = 0;
    for (let row = 0; row < rows; row++) {
      const here = Number.isNaN(values[row]) ? 0 : 1;
      levels[row] = here;
      present += here;
    }
    this.putPresence(rows, present);
    return present;
  }

  /** The same of texts. */
  private putTextPresence(missing: Uint8Array, rows: number): number {
    if (this.levels.length < rows) this.levels = new Uint32Array(rows);
    const { levels } = this;
    let present = 0;
    for (let row = 0; row < rows; row++) {
      const here = 1 - (missing[row] as number);
      levels[row] = here;
      present += here;
    }
    this.putPresence(rows, present);
    return present;
  }

  private putPresence(rows: number, present: number): void {
    if (present === rows) putEqualLevels(this.body, 1, rows);
    else putLevels(this.body, this.levels, rows);
  }

  private withoutMissing(values: Float64Array, rows: number): Float64Array {
    if (this.compact.length < rows) this.compact = new Float64Array(rows);
    let kept = 0;
    for (let row = 0; row < rows; row++) {
      const value = values[row] as number;
      if (!Number.isNaN(value)) this.compact[kept++] = value;
    }
    return this.compact;
  }

  private putNumbers(values: Float64Array, from: number, end: number, asDouble: boolean): number {
    if (this.indices.length < end - from) this.indices = new Uint32Array(end - from);
    const { dictionary } = this;
    if (!dictionary.full && dictionary.numberIndices(values, from, end, asDouble, this.indices)) {
      return this.putIndices(end - from);
    }
    if (asDouble) this.body.doubles(values, from, end);
    else this.body.int64s(values, from, end);
    return PLAIN;
  }

  private putIndices(length: number): number {
    const width = widthFor(this.dictionary.size);
    this.body.byte(width);
    putHybrid(this.body, this.indices, length, width);
    return RLE_DICTIONARY;
  }

  private putTexts(cells: TextCells, rows: number): number {
    const present = this.putTextPresence(cells.missing, rows);
    if (this.indices.length < rows) this.indices = new Uint32Array(rows);
    if (!this.dictionary.full && this.textIndices(cells, rows)) return this.putIndices(present);
    let start = 0;
    for (let row = 0; row < rows; row++) {
      const end = cells.ends[row] as number;
      if (cells.missing[row] === 0) {
        this.body.uint32(end - start);
        this.body.append(cells.bytes.subarray(start, end));
      }
      start = end;
    }
    return PLAIN;
  }

  private textIndices(cells: TextCells, rows: number): boolean {
    let start = 0;
    let kept = 0;
    for (let row = 0; row < rows; row++) {
      const end = cells.ends[row] as number;
      if (cells.missing[row] === 0) {
        const index = this.dictionary.textIndex(cells.bytes, start, end);
        if (index < 0) return false;
        this.indices[kept++] = index;
      }
      start = end;
    }
    return true;
  }

  private putMoments({ milliseconds, nanoseconds }: MomentCells, rows: number): number {
    this.putNumberPresence(milliseconds, rows);
    for (let row = 0; row < rows; row++) {
      const ms = milliseconds[row] as number;
      if (Number.isNaN(ms)) continue;
      // ms * 10^6 passes 2^53: multiplied in two parts, of which the upper one counts in 2^20.
      const upper = Math.floor(ms / 0x10_0000) * 1_000_000;
      const low = (upper & 0xfff) * 0x10_0000 + (ms % 0x10_0000) * 1_000_000 + (nanoseconds[row] as number);
      const carried = Math.floor(low / 0x1_0000_0000);
      this.body.uint32(low - carried * 0x1_0000_0000);
      this.body.uint32(Math.floor(upper / 0x1000) + carried);
    }
    return PLAIN;
  }

  /** A list of required elements: both levels are 0 or 1 (parquet-format, LogicalTypes.md, Lists). */
  private putLists(cells: ListCells, rows: number): { values: number; encoding: number } {
    const numbers = cells.ends[rows - 1] as number;
    const most = numbers + rows;
    const repetition = new Uint32Array(most);
    const definition = new Uint32Array(most);
    let values = 0;
    let start = 0;
    for (let row = 0; row < rows; row++) {
      const end = cells.ends[row] as number;
      if (end === start) values++;
      for (let i = start; i < end; i++) {
        repetition[values] = i > start ? 1 : 0;
        definition[values++] = 1;
      }
      start = end;
    }
    putLevels(this.body, repetition, values);
    putLevels(this.body, definition, values);
    return { values, encoding: this.putNumbers(cells.values, 0, numbers, cells.kind === 'doubles') };
  }
}

function putPageHeader(
  target: ByteBuffer,
  type: number,
  bytes: { readonly full: number; readonly stored: number },
  values: number,
  encoding: number,
): void {
  const details =
    type === DATA_PAGE
      ? ([
          5,
          {
            struct: [
              [1, { i32: values }],
              [2, { i32: encoding }],
              [3, { i32: RLE }],
              [4, { i32: RLE }],
            ],
          },
        ] as const)
      : ([
          7,
          {
            struct: [
              [1, { i32: values }],
              [2, { i32: encoding }],
            ],
          },
        ] as const);
  putStruct(target, [[1, { i32: type }], [2, { i32: bytes.full }], [3, { i32: bytes.stored }], details]);
}
