import { IntKeyTable, type Packet, TCP_SYN } from '../pcap/index.js';

/** What the packets of one host say about its IP and TCP stack. */
export interface HostStack {
  /** Packets looked at: the first one of each session (part) that the host sent. */
  packets: number;
  /** How many of them had a TTL or hop limit up to 1, 4, 32, 64, 128, 255: the initial value is one of these. */
  readonly ttlClasses: number[];
  /** How many had the don't-fragment flag (IPv4). */
  dontFragment: number;
  /** SYN and SYN-ACK among them, and their greatest values. */
  syns: number;
  window: number;
  /** Bytes; 0 without the option. */
  segmentSize: number;
  /** Shift count; -1 without the option. */
  windowScale: number;
  timestamps: boolean;
  sack: boolean;
  /** Some SYN had no option but the segment size. */
  withoutOptions: boolean;
}

/** Most hosts that are remembered, so that a scan cannot fill the memory. */
const mostHosts = 65_536;

// Places in the record of a host, 32-bit words.
const PACKETS = 0;
const TTL = 1;
const DONT_FRAGMENT = 7;
const SYNS = 8;
const WINDOW = 9;
const SEGMENT_SIZE = 10;
/** Shift count + 1. */
const SCALE = 11;
const FLAGS = 12;
const WORDS = 13;

const HAS_TIMESTAMPS = 1;
const HAS_SACK = 2;
const HAS_NO_OPTIONS = 4;

/** Class of every TTL: the place of the least initial value that is not below it. */
const ttlClass = Uint8Array.from({ length: 256 }, (_, ttl) =>
  [1, 4, 32, 64, 128, 255].findIndex((limit) => ttl <= limit),
);

/**
 * Stack values by source address. Fed with the first packet of each session part and direction only, so that it costs
 * nothing on the hot path: a SYN is such a packet, and the TTL of a host does not change within a session.
 */
export class HostStacks {
  private readonly hosts = new IntKeyTable();
  private words = new Int32Array(64 * WORDS);

  /** @param address IPv4 word, or number in the IPv6 address arena */
  note(packet: Packet, address: number): void {
    const { view, ipAt, frameEnd, ipVersion } = packet;
    if (ipAt + 20 > frameEnd) return;
    if (this.hosts.size >= mostHosts && this.hosts.find(address, ipVersion, 0, 0) < 0) return;
    const at = this.hosts.intern(address, ipVersion, 0, 0) * WORDS;
    if (at + WORDS > this.words.length) this.growTo(at + WORDS);
    const { words } = this;
    words[at + PACKETS] = (words[at + PACKETS] as number) + 1;
    const ttl = at + TTL + (ttlClass[view.getUint8(ipAt + (ipVersion === 4 ? 8 : 7))] as number);
    words[ttl] = (words[ttl] as number) + 1;
    if (ipVersion === 4 && (view.getUint8(ipAt + 6) & 0x40) !== 0) {
      words[at + DONT_FRAGMENT] = (words[at + DONT_FRAGMENT] as number) + 1;
    }
    if (packet.hasTcpFlags && (packet.tcpFlags & TCP_SYN) !== 0) this.noteSyn(packet, at);
  }

  private noteSyn(packet: Packet, at: number): void {
    const { words } = this;
    const { view, transportAt, frameEnd } = packet;
    if (transportAt + 20 > frameEnd) return;
    words[at + SYNS] = (words[at + SYNS] as number) + 1;
    this.raise(at + WINDOW, view.getUint16(transportAt + 14));
    const end = Math.min(frameEnd, transportAt + (view.getUint8(transportAt + 12) >> 4) * 4);
    let others = false;
    // RFC 9293, 3.2: kind, then length and value; kinds 0 and 1 are single bytes.
    for (let option = transportAt + 20; option < end; ) {
      const kind = view.getUint8(option);
      if (kind === 0) break;
      if (kind === 1) {
        option++;
        continue;
      }
      const length = option + 1 < end ? view.getUint8(option + 1) : 0;
      if (length < 2 || option + length > end) break;
      if (kind === 2 && length === 4) this.raise(at + SEGMENT_SIZE, view.getUint16(option + 2));
      else others = true;
      if (kind === 3 && length === 3) this.raise(at + SCALE, view.getUint8(option + 2) + 1);
      if (kind === 4) words[at + FLAGS] = (words[at + FLAGS] as number) | HAS_SACK;
      if (kind === 8) words[at + FLAGS] = (words[at + FLAGS] as number) | HAS_TIMESTAMPS;
      option += length;
    }
    if (!others) words[at + FLAGS] = (words[at + FLAGS] as number) | HAS_NO_OPTIONS;
  }

  private raise(place: number, value: number): void {
    if (value > (this.words[place] as number)) this.words[place] = value;
  }

  private growTo(length: number): void {
    const grown = new Int32Array(Math.max(length, this.words.length * 2));
    grown.set(this.words);
    this.words = grown;
  }

  /** The values of a device over all its addresses; null when none of its packets was looked at. */
  of(device: {
    readonly addresses4: ReadonlySet<number>;
    readonly addresses6: ReadonlySet<number>;
  }): HostStack | null {
    const places = [
      ...[...device.addresses4].map((address) => this.hosts.find(address, 4, 0, 0)),
      ...[...device.addresses6].map((address) => this.hosts.find(address, 6, 0, 0)),
    ].filter((place) => place >= 0);
    if (places.length === 0) return null;
    const word = (offset: number): number[] =>
      places.map((place) => this.words[place * WORDS + offset] as number);
    const sum = (offset: number): number => word(offset).reduce((a, b) => a + b, 0);
    const flags = word(FLAGS).reduce((a, b) => a | b, 0);
    return {
      packets: sum(PACKETS),
      ttlClasses: [0, 1, 2, 3, 4, 5].map((offset) => sum(TTL + offset)),
      dontFragment: sum(DONT_FRAGMENT),
      syns: sum(SYNS),
      window: Math.max(...word(WINDOW)),
      segmentSize: Math.max(...word(SEGMENT_SIZE)),
      windowScale: Math.max(...word(SCALE)) - 1,
      timestamps: (flags & HAS_TIMESTAMPS) !== 0,
      sack: (flags & HAS_SACK) !== 0,
      withoutOptions: (flags & HAS_NO_OPTIONS) !== 0,
    };
  }
}
