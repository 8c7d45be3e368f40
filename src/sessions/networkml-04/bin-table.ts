import { IntKeyTable, type Packet } from '../../pcap/index.js';
import { formatIpv4, formatIpv6, formatMac } from '../address.js';
import { createOuterTransport, readOuterTransport } from '../directed-flows/index.js';
import { isPythonPrivate4, isPythonPrivate6 } from './python-private.js';
import { FragmentWatch } from './reassembly.js';

/** A session of one bin as NetworkML 0.4.5 saw it: both protocols of an address and port pair in one. */
export interface Networkml04Session {
  /** Sender of the bin's first packet of the session, and the other side; `address:port`, IPv6 without brackets. */
  readonly a: string;
  readonly b: string;
  readonly addressA: string;
  readonly addressB: string;
  readonly portA: number;
  readonly portB: number;
  /** Packets, those of one direction and one microsecond counted once. */
  packets: number;
  /** Byte 23 of the first frame, which is the protocol where untagged Ethernet carries IPv4; -1 past its end. */
  protocolByte: number;
  /** Bytes 6..11 and 0..5 of the first frame, which are MAC addresses where the link is Ethernet. */
  macA: string;
  macB: string;
  /** Not both addresses private as Python has it. */
  readonly external: boolean;
}

/** A time bin: opened by its first packet, closed by the first packet that is `binSeconds` later or more. */
export interface Networkml04Bin {
  readonly index: number;
  /** Microseconds since the first packet of the capture, of the packet that opened the bin and of its latest. */
  readonly startUs: number;
  readonly endUs: number;
  /** In order of appearance. */
  readonly sessions: readonly Networkml04Session[];
}

export interface Networkml04Options {
  /** Sessions whose first packet is no later than this after the capture's first are left out; 0 leaves none out. */
  readonly warmUpSeconds?: number;
  /** Default 900. */
  readonly binSeconds?: number;
}

interface OpenSession extends Networkml04Session {
  /** Entry of the first packet: a later frame with the same key takes its place. */
  readonly firstEntry: number;
}

/**
 * The sessions of NetworkML 0.4.5 by its 15-minute bins. It kept packets in a map by (time, sender, receiver): frames
 * of one direction with the same microsecond fall into one, the last of them winning. The capture must be read
 * without tunnels.
 */
export class Networkml04BinTable {
  /** Time of the first packet: the origin of all times. */
  base = { seconds: 0, nanoseconds: 0 };
  private started = false;
  private readonly warmUpUs: number;
  private readonly binUs: number;
  private readonly addresses6 = new IntKeyTable();
  private readonly ends = new IntKeyTable();
  private readonly entries = new IntKeyTable();
  private readonly pairs = new IntKeyTable();
  private readonly pairKept: boolean[] = [];
  private readonly outer = createOuterTransport();
  private readonly fragments = new FragmentWatch();
  private readonly closed: Networkml04Bin[] = [];
  private sessions = new Map<number, OpenSession>();
  private binStart = 0;
  private binEnd = 0;

  constructor(options: Networkml04Options = {}) {
    this.warmUpUs = (options.warmUpSeconds ?? 0) * 1e6;
    this.binUs = (options.binSeconds ?? 900) * 1e6;
  }

  /** Adds one packet. The record is not kept. */
  add(packet: Packet): void {
    const us = this.timeOf(packet);
    readOuterTransport(packet, this.outer);
    const own = (this.outer.sourcePort << 16) | this.outer.destinationPort;
    const ports = this.fragments.portsOf(packet, own);
    const a = this.endOf(packet, 8, 12, ports >>> 16);
    const b = this.endOf(packet, 24, 16, ports & 0xffff);
    const known = this.entries.size;
    const entry = this.entries.intern(Math.floor(us / 0x1_0000_0000), us | 0, a, b);
    if (entry === known) this.enter(packet, us, a, b, entry);
    else this.replace(packet, a, b, entry);
  }

  /** All bins. The last one is left out when it has no sessions; earlier ones without any are there. */
  finish(): Networkml04Bin[] {
    if (this.started) this.close();
    if (this.closed.at(-1)?.sessions.length === 0) this.closed.pop();
    return this.closed;
  }

