import type { Column, ColumnBatch, ListCells, RowForm } from '../../column-table.js';
import { putDouble } from './put-double.js';
import { NUMBER_ROOM, putAscii, putInt, putSixDigits } from './put-number.js';
import { RowText } from './row-text.js';
import type { ByteSink, TableWriter } from './table-types.js';
import { putBytes, putJsonText } from './text-cells.js';

const encoder = new TextEncoder();

/**
 * One JSON object a line, the columns' names as keys. Missing cells are null. Nanoseconds are digits in quotes: as a
 * number most readers would round them (RFC 8259, 6).
 */
export function ndjsonWriter(columns: readonly Column[], sink: ByteSink): TableWriter {
  const prefixes = columns.map(({ name }, i) => `${i === 0 ? '{' : ','}${JSON.stringify(name)}:`);
  const form: RowForm = { prefixes, quote: '"', missing: 'null', end: '}\n' };
  const keys = prefixes.map((prefix) => encoder.encode(prefix));
  const keyBytes = keys.reduce((sum, key) => sum + key.length, 0);
  const text = new RowText(keyBytes + columns.length * NUMBER_ROOM + 3, sink);
  const put = (bytes: Uint8Array, start: number, batch: ColumnBatch, row: number): number => {
    let at = start;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as Uint8Array;
      at = putBytes(bytes, at, key, 0, key.length);
      at = putCell(bytes, at, batch, i, row);
    }
    return putAscii(bytes, at, keys.length === 0 ? '{}\n' : '}\n');
  };
  return {
    write(batch) {
      if (batch.writeText === undefined) {
        text.rows(batch, put);
        return;
      }
      text.flush();
      batch.writeText(form, sink);
    },
    end: () => text.flush(),
  };
}

function putCell(bytes: Uint8Array, at: number, batch: ColumnBatch, index: number, row: number): number {
  const cells = batch.cells[index];
  switch (cells?.kind) {
    case 'int':
      if (!Number.isFinite(cells.values[row])) break;
      return putInt(bytes, at, cells.values, row);
    case 'double':
      if (!Number.isFinite(cells.values[row])) break;
      return putDouble(bytes, at, cells.values, row);
    case 'text': {
      if (cells.missing[row] === 1) break;
      const from = row === 0 ? 0 : (cells.ends[row - 1] as number);
      return putJsonText(bytes, at, cells.bytes, from, cells.ends[row] as number);
    }
    case 'nanoseconds': {
      if (Number.isNaN(cells.milliseconds[row])) break;
      let place = putAscii(bytes, at, '"');
      place = putInt(bytes, place, cells.milliseconds, row);
      return putAscii(bytes, putSixDigits(bytes, place, cells.nanoseconds[row] as number), '"');
    }
    case 'ints':
    case 'doubles':
      return putAscii(bytes, putList(bytes, putAscii(bytes, at, '['), cells, row), ']');
    default:
  }
  return putAscii(bytes, at, 'null');
}

function putList(bytes: Uint8Array, start: number, cells: ListCells, row: number): number {
  const first = row === 0 ? 0 : (cells.ends[row - 1] as number);
  const end = cells.ends[row] as number;
  let at = start;
  for (let i = first; i < end; i++) {
    if (i > first) at = putAscii(bytes, at, ',');
    at = cells.kind === 'ints' ? putInt(bytes, at, cells.values, i) : putDouble(bytes, at, cells.values, i);
  }
  return at;
}
