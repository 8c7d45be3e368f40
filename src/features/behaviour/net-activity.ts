/** Counts the minutes of a device into units of the `net` view. */
import {
  BIN_SECONDS,
  type DeviceWindows,
  DID_SEND_RST,
  DID_SEND_SYN,
  deviceWindows,
  type SessionTable,
  WINDOW_SECONDS,
} from '../../sessions/index.js';
import type { ArpWindow } from './arp-windows.js';
import { type NetUnits, netColumn, netNumberCount } from './net-units.js';
import { answererFacts, failedInWindow } from './outcome.js';
import {
  IS_ICMP,
  IS_MULTICAST,
  IS_TCP,
  IS_UDP,
  OPENED_BY_DEVICE,
  type SessionFacts,
} from './session-facts.js';

/** The minutes of one device, kept as long as a verdict may ask what is behind a number. */
export interface NetActivity {
  readonly units: NetUnits;
  readonly facts: SessionFacts;
  readonly entries: DeviceWindows;
  /** Of each unit: its first entry, and one past the last. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly arp: ReadonlyMap<number, ArpWindow>;
}

const windowsPerBin = BIN_SECONDS / WINDOW_SECONDS;

/** Counts all minutes of a device in which it or its ARP was seen. */
export function countNetActivity(
  table: SessionTable,
  facts: SessionFacts,
  arpOf: readonly ArpWindow[],
): NetActivity {
  const entries = deviceWindows(table, facts.sides);
  const arp = new Map(arpOf.map((one) => [one.window, one]));
  const spans = spansOf(entries, arp);
  const count = spans.length;
  const units = {
    count,
    columns: netNumberCount,
    numbers: new Float32Array(count * netNumberCount),
    bin: Uint32Array.from(spans, ({ window }) => Math.floor(window / windowsPerBin)),
    window: Uint32Array.from(spans, ({ window }) => window),
  };
  const counter = new WindowCounter(facts, entries);
  spans.forEach(({ window, start, end }, unit) => {
    const at = unit * netNumberCount;
    counter.count(start, end);
    counter.write(units.numbers, at);
    const own = arp.get(window);
    if (own !== undefined) writeArp(own, units.numbers, at);
  });
  return {
    units,
    facts,
    entries,
    starts: Int32Array.from(spans, ({ start }) => start),
    ends: Int32Array.from(spans, ({ end }) => end),
    arp,
  };
}

interface Span {
  readonly window: number;
  readonly start: number;
  readonly end: number;
}

function spansOf({ count, windows }: DeviceWindows, arp: ReadonlyMap<number, ArpWindow>): Span[] {
  const spans: Span[] = [];
  const seen = new Set<number>();
  for (let start = 0, end = 0; start < count; start = end) {
    const window = windows[start] as number;
    while (end < count && windows[end] === window) end++;
    spans.push({ window, start, end });
    seen.add(window);
  }
  for (const window of arp.keys()) if (!seen.has(window)) spans.push({ window, start: 0, end: 0 });
  return spans.sort((a, b) => a.window - b.window);
}

const column = {
  sessions: netColumn('sessions'),
  peers: [netColumn('peers received'), netColumn('peers sent')],
  ports: [netColumn('ports received'), netColumn('ports sent')],
  mostPorts: [netColumn('most ports with one peer received'), netColumn('most ports with one peer sent')],
  mostPeers: netColumn('most peers with one port sent'),
  echo: netColumn('ICMP echo peers'),
  asked: netColumn('ARP request peers'),
  failed: [netColumn('failed received'), netColumn('failed sent')],
  failedShare: [netColumn('failed share received'), netColumn('failed share sent')],
  resets: netColumn('resets to sent'),
  unanswered: netColumn('UDP unanswered sent'),
  unreachable: netColumn('ICMP unreachable received'),
  nameErrors: netColumn('DNS name errors'),
  odd: netColumn('odd TCP flags'),
  unsolicited: netColumn('ARP unsolicited replies'),
  gratuitous: netColumn('ARP gratuitous requests'),
  conflicts: netColumn('ARP conflicts'),
} as const;

/** Counters of one side: 0 what peers opened, 1 what the device opened. */
interface SideCounters {
  sessions: number;
  peers: number;
  ports: number;
  mostPorts: number;
  failed: number;
}

/**
 * Counts one minute after the other. What was met in the minute at hand is told by stamps in flat arrays, so that a
 * minute of a scan with a million targets costs a few array reads a session, and nothing has to be cleared.
 */
class WindowCounter {
  private stamp = 0;
  private readonly sides: [SideCounters, SideCounters] = [emptySide(), emptySide()];
  private mostPeers = 0;
  private echo = 0;
  private resets = 0;
  private unanswered = 0;
  private unreachable = 0;
  private nameErrors = 0;
  private odd = 0;
  private readonly peerStamps: [Int32Array, Int32Array];
  private readonly portsOfPeer: [Int32Array, Int32Array];
  private readonly serviceStamps: [Int32Array, Int32Array];
  private readonly peersOfService: Int32Array;
  private readonly pairStamps: Int32Array;
  private readonly echoStamps: Int32Array;

