import { NetworkmlError } from '../../errors.js';
import { instantiate, sharedMemory, type WasmMemory } from '../../web-assembly.js';

/** A number that the core shows. */
interface CoreNumber {
  readonly value: number;
}

/**
 * The flow core: rows of live sessions, their statistics and expiry, rows of the table and their text, compiled to
 * WebAssembly from assembly/flow. Places are offsets in its memory. See there for what each part does.
 */
export interface FlowExports {
  allocate(bytes: number): number;
  readonly packets: CoreNumber;
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
  configureFrames(tunnels: boolean, size: number): void;
  configureWalk(headerBytes: number, tick: number, limit: number): void;
  walk(from: number, end: number, frame: number, most: number): number;
  readonly walked: CoreNumber;
  readonly walkedBytes: CoreNumber;
  readonly firstSeconds: CoreNumber;
  readonly firstNanoseconds: CoreNumber;
  readonly lastSeconds: CoreNumber;
  readonly lastNanoseconds: CoreNumber;
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

/** One core and the views of its memory, which is shared so that views stay valid when it grows. */
export class FlowCore {
  readonly run: FlowExports;
  private readonly memory = reserveMemory();
  private buffer: ArrayBufferLike = this.memory.buffer;
  private words = new Int32Array(this.buffer);
  private reals = new Float64Array(this.buffer);

  constructor(host: FlowHost) {
    const imports = {
      env: { memory: this.memory, abort: outOfMemory },
      host: {
        ended: host.ended,
        counted: (row: number, fromB: number, first: number) => host.counted(row, fromB !== 0, first !== 0),
        full: host.full,
        text: (at: number, bytes: number) => host.text(this.bytes(at, bytes)),
        putDouble: (at: number, value: number) => this.putAscii(at, String(value)),
        outOfMemory,
      },
    };
    this.run = instantiate('flow.wasm', imports) as FlowExports;
  }

  /** All memory as 32-bit integers: the place divided by four is the index. */
  get ints(): Int32Array {
    this.look();
    return this.words;
  }

  /** All memory as doubles: the place divided by eight is the index. */
  get floats(): Float64Array {
    this.look();
    return this.reals;
  }

  /** So many bytes from a place on. */
  bytes(at: number, length: number): Uint8Array {
    this.look();
    return new Uint8Array(this.buffer, at >>> 0, length);
  }

  private look(): void {
    const { buffer } = this.memory;
    if (buffer === this.buffer) return;
    this.buffer = buffer;
    this.words = new Int32Array(buffer);
    this.reals = new Float64Array(buffer);
  }

  private putAscii(at: number, text: string): number {
    const bytes = this.bytes(at, text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    return at + text.length;
  }
}

/** Addresses for all that 32 bits can name; memory is only what is written to. @throws NetworkmlError NML_MEMORY */
function reserveMemory(): WasmMemory {
  try {
    return sharedMemory();
  } catch (cause) {
    throw new NetworkmlError('NML_MEMORY', 'there are not enough addresses for WebAssembly', {
      hint: 'raise the limit of addresses (ulimit -v), or set NODE_OPTIONS=--disable-wasm-trap-handler',
      cause,
    });
  }
}

function outOfMemory(): never {
  throw new NetworkmlError('NML_MEMORY', 'no memory is left for live sessions');
}
