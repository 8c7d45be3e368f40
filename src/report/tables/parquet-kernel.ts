import type { Cells } from '../../column-table.js';
import { instantiate } from '../../web-assembly.js';

/** A number that the kernel shows. */
interface KernelNumber {
  readonly value: number;
}

/** See assembly/parquet: encodings of pages, compiled to WebAssembly. Places are offsets in its memory. */
interface KernelExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  room(area: number, bytes: number): number;
  createDictionary(): number;
  clearDictionary(dictionary: number): void;
  dictionarySize(dictionary: number): number;
  plainAt(dictionary: number): number;
  plainLength(dictionary: number): number;
  numberPage(dictionary: number, rows: number, asDouble: boolean): number;
  momentPage(rows: number): number;
  textPage(dictionary: number, rows: number): number;
  listPage(dictionary: number, rows: number, asDouble: boolean): number;
  bodyAt(): number;
  bodyLength(): number;
  readonly pageValues: KernelNumber;
  readonly header: KernelNumber;
  putHeader(type: number, full: number, stored: number, values: number, encoding: number): number;
}

/** The body of a data page. The bytes are used again for the next one. */
export interface PageBody {
  readonly bytes: Uint8Array;
  /** Values, with missing ones and the places of empty lists. */
  readonly values: number;
  readonly encoding: number;
}

/** Makes the bodies of Parquet's pages, for all columns of one file. */
export class ParquetKernel {
  private readonly run = instantiate('parquet.wasm', { env: { abort: unreachable } }) as KernelExports;

  /** A dictionary for one column. */
  createDictionary(): number {
    return this.run.createDictionary();
  }

  clearDictionary(dictionary: number): void {
    this.run.clearDictionary(dictionary);
  }

  /** The dictionary's values in PLAIN encoding, and how many there are. */
  dictionaryPlain(dictionary: number): { readonly bytes: Uint8Array; readonly size: number } {
    const { run } = this;
    const bytes = this.bytes(run.plainAt(dictionary), run.plainLength(dictionary));
    return { bytes, size: run.dictionarySize(dictionary) };
  }

  /** One data page: levels and values of a column's first `rows` cells. */
  page(cells: Cells, rows: number, dictionary: number): PageBody {
    const encoding = this.encode(cells, rows, dictionary);
    const { run } = this;
    return { bytes: this.bytes(run.bodyAt(), run.bodyLength()), values: run.pageValues.value, encoding };
  }

  /** The header of a page. The bytes are used again for the next one. */
  header(type: number, full: number, stored: number, values: number, encoding: number): Uint8Array {
    return this.bytes(this.run.header.value, this.run.putHeader(type, full, stored, values, encoding));
  }

  private encode(cells: Cells, rows: number, dictionary: number): number {
    const { run } = this;
    switch (cells.kind) {
      case 'int':
      case 'double':
        this.put(0, cells.values, rows);
        return run.numberPage(dictionary, rows, cells.kind === 'double');
      case 'nanoseconds':
        this.put(0, cells.milliseconds, rows);
        this.put(1, cells.nanoseconds, rows);
        return run.momentPage(rows);
      case 'text':
        this.put(0, cells.bytes, cells.ends[rows - 1] ?? 0);
        this.put(1, cells.ends, rows);
        this.put(2, cells.missing, rows);
        return run.textPage(dictionary, rows);
      default:
        this.put(0, cells.values, cells.ends[rows - 1] ?? 0);
        this.put(1, cells.ends, rows);
        return run.listPage(dictionary, rows, cells.kind === 'doubles');
    }
  }

  /** Copies the first elements of an array into an area. */
  private put(area: number, values: Float64Array | Int32Array | Uint8Array, count: number): void {
    const length = count * values.BYTES_PER_ELEMENT;
    const at = this.run.room(area, length);
    this.bytes(at, length).set(new Uint8Array(values.buffer, values.byteOffset, length));
  }

  private bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.run.memory.buffer, at, length);
  }
}

function unreachable(): never {
  throw new Error('the kernel of Parquet failed');
}
