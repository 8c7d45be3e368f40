import {
  hashWords,
  IntKeyTable,
  type Packet,
  PROTOCOL_ICMP,
  PROTOCOL_ICMPV6,
  PROTOCOL_UDP,
  TCP_ACK,
  TCP_FIN,
  TCP_PSH,
  TCP_RST,
  TCP_SYN,
  TCP_URG,
} from '../pcap/index.js';
import {
  DID_SEND,
  DID_SEND_PAYLOAD,
  DID_SEND_RST,
  DID_SEND_SYN,
  LAST_WINDOW,
  WINDOW_NS,
  WINDOW_SHIFT,
  WindowLog,
} from './activity/window-log.js';
import { HostStacks } from './host-stacks.js';
import * as row from './row-layout.js';

/** Width of the time slices ("bins") at which sessions are cut for the behaviour views (anomaly.md, 3.1). */
export const BIN_SECONDS = 900;

export interface SessionTableOptions {
  /** Sessions are cut into parts at multiples of this time from the first packet; 0 never cuts. Seconds. */
  readonly binSeconds?: number;
  /** Most rows (parts) that are kept; packets that would open one more are refused and counted. */
  readonly maxRows?: number;
}

const DEFAULT_MAX_ROWS = 2_000_000;

/** Rows there is room for at first; memory that is never touched costs nothing, so the buffer grows by four. */
const FIRST_ROWS = 4096;

/**
 * Joins packets to sessions: one open-addressed hash table over one flat buffer of rows, growing by a factor, so that
 * neither time nor memory of a session depends on how many others there are. Key: both (address, port) ends
 * without order, protocol, VLAN, IP version.
 */
export class SessionTable {
  /** Packets refused because `maxRows` was reached. */
  refused = 0;
  /** Number of sessions, and of rows: every session has one row for each time slice it lies in. */
  sessions = 0;
  rows = 0;
  view = new DataView(new ArrayBuffer(FIRST_ROWS * row.ROW_BYTES));
  readonly addresses6 = new IntKeyTable();
  readonly macs = new IntKeyTable();
  /** TTL and TCP options of the hosts that sent something. */
  readonly stacks = new HostStacks();
  /** What sessions did in the minutes that they have left. */
  readonly windows = new WindowLog();
  /** Row that the newest packet was counted to, -1 when it was refused; and whether its sender is side b there. */
  newestRow = -1;
  newestFromB = false;
  private slots = new Int32Array(4096);
  private readonly binNs: number;
  private readonly maxRows: number;
  private started = false;
  private baseSeconds = 0;
  private baseNanoseconds = 0;
  /**
   * Time of the packet at hand, in nanoseconds since the first one. A field and not an argument: a double that is
   * passed to a function that is not inlined costs an allocation.
   */
  private ns = 0.5;
  /** Minute of the packet at hand, and its bounds in nanoseconds since the first packet. */
  private window = 0;
  private windowStartNs = 0.5;
  private windowEndNs = -0.5;

  constructor(options: SessionTableOptions = {}) {
    const binSeconds = options.binSeconds ?? BIN_SECONDS;
    this.binNs = binSeconds > 0 ? binSeconds * 1e9 : Number.POSITIVE_INFINITY;
    this.maxRows = options.maxRows ?? DEFAULT_MAX_ROWS;
  }

  /** Time of the first packet: the origin of all times in rows. */
  get base(): { seconds: number; nanoseconds: number } {
    return { seconds: this.baseSeconds, nanoseconds: this.baseNanoseconds };
  }

  /** Adds one packet to its session. The record is not kept. */
  add(packet: Packet): void {
    if (!this.started) {
      this.started = true;
      this.baseSeconds = packet.seconds;
      this.baseNanoseconds = packet.nanoseconds;
    }
    this.ns = (packet.seconds - this.baseSeconds) * 1e9 + (packet.nanoseconds - this.baseNanoseconds);
    if (this.ns < this.windowStartNs || this.ns >= this.windowEndNs) this.enterWindow();
    const v6 = packet.ipVersion === 6;
    const source = v6
      ? this.arena(packet.source0, packet.source1, packet.source2, packet.source3)
      : packet.source0;
    const destination = v6
      ? this.arena(packet.destination0, packet.destination1, packet.destination2, packet.destination3)
      : packet.destination0;
    const { sourcePort, destinationPort } = packet;
    const fromB = source > destination || (source === destination && sourcePort > destinationPort);
    const a = fromB ? destination : source;
    const b = fromB ? source : destination;
    const ports = fromB ? (destinationPort << 16) | sourcePort : (sourcePort << 16) | destinationPort;
    const protocol = packet.protocol | (packet.ipVersion << 16);

    const slot = this.slotOf(a, b, ports, protocol, packet.vlanId);
    let index = (this.slots[slot] as number) - 1;
    if (index < 0) index = this.open(slot, a, b, ports, protocol, packet, fromB);
    else if (this.ns >= this.binNs) index = this.cutAtBin(slot, index);
    this.newestRow = index;
    this.newestFromB = fromB;
    if (index >= 0) this.count(index, packet, fromB);
  }

