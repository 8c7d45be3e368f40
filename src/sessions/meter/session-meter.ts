import type { Packet, PlainPackets } from '../../pcap/index.js';
import { PacketPlace } from '../core/packet-place.js';
import { CorePlainPackets } from '../core/plain-packets.js';
import { FlowCore } from './flow-core.js';
import { MeterTable, type MeterTableOptions } from './meter-table.js';
import {
  ACCOUNTINGS,
  DEFAULT_MAX_SESSIONS,
  END_REASONS,
  type MeteredSession,
  type SessionHandler,
  type SessionMeterOptions,
} from './meter-types.js';
import { PluginRunner } from './plugin-runner.js';
import { createMeteredSession, fillRecord, type RowContents } from './session-record.js';

/**
 * Joins packets to sessions with time-outs and hands each out when it is over. Neither time nor memory of a packet
 * depends on how many sessions there are. The work is done in the flow core; nothing is allocated for a packet.
 */
export class SessionMeter {
  /** Added to frame numbers: packets of the captures before, where several are one stream. */
  framesBefore = 0;
  private readonly core: FlowCore;
  private readonly record: MeteredSession;
  private readonly contents: RowContents;
  private readonly plugins: PluginRunner | undefined;
  private readonly place: PacketPlace;
  /** The packet at hand, for plugins. */
  private packet: Packet | undefined;

  /**
   * @param onSession called with every session that is over, in the order in which they end; undefined when the table
   * is all that is wanted
   */
  constructor(
    private readonly onSession: SessionHandler | undefined,
    options: SessionMeterOptions = {},
  ) {
    const { statistics = false, splt = 0, frames = false, plugins = [] } = options;
    this.record = createMeteredSession(splt);
    this.core = new FlowCore({
      ended: (row, reason) => this.ended(row >>> 0, reason),
      counted: (row, fromB, first) => this.counted(row >>> 0, fromB, first),
      full: () => this.onFull(),
      text: (bytes) => this.onText(bytes),
    });
    const { core } = this;
    this.contents = { core, statistics, splt, frames };
    this.plugins = plugins.length === 0 ? undefined : new PluginRunner(plugins, core);
    this.place = new PacketPlace(core);
    core.run.configure(
      (options.idleTimeout ?? 120) * 1000,
      (options.activeTimeout ?? 1800) * 1000,
      statistics,
      splt,
      frames,
      options.endOnFin ?? false,
      options.endOnRst ?? false,
      Math.min(0x7fff_ffff, Math.max(1, options.maxSessions ?? DEFAULT_MAX_SESSIONS)),
      options.compatible ?? false,
      this.plugins !== undefined,
      onSession !== undefined || this.plugins !== undefined,
      ACCOUNTINGS.indexOf(options.accounting ?? 'link'),
    );
  }

  /** Live sessions. */
  get live(): number {
    return this.core.run.live.value;
  }

  /** Sessions opened so far; a cut opens none. Setting it numbers the next ones anew. */
  get sessions(): number {
    return this.core.run.sessions.value >>> 0;
  }

  set sessions(count: number) {
    this.core.run.countSessionsFrom(count);
  }

  /** Adds one packet to its session. The record is not kept. */
  add(packet: Packet): void {
    this.place.put(packet, this.framesBefore + packet.number);
    this.packet = packet;
    this.core.run.addFirst();
  }

  /**
   * Ends sessions that are idle at a moment of the wall clock, so that live sessions come out without further
   * packets. Milliseconds since 1970-01-01 UTC.
   */
  advance(nowMs: number): void {
    this.core.run.advance(nowMs);
  }

  /** The input is over: hands out all live sessions, the one not seen for longest first. */
  finish(): void {
    this.core.run.finish();
  }

  /** Has ended sessions become rows of a table, too; `onFull` is called whenever it is full. */
  table(options: MeterTableOptions, onFull: () => void): MeterTable {
    this.onFull = onFull;
    return new MeterTable(this.core, options, (sink) => {
      this.onText = sink;
    });
  }

  /** The short way for packets that need no look from outside: undefined where plugins want to see each. */
  plainPackets(): PlainPackets | undefined {
    if (this.plugins !== undefined) return undefined;
    return new CorePlainPackets(this.core, () => this.framesBefore);
  }

  private onFull = (): void => {};
  private onText: (bytes: Uint8Array) => void = () => {};

  private ended(row: number, reason: number): void {
    fillRecord(this.record, row, this.contents, END_REASONS[reason] ?? 'end');
    this.plugins?.expire(this.record, row);
    this.onSession?.(this.record);
  }

  private counted(row: number, fromB: boolean, first: boolean): boolean {
    if (this.plugins === undefined || this.packet === undefined) return false;
    return this.plugins.packet(this.packet, row, this.core.run.nowMs.value, fromB, first);
  }
}
