import type { Cells, Column, ColumnBatch, ListCells, RowForm } from '../../column-table.js';
import { putDouble } from './put-double.js';
import { NUMBER_ROOM, putAscii, putInt, putSixDigits } from './put-number.js';
import { RowText } from './row-text.js';
import type { ByteSink, TableWriter } from './table-types.js';
import { putBytes, putCsvText } from './text-cells.js';

const COMMA = 0x2c;
const ZERO = 0x30;

/** How the cells of a column are written. */
const OTHER = 0;
const INT = 1;
const DOUBLE = 2;
const MOMENT = 3;
const PLAIN_TEXT = 4;
const TEXT = 5;
const LIST = 6;

/** Numbers of a column; `none` for other kinds, so that the loop over a row sees arrays of one kind only. */
const none: Float64Array = new Float64Array(0);

/**
 * CSV as RFC 4180 has it, but for the line ends, which are bare line feeds. Missing cells are empty; lists are
 * written as `"[0, 1, -1]"`.
 */
export function csvWriter(columns: readonly Column[], sink: ByteSink): TableWriter {
  const text = new RowText(columns.length * (NUMBER_ROOM + 3) + 1, sink);
  text.text(`${columns.map(({ name }) => csvName(name)).join(',')}\n`);
  const form: RowForm = {
    prefixes: columns.map((_, i) => (i === 0 ? '' : ',')),
    quote: '',
    missing: '',
    end: '\n',
  };
  const ways = new Uint8Array(columns.length);
  const numbers = columns.map(() => none);
  const put = (bytes: Uint8Array, start: number, batch: ColumnBatch, row: number): number => {
    let at = start;
    for (let i = 0; i < ways.length; i++) {
      const way = ways[i] as number;
      if (way === INT) at = putWhole(bytes, at, numbers[i] as Float64Array, row);
      else if (way === DOUBLE) at = putFractional(bytes, at, numbers[i] as Float64Array, row);
      else if (way !== OTHER) at = putCell(bytes, at, batch.cells[i] as Cells, row, way);
      bytes[at++] = COMMA;
    }
    bytes[at - 1] = 0x0a;
    return at;
  };
  return {
    write(batch) {
      if (batch.writeText !== undefined) {
        text.flush();
        batch.writeText(form, sink);
        return;
      }
      for (let i = 0; i < ways.length; i++) {
        const cells = batch.cells[i];
        ways[i] = wayOf(cells, columns[i]?.plain === true);
        numbers[i] = cells?.kind === 'int' || cells?.kind === 'double' ? cells.values : none;
      }
      text.rows(batch, put);
    },
    end: () => text.flush(),
  };
}

function wayOf(cells: Cells | undefined, plain: boolean): number {
  switch (cells?.kind) {
    case 'int':
      return INT;
    case 'double':
      return DOUBLE;
    case 'nanoseconds':
      return MOMENT;
    case 'text':
      return plain ? PLAIN_TEXT : TEXT;
    case 'ints':
    case 'doubles':
      return LIST;
    default:
      return OTHER;
  }
}

/** A whole number, most of which have one digit; nothing for a missing one. */
function putWhole(bytes: Uint8Array, at: number, values: Float64Array, row: number): number {
  const value = values[row] as number;
  if (value >= 0 && value < 10) {
    bytes[at] = ZERO + value;
    return at + 1;
  }
  return Number.isNaN(value) ? at : putInt(bytes, at, values, row);
}

function putFractional(bytes: Uint8Array, at: number, values: Float64Array, row: number): number {
  return Number.isNaN(values[row]) ? at : putDouble(bytes, at, values, row);
}

function csvName(name: string): string {
  return /[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}

function putCell(bytes: Uint8Array, at: number, cells: Cells, row: number, way: number): number {
  if (cells.kind === 'text') {
    const from = row === 0 ? 0 : (cells.ends[row - 1] as number);
    const end = cells.ends[row] as number;
    return way === PLAIN_TEXT
      ? putBytes(bytes, at, cells.bytes, from, end)
      : putCsvText(bytes, at, cells.bytes, from, end);
  }
  if (cells.kind === 'nanoseconds') {
    if (Number.isNaN(cells.milliseconds[row])) return at;
    const behind = putInt(bytes, at, cells.milliseconds, row);
    return putSixDigits(bytes, behind, cells.nanoseconds[row] as number);
  }
  if (!isList(cells)) return at;
  return putAscii(bytes, putList(bytes, putAscii(bytes, at, '"['), cells, row), ']"');
}

function isList(cells: Cells): cells is ListCells {
  return cells.kind === 'ints' || cells.kind === 'doubles';
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