  private arena(w0: number, w1: number, w2: number, w3: number): number {
    return this.addresses6.intern(w0, w1, w2, w3);
  }

  /** Slot of the session with this key, or the free slot where it belongs. */
  private slotOf(a: number, b: number, ports: number, protocol: number, vlan: number): number {
    const { slots, view } = this;
    const mask = slots.length - 1;
    let slot = hashWords(a, b, ports, protocol ^ (vlan << 20)) & mask;
    for (;;) {
      const index = (slots[slot] as number) - 1;
      if (index < 0) return slot;
      const at = index * row.ROW_BYTES;
      if (
        view.getInt32(at + row.ADDRESS_A, true) === a &&
        view.getInt32(at + row.ADDRESS_B, true) === b &&
        view.getInt32(at + row.PORTS, true) === ports &&
        view.getInt32(at + row.PROTOCOL, true) === protocol &&
        view.getInt32(at + row.VLAN, true) === vlan
      ) {
        return slot;
      }
      slot = (slot + 1) & mask;
    }
  }

  private open(
    slot: number,
    a: number,
    b: number,
    ports: number,
    protocol: number,
    packet: Packet,
    fromB: boolean,
  ): number {
    const index = this.newRow();
    if (index < 0) return index;
    this.sessions++;
    const { view } = this;
    const at = index * row.ROW_BYTES;
    view.setInt32(at + row.ADDRESS_A, a, true);
    view.setInt32(at + row.ADDRESS_B, b, true);
    view.setInt32(at + row.PORTS, ports, true);
    view.setInt32(at + row.PROTOCOL, protocol, true);
    view.setInt32(at + row.VLAN, packet.vlanId, true);
    view.setInt32(at + row.FIRST_ROW, index, true);
    view.setInt32(at + row.BIN, this.binOf(), true);
    view.setInt32(at + row.EVIDENCE, fromB ? row.FIRST_PACKET_BY_B : 0, true);
    view.setInt32(at + row.WINDOW, this.window << WINDOW_SHIFT, true);
    view.setInt32(at + row.MAC_A, -1, true);
    view.setInt32(at + row.MAC_B, -1, true);
    this.slots[slot] = index + 1;
    if (this.sessions * 2 > this.slots.length) this.rehash();
    return index;
  }

  /** The row of the session for the slice at hand: a new part when the last one lies in an earlier slice. */
  private cutAtBin(slot: number, index: number): number {
    const bin = this.binOf();
    const from = index * row.ROW_BYTES;
    // Late packets stay in the newest part: slices never run backwards within a session.
    if (bin <= this.view.getInt32(from + row.BIN, true)) return index;
    const next = this.newRow();
    if (next < 0) return next;
    const { view } = this;
    const at = next * row.ROW_BYTES;
    for (let offset = 0; offset < row.SIDES; offset += 4) {
      view.setInt32(at + offset, view.getInt32(from + offset, true), true);
    }
    view.setInt32(at + row.BIN, bin, true);
    view.setInt32(at + row.MARKED_PACKETS, 0, true);
    view.setInt32(at + row.WINDOW, this.window << WINDOW_SHIFT, true);
    this.slots[slot] = next + 1;
    return next;
  }

  private enterWindow(): void {
    const window = Math.min(LAST_WINDOW, Math.max(0, Math.floor(this.ns / WINDOW_NS)));
    this.window = window;
    this.windowStartNs = window === 0 ? Number.NEGATIVE_INFINITY : window * WINDOW_NS;
    this.windowEndNs = window === LAST_WINDOW ? Number.POSITIVE_INFINITY : (window + 1) * WINDOW_NS;
  }

  private binOf(): number {
    const { ns } = this;
    return ns < this.binNs ? 0 : Math.floor(ns / this.binNs);
  }

