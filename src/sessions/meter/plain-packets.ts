import type { Moment, PlainPackets } from '../../pcap/index.js';
import type { FlowCore } from './flow-core.js';

/** The flow core's own way of reading records of a classic file. */
export class CorePlainPackets implements PlainPackets {
  /** The reader's bytes: used again for every capture. */
  private input: Uint8Array | undefined;

  constructor(
    private readonly core: FlowCore,
    private readonly framesBefore: () => number,
  ) {}

  buffer(bytes: number): Uint8Array {
    if (this.input === undefined || this.input.length < bytes) {
      this.input = this.core.bytes(this.core.run.allocate(bytes), bytes);
    }
    return this.input;
  }

  begin(recordHeaderBytes: number, nanosecondsPerUnit: number, recordLimit: number): void {
    this.core.run.configureWalk(recordHeaderBytes, nanosecondsPerUnit, recordLimit);
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
