import type { Packet } from '../../src/pcap/index.js';

/** More than any message of 64 kB needs. */
const MOST_READS = 1_000_000;

const Bytes: new (buffer: ArrayBufferLike, at: number, length: number) => DataView = DataView;

/** The bytes of one frame: a read outside of it throws, and so does one too many, as in a loop without end. */
class GuardedView extends Bytes {
  constructor(
    { view, frameAt, frameEnd }: Packet,
    private left: number,
    private readonly first = frameAt,
  ) {
    super(view.buffer, view.byteOffset, frameEnd);
  }

  override getUint8(at: number): number {
    this.count(at);
    return super.getUint8(at);
  }

  override getUint16(at: number, littleEndian?: boolean): number {
    this.count(at);
    return super.getUint16(at, littleEndian);
  }

  override getUint32(at: number, littleEndian?: boolean): number {
    this.count(at);
    return super.getUint32(at, littleEndian);
  }

  override getInt32(at: number, littleEndian?: boolean): number {
    this.count(at);
    return super.getInt32(at, littleEndian);
  }

  private count(at: number): void {
    if (at < this.first)
      throw new RangeError(`byte ${at} lies before the frame, which begins at ${this.first}`);
    if (this.left-- === 0) throw new RangeError('the frame is read for ever');
  }
}

/** A copy of the packet whose bytes are guarded: reads outside of the frame throw, and more than `mostReads` of them. */
export function guarded(packet: Packet, mostReads = MOST_READS): Packet {
  return { ...packet, view: new GuardedView(packet, mostReads) };
}
