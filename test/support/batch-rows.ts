/** Rows of a column batch as plain objects. */
import type { ColumnBatch } from '../../src/column-table.js';

/** The cells of a batch as plain values, by column name. */
export function rowsOf(batch: ColumnBatch): Record<string, unknown>[] {
  const decoder = new TextDecoder();
  return Array.from({ length: batch.rows }, (_, row) =>
    Object.fromEntries(
      batch.columns.map(({ name }, column) => {
        const cells = batch.cells[column]!;
        switch (cells.kind) {
          case 'int':
          case 'double':
            return [name, Number.isNaN(cells.values[row]) ? null : cells.values[row]];
          case 'nanoseconds':
            return [name, `${cells.milliseconds[row]}+${cells.nanoseconds[row]}`];
          case 'text': {
            const text = decoder.decode(
              cells.bytes.subarray(row === 0 ? 0 : cells.ends[row - 1], cells.ends[row]),
            );
            return [name, cells.missing[row] === 1 ? null : text];
          }
          default:
            return [name, undefined];
        }
      }),
    ),
  );
}
