import type { Cells, Column, ColumnBatch } from '../../column-table.js';
import type { ParquetKernel } from './parquet-kernel.js';

/** Makes the bytes of a page smaller; null: pages stay as they are. */
export type PageCompression = ((bytes: Uint8Array) => Uint8Array) | null;

/** Encodings of Parquet (parquet-format, Encodings.md). */
export const PLAIN = 0;
export const RLE = 3;
export const RLE_DICTIONARY = 8;

const DATA_PAGE = 0;
const DICTIONARY_PAGE = 2;

/** A page in parts, and its bytes before compression. */
interface Page {
  readonly parts: readonly Uint8Array[];
  readonly uncompressed: number;
}

/** One column of one row group: its pages as they come, its dictionary in front of them at the end. */
export class ColumnChunk {
  /** Headers and bodies of the data pages, and their bytes in all. */
  pages: Uint8Array[] = [];
  pageBytes = 0;
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
    this.pages = [];
    this.pageBytes = 0;
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
    const page = this.pageOf(DATA_PAGE, bytes, { values, encoding });
    this.pages.push(...page.parts);
    this.pageBytes += lengthOf(page.parts);
    this.uncompressedBytes += page.uncompressed;
  }

  /** The dictionary's page; nothing when no page uses it. */
  dictionaryPage(): Page {
    if (this.dictionaryPages === 0) return { parts: [], uncompressed: 0 };
    const { bytes, size } = this.kernel.dictionaryPlain(this.dictionary);
    return this.pageOf(DICTIONARY_PAGE, bytes, { values: size, encoding: PLAIN });
  }

  /** A page's header and a copy of its body. */
  private pageOf(
    type: number,
    body: Uint8Array,
    { values, encoding }: { readonly values: number; readonly encoding: number },
  ): Page {
    const stored = this.compress === null ? body.slice() : this.compress(body);
    const header = this.kernel.header(type, body.length, stored.length, values, encoding).slice();
    return { parts: [header, stored], uncompressed: header.length + body.length };
  }
}

/** Bytes of all parts together. */
export function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}
