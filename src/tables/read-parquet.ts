/** Parquet by hyparquet, one row group at a time, so that memory follows the groups and not the file. */
import { type FileHandle, open } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { importModule } from '../import-module.js';
import type { TableRow } from './table-row.js';

type Hyparquet = typeof import('hyparquet');

/**
 * Gives every row of a Parquet file to `take`: pages without compression, with Snappy or with gzip.
 * @throws Error of the reader when the file is no Parquet or is broken
 */
export async function readParquetRows(path: string, take: (row: TableRow) => void): Promise<void> {
  const { parquetMetadataAsync, parquetReadObjects } = (await importModule('hyparquet')) as Hyparquet;
  const handle = await open(path);
  try {
    const file = await bytesOf(handle);
    const metadata = await parquetMetadataAsync(file);
    let rowStart = 0;
    for (const group of metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows);
      const rows = await parquetReadObjects({ file, metadata, rowStart, rowEnd, compressors });
      for (const row of rows) take(row);
      rowStart = rowEnd;
    }
  } finally {
    await handle.close();
  }
}

const compressors = { GZIP: (bytes: Uint8Array): Uint8Array => gunzipSync(bytes) };

async function bytesOf(handle: FileHandle) {
  const { size: byteLength } = await handle.stat();
  return {
    byteLength,
    slice: async (start: number, end = byteLength): Promise<ArrayBuffer> => {
      const from = start < 0 ? byteLength + start : start;
      const bytes = new ArrayBuffer(Math.max(0, Math.min(end, byteLength) - from));
      await handle.read(new Uint8Array(bytes), 0, bytes.byteLength, from);
      return bytes;
    },
  };
}
