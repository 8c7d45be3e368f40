import { gzipSync } from 'node:zlib';
import type { Column } from '../../column-table.js';
import { ByteBuffer } from './byte-buffer.js';
import { ColumnChunk, lengthOf, type PageCompression, PLAIN, RLE, RLE_DICTIONARY } from './parquet-chunk.js';
import { ParquetKernel } from './parquet-kernel.js';
import type { ByteSink, TableOptions, TableWriter } from './table-types.js';
import { putStruct, type ThriftStruct, type ThriftValue } from './thrift-compact.js';

/** Rows of a row group: what is kept in memory before it is written. */
const GROUP_ROWS = 32_768;

const MAGIC = new TextEncoder().encode('PAR1');

/** Codecs (parquet-format, parquet.thrift). */
const UNCOMPRESSED = 0;
const GZIP = 2;

/** Physical types, repetitions and converted types (parquet-format, parquet.thrift). */
const INT64 = 2;
const DOUBLE = 5;
const BYTE_ARRAY = 6;
const REQUIRED = 0;
const OPTIONAL = 1;
const REPEATED = 2;
const UTF8 = 0;
const LIST = 3;

/**
 * Apache Parquet, format version 1 pages, dictionaries where values repeat; without compression unless gzip is asked
 * for, which is slower by far and makes lists of repeating numbers a third as long. Whole numbers are INT64, moments TIMESTAMP in nanoseconds of UTC, lists LIST of required elements; all else may be null.
 */
export function parquetWriter(
  columns: readonly Column[],
  sink: ByteSink,
  { gzip = false }: TableOptions = {},
): TableWriter {
  const compress: PageCompression = gzip ? (bytes) => gzipSync(bytes, { level: 9 }) : null;
  const kernel = new ParquetKernel();
  const chunks = columns.map((column) => new ColumnChunk(column, kernel, compress));
  const groups: ThriftValue[] = [];
  let offset = 0;
  let groupRows = 0;
  let allRows = 0;
  const give = (bytes: Uint8Array): void => {
    if (bytes.length > 0) sink(bytes);
    offset += bytes.length;
  };
  const endGroup = (): void => {
    if (groupRows === 0) return;
    let uncompressed = 0;
    const metadata = chunks.map((chunk) => {
      const chunkAt = offset;
      const dictionary = chunk.dictionaryPage();
      for (const part of [...dictionary.parts, ...chunk.pages]) give(part);
      const described = chunkMetadata(chunk, chunkAt, dictionary, gzip ? GZIP : UNCOMPRESSED);
      uncompressed += dictionary.uncompressed + chunk.uncompressedBytes;
      chunk.clear();
      return described;
    });
    groups.push({
      struct: [
        [1, { list: metadata }],
        [2, { i64: uncompressed }],
        [3, { i64: groupRows }],
      ],
    });
    groupRows = 0;
  };
  give(MAGIC);
  return {
    write(batch) {
      for (const [index, cells] of batch.cells.entries()) chunks[index]?.add(batch, cells);
      groupRows += batch.rows;
      allRows += batch.rows;
      if (groupRows >= GROUP_ROWS) endGroup();
    },
    end() {
      endGroup();
      give(foot(columns, allRows, groups));
    },
  };
}

function chunkMetadata(
  chunk: ColumnChunk,
  at: number,
  dictionary: ReturnType<ColumnChunk['dictionaryPage']>,
  codec: number,
): ThriftValue {
  const dictionaryBytes = lengthOf(dictionary.parts);
  const { column, dictionaryPages, pageBytes, values, plainPages } = chunk;
  const encodings = [RLE];
  if (dictionaryPages > 0) encodings.push(RLE_DICTIONARY);
  // The dictionary's own page is plain, too.
  if (dictionaryPages + plainPages > 0) encodings.push(PLAIN);
  const bytes = dictionaryBytes + pageBytes;
  const metadata: ThriftStruct = [
    [1, { i32: physicalType(column) }],
    [2, { list: encodings.map((encoding) => ({ i32: encoding })) }],
    [3, { list: pathOf(column).map((text) => ({ text })) }],
    [4, { i32: codec }],
    [5, { i64: values }],
    [6, { i64: dictionary.uncompressed + chunk.uncompressedBytes }],
    [7, { i64: bytes }],
    [9, { i64: at + dictionaryBytes }],
    ...(dictionaryBytes > 0 ? ([[11, { i64: at }]] as const) : []),
  ];
  return {
    struct: [
      [2, { i64: at }],
      [3, { struct: metadata }],
    ],
  };
}

function physicalType({ kind }: Column): number {
  if (kind === 'text') return BYTE_ARRAY;
  return kind === 'double' || kind === 'doubles' ? DOUBLE : INT64;
}

function isList({ kind }: Column): boolean {
  return kind === 'ints' || kind === 'doubles';
}

function pathOf(column: Column): string[] {
  return isList(column) ? [column.name, 'list', 'element'] : [column.name];
}

const EMPTY: ThriftValue = { struct: [] };

function schemaOf(column: Column): ThriftStruct[] {
  const name: ThriftStruct[number] = [4, { text: column.name }];
  if (isList(column)) {
    const logical: ThriftValue = { struct: [[3, EMPTY]] };
    return [
      [[3, { i32: REQUIRED }], name, [5, { i32: 1 }], [6, { i32: LIST }], [10, logical]],
      [
        [3, { i32: REPEATED }],
        [4, { text: 'list' }],
        [5, { i32: 1 }],
      ],
      [
        [1, { i32: physicalType(column) }],
        [3, { i32: REQUIRED }],
        [4, { text: 'element' }],
      ],
    ];
  }
  const head: ThriftStruct = [[1, { i32: physicalType(column) }], [3, { i32: OPTIONAL }], name];
  if (column.kind === 'text') return [[...head, [6, { i32: UTF8 }], [10, { struct: [[1, EMPTY]] }]]];
  if (column.kind !== 'nanoseconds') return [head];
  const nanos: ThriftValue = { struct: [[3, EMPTY]] };
  const timestamp: ThriftValue = {
    struct: [
      [1, { flag: true }],
      [2, nanos],
    ],
  };
  return [[...head, [10, { struct: [[8, timestamp]] }]]];
}

/** File metadata, its length, and the magic again. */
function foot(columns: readonly Column[], rows: number, groups: readonly ThriftValue[]): Uint8Array {
  const root: ThriftStruct = [
    [4, { text: 'schema' }],
    [5, { i32: columns.length }],
  ];
  const target = new ByteBuffer();
  putStruct(target, [
    [1, { i32: 1 }],
    [2, { list: [root, ...columns.flatMap(schemaOf)].map((struct) => ({ struct })) }],
    [3, { i64: rows }],
    [4, { list: groups }],
    [6, { text: 'networkml' }],
  ]);
  target.uint32(target.length);
  target.append(MAGIC);
  return target.written;
}
