import type { Moment, PlainPackets } from '../../pcap/index.js';
import type { Core, CoreExports, CoreNumber } from './core.js';

/** A core that reads records by itself (assembly/packets/records.ts). */
export interface RecordWalker extends CoreExports {
  configureFrames(tunnels: boolean): void;
  configureRecords(headerBytes: number, tick: number, limit: number): void;
  configureBlocks(interfaces: number, ticks: number, limit: number, blockLimit: number): void;
  walk(from: number, end: number, frame: number, most: number): number;
  readonly walked: CoreNumber;
  readonly walkedBytes: CoreNumber;
  readonly firstSeconds: CoreNumber;
  readonly firstNanoseconds: CoreNumber;
  readonly lastSeconds: CoreNumber;
  readonly lastNanoseconds: CoreNumber;
  readonly newestSeconds: CoreNumber;
  readonly newestNanoseconds: CoreNumber;
}

/** A core's own way of reading records. */
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

  beginClassic(headerBytes: number, nanosecondsPerTick: number, recordLimit: number): void {
    this.core.run.configureRecords(headerBytes, nanosecondsPerTick, recordLimit);
  }

  beginBlocks(interfaces: number, ticksPerSecond: number, recordLimit: number, blockLimit: number): void {
    this.core.run.configureBlocks(interfaces, ticksPerSecond, recordLimit, blockLimit);
  }

  openTunnels(open: boolean): void {
    this.core.run.configureFrames(open);
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

  get newest(): Moment {
    const { newestSeconds, newestNanoseconds } = this.core.run;
    return { seconds: newestSeconds.value, nanoseconds: newestNanoseconds.value };
  }
}
