import { NetworkmlError } from '../errors.js';
import type { FrameDecoder } from './frame-decoder.js';
import type { CaptureLimits } from './limits.js';
import { LINKTYPE_ETHERNET } from './packet.js';
import {
  defaultTimeScale,
  type MutableMoment,
  splitTimestamp,
  type TimeScale,
  timeScale,
} from './pcapng-time.js';
import type { RecordWalker } from './record-walker.js';

/** Source: PCAP Now Generic, draft-ietf-opsawg-pcapng. */
export const PCAPNG_MAGIC = 0x0a0d0d0a;

const SECTION_HEADER = PCAPNG_MAGIC;
const INTERFACE_DESCRIPTION = 1;
const OBSOLETE_PACKET = 2;
const SIMPLE_PACKET = 3;
const INTERFACE_STATISTICS = 5;
const ENHANCED_PACKET = 6;

/** Options of interface statistics: packets lost by the interface, and by the operating system. */
const ISB_IFDROP = 5;
const ISB_OSDROP = 7;

interface CaptureInterface {
  readonly linkType: number;
  readonly snaplenBytes: number;
  readonly scale: TimeScale;
}

/** Walks the blocks of a pcapng file: several sections, interfaces and link types, both byte orders. */
export class PcapngWalker implements RecordWalker {
  need = 12;
  private littleEndian = true;
  private interfaces: CaptureInterface[] = [];
  private sections = 0;
  /** All interfaces of this section so far can be read by those who take plain packets. */
  private plain = false;
  /** Lost packets by interface, as its last statistics of this section say, and of all sections before. */
  private lost = new Map<number, number>();
  private lostBefore: number | null = null;
  private readonly moment: MutableMoment = { seconds: 0, nanoseconds: 0 };

  constructor(
    private readonly decoder: FrameDecoder,
    private readonly limits: CaptureLimits,
  ) {}

  get headerSeen(): boolean {
    return this.sections > 0;
  }

  get dropped(): number | null {
    if (this.lost.size === 0) return this.lostBefore;
    let sum = this.lostBefore ?? 0;
    for (const packets of this.lost.values()) sum += packets;
    return Math.min(sum, Number.MAX_SAFE_INTEGER);
  }

  walk(view: DataView, from: number, end: number): number {
    let at = from;
    this.need = 12;
    for (;;) {
      if (this.plain) at = this.takePlain(at, end);
      if (end - at < 12) return at;
      const isSection = view.getUint32(at) === SECTION_HEADER;
      if (isSection) this.setByteOrder(view, at, at - from);
      const length = view.getUint32(at + 4, this.littleEndian);
      if (length < 12 || length % 4 !== 0 || length > this.limits.blockBytes) {
        throw corrupt(`a block claims ${length} bytes`, at - from);
      }
      if (end - at < length) {
        this.need = length;
        return at;
      }
      if (view.getUint32(at + length - 4, this.littleEndian) !== length) {
        throw corrupt('the two lengths of a block differ', at - from);
      }
      this.block(view, at, length, isSection, at - from);
      at += length;
    }
  }

  /** Has the packets that are plain taken from the reader's bytes; returns where the first block begins that was not. */
  private takePlain(from: number, end: number): number {
    const { decoder, moment } = this;
    const { plainPackets } = decoder;
    if (plainPackets === undefined) return from;
    const at = decoder.takePlain(plainPackets, from, end);
    if (at > from) Object.assign(moment, plainPackets.newest);
    return at;
  }

  /** Tells those who take plain packets of one more interface, as long as all are such as they can read. */
  private describePlain({ linkType, scale }: CaptureInterface): void {
    const { decoder, interfaces, limits, littleEndian } = this;
    const { unitsPerSecond, offsetSeconds } = scale;
    const isFirst = interfaces.length === 1;
    const fits = linkType === LINKTYPE_ETHERNET && offsetSeconds === 0 && 1e9 % unitsPerSecond === 0;
    const isLikeFirst = interfaces[0]?.scale.unitsPerSecond === unitsPerSecond;
    this.plain = fits && isLikeFirst && littleEndian && (isFirst || this.plain);
    if (!this.plain) return;
    const { recordBytes, blockBytes } = limits;
    decoder.plainPackets?.beginBlocks(interfaces.length, unitsPerSecond, recordBytes, blockBytes);
  }

  private setByteOrder(view: DataView, at: number, byteOffset: number): void {
    const order = view.getUint32(at + 8);
    if (order === 0x1a2b3c4d) this.littleEndian = false;
    else if (order === 0x4d3c2b1a) this.littleEndian = true;
    else throw corrupt('a section has no byte-order mark', byteOffset);
  }

  private block(view: DataView, at: number, length: number, isSection: boolean, byteOffset: number): void {
    if (isSection) {
      if (length < 28) throw corrupt(`a section header of ${length} bytes`, byteOffset);
      this.sections++;
      this.interfaces = [];
      this.lostBefore = this.dropped;
      this.lost = new Map();
      this.plain = false;
      return;
    }
    const body = at + 8;
    const bodyEnd = at + length - 4;
    switch (view.getUint32(at, this.littleEndian)) {
      case INTERFACE_DESCRIPTION:
        this.interfaceBlock(view, body, bodyEnd, byteOffset);
        break;
      case ENHANCED_PACKET:
        this.packetBlock(view, body, bodyEnd, view.getUint32(body, this.littleEndian), byteOffset);
        break;
      case OBSOLETE_PACKET:
        this.packetBlock(view, body, bodyEnd, view.getUint16(body, this.littleEndian), byteOffset);
        break;
      case SIMPLE_PACKET:
        this.simpleBlock(view, body, bodyEnd, byteOffset);
        break;
      case INTERFACE_STATISTICS:
        this.statisticsBlock(view, body, bodyEnd);
        break;
      default:
        break; // name resolution, secrets, custom: nothing to classify
    }
  }

