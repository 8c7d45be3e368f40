import type { Cells, ColumnBatch } from '../../column-table.js';
import { NUMBER_ROOM } from './put-number.js';
import type { ByteSink } from './table-types.js';
import { ESCAPED_BYTES } from './text-cells.js';

/** Bytes that are collected before the sink is called. */
const CHUNK = 1 << 17;
/** Rows whose room is looked after at once. */
const BLOCK_ROWS = 8;

/** Writes one row of a batch at a place of the bytes and returns the place behind it. */
export type RowPutter = (bytes: Uint8Array, at: number, batch: ColumnBatch, row: number) => number;

/** Collects rows of text in one buffer that is used again, and hands it on when it is full. */
export class RowText {
  private bytes = new Uint8Array(CHUNK + (CHUNK >> 1));
  private used = 0;

  constructor(
    /** Bytes of a row's fixed parts: names, separators, numbers. */
    private readonly fixedRoom: number,
    private readonly sink: ByteSink,
  ) {}

  /** Text that is no row. */
  text(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.used);
    this.used += bytes.length;
  }

  rows(batch: ColumnBatch, put: RowPutter): void {
    const loose = batch.cells.filter((cells) => cells.kind !== 'int' && cells.kind !== 'double');
    for (let from = 0; from < batch.rows; from += BLOCK_ROWS) {
      const end = Math.min(batch.rows, from + BLOCK_ROWS);
      let room = this.fixedRoom * (end - from);
      for (const cells of loose) room += roomOf(cells, from, end);
      if (this.used + room > this.bytes.length) this.reserve(room);
      const { bytes } = this;
      let at = this.used;
      for (let row = from; row < end; row++) at = put(bytes, at, batch, row);
      this.used = at;
      if (at >= CHUNK) this.flush();
    }
  }

  flush(): void {
    if (this.used > 0) this.sink(this.bytes.subarray(0, this.used));
    this.used = 0;
  }

  private reserve(room: number): void {
    if (this.used + room <= this.bytes.length) return;
    this.flush();
    if (room > this.bytes.length) this.bytes = new Uint8Array(room);
  }
}

/** Bytes that the cells of a column of no fixed size may take at most in some rows. */
function roomOf(cells: Cells, from: number, end: number): number {
  if (!('ends' in cells)) return 0;
  const length = (cells.ends[end - 1] as number) - (from === 0 ? 0 : (cells.ends[from - 1] as number));
  return length * (cells.kind === 'text' ? ESCAPED_BYTES : NUMBER_ROOM);
}