  private count(index: number, packet: Packet, fromB: boolean): void {
    const { view, ns } = this;
    const at = index * row.ROW_BYTES;
    const side = at + row.SIDES + (fromB ? row.SIDE_BYTES : 0);
    const packets = view.getInt32(side + row.PACKETS, true);
    this.noteWindow(at, index, packet, fromB);
    view.setInt32(side + row.PACKETS, packets + 1, true);
    view.setFloat64(
      side + row.WIRE_BYTES,
      view.getFloat64(side + row.WIRE_BYTES, true) + packet.wireBytes,
      true,
    );
    view.setFloat64(side + row.IP_BYTES, view.getFloat64(side + row.IP_BYTES, true) + packet.ipBytes, true);
    view.setFloat64(
      side + row.PAYLOAD_BYTES,
      view.getFloat64(side + row.PAYLOAD_BYTES, true) + packet.payloadBytes,
      true,
    );
    if (packets === 0) {
      view.setFloat64(side + row.FIRST_NS, ns, true);
      view.setFloat64(side + row.LAST_NS, ns, true);
      if (packet.hasMac) this.noteMacs(view.getInt32(at + row.FIRST_ROW, true), packet, fromB);
      this.stacks.note(packet, view.getInt32(at + (fromB ? row.ADDRESS_B : row.ADDRESS_A), true));
    } else if (ns > view.getFloat64(side + row.LAST_NS, true)) {
      view.setFloat64(side + row.LAST_NS, ns, true);
    }
    if (packet.hasTcpFlags) this.countFlags(at, side, packet.tcpFlags, fromB);
  }

  /** What this packet adds to its session's minute. Before the counters, for these belong to the minutes so far. */
  private noteWindow(at: number, index: number, packet: Packet, fromB: boolean): void {
    const { view } = this;
    let state = view.getInt32(at + row.WINDOW, true);
    const before = state;
    // A packet that comes late counts to the minute that its session has reached.
    if (state >>> WINDOW_SHIFT < this.window) {
      if (this.windows.push(index, state, view.getInt32(at + row.MARKED_PACKETS, true))) {
        state = this.window << WINDOW_SHIFT;
      }
    }
    let did = packet.payloadBytes > 0 ? DID_SEND | DID_SEND_PAYLOAD : DID_SEND;
    if (packet.hasTcpFlags) {
      if ((packet.tcpFlags & TCP_SYN) !== 0) did |= DID_SEND_SYN;
      if ((packet.tcpFlags & TCP_RST) !== 0) did |= DID_SEND_RST;
    } else if (packet.protocol === PROTOCOL_UDP) {
      if (packet.sourcePort === DNS_PORT && isNameError(packet)) this.addMarks(at, 1);
    } else if (packet.protocol === PROTOCOL_ICMP || packet.protocol === PROTOCOL_ICMPV6) {
      did |= this.icmpFacts(at, packet, fromB);
    }
    state |= fromB ? did << 1 : did;
    if (state !== before) view.setInt32(at + row.WINDOW, state, true);
  }

  private icmpFacts(at: number, packet: Packet, fromB: boolean): number {
    const { view, transportAt, frameEnd, protocol } = packet;
    if (transportAt + 1 >= frameEnd) return 0;
    const type = view.getUint8(transportAt);
    const v4 = protocol === PROTOCOL_ICMP;
    if (type === (v4 ? 8 : 128)) return DID_SEND_SYN;
    if (type !== (v4 ? 3 : 1)) return 0;
    this.addMarks(at, fromB ? 0x10000 : 1);
    return DID_SEND_RST;
  }

  /** Adds to the row's marked packets; each half stops at its limit. */
  private addMarks(at: number, one: 1 | 0x10000): void {
    const marks = this.view.getInt32(at + row.MARKED_PACKETS, true);
    const half = one === 1 ? marks & 0xffff : marks >>> 16;
    if (half < 0xffff) this.view.setInt32(at + row.MARKED_PACKETS, (marks + one) | 0, true);
  }

