import type { ColumnBatch } from '../../column-table.js';

/** Takes a table batch by batch and gives its bytes to a sink. */
export interface TableWriter {
  /** Appends the rows of a batch, which may be filled again afterwards. */
  write(batch: ColumnBatch): void;
  /** Writes what is left: head of an empty table, last row group, foot of the file. */
  end(): void;
}

/** How a table is written. */
export interface TableOptions {
  /** Pages of Parquet compressed with gzip; other formats take no notice. */
  readonly gzip?: boolean;
}

/** Takes bytes in their order; they are the writer's own and change after the call. */
export type ByteSink = (bytes: Uint8Array) => void;
