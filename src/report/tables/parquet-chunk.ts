import type { Cells, Column, ColumnBatch } from '../../column-table.js';
import { ByteBuffer } from './byte-buffer.js';
import type { ParquetKernel } from './parquet-kernel.js';

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
  /** Values, with missing ones and the places of empty lists. */
  values = 0;
  /** Bytes of the data pages with their headers before compression. */
  uncompressedBytes = 0;
  plainPages = 0;
  dictionaryPages = 0;
  private readonly dictionary: number;

  constructor(
    readonly column: Column,
    private readonly kernel: ParquetKernel,
    private readonly compress: PageCompression = null,
  ) {
    this.dictionary = kernel.createDictionary();
  }

  clear(): void {
    this.kernel.clearDictionary(this.dictionary);
    this.pages.length = 0;
    this.values = 0;
    this.uncompressedBytes = 0;
    this.plainPages = 0;
    this.dictionaryPages = 0;
  }

  /** One data page: the column's cells of a batch. */
  add(batch: ColumnBatch, cells: Cells): void {
    if (batch.rows === 0) return;
    const { bytes, values, encoding } = this.kernel.page(cells, batch.rows, this.dictionary);
    this.values += values;
    if (encoding === PLAIN) this.plainPages++;
    else this.dictionaryPages++;
    this.uncompressedBytes += this.putPage(this.pages, DATA_PAGE, bytes, { values, encoding });
  }

  /** The dictionary's page, and its bytes before compression; empty when no page uses it. */
  dictionaryPage(): { bytes: Uint8Array; uncompressed: number } {
    if (this.dictionaryPages === 0) return { bytes: new Uint8Array(0), uncompressed: 0 };
    const { bytes, size } = this.kernel.dictionaryPlain(this.dictionary);
    const page = new ByteBuffer();
    const uncompressed = this.putPage(page, DICTIONARY_PAGE, bytes, { values: size, encoding: PLAIN });
    return { bytes: page.written, uncompressed };
  }

  /** Appends a page with its header; returns how long both were without compression. */
  private putPage(
    target: ByteBuffer,
    type: number,
    body: Uint8Array,
    { values, encoding }: { readonly values: number; readonly encoding: number },
  ): number {
    const stored = this.compress === null ? body : this.compress(body);
    const header = this.kernel.header(type, body.length, stored.length, values, encoding);
    target.append(header);
    target.append(stored);
    return header.length + body.length;
  }
}
