import { NetworkmlError } from '../errors.js';
import { decodeLink, linkTypeName } from './decode-link.js';
import { mayBeTunnel, openTunnels } from './decode-tunnel.js';
import { FragmentTable } from './fragments.js';
import type { CaptureLimits } from './limits.js';
import type { Moment } from './moment.js';
import { NfstreamDecoder } from './nfstream/decode.js';
import { createPacket, type Packet } from './packet.js';
import type { PlainPackets } from './plain-packets.js';
import {
  createSkipCounters,
  SKIP_FILTERED,
  type SkipReasonName,
  skipReasonNames,
  USED,
} from './skip-reason.js';

/** Called once per usable packet with the reader's one record, which is filled again afterwards. */
export type PacketHandler = (packet: Packet) => void;

/**
 * Called once per packet that is not used, with the reader's record: number, time, lengths and place of the frame are
 * set, the MAC addresses where `hasMac` says so, and for `non-ip` its `etherType` and where its body begins (`ipAt`); all else is left over from other packets.
 */
export type SkippedHandler = (packet: Packet, reason: SkipReasonName) => void;

/** How frames are decoded: see `OpenCaptureOptions`. */
export interface DecodeOptions {
  readonly decode?: 'exact' | 'nfstream' | undefined;
  readonly tunnels?: boolean | undefined;
  readonly filter?: ((packet: Packet) => boolean) | undefined;
  readonly onSkipped?: SkippedHandler | undefined;
  /** Takes what it can of a capture by itself; `onPacket` is called for the rest. */
  readonly plainPackets?: PlainPackets | undefined;
}

/** Takes frames from a record walker, decodes them, counts them, and hands the usable ones on. */
export class FrameDecoder {
  readonly skipped = createSkipCounters();
  bytes = 0;
  /** A handler is at work: what is thrown now is its own, not damage of the capture. */
  handing = false;
  /** Undefined where frames must all be seen here. */
  readonly plainPackets: PlainPackets | undefined;
  private readonly packet = createPacket();
  /** The packet around the one at hand, while tunnels are opened. */
  private readonly outer = createPacket();
  private readonly fragments = new FragmentTable();
  private readonly nfstream: NfstreamDecoder | undefined;
  private readonly tunnels: boolean;
  private readonly filter: ((packet: Packet) => boolean) | undefined;
  private readonly onSkipped: SkippedHandler | undefined;
  private readonly linkTypes = new Set<number>();
  private lastLinkType = -1;
  private firstSeconds = Number.POSITIVE_INFINITY;
  private firstNanoseconds = 0;
  private lastSeconds = Number.NEGATIVE_INFINITY;
  private lastNanoseconds = 0;

  constructor(
    private readonly onPacket: PacketHandler,
    private readonly limits: CaptureLimits,
    options: DecodeOptions = {},
  ) {
    this.tunnels = options.tunnels ?? true;
    this.filter = options.filter;
    this.onSkipped = options.onSkipped;
    const seesAll = options.filter !== undefined || options.decode === 'nfstream';
    this.plainPackets = seesAll ? undefined : options.plainPackets;
    this.plainPackets?.openTunnels(this.tunnels);
    this.nfstream = options.decode === 'nfstream' ? new NfstreamDecoder(this.tunnels) : undefined;
  }

  get packets(): number {
    return this.packet.number;
  }

  /** Earliest and latest time stamp; null before the first packet. */
  get first(): Moment | null {
    return this.packets === 0 ? null : { seconds: this.firstSeconds, nanoseconds: this.firstNanoseconds };
  }

  get last(): Moment | null {
    return this.packets === 0 ? null : { seconds: this.lastSeconds, nanoseconds: this.lastNanoseconds };
  }

  /** Names of the link types met, joined by `+`. */
  get linkTypeNames(): string {
    return [...new Set([...this.linkTypes].map(linkTypeName))].join('+');
  }

  /** One frame: its bytes are `view[start .. end)`; `wireBytes` is its length before the snap length cut it. */
  frame(
    view: DataView,
    start: number,
    end: number,
    seconds: number,
    nanoseconds: number,
    wireBytes: number,
    linkType: number,
  ): void {
    const { packet } = this;
    if (packet.number >= this.limits.packets) {
      throw new NetworkmlError('NML_PCAP_LIMIT', `more than ${this.limits.packets} packets`);
    }
    packet.number++;
    packet.seconds = seconds;
    packet.nanoseconds = nanoseconds;
    packet.capturedBytes = end - start;
    packet.wireBytes = Math.max(wireBytes, end - start);
    packet.linkType = linkType;
    this.bytes += packet.wireBytes;
    this.noteTime(seconds, nanoseconds);
    if (linkType !== this.lastLinkType) this.noteLinkType(linkType);
    const result = this.decode(view, start, end);
    this.skipped[result] = (this.skipped[result] as number) + 1;
    this.handing = true;
    if (result === USED) this.onPacket(packet);
    else this.onSkipped?.(packet, skipReasonNames[result] as SkipReasonName);
    this.handing = false;
  }

  /**
   * Has plain packets taken from the reader's bytes `[from, end)`.
   * @returns where the first record begins that was not taken
   */
  takePlain(plain: PlainPackets, from: number, end: number): number {
    const { packet } = this;
    this.handing = true;
    const at = plain.walk(from, end, packet.number, this.limits.packets - packet.number);
    this.handing = false;
    const { packets } = plain;
    if (packets === 0) return at;
    packet.number += packets;
    this.bytes += plain.bytes;
    this.skipped[USED] = (this.skipped[USED] as number) + packets;
    for (const { seconds, nanoseconds } of [plain.first, plain.last]) this.noteTime(seconds, nanoseconds);
    return at;
  }

  /** Makes an interface known that may stay without packets. */
  noteLinkType(linkType: number): void {
    this.lastLinkType = linkType;
    this.linkTypes.add(linkType);
    this.nfstream?.noteLinkType(linkType);
  }

  private decode(view: DataView, start: number, end: number): number {
    const { packet, filter, nfstream } = this;
    packet.vlanId = 0;
    packet.tunnelId = 0;
    packet.etherType = 0;
    packet.view = view;
    packet.frameAt = start;
    packet.frameEnd = end;
    if (filter !== undefined && !filter(packet)) return SKIP_FILTERED;
    if (nfstream !== undefined) return nfstream.decode(view, start, end, packet);
    const result = decodeLink(view, start, end, packet, this.fragments);
    if (result !== USED || !this.tunnels || !mayBeTunnel(packet)) return result;
    return openTunnels(view, packet, this.outer, this.fragments);
  }

  private noteTime(seconds: number, nanoseconds: number): void {
    if (
      seconds < this.firstSeconds ||
      (seconds === this.firstSeconds && nanoseconds < this.firstNanoseconds)
    ) {
      this.firstSeconds = seconds;
      this.firstNanoseconds = nanoseconds;
    }
    if (seconds > this.lastSeconds || (seconds === this.lastSeconds && nanoseconds > this.lastNanoseconds)) {
      this.lastSeconds = seconds;
      this.lastNanoseconds = nanoseconds;
    }
  }
}
