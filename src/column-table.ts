/**
 * Tables that leave the program in columns: rows are collected in batches of typed arrays, so that a writer of
 * CSV, NDJSON or Parquet sees numbers and bytes, never one object a cell.
 */

/**
 * What the cells of a column are: `int` a whole number within 2^53, `double` any finite number, `text` UTF-8,
 * `nanoseconds` a moment as 64-bit nanoseconds since 1970-01-01 UTC, `ints` and `doubles` lists of such numbers.
 */
export type ColumnKind = 'int' | 'double' | 'text' | 'nanoseconds' | 'ints' | 'doubles';

export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
  /** For `text`: no cell ever holds a character that CSV or JSON would quote or escape, nor one beyond ASCII. */
  readonly plain?: boolean;
}

/** One number a row; NaN stands for a missing cell. */
export interface NumberCells {
  readonly kind: 'int' | 'double';
  readonly values: Float64Array;
}

/** Whole milliseconds since 1970-01-01 UTC (NaN: missing), and nanoseconds within the millisecond. */
export interface MomentCells {
  readonly kind: 'nanoseconds';
  readonly milliseconds: Float64Array;
  readonly nanoseconds: Int32Array;
}

/** UTF-8 of all rows on end; row r is `bytes[ends[r - 1] .. ends[r])`. Rows are filled in their order. */
export interface TextCells {
  readonly kind: 'text';
  bytes: Uint8Array;
  readonly ends: Int32Array;
  /** 1 where the cell is missing, which is not the same as empty. */
  readonly missing: Uint8Array;
}

/** Numbers of all rows on end; row r is `values[ends[r - 1] .. ends[r])`. Rows are filled in their order. */
export interface ListCells {
  readonly kind: 'ints' | 'doubles';
  values: Float64Array;
  readonly ends: Int32Array;
}

export type Cells = NumberCells | MomentCells | TextCells | ListCells;

/** How rows become text. All of it is ASCII. */
export interface RowForm {
  /** What stands before each cell. */
  readonly prefixes: readonly string[];
  /** What stands on both sides of texts and moments: one character, or none. */
  readonly quote: '' | '"';
  /** What stands for a missing cell, and behind a row. */
  readonly missing: string;
  readonly end: string;
}

/** Up to `capacity` rows of a table; `cells[i]` belongs to `columns[i]`. */
export interface ColumnBatch {
  readonly columns: readonly Column[];
  readonly capacity: number;
  readonly cells: readonly Cells[];
  /** Rows that are filled. The owner sets it, and sets it back to 0 once the batch has been written. */
  rows: number;
  /** Writes the rows as text in pieces whose bytes are used again: for batches that can do so faster than a writer. */
  readonly writeText?: (form: RowForm, sink: (bytes: Uint8Array) => void) => void;
}

/** Rows of a batch unless told otherwise. */
const BATCH_ROWS = 4096;

/** An empty batch. */
export function createBatch(columns: readonly Column[], capacity: number = BATCH_ROWS): ColumnBatch {
  return { columns, capacity, cells: columns.map(({ kind }) => createCells(kind, capacity)), rows: 0 };
}

/** Empty cells of a column. */
export function createCells(kind: ColumnKind, capacity: number): Cells {
  switch (kind) {
    case 'int':
    case 'double':
      return { kind, values: new Float64Array(capacity) };
    case 'nanoseconds':
      return { kind, milliseconds: new Float64Array(capacity), nanoseconds: new Int32Array(capacity) };
    case 'text':
      return {
        kind,
        bytes: new Uint8Array(capacity * 8),
        ends: new Int32Array(capacity),
        missing: new Uint8Array(capacity),
      };
    default:
      return { kind, values: new Float64Array(capacity), ends: new Int32Array(capacity) };
  }
}

const encoder = new TextEncoder();

/** Sets a text cell. Rows are filled in their order; null is a missing cell. */
export function putText(cells: TextCells, row: number, text: string | null): void {
  const start = row === 0 ? 0 : (cells.ends[row - 1] as number);
  const room = start + (text?.length ?? 0) * 3;
  if (room > cells.bytes.length) cells.bytes = grownBytes(cells.bytes, room);
  cells.missing[row] = text === null ? 1 : 0;
  const written = text === null ? 0 : encoder.encodeInto(text, cells.bytes.subarray(start)).written;
  cells.ends[row] = start + written;
}

/** A copy of the bytes at least twice as long. */
export function grownBytes(bytes: Uint8Array, least: number): Uint8Array<ArrayBuffer> {
  const grown = new Uint8Array(Math.max(least, bytes.length * 2));
  grown.set(bytes);
  return grown;
}

/** Sets a list cell to `numbers`. Rows are filled in their order. */
export function putList(cells: ListCells, row: number, numbers: ArrayLike<number>): void {
  const start = row === 0 ? 0 : (cells.ends[row - 1] as number);
  const end = start + numbers.length;
  if (end > cells.values.length) {
    const grown = new Float64Array(Math.max(end, cells.values.length * 2));
    grown.set(cells.values);
    cells.values = grown;
  }
  for (let i = 0; i < numbers.length; i++) cells.values[start + i] = numbers[i] as number;
  cells.ends[row] = end;
}

/** What a cell can be put in as where speed does not matter; nanoseconds as a bigint. */
export type CellValue = number | bigint | string | readonly number[] | null;

/** Appends one row of plain values in the order of the columns: for tables of few rows. */
export function appendRow(batch: ColumnBatch, values: readonly CellValue[]): void {
  const row = batch.rows++;
  for (const [index, cells] of batch.cells.entries()) putValue(cells, row, values[index] ?? null);
}

/** Sets one cell to a plain value; a value that is not of the cell's kind is a missing cell. */
export function putValue(cells: Cells, row: number, value: CellValue): void {
  switch (cells.kind) {
    case 'int':
    case 'double':
      cells.values[row] = typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : NaN;
      return;
    case 'nanoseconds': {
      const whole = typeof value === 'bigint' ? value : null;
      cells.milliseconds[row] = whole === null ? NaN : Number(whole / 1_000_000n);
      cells.nanoseconds[row] = whole === null ? 0 : Number(whole % 1_000_000n);
      return;
    }
    case 'text':
      putText(cells, row, value === null ? null : String(value));
      return;
    default:
      putList(cells, row, typeof value === 'object' && value !== null ? value : []);
  }
}

/** A copy that holds the filled rows and no room for more: what goes to another thread. */
export function trimmedBatch({ columns, cells, rows }: ColumnBatch): ColumnBatch {
  return { columns, capacity: rows, rows, cells: cells.map((each) => trimmedCells(each, rows)) };
}

function trimmedCells(cells: Cells, rows: number): Cells {
  switch (cells.kind) {
    case 'int':
    case 'double':
      return { kind: cells.kind, values: cells.values.slice(0, rows) };
    case 'nanoseconds':
      return {
        kind: cells.kind,
        milliseconds: cells.milliseconds.slice(0, rows),
        nanoseconds: cells.nanoseconds.slice(0, rows),
      };
    case 'text':
      return {
        kind: cells.kind,
        bytes: cells.bytes.slice(0, cells.ends[rows - 1] ?? 0),
        ends: cells.ends.slice(0, rows),
        missing: cells.missing.slice(0, rows),
      };
    default:
      return {
        kind: cells.kind,
        values: cells.values.slice(0, cells.ends[rows - 1] ?? 0),
        ends: cells.ends.slice(0, rows),
      };
  }
}
