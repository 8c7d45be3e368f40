/** The minutes of a device as units of the `net` view, and what is behind them. */
import { bytesOf, type DeviceCore, floatsOf, integersOf, wordsOf } from '../../sessions/index.js';
import type { ArpWindow } from './arp-windows.js';
import { ARP_ASKED, ARP_CONFLICTS, ARP_GRATUITOUS, ARP_UNSOLICITED } from './net-columns.js';
import { type NetUnits, netNumberCount } from './net-units.js';

/** Keys by their numbers. */
interface Keys {
  word(id: number, index: 0 | 1): number;
}

/** Facts of the rows of one device, as columns with an entry per row of the session table; only `sides` is for all rows. */
export interface SessionFacts {
  /** 0 not of the device, 1 the device is side a, 2 it is side b. */
  readonly sides: Uint8Array;
  /** See `row-kinds.ts`. */
  readonly kinds: Uint8Array;
  /** Number of the peer; of its service (protocol and server's port) or -1. */
  readonly peers: Int32Array;
  readonly services: Int32Array;
  readonly peerKeys: Keys;
  readonly serviceKeys: Keys;
}

/** What each row of a device did in each minute, in order of minutes; as columns. */
export interface DeviceWindows {
  readonly count: number;
  readonly rows: Int32Array;
  /** What the device did (`DID_SEND` and the like), and one place above each what its peer did. */
  readonly facts: Uint8Array;
  /** Marked packets of the row in this minute, as in the row layout; null when no row has any. */
  readonly marks: Int32Array | null;
}

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

/**
 * Counts all minutes in which the device or its ARP was seen.
 * @param core which has collected the device's sessions
 * @param rows of the session table
 */
export function countNetActivity(core: DeviceCore, rows: number, arpOf: readonly ArpWindow[]): NetActivity {
  const { run } = core;
  integersOf(core, { value: run.prepareArp(arpOf.length) }, arpOf.length).set(
    arpOf.map(({ window }) => window),
  );
  run.makeNetUnits();
  const count = run.netCount.value;
  const arp = new Map(arpOf.map((one) => [one.window, one]));
  const units = {
    count,
    columns: netNumberCount,
    numbers: floatsOf(core, run.netNumbers, count * netNumberCount).slice(),
    bin: wordsOf(core, run.netBins, count).slice(),
    window: wordsOf(core, run.netMinutes, count).slice(),
  };
  if (arp.size > 0) writeArp(units, arp);
  return {
    units,
    facts: factsOf(core, rows),
    entries: entriesOf(core),
    starts: integersOf(core, run.netStarts, count),
    ends: integersOf(core, run.netEnds, count),
    arp,
  };
}

function factsOf(core: DeviceCore, rows: number): SessionFacts {
  const { run } = core;
  // There are no more of them than rows.
  const keysAt = (place: { readonly value: number }): Keys => {
    const words = integersOf(core, place, rows * 2);
    return { word: (id, index) => words[id * 2 + index] as number };
  };
  return {
    sides: bytesOf(core, run.sides, rows),
    kinds: bytesOf(core, run.kinds, rows),
    peers: integersOf(core, run.peers, rows),
    services: integersOf(core, run.services, rows),
    peerKeys: keysAt(run.peerWords),
    serviceKeys: keysAt(run.serviceWords),
  };
}

function entriesOf(core: DeviceCore): DeviceWindows {
  const { run } = core;
  const count = run.entryCount.value;
  return {
    count,
    rows: integersOf(core, run.entryRows, count),
    facts: bytesOf(core, run.entryFacts, count),
    marks: run.anyMarks.value === 0 ? null : integersOf(core, run.entryMarks, count),
  };
}

function writeArp({ numbers, window }: NetUnits, arp: ReadonlyMap<number, ArpWindow>): void {
  window.forEach((minute, unit) => {
    const own = arp.get(minute);
    if (own === undefined) return;
    const at = unit * netNumberCount;
    numbers[at + ARP_ASKED] = Math.log1p(own.asked.size);
    numbers[at + ARP_UNSOLICITED] = Math.log1p(total(own.unsolicited));
    numbers[at + ARP_GRATUITOUS] = Math.log1p(total(own.gratuitous));
    numbers[at + ARP_CONFLICTS] = Math.log1p(own.contested.length + own.greedyMacs);
  });
}

function total(counts: ReadonlyMap<number, number>): number {
  let sum = 0;
  for (const one of counts.values()) sum += one;
  return sum;
}
