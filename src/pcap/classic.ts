import { NetworkmlError } from '../errors.js';
import type { FrameDecoder } from './frame-decoder.js';
import type { CaptureLimits } from './limits.js';
import { LINKTYPE_ETHERNET } from './packet.js';
import type { RecordWalker } from './record-walker.js';

/** Source: the pcap capture file format (draft-ietf-opsawg-pcap). */
export interface ClassicVariant {
  readonly littleEndian: boolean;
  readonly nanoseconds: boolean;
  /** 16, or 24 for the patched libpcap format (magic a1b2cd34). */
  readonly recordHeaderBytes: number;
}

/** The variant that the first four bytes announce; undefined when they are no classic magic number. */
export function classicVariant(view: DataView, at: number): ClassicVariant | undefined {
  for (const littleEndian of [true, false]) {
    const magic = view.getUint32(at, littleEndian);
    if (magic === 0xa1b2c3d4) return { littleEndian, nanoseconds: false, recordHeaderBytes: 16 };
    if (magic === 0xa1b23c4d) return { littleEndian, nanoseconds: true, recordHeaderBytes: 16 };
    if (magic === 0xa1b2cd34) return { littleEndian, nanoseconds: false, recordHeaderBytes: 24 };
  }
  return undefined;
}

export const CLASSIC_HEADER_BYTES = 24;

/** Walks the records of a classic pcap file. */
export class ClassicWalker implements RecordWalker {
  readonly dropped = null;
  need = CLASSIC_HEADER_BYTES;
  private readonly littleEndian: boolean;
  private readonly recordHeaderBytes: number;
  private readonly nanosecondsPerUnit: number;
  private linkType = -1;
  /** Whether records may be taken the short way. */
  private plain = false;

  constructor(
    variant: ClassicVariant,
    private readonly decoder: FrameDecoder,
    private readonly limits: CaptureLimits,
  ) {
    this.littleEndian = variant.littleEndian;
    this.recordHeaderBytes = variant.recordHeaderBytes;
    this.nanosecondsPerUnit = variant.nanoseconds ? 1 : 1000;
  }

  get headerSeen(): boolean {
    return this.linkType >= 0;
  }

  walk(view: DataView, from: number, end: number): number {
    let at = from;
    if (!this.headerSeen) {
      if (end - at < CLASSIC_HEADER_BYTES) return at;
      // The upper half of the word holds the length of a frame check sequence and reserved bits.
      this.linkType = view.getUint32(at + 20, this.littleEndian) & 0xffff;
      this.decoder.noteLinkType(this.linkType);
      at += CLASSIC_HEADER_BYTES;
      this.plain = this.littleEndian && this.linkType === LINKTYPE_ETHERNET;
      const { recordHeaderBytes, nanosecondsPerUnit, limits } = this;
      const { plainPackets } = this.decoder;
      if (this.plain) plainPackets?.beginClassic(recordHeaderBytes, nanosecondsPerUnit, limits.recordBytes);
    }
    const { littleEndian, recordHeaderBytes, nanosecondsPerUnit, linkType, decoder } = this;
    const limit = this.limits.recordBytes;
    const plain = this.plain ? decoder.plainPackets : undefined;
    this.need = recordHeaderBytes;
    for (;;) {
      if (plain !== undefined) at = decoder.takePlain(plain, at, end);
      if (end - at < recordHeaderBytes) return at;
      const captured = view.getUint32(at + 8, littleEndian);
      if (captured > limit) throw corruptRecord(captured, limit, at - from);
      const start = at + recordHeaderBytes;
      if (end - start < captured) {
        this.need = recordHeaderBytes + captured;
        return at;
      }
      let seconds = view.getUint32(at, littleEndian);
      let nanoseconds = view.getUint32(at + 4, littleEndian) * nanosecondsPerUnit;
      if (nanoseconds >= 1e9) {
        // Some writers let the fraction run past one second.
        seconds += Math.floor(nanoseconds / 1e9);
        nanoseconds %= 1e9;
      }
      const wireBytes = view.getUint32(at + 12, littleEndian);
      at = start + captured;
      decoder.frame(view, start, at, seconds, nanoseconds, wireBytes, linkType);
    }
  }
}

function corruptRecord(captured: number, limit: number, byteOffset: number): NetworkmlError {
  return new NetworkmlError(
    'NML_PCAP_CORRUPT',
    `a record claims ${captured} captured bytes, ${limit} is the most`,
    {
      byteOffset,
    },
  );
}
