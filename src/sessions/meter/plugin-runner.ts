import type { Packet } from '../../pcap/index.js';
import * as at from './meter-layout.js';
import type { LiveSession, MeteredSession, SessionPlugin } from './meter-types.js';
import type { RowPool } from './row-pool.js';
import { openedByB } from './session-record.js';

/** The session at hand, read from its row when a plugin asks. */
class LiveRow implements LiveSession {
  row = 0;
  nowMs = 0;
  fromB = false;
  ended = false;

  constructor(private readonly rows: RowPool) {}

  get packets(): number {
    const ints = this.rows.ints(this.row);
    const i = this.rows.intsAt(this.row) + at.PACKETS;
    return ((ints[i] as number) >>> 0) + ((ints[i + 1] as number) >>> 0);
  }

  get bytes(): number {
    const floats = this.rows.floats(this.row);
    const f = this.rows.floatsAt(this.row) + at.BYTES;
    return (floats[f] as number) + (floats[f + 1] as number);
  }

  get durationMs(): number {
    const floats = this.rows.floats(this.row);
    const byB = (this.evidence & at.FIRST_PACKET_BY_B) !== 0;
    return Math.max(
      0,
      this.nowMs - (floats[this.rows.floatsAt(this.row) + at.FIRST_MS + (byB ? 1 : 0)] as number),
    );
  }

  get fromSource(): boolean {
    return openedByB(this.evidence) === this.fromB;
  }

  end(): void {
    this.ended = true;
  }

  private get evidence(): number {
    return this.rows.ints(this.row)[this.rows.intsAt(this.row) + at.EVIDENCE] as number;
  }
}

/** Calls plugins and keeps their state beside the rows. */
export class PluginRunner {
  private readonly states: unknown[][] = [];
  private readonly live: LiveRow;

  constructor(
    private readonly plugins: readonly SessionPlugin[],
    rows: RowPool,
  ) {
    this.live = new LiveRow(rows);
  }

  /** A packet was counted; true when a plugin wishes the session to end with it. */
  packet(packet: Packet, row: number, nowMs: number, fromB: boolean, first: boolean): boolean {
    const { live } = this;
    live.row = row;
    live.nowMs = nowMs;
    live.fromB = fromB;
    live.ended = false;
    if (first) {
      this.states[row] = this.plugins.map((plugin) => plugin.onInit?.(packet, live));
      return live.ended;
    }
    const states = this.states[row] ?? [];
    for (let i = 0; i < this.plugins.length; i++) this.plugins[i]?.onUpdate?.(packet, live, states[i]);
    return live.ended;
  }

  /** The session of a row is over: lets the plugins fill in their columns, and forgets their state. */
  expire(record: MeteredSession, row: number): void {
    const states = this.states[row] ?? [];
    record.pluginValues = this.plugins.map((plugin, i) => plugin.onExpire?.(record, states[i]) ?? []);
    this.states[row] = [];
  }
}
