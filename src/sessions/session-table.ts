import type { Packet, PlainPackets } from '../pcap/index.js';
import { CoreKeys } from './core/core-keys.js';
import { HostStacks } from './host-stacks.js';
import { Owners } from './owners.js';
import { ROW_BYTES } from './row-layout.js';
import { STACK_WORDS } from './stack-layout.js';
import { TableCore } from './table-core.js';

/** Width of the time slices ("bins") at which sessions are cut for the behaviour views (anomaly.md, 3.1). */
export const BIN_SECONDS = 900;

export interface SessionTableOptions {
  /** Sessions are cut into parts at multiples of this time from the first packet; 0 never cuts. Seconds. */
  readonly binSeconds?: number;
  /** Most rows (parts) that are kept; packets that would open one more are refused and counted. */
  readonly maxRows?: number;
}

const DEFAULT_MAX_ROWS = 2_000_000;

/**
 * Joins packets to sessions; neither time nor memory of a session depends on how many others there are. Key: both
 * (address, port) ends without order, protocol, VLAN, IP version. Every session has one row for each time slice it lies
 * in. The work is done in a core of WebAssembly (assembly/table), in whose memory the rows lie.
 */
export class SessionTable {
  readonly addresses6: CoreKeys;
  readonly macs: CoreKeys;
  /** TTL and TCP options of the hosts that sent something. */
  readonly stacks: HostStacks;
  /** What else is made of the rows is made there, too. */
  readonly core: TableCore = new TableCore();
  private rowsView: DataView | undefined;

  /** @throws NetworkmlError NML_MEMORY, here and where packets are added */
  constructor(options: SessionTableOptions = {}) {
    const { core } = this;
    const { run } = core;
    const binSeconds = options.binSeconds ?? BIN_SECONDS;
    run.configure(
      binSeconds > 0 ? binSeconds * 1e9 : Number.POSITIVE_INFINITY,
      options.maxRows ?? DEFAULT_MAX_ROWS,
    );
    this.addresses6 = new CoreKeys(core, run.addresses6.value);
    this.macs = new CoreKeys(core, run.macs.value);
    const hosts = new CoreKeys(core, run.hosts.value);
    this.stacks = new HostStacks(hosts, () => core.wordsAt(run.stacks.value, hosts.size * STACK_WORDS));
  }

  /** Number of sessions, and of rows. */
  get sessions(): number {
    return this.core.run.sessions.value;
  }

  get rows(): number {
    return this.core.run.rowCount.value;
  }

  /** Packets refused because `maxRows` was reached. */
  get refused(): number {
    return this.core.run.refused.value;
  }

  /** All rows, as in the row layout; another view once packets have been added. */
  get view(): DataView {
    if (this.rowsView === undefined) {
      const { buffer, byteOffset, length } = this.core.bytes(this.core.run.rows.value, this.rows * ROW_BYTES);
      this.rowsView = new DataView(buffer, byteOffset, length);
    }
    return this.rowsView;
  }

  /** Row that the newest packet was counted to, -1 when it was refused; and whether its sender is side b there. */
  get newestRow(): number {
    return this.core.run.newestRow.value;
  }

  get newestFromB(): boolean {
    return this.core.run.newestFromB.value !== 0;
  }

  /** Time of the first packet: the origin of all times in rows. */
  get base(): { seconds: number; nanoseconds: number } {
    const { baseSeconds, baseNanoseconds } = this.core.run;
    return { seconds: baseSeconds.value, nanoseconds: baseNanoseconds.value };
  }

  /** The hosts that the capture could be about, from the rows so far. */
  owners(): Owners {
    return new Owners(this.core);
  }

  /** Adds one packet to its session. The record is not kept. */
  add(packet: Packet): void {
    this.rowsView = undefined;
    this.core.add(packet);
  }

  /** The short way for packets that nobody else wants to see. */
  plainPackets(): PlainPackets {
    return this.core.plainPackets(() => {
      this.rowsView = undefined;
    });
  }
}
