import type { Cells, ColumnBatch } from '../../column-table.js';
import { NUMBER_ROOM } from './put-number.js';
import type { ByteSink } from './table-types.js';
import { ESCAPED_BYTES } from './text-cells.js';

/** Bytes that are collected before the sink is called. */
const CHUNK = 1 << 17;

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
    for (let row = 0; row < batch.rows; row++) {
      let room = this.fixedRoom;
      for (const cells of loose) room += roomOf(cells, row);
      if (this.used + room > this.bytes.length) this.reserve(room);
      this.used = put(this.bytes, this.used, batch, row);
      if (this.used >= CHUNK) this.flush();
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

/** Bytes that a cell of no fixed size may take at most. */
function roomOf(cells: Cells, row: number): number {
  if (cells.kind === 'text') {
    return ((cells.ends[row] as number) - (row === 0 ? 0 : (cells.ends[row - 1] as number))) * ESCAPED_BYTES;
  }
  if (cells.kind === 'ints' || cells.kind === 'doubles') {
    const length = (cells.ends[row] as number) - (row === 0 ? 0 : (cells.ends[row - 1] as number));
    return length * NUMBER_ROOM;
  }
  return 0;
}
