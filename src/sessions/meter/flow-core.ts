import { Core, type CoreNumber } from '../core/core.js';
import type { PacketTaker } from '../core/packet-place.js';
import type { RecordWalker } from '../core/plain-packets.js';

/**
 * The flow core: rows of live sessions, their statistics and expiry, rows of the table and their text, compiled to
 * WebAssembly from assembly/flow. Places are offsets in its memory. See there for what each part does.
 */
export interface FlowExports extends PacketTaker, RecordWalker {
  configure(
    idleMs: number,
    activeMs: number,
    statistics: boolean,
    splt: number,
    frames: boolean,
    endOnFin: boolean,
    endOnRst: boolean,
    maxSessions: number,
    compatible: boolean,
    packetsHeard: boolean,
    sessionsHeard: boolean,
    accounting: number,
  ): void;
  countSessionsFrom(first: number): void;
  readonly sessions: CoreNumber;
  readonly nowMs: CoreNumber;
  readonly live: CoreNumber;
  addFirst(): void;
  advance(ms: number): void;
  finish(): void;
  blockOf(row: number): number;
  prepareTable(
    rows: number,
    numberColumns: number,
    momentColumns: number,
    textColumns: number,
    tunnel: boolean,
    statistics: boolean,
    own: boolean,
  ): number;
  readonly numbers: CoreNumber;
  readonly moments: CoreNumber;
  readonly texts: CoreNumber;
  readonly filled: CoreNumber;
  emptyTable(): void;
  prepareText(columns: number, prefixBytes: number): number;
  configureText(mark: number, none: number, noneBytes: number, end: number, endBytes: number): void;
  writeText(): void;
}

/** What the core asks of those who use it. Rows can be read until the call returns. */
export interface FlowHost {
  /** A session is over; the reason is an `ENDED_*`. */
  ended(row: number, reason: number): void;
  /** A packet was counted; true when its session shall end with it. */
  counted(row: number, fromB: boolean, first: boolean): boolean;
  /** The table is full; it is emptied afterwards. */
  full(): void;
  /** A piece of text; the bytes are used again afterwards. */
  text(bytes: Uint8Array): void;
}

/** The core of one meter. */
export class FlowCore extends Core<FlowExports> {
  constructor(host: FlowHost) {
    const hooks = {
      ended: host.ended,
      counted: (row: number, fromB: number, first: number) => host.counted(row, fromB !== 0, first !== 0),
      full: host.full,
      text: (at: number, bytes: number) => host.text(this.bytes(at, bytes)),
      putDouble: (at: number, value: number) => this.putAscii(at, String(value)),
    };
    super('flow.wasm', hooks, 'live sessions');
  }

  private putAscii(at: number, text: string): number {
    const bytes = this.bytes(at, text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    return at + text.length;
  }
}