  private countFlags(at: number, side: number, flags: number, fromB: boolean): void {
    const { view } = this;
    view.setInt32(side + row.TCP_FLAGS, view.getInt32(side + row.TCP_FLAGS, true) | flags, true);
    if ((flags & TCP_SYN) !== 0) {
      view.setInt32(side + row.SYN_PACKETS, view.getInt32(side + row.SYN_PACKETS, true) + 1, true);
      const bit =
        (flags & TCP_ACK) === 0
          ? fromB
            ? row.SYN_BY_B
            : row.SYN_BY_A
          : fromB
            ? row.SYN_ACK_TO_A
            : row.SYN_ACK_TO_B;
      this.noteEvidence(view.getInt32(at + row.FIRST_ROW, true), bit);
    }
    if ((flags & TCP_RST) !== 0) {
      view.setInt32(side + row.RST_PACKETS, view.getInt32(side + row.RST_PACKETS, true) + 1, true);
    }
    if (isOddFlagSet(flags)) {
      view.setInt32(at + row.MARKED_PACKETS, view.getInt32(at + row.MARKED_PACKETS, true) + 1, true);
    }
  }

  /** The first SYN decides, and so does the first SYN-ACK: a scanner's answer in kind does not turn a session. */
  private noteEvidence(firstRow: number, bit: number): void {
    const at = firstRow * row.ROW_BYTES + row.EVIDENCE;
    const known = this.view.getInt32(at, true);
    const pair = bit < row.SYN_ACK_TO_A ? row.SYN_BY_A | row.SYN_BY_B : row.SYN_ACK_TO_A | row.SYN_ACK_TO_B;
    if ((known & pair) === 0) this.view.setInt32(at, known | bit, true);
  }

  /**
   * MAC addresses of both ends: a sender's own first frame outweighs the address that others sent it to, and stays:
   * where several hosts share an end (0.0.0.0 asking for an address), the session is the first one's.
   */
  private noteMacs(firstRow: number, packet: Packet, fromB: boolean): void {
    const { view } = this;
    const at = firstRow * row.ROW_BYTES;
    const own = at + (fromB ? row.MAC_B : row.MAC_A);
    const other = at + (fromB ? row.MAC_A : row.MAC_B);
    const evidence = view.getInt32(at + row.EVIDENCE, true);
    const ownSeen = fromB ? row.OWN_MAC_B : row.OWN_MAC_A;
    if ((evidence & ownSeen) === 0) {
      view.setInt32(own, this.macs.intern(packet.sourceMacHigh, packet.sourceMacLow, 0, 0), true);
    }
    if (view.getInt32(other, true) < 0) {
      view.setInt32(other, this.macs.intern(packet.destinationMacHigh, packet.destinationMacLow, 0, 0), true);
    }
    const toGroup = (packet.destinationMacHigh & 0x0100) !== 0 ? row.TO_GROUP_MAC : 0;
    view.setInt32(at + row.EVIDENCE, evidence | ownSeen | toGroup, true);
  }

  private newRow(): number {
    if (this.rows >= this.maxRows) {
      this.refused++;
      return -1;
    }
    const index = this.rows++;
    if (this.rows * row.ROW_BYTES > this.view.byteLength) {
      const grown = new Uint8Array(this.view.byteLength * 4);
      grown.set(new Uint8Array(this.view.buffer));
      this.view = new DataView(grown.buffer);
    }
    return index;
  }

  private rehash(): void {
    const old = this.slots;
    this.slots = new Int32Array(old.length * 2);
    const mask = this.slots.length - 1;
    const { view } = this;
    for (const entry of old) {
      if (entry === 0) continue;
      const at = (entry - 1) * row.ROW_BYTES;
      const a = view.getInt32(at + row.ADDRESS_A, true);
      const b = view.getInt32(at + row.ADDRESS_B, true);
      const ports = view.getInt32(at + row.PORTS, true);
      const scope = view.getInt32(at + row.PROTOCOL, true) ^ (view.getInt32(at + row.VLAN, true) << 20);
      let slot = hashWords(a, b, ports, scope) & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = entry;
    }
  }
}

const DNS_PORT = 53;

/** Whether a DNS message over UDP is an answer with the code "no such name" (RFC 1035, 4.1.1). */
function isNameError({ view, transportAt, frameEnd }: Packet): boolean {
  const flags = transportAt + 10;
  return flags + 2 <= frameEnd && (view.getUint16(flags) & 0x800f) === 0x8003;
}

/** NULL, FIN alone, SYN+FIN, FIN+PSH+URG: sets that no TCP sends and scanners do. */
function isOddFlagSet(flags: number): boolean {
  const xmas = TCP_FIN | TCP_PSH | TCP_URG;
  return (
    flags === 0 ||
    (flags & 0x3f) === TCP_FIN ||
    (flags & (TCP_SYN | TCP_FIN)) === (TCP_SYN | TCP_FIN) ||
    (flags & xmas) === xmas
  );
}
