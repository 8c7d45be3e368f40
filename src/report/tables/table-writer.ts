import type { Column } from '../../column-table.js';
import type { ByteSink, TableOptions, TableWriter } from './table-types.js';

export const tableFormats = ['csv', 'ndjson', 'parquet'] as const;
export type TableFormat = (typeof tableFormats)[number];

/** Makes a writer; that of Parquet is loaded only when it is used. */
export async function tableWriter(
  format: TableFormat,
  columns: readonly Column[],
  sink: ByteSink,
  options: TableOptions = {},
): Promise<TableWriter> {
  switch (format) {
    case 'csv':
      return (await import('./csv-writer.js')).csvWriter(columns, sink);
    case 'ndjson':
      return (await import('./ndjson-writer.js')).ndjsonWriter(columns, sink);
    case 'parquet':
      return (await import('./parquet-writer.js')).parquetWriter(columns, sink, options);
  }
}
