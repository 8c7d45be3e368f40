import { hashWords, type Packet, TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../../pcap/index.js';
import { KeySlots } from './key-slots.js';
import { ListArena } from './list-arena.js';
import * as at from './meter-layout.js';
import {
  type Accounting,
  DEFAULT_MAX_SESSIONS,
  type EndReason,
  type MeteredSession,
  type SessionHandler,
  type SessionMeterOptions,
} from './meter-types.js';
import {
  foldDestination,
  foldSource,
  hasOneEnd,
  icmpOf,
  isFromB,
  isIcmp,
  isOpening,
  sizeOf,
} from './packet-parts.js';
import { PluginRunner } from './plugin-runner.js';
import { RowPool } from './row-pool.js';
import { createMeteredSession, fillRecord, openedByB, type RowContents } from './session-record.js';
import { StatisticsPool } from './statistics-pool.js';

/**
 * Joins packets to sessions with time-outs and hands each out when it is over. Neither time nor memory of a packet
 * depends on how many sessions there are: an open-addressed table of live sessions in pages of flat rows, and a
 * chain in the order of last use. Nothing is allocated for a packet.
 */
export class SessionMeter {
  /** Sessions opened so far; a cut opens none. */
  sessions = 0;
  /** Added to frame numbers: packets of the captures before, where several are one stream. */
  framesBefore = 0;
  private readonly idleMs: number;
  private readonly activeMs: number;
  private readonly accounting: Accounting;
  private readonly statistics: StatisticsPool | undefined;
  private readonly splt: number;
  private readonly frames: boolean;
  private readonly endOnFin: boolean;
  private readonly endOnRst: boolean;
  private readonly maxSessions: number;
  private readonly compatible: boolean;
  private readonly rows: RowPool;
  private readonly slots = new KeySlots();
  private readonly lists = new ListArena();
  private readonly contents: RowContents;
  private readonly record: MeteredSession;
  private readonly plugins: PluginRunner | undefined;
  /** Time of the packet at hand, milliseconds since 1970: a field, as a double argument would be allocated. */
  private nowMs = Number.NEGATIVE_INFINITY;
  private nowNs = 0;
  private size = 0.5;
  /** Of the packet at hand: size, interval to the packet before, interval to the one before of its side. */
  private readonly measures = new Float64Array(3);
  /** Before this time no session can be idle. */
  private scanAtMs = Number.POSITIVE_INFINITY;

  /** @param onSession called with every session that is over, in the order in which they end. */
  constructor(
    private readonly onSession: SessionHandler,
    options: SessionMeterOptions = {},
  ) {
    this.idleMs = (options.idleTimeout ?? 120) * 1000;
    this.activeMs = (options.activeTimeout ?? 1800) * 1000;
    this.accounting = options.accounting ?? 'link';
    this.statistics = options.statistics === true ? new StatisticsPool() : undefined;
    this.splt = options.splt ?? 0;
    this.frames = options.frames ?? false;
    this.endOnFin = options.endOnFin ?? false;
    this.endOnRst = options.endOnRst ?? false;
    this.maxSessions = Math.max(1, options.maxSessions ?? DEFAULT_MAX_SESSIONS);
    this.compatible = options.compatible ?? false;
    this.rows = new RowPool(at.ROW_DOUBLES);
    const { statistics, splt, frames, lists } = this;
    this.contents = { statistics, splt, frames, lists, scratch: new Float64Array(splt * 2) };
    this.record = createMeteredSession(splt);
    const plugins = options.plugins ?? [];
    this.plugins = plugins.length === 0 ? undefined : new PluginRunner(plugins, this.rows);
  }

  /** Live sessions. */
  get live(): number {
    return this.rows.live;
  }

  /** Adds one packet to its session. The record is not kept. */
  add(packet: Packet): void {
    this.setTime(packet);
    this.size = sizeOf(packet, this.accounting);
    if (this.nowMs >= this.scanAtMs) this.expireIdle();
    const fromB = isFromB(packet);
    const ports = fromB
      ? (packet.destinationPort << 16) | packet.sourcePort
      : (packet.sourcePort << 16) | packet.destinationPort;
    const scope = at.scopeOf(packet.protocol, packet.ipVersion, packet.tunnelId, packet.vlanId);
    const a = fromB ? foldDestination(packet) : foldSource(packet);
    const b = fromB ? foldSource(packet) : foldDestination(packet);
    const hash = hashWords(a, b, ports, scope);
    let row = this.find(packet, fromB, ports, scope, hash);
    let first = false;
    if (row < 0) {
      row = this.open(packet, fromB, ports, scope, hash);
      first = true;
    } else {
      first = this.cut(packet, row, fromB);
      this.rows.touch(row);
    }
    this.count(packet, row, fromB, first);
    this.endAfter(packet, row, fromB, first);
  }

  /**
   * Ends sessions that are idle at a moment of the wall clock, so that live sessions come out without further
   * packets. Milliseconds since 1970-01-01 UTC.
   */
  advance(nowMs: number): void {
    if (nowMs < this.nowMs) return;
    this.nowMs = nowMs;
    if (nowMs >= this.scanAtMs) this.expireIdle();
  }

  /** The input is over: hands out all live sessions, the one not seen for longest first. */
  finish(): void {
    while (this.rows.oldest >= 0) {
      this.remove(this.rows.oldest, this.hasBothFins(this.rows.oldest) ? 'fin' : 'end');
    }
    this.scanAtMs = Number.POSITIVE_INFINITY;
    this.nowMs = Number.NEGATIVE_INFINITY;
  }

  private setTime(packet: Packet): void {
    const { nanoseconds } = packet;
    const millisecond = (nanoseconds / 1_000_000) | 0;
    const ms = packet.seconds * 1000 + millisecond;
    if (this.compatible && ms < this.nowMs) return;
    this.nowMs = ms;
    this.nowNs = nanoseconds - millisecond * 1_000_000;
  }

  private find(packet: Packet, fromB: boolean, ports: number, scope: number, hash: number): number {
    const { entries, mask } = this.slots;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = entries[slot * 2] as number;
      if (entry === 0) return -1;
      if (entries[slot * 2 + 1] !== hash) continue;
      const row = entry - 1;
      const ints = this.rows.ints(row);
      const i = this.rows.intsAt(row);
      const source = i + (fromB ? at.ADDRESS_B : at.ADDRESS_A);
      const destination = i + (fromB ? at.ADDRESS_A : at.ADDRESS_B);
      if (
        ints[i + at.PORTS] === ports &&
        ints[i + at.SCOPE] === scope &&
        ints[source] === packet.source0 &&
        ints[destination] === packet.destination0 &&
        ints[source + 1] === packet.source1 &&
        ints[destination + 1] === packet.destination1 &&
        ints[source + 2] === packet.source2 &&
        ints[destination + 2] === packet.destination2 &&
        ints[source + 3] === packet.source3 &&
        ints[destination + 3] === packet.destination3
      ) {
        return row;
      }
    }
  }

  private open(packet: Packet, fromB: boolean, ports: number, scope: number, hash: number): number {
    const { rows } = this;
    if (rows.live >= this.maxSessions) this.remove(rows.oldest, 'limit');
    const row = rows.take();
    const ints = rows.ints(row);
    const i = rows.intsAt(row);
    const source = i + (fromB ? at.ADDRESS_B : at.ADDRESS_A);
    const destination = i + (fromB ? at.ADDRESS_A : at.ADDRESS_B);
    ints[source] = packet.source0;
    ints[source + 1] = packet.source1;
    ints[source + 2] = packet.source2;
    ints[source + 3] = packet.source3;
    ints[destination] = packet.destination0;
    ints[destination + 1] = packet.destination1;
    ints[destination + 2] = packet.destination2;
    ints[destination + 3] = packet.destination3;
    ints[i + at.PORTS] = ports;
    ints[i + at.SCOPE] = scope;
    ints[i + at.HASH] = hash;
    ints[i + at.SESSION] = this.sessions++;
    ints[i + at.PART] = 1;
    this.begin(packet, row, fromB, 0);
    this.slots.insert(hash, row);
    const idleAt = this.nowMs + this.idleMs;
    if (idleAt < this.scanAtMs) this.scanAtMs = idleAt;
    return row;
  }

  /** Makes a row that of a session (or part) whose first packet is at hand. */
  private begin(packet: Packet, row: number, fromB: boolean, keptEvidence: number): void {
    const ints = this.rows.ints(row);
    const i = this.rows.intsAt(row);
    const floats = this.rows.floats(row);
    const f = this.rows.floatsAt(row);
    let evidence = keptEvidence | (fromB ? at.FIRST_PACKET_BY_B : 0);
    if (packet.hasMac) {
      evidence |= at.HAS_MAC;
      ints[i + at.MAC_HIGHS] = fromB
        ? (packet.destinationMacHigh << 16) | packet.sourceMacHigh
        : (packet.sourceMacHigh << 16) | packet.destinationMacHigh;
      ints[i + at.MAC_LOW_A] = fromB ? packet.destinationMacLow : packet.sourceMacLow;
      ints[i + at.MAC_LOW_B] = fromB ? packet.sourceMacLow : packet.destinationMacLow;
    } else {
      ints.fill(0, i + at.MAC_HIGHS, i + at.MAC_LOW_B + 1);
    }
    ints[i + at.EVIDENCE] = evidence;
    ints.fill(0, i + at.PACKETS, i + at.ICMP);
    ints[i + at.ICMP] = isIcmp(packet.protocol) ? icmpOf(packet) : 0;
    ints[i + at.STATISTICS_BLOCK] = 0;
    floats.fill(0, f + at.BYTES, f + at.ROW_DOUBLES);
  }

  /** Ends the session of a row where the packet at hand cannot belong to it, and begins anew there. */
  private cut(packet: Packet, row: number, fromB: boolean): boolean {
    const floats = this.rows.floats(row);
    const f = this.rows.floatsAt(row);
    const ints = this.rows.ints(row);
    const i = this.rows.intsAt(row);
    const last = Math.max(floats[f + at.LAST_MS] as number, floats[f + at.LAST_MS + 1] as number);
    const evidence = ints[i + at.EVIDENCE] as number;
    const first = floats[f + at.FIRST_MS + ((evidence & at.FIRST_PACKET_BY_B) !== 0 ? 1 : 0)] as number;
    if (this.nowMs - last >= this.idleMs) {
      this.emit(row, this.hasBothFins(row) ? 'fin' : 'idle');
    } else if (this.nowMs - first >= this.activeMs) {
      this.emit(row, 'active');
      if (!this.compatible) {
        this.beginPart(packet, row, fromB, evidence);
        return true;
      }
    } else if (this.endOnFin && isOpening(packet) && this.hasBothFins(row)) {
      this.emit(row, 'fin');
    } else {
      return false;
    }
    ints[i + at.SESSION] = this.sessions++;
    ints[i + at.PART] = 1;
    this.begin(packet, row, fromB, 0);
    return true;
  }

  /** The next part of a session that was cut: who opened it stays as it was known. */
  private beginPart(packet: Packet, row: number, fromB: boolean, evidence: number): void {
    const ints = this.rows.ints(row);
    const part = this.rows.intsAt(row) + at.PART;
    const first = at.FIRST_PACKET_BY_B | at.HAS_MAC | at.KEPT_A | at.KEPT_B;
    const kept = (evidence & ~first) | (openedByB(evidence) ? at.KEPT_B : at.KEPT_A);
    ints[part] = (ints[part] as number) + 1;
    this.begin(packet, row, fromB, kept);
  }

  private count(packet: Packet, row: number, fromB: boolean, first: boolean): void {
    const ints = this.rows.ints(row);
    const i = this.rows.intsAt(row);
    const floats = this.rows.floats(row);
    const f = this.rows.floatsAt(row);
    const { nowMs, nowNs, size } = this;
    const side = fromB ? 1 : 0;
    const lastOfSide = floats[f + at.LAST_MS + side] as number;
    const last = Math.max(lastOfSide, floats[f + at.LAST_MS + 1 - side] as number);
    if (this.statistics !== undefined) {
      const { measures } = this;
      measures[0] = size;
      measures[1] = nowMs > last ? nowMs - last : 0;
      measures[2] = nowMs > lastOfSide ? nowMs - lastOfSide : 0;
      this.statistics.add(packet, ints, i, floats, f, side, measures);
    }
    const ofSide = ((ints[i + at.PACKETS + side] as number) + 1) >>> 0;
    ints[i + at.PACKETS + side] = ofSide;
    floats[f + at.BYTES + side] = (floats[f + at.BYTES + side] as number) + size;
    if (ofSide === 1) {
      floats[f + at.FIRST_MS + side] = nowMs;
      ints[i + at.FIRST_NS + side] = nowNs;
    }
    if (ofSide === 1 || nowMs > lastOfSide) {
      floats[f + at.LAST_MS + side] = nowMs;
      ints[i + at.LAST_NS + side] = nowNs;
    } else if (nowMs === lastOfSide && nowNs > (ints[i + at.LAST_NS + side] as number)) {
      ints[i + at.LAST_NS + side] = nowNs;
    }
    if (this.splt > 0 || this.frames) this.note(packet, row, fromB, first || nowMs < last ? 0 : nowMs - last);
    if (packet.hasTcpFlags && (packet.tcpFlags & (TCP_SYN | TCP_FIN)) !== 0) {
      this.noteFlags(packet.tcpFlags, ints, i + at.EVIDENCE, fromB);
    }
  }

  /** Keeps what is wanted of single packets. */
  private note(packet: Packet, row: number, fromB: boolean, interval: number): void {
    const ints = this.rows.ints(row);
    const i = this.rows.intsAt(row);
    const before =
      ((ints[i + at.PACKETS] as number) >>> 0) + ((ints[i + at.PACKETS + 1] as number) >>> 0) - 1;
    if (before < this.splt) {
      // Size and direction share a number.
      const tail = this.lists.push(
        ints[i + at.SPLT_TAIL] as number,
        before * 2,
        this.size * 2 + (fromB ? 1 : 0),
      );
      if (before === 0) ints[i + at.SPLT_HEAD] = tail;
      ints[i + at.SPLT_TAIL] = this.lists.push(tail, before * 2 + 1, interval);
    }
    if (this.frames) {
      const tail = this.lists.push(
        ints[i + at.FRAMES_TAIL] as number,
        before,
        this.framesBefore + packet.number,
      );
      if (before === 0) ints[i + at.FRAMES_HEAD] = tail;
      ints[i + at.FRAMES_TAIL] = tail;
    }
  }

  /** The first SYN decides who opened the session, and so does the first SYN-ACK; FINs are noted by side. */
  private noteFlags(flags: number, ints: Int32Array, place: number, fromB: boolean): void {
    let evidence = ints[place] as number;
    if ((flags & TCP_SYN) !== 0 && !this.compatible) {
      const isAnswer = (flags & TCP_ACK) !== 0;
      const pair = isAnswer ? at.SYN_ACK_TO_A | at.SYN_ACK_TO_B : at.SYN_BY_A | at.SYN_BY_B;
      const byB = isAnswer ? !fromB && !hasOneEnd(ints, place - at.EVIDENCE) : fromB;
      if ((evidence & pair) === 0) evidence |= pair & (byB ? at.ABOUT_B : at.ABOUT_A);
    }
    if ((flags & TCP_FIN) !== 0 && this.endOnFin) {
      evidence |= fromB ? at.FIN_BY_B | at.LAST_FIN_BY_B : at.FIN_BY_A;
      if (!fromB) evidence &= ~at.LAST_FIN_BY_B;
    }
    ints[place] = evidence;
  }

  private hasBothFins(row: number): boolean {
    const both = at.FIN_BY_A | at.FIN_BY_B;
    return ((this.rows.ints(row)[this.rows.intsAt(row) + at.EVIDENCE] as number) & both) === both;
  }

  /** Ends the session with the packet at hand where flags or a plugin say so. */
  private endAfter(packet: Packet, row: number, fromB: boolean, first: boolean): void {
    if (this.plugins?.packet(packet, row, this.nowMs, fromB, first) === true) {
      this.remove(row, 'plugin');
      return;
    }
    if (!packet.hasTcpFlags) return;
    if (this.endOnRst && (packet.tcpFlags & TCP_RST) !== 0) {
      this.remove(row, 'rst');
    } else if (
      this.endOnFin &&
      (packet.tcpFlags & (TCP_ACK | TCP_FIN)) === TCP_ACK &&
      this.hasBothFins(row)
    ) {
      const lastByB =
        ((this.rows.ints(row)[this.rows.intsAt(row) + at.EVIDENCE] as number) & at.LAST_FIN_BY_B) !== 0;
      if (lastByB !== fromB) this.remove(row, 'fin');
    }
  }

  /** Ends what is idle now, from the session not seen for longest on. */
  private expireIdle(): void {
    const { rows, idleMs, nowMs } = this;
    for (;;) {
      const row = rows.oldest;
      if (row < 0) {
        this.scanAtMs = Number.POSITIVE_INFINITY;
        return;
      }
      const floats = rows.floats(row);
      const f = rows.floatsAt(row) + at.LAST_MS;
      const idleAt = Math.max(floats[f] as number, floats[f + 1] as number) + idleMs;
      if (nowMs < idleAt) {
        this.scanAtMs = idleAt;
        return;
      }
      this.remove(row, this.hasBothFins(row) ? 'fin' : 'idle');
    }
  }

  private remove(row: number, reason: EndReason): void {
    this.emit(row, reason);
    this.slots.remove(this.rows.ints(row)[this.rows.intsAt(row) + at.HASH] as number, row);
    this.rows.release(row);
  }

  /** Hands the session of a row out; the row stays. */
  private emit(row: number, reason: EndReason): void {
    fillRecord(this.record, this.rows, row, this.contents, reason);
    this.plugins?.expire(this.record, row);
    const ints = this.rows.ints(row);
    const i = this.rows.intsAt(row);
    this.statistics?.release(ints, i);
    if (this.splt > 0) this.lists.release(ints[i + at.SPLT_HEAD] as number, ints[i + at.SPLT_TAIL] as number);
    if (this.frames) {
      this.lists.release(ints[i + at.FRAMES_HEAD] as number, ints[i + at.FRAMES_TAIL] as number);
    }
    this.onSession(this.record);
  }
}
