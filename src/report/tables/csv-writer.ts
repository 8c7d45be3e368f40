import type { Column, ColumnBatch, ListCells } from '../../column-table.js';
import { NUMBER_ROOM, putAscii, putDouble, putInt, putSixDigits } from './put-number.js';
import { RowText } from './row-text.js';
import type { ByteSink, TableWriter } from './table-types.js';
import { putBytes, putCsvText } from './text-cells.js';

const COMMA = 0x2c;

/**
 * CSV as RFC 4180 has it, but for the line ends, which are bare line feeds. Missing cells are empty; lists are
 * written as `"[0, 1, -1]"`.
 */
export function csvWriter(columns: readonly Column[], sink: ByteSink): TableWriter {
  const text = new RowText(columns.length * (NUMBER_ROOM + 3) + 1, sink);
  const plain = Uint8Array.from(columns, (column) => (column.plain === true ? 1 : 0));
  text.text(`${columns.map(({ name }) => csvName(name)).join(',')}\n`);
  const put = (bytes: Uint8Array, start: number, batch: ColumnBatch, row: number): number => {
    const { cells } = batch;
    let at = start;
    for (let i = 0; i < cells.length; i++) {
      at = putCell(bytes, at, batch, i, row, plain[i] === 1);
      bytes[at++] = COMMA;
    }
    bytes[at - 1] = 0x0a;
    return at;
  };
  return { write: (batch) => text.rows(batch, put), end: () => text.flush() };
}

function csvName(name: string): string {
  return /[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}

function putCell(
  bytes: Uint8Array,
  at: number,
  batch: ColumnBatch,
  index: number,
  row: number,
  plain: boolean,
): number {
  const cells = batch.cells[index];
  switch (cells?.kind) {
    case 'int':
      return Number.isNaN(cells.values[row]) ? at : putInt(bytes, at, cells.values, row);
    case 'double':
      return Number.isNaN(cells.values[row]) ? at : putDouble(bytes, at, cells.values, row);
    case 'text': {
      const from = row === 0 ? 0 : (cells.ends[row - 1] as number);
      const end = cells.ends[row] as number;
      return plain
        ? putBytes(bytes, at, cells.bytes, from, end)
        : putCsvText(bytes, at, cells.bytes, from, end);
    }
    case 'nanoseconds': {
      if (Number.isNaN(cells.milliseconds[row])) return at;
      const behind = putInt(bytes, at, cells.milliseconds, row);
      return putSixDigits(bytes, behind, cells.nanoseconds[row] as number);
    }
    case 'ints':
    case 'doubles':
      return putAscii(bytes, putList(bytes, putAscii(bytes, at, '"['), cells, row), ']"');
    default:
      return at;
  }
}

function putList(bytes: Uint8Array, start: number, cells: ListCells, row: number): number {
  const first = row === 0 ? 0 : (cells.ends[row - 1] as number);
  const end = cells.ends[row] as number;
  let at = start;
  for (let i = first; i < end; i++) {
    if (i > first) at = putAscii(bytes, at, ', ');
    at = cells.kind === 'ints' ? putInt(bytes, at, cells.values, i) : putDouble(bytes, at, cells.values, i);
  }
  return at;
}
