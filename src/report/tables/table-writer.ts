import type { Column, ColumnBatch } from '../../column-table.js';

/** Takes a table batch by batch and gives its bytes to a sink. */
export interface TableWriter {
  /** Appends the rows of a batch, which may be filled again afterwards. */
  write(batch: ColumnBatch): void;
  /** Writes what is left: head of an empty table, last row group, foot of the file. */
  end(): void;
}

/** Takes bytes in their order; they are the writer's own and change after the call. */
export type ByteSink = (bytes: Uint8Array) => void;

export const tableFormats = ['csv', 'ndjson', 'parquet'] as const;
export type TableFormat = (typeof tableFormats)[number];

/** Makes a writer; that of Parquet is loaded only when it is used. */
export async function tableWriter(
  format: TableFormat,
  columns: readonly Column[],
  sink: ByteSink,
): Promise<TableWriter> {
  switch (format) {
    case 'csv':
      return (await import('./csv-writer.js')).csvWriter(columns, sink);
    case 'ndjson':
      return (await import('./ndjson-writer.js')).ndjsonWriter(columns, sink);
    case 'parquet':
      return (await import('./parquet-writer.js')).parquetWriter(columns, sink);
  }
}