  private timeOf(packet: Packet): number {
    if (!this.started) {
      this.started = true;
      this.base = { seconds: packet.seconds, nanoseconds: Math.round(packet.nanoseconds / 1000) * 1000 };
    }
    const ns = packet.nanoseconds - this.base.nanoseconds;
    return (packet.seconds - this.base.seconds) * 1e6 + Math.round(ns / 1000);
  }

  /** Number of an (address, port) end; IPv6 wins where an IPv4 header stands around it. */
  private endOf(packet: Packet, offset6: number, offset4: number, port: number): number {
    const { view } = packet;
    const { ipv6At, ipv4At } = this.outer;
    if (ipv6At < 0) return this.ends.intern(4, view.getInt32(ipv4At + offset4), port, 0);
    const at = ipv6At + offset6;
    const address = this.addresses6.intern(
      view.getInt32(at),
      view.getInt32(at + 4),
      view.getInt32(at + 8),
      view.getInt32(at + 12),
    );
    return this.ends.intern(6, address, port, 0);
  }

  private enter(packet: Packet, us: number, a: number, b: number, entry: number): void {
    if (us - this.binStart >= this.binUs) {
      this.close();
      this.binStart = us;
      this.binEnd = us;
    }
    this.binEnd = Math.max(this.binEnd, us);
    const knownPairs = this.pairs.size;
    const pair = this.pairs.intern(Math.min(a, b), Math.max(a, b), 0, 0);
    if (pair === knownPairs) this.pairKept.push(this.warmUpUs === 0 || us > this.warmUpUs);
    if (this.pairKept[pair] !== true) return;
    const session = this.sessions.get(pair);
    if (session === undefined) this.sessions.set(pair, this.opened(packet, a, b, entry));
    else session.packets++;
  }

  private opened(packet: Packet, a: number, b: number, entry: number): OpenSession {
    const addressA = this.addressOf(a);
    const addressB = this.addressOf(b);
    const portA = this.ends.word(a, 2);
    const portB = this.ends.word(b, 2);
    return {
      a: `${addressA}:${portA}`,
      b: `${addressB}:${portB}`,
      addressA,
      addressB,
      portA,
      portB,
      packets: 1,
      ...frameBytes(packet),
      external: !(this.isPrivate(a) && this.isPrivate(b)),
      firstEntry: entry,
    };
  }

  private replace(packet: Packet, a: number, b: number, entry: number): void {
    const session = this.sessions.get(this.pairs.find(Math.min(a, b), Math.max(a, b), 0, 0));
    if (session?.firstEntry === entry) Object.assign(session, frameBytes(packet));
  }

  private addressOf(end: number): string {
    const { ends, addresses6 } = this;
    const id = ends.word(end, 1);
    if (ends.word(end, 0) === 4) return formatIpv4(id);
    const word = (at: 0 | 1 | 2 | 3): number => addresses6.word(id, at);
    return formatIpv6(word(0), word(1), word(2), word(3));
  }

  private isPrivate(end: number): boolean {
    const { ends, addresses6 } = this;
    const id = ends.word(end, 1);
    if (ends.word(end, 0) === 4) return isPythonPrivate4(id);
    const word = (at: 0 | 1 | 2 | 3): number => addresses6.word(id, at);
    return isPythonPrivate6(word(0), word(1), word(2), word(3));
  }

  private close(): void {
    const { binStart: startUs, binEnd: endUs } = this;
    this.closed.push({ index: this.closed.length, startUs, endUs, sessions: [...this.sessions.values()] });
    this.sessions = new Map();
  }
}

/** What is read at fixed places of a frame, whatever its link type. */
function frameBytes({ view, frameAt, frameEnd }: Packet): {
  protocolByte: number;
  macA: string;
  macB: string;
} {
  const mac = (at: number): string =>
    at + 6 <= frameEnd ? formatMac(view.getUint16(at), view.getInt32(at + 2)) : '';
  return {
    protocolByte: frameAt + 23 < frameEnd ? view.getUint8(frameAt + 23) : -1,
    macA: mac(frameAt + 6),
    macB: mac(frameAt),
  };
}