  constructor(
    private readonly facts: SessionFacts,
    private readonly entries: DeviceWindows,
  ) {
    const peers = facts.peerKeys.size;
    const services = facts.serviceKeys.size;
    const two = (size: number): [Int32Array, Int32Array] => [new Int32Array(size), new Int32Array(size)];
    this.peerStamps = two(peers);
    this.portsOfPeer = two(peers);
    this.serviceStamps = two(services);
    this.peersOfService = new Int32Array(services);
    this.pairStamps = new Int32Array(facts.pairKeys.size);
    this.echoStamps = new Int32Array(peers);
  }

  count(start: number, end: number): void {
    this.stamp++;
    Object.assign(this.sides[0], emptySide());
    Object.assign(this.sides[1], emptySide());
    this.mostPeers = this.echo = this.resets = this.unanswered = 0;
    this.unreachable = this.nameErrors = this.odd = 0;
    for (let entry = start; entry < end; entry++) this.countEntry(entry);
  }

  private countEntry(entry: number): void {
    const { facts, entries, stamp } = this;
    const row = entries.rows[entry] as number;
    const kind = facts.kinds[row] as number;
    const did = entries.facts[entry] as number;
    const marks = entries.marks?.[entry] ?? 0;
    const peer = facts.peers[row] as number;
    if ((kind & IS_ICMP) !== 0) {
      if ((did & DID_SEND_SYN) !== 0 && this.echoStamps[peer] !== stamp) {
        this.echoStamps[peer] = stamp;
        this.echo++;
      }
      this.unreachable += facts.sides[row] === 2 ? marks & 0xffff : marks >>> 16;
      return;
    }
    if ((kind & IS_TCP) !== 0) this.odd += marks;
    if ((kind & IS_MULTICAST) !== 0) return;
    if ((kind & IS_UDP) !== 0) this.nameErrors += marks;
    const opened = (kind & OPENED_BY_DEVICE) !== 0;
    this.countAttempt(row, kind, opened ? 1 : 0, peer, did);
    if (!opened) return;
    if ((kind & IS_TCP) !== 0 && (answererFacts(kind, did) & DID_SEND_RST) !== 0) this.resets++;
  }

  private countAttempt(row: number, kind: number, of: 0 | 1, peer: number, did: number): void {
    const { facts, stamp } = this;
    const side = this.sides[of];
    side.sessions++;
    if (failedInWindow(kind, did)) {
      side.failed++;
      if (of === 1 && (kind & IS_UDP) !== 0) this.unanswered++;
    }
    if (this.peerStamps[of][peer] !== stamp) {
      this.peerStamps[of][peer] = stamp;
      this.portsOfPeer[of][peer] = 0;
      side.peers++;
    }
    const service = facts.services[row] as number;
    if (service < 0) return;
    if (this.serviceStamps[of][service] !== stamp) {
      this.serviceStamps[of][service] = stamp;
      if (of === 1) this.peersOfService[service] = 0;
      side.ports++;
    }
    const pair = facts.pairs[row] as number;
    if (this.pairStamps[pair] === stamp) return;
    this.pairStamps[pair] = stamp;
    const ports = (this.portsOfPeer[of][peer] as number) + 1;
    this.portsOfPeer[of][peer] = ports;
    if (ports > side.mostPorts) side.mostPorts = ports;
    if (of === 0) return;
    const peers = (this.peersOfService[service] as number) + 1;
    this.peersOfService[service] = peers;
    if (peers > this.mostPeers) this.mostPeers = peers;
  }

  /** The counts of the minute as numbers of a unit. */
  write(numbers: Float32Array, at: number): void {
    const put = (place: number, count: number) => {
      numbers[at + place] = Math.log1p(count);
    };
    const { sides } = this;
    put(column.sessions, sides[0].sessions + sides[1].sessions);
    for (const of of [0, 1] as const) {
      const side = sides[of];
      put(column.peers[of], side.peers);
      put(column.ports[of], side.ports);
      put(column.mostPorts[of], side.mostPorts);
      put(column.failed[of], side.failed);
      numbers[at + column.failedShare[of]] = side.failed / (side.sessions + 2);
    }
    put(column.mostPeers, this.mostPeers);
    put(column.echo, this.echo);
    put(column.resets, this.resets);
    put(column.unanswered, this.unanswered);
    put(column.unreachable, this.unreachable);
    put(column.nameErrors, this.nameErrors);
    put(column.odd, this.odd);
  }
}

function emptySide(): SideCounters {
  return { sessions: 0, peers: 0, ports: 0, mostPorts: 0, failed: 0 };
}

function total(counts: ReadonlyMap<number, number>): number {
  let sum = 0;
  for (const one of counts.values()) sum += one;
  return sum;
}

function writeArp(arp: ArpWindow, numbers: Float32Array, at: number): void {
  numbers[at + column.asked] = Math.log1p(arp.asked.size);
  numbers[at + column.unsolicited] = Math.log1p(total(arp.unsolicited));
  numbers[at + column.gratuitous] = Math.log1p(total(arp.gratuitous));
  numbers[at + column.conflicts] = Math.log1p(arp.contested.length + arp.greedyMacs);
}
