import type { Packet } from '../../pcap/index.js';
import type { FlowCore } from './flow-core.js';
import * as at from './meter-layout.js';
import type { LiveSession, MeteredSession, SessionPlugin } from './meter-types.js';
import { openedByB } from './session-record.js';

/** The session at hand, read from its row when a plugin asks. */
class LiveRow implements LiveSession {
  row = 0;
  nowMs = 0;
  fromB = false;
  ended = false;

  constructor(private readonly core: FlowCore) {}

  get packets(): number {
    const { ints } = this.core;
    const i = this.row / 4 + at.PACKETS;
    return ((ints[i] as number) >>> 0) + ((ints[i + 1] as number) >>> 0);
  }

  get bytes(): number {
    const { floats } = this.core;
    const f = this.row / 8 + at.BYTES;
    return (floats[f] as number) + (floats[f + 1] as number);
  }

  get durationMs(): number {
    const { floats } = this.core;
    const byB = (this.evidence & at.FIRST_PACKET_BY_B) !== 0;
    return Math.max(0, this.nowMs - (floats[this.row / 8 + at.FIRST_MS + (byB ? 1 : 0)] as number));
  }

  get fromSource(): boolean {
    return openedByB(this.evidence) === this.fromB;
  }

  end(): void {
    this.ended = true;
  }

  private get evidence(): number {
    return this.core.ints[this.row / 4 + at.EVIDENCE] as number;
  }
}

/** Calls plugins and keeps their state beside the rows. */
export class PluginRunner {
  /** By where the row of the session lies. */
  private readonly states = new Map<number, unknown[]>();
  private readonly live: LiveRow;

  constructor(
    private readonly plugins: readonly SessionPlugin[],
    core: FlowCore,
  ) {
    this.live = new LiveRow(core);
  }

  /** A packet was counted; true when a plugin wishes the session to end with it. */
  packet(packet: Packet, row: number, nowMs: number, fromB: boolean, first: boolean): boolean {
    const { live } = this;
    live.row = row;
    live.nowMs = nowMs;
    live.fromB = fromB;
    live.ended = false;
    if (first) {
      this.states.set(
        row,
        this.plugins.map((plugin) => plugin.onInit?.(packet, live)),
      );
      return live.ended;
    }
    const states = this.states.get(row) ?? [];
    for (let i = 0; i < this.plugins.length; i++) this.plugins[i]?.onUpdate?.(packet, live, states[i]);
    return live.ended;
  }

  /** The session of a row is over: lets the plugins fill in their columns, and forgets their state. */
  expire(record: MeteredSession, row: number): void {
    const states = this.states.get(row) ?? [];
    record.pluginValues = this.plugins.map((plugin, i) => plugin.onExpire?.(record, states[i]) ?? []);
    this.states.delete(row);
  }
}
