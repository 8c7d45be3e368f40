import type { Moment, PlainPackets } from '../../pcap/index.js';
import type { Core, CoreExports, CoreNumber } from './core.js';

/** A core that reads records of a classic file by itself (assembly/packets/records.ts). */
export interface RecordWalker extends CoreExports {
  configureFrames(tunnels: boolean): void;
  configureWalk(headerBytes: number, tick: number, limit: number): void;
  walk(from: number, end: number, frame: number, most: number): number;
  readonly walked: CoreNumber;
  readonly walkedBytes: CoreNumber;
  readonly firstSeconds: CoreNumber;
  readonly firstNanoseconds: CoreNumber;
  readonly lastSeconds: CoreNumber;
  readonly lastNanoseconds: CoreNumber;
}

/** A core's own way of reading records of a classic file. */
export class CorePlainPackets implements PlainPackets {
  /** The reader's bytes: used again for every capture. */
  private input: Uint8Array | undefined;

  /** @param framesBefore added to frame numbers: packets of the captures before, where several are one stream */
  constructor(
    private readonly core: Core<RecordWalker>,
    private readonly framesBefore: () => number,
  ) {}

  buffer(bytes: number): Uint8Array {
    if (this.input === undefined || this.input.length < bytes) {
      this.input = this.core.bytes(this.core.run.allocate(bytes), bytes);
    }
    return this.input;
  }

  begin(recordHeaderBytes: number, nanosecondsPerUnit: number, recordLimit: number, tunnels: boolean): void {
    this.core.run.configureWalk(recordHeaderBytes, nanosecondsPerUnit, recordLimit);
    this.core.run.configureFrames(tunnels);
  }

  walk(from: number, end: number, packetsBefore: number, most: number): number {
    const base = this.input?.byteOffset ?? 0;
    const frame = this.framesBefore() + packetsBefore;
    return (this.core.run.walk(base + from, base + end, frame, most) >>> 0) - base;
  }

  get packets(): number {
    return this.core.run.walked.value;
  }

  get bytes(): number {
    return this.core.run.walkedBytes.value;
  }

  get first(): Moment {
    const { firstSeconds, firstNanoseconds } = this.core.run;
    return { seconds: firstSeconds.value, nanoseconds: firstNanoseconds.value };
  }

  get last(): Moment {
    const { lastSeconds, lastNanoseconds } = this.core.run;
    return { seconds: lastSeconds.value, nanoseconds: lastNanoseconds.value };
  }
}