  private interfaceBlock(view: DataView, body: number, end: number, byteOffset: number): void {
    if (end - body < 8) throw corrupt('an interface block without a link type', byteOffset);
    if (this.interfaces.length >= this.limits.interfaces) {
      throw new NetworkmlError('NML_PCAP_LIMIT', `more than ${this.limits.interfaces} interfaces`, {
        byteOffset,
      });
    }
    const linkType = view.getUint16(body, this.littleEndian);
    const snaplenBytes = view.getUint32(body + 4, this.littleEndian);
    const described = { linkType, snaplenBytes, scale: this.interfaceScale(view, body + 8, end) };
    this.interfaces.push(described);
    this.decoder.noteLinkType(linkType);
    this.describePlain(described);
  }

  /** Options if_tsresol (9) and if_tsoffset (14). */
  private interfaceScale(view: DataView, from: number, end: number): TimeScale {
    let resolution = 6;
    let offsetSeconds = 0;
    this.eachOption(view, from, end, (code, at, length) => {
      if (code === 9 && length >= 1) resolution = view.getUint8(at);
      if (code === 14 && length >= 8) offsetSeconds = Number(view.getBigInt64(at, this.littleEndian));
    });
    return resolution === 6 && offsetSeconds === 0 ? defaultTimeScale : timeScale(resolution, offsetSeconds);
  }

  /** Counters since the start of the capture, so that the last ones of an interface hold. */
  private statisticsBlock(view: DataView, body: number, end: number): void {
    if (end - body < 12) return;
    const interfaceId = view.getUint32(body, this.littleEndian);
    if (interfaceId >= this.interfaces.length) return;
    let lost: number | undefined;
    this.eachOption(view, body + 12, end, (code, at, length) => {
      if ((code !== ISB_IFDROP && code !== ISB_OSDROP) || length !== 8) return;
      lost = (lost ?? 0) + Number(view.getBigUint64(at, this.littleEndian));
    });
    if (lost !== undefined) this.lost.set(interfaceId, lost);
  }

  private eachOption(
    view: DataView,
    from: number,
    end: number,
    visit: (code: number, at: number, length: number) => void,
  ): void {
    for (let at = from; end - at >= 4; ) {
      const code = view.getUint16(at, this.littleEndian);
      const length = view.getUint16(at + 2, this.littleEndian);
      if (code === 0 || at + 4 + length > end) break;
      visit(code, at + 4, length);
      at += 4 + ((length + 3) & ~3);
    }
  }

  private packetBlock(
    view: DataView,
    body: number,
    end: number,
    interfaceId: number,
    byteOffset: number,
  ): void {
    if (end - body < 20) throw corrupt('a packet block without its lengths', byteOffset);
    const { littleEndian } = this;
    const source = this.interfaces[interfaceId];
    if (source === undefined)
      throw corrupt(`a packet of interface ${interfaceId}, which is not described`, byteOffset);
    const captured = view.getUint32(body + 12, littleEndian);
    const start = body + 20;
    if (captured > end - start)
      throw corrupt(`a packet claims ${captured} bytes in a smaller block`, byteOffset);
    if (captured > this.limits.recordBytes) throw corrupt(`a packet of ${captured} bytes`, byteOffset);
    const { moment } = this;
    splitTimestamp(
      view.getUint32(body + 4, littleEndian),
      view.getUint32(body + 8, littleEndian),
      source.scale,
      moment,
    );
    const wireBytes = view.getUint32(body + 16, littleEndian);
    this.decoder.frame(
      view,
      start,
      start + captured,
      moment.seconds,
      moment.nanoseconds,
      wireBytes,
      source.linkType,
    );
  }

  /** Simple packet blocks carry no time: they get the time of the packet before them. */
  private simpleBlock(view: DataView, body: number, end: number, byteOffset: number): void {
    const source = this.interfaces[0];
    if (source === undefined) throw corrupt('a packet of an interface that is not described', byteOffset);
    if (end - body < 4) throw corrupt('a packet block without its length', byteOffset);
    const wireBytes = view.getUint32(body, this.littleEndian);
    const start = body + 4;
    const snaplen = source.snaplenBytes === 0 ? wireBytes : source.snaplenBytes;
    const captured = Math.min(wireBytes, snaplen, end - start);
    if (captured > this.limits.recordBytes) throw corrupt(`a packet of ${captured} bytes`, byteOffset);
    const { seconds, nanoseconds } = this.moment;
    this.decoder.frame(view, start, start + captured, seconds, nanoseconds, wireBytes, source.linkType);
  }
}

function corrupt(message: string, byteOffset: number): NetworkmlError {
  return new NetworkmlError('NML_PCAP_CORRUPT', message, { byteOffset });
}
