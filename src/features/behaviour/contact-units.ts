/**
 * The `contacts` view of behaviour: what goes on with single peers over a 15-minute slice. Sessions opened to one outside
 * host at even intervals are the mark of a beacon; more bytes out to one peer than in, that of an upload. Neither
 * fan-out nor failure shows them, and each of their sessions looks like others.
 */
import { type DeviceCore, doublesOf, floatsOf, integersOf } from '../../sessions/index.js';
import type { VectorUnits } from './vector-units.js';

/** Layout id of the units. */
export const contactLayoutId = 'contacts/1';

/**
 * The numbers of a unit, in order.
 * - `regular contacts outside`: ln(1 + n)(1 - v) of n sessions opened to one service of an outside host, where v below 1 is the
 *   coefficient of variation of the times between them; of the most regular one with five sessions or more.
 * - `bytes sent above received outside`: ln(1 + sent - received) of one outside host.
 * - `share of bytes sent above received`: (sent - received) of one peer, inside or outside, over all bytes of the
 *   slice; peers that are sent less than 20,000 bytes do not count.
 */
export const contactNumberNames = [
  'regular contacts outside',
  'bytes sent above received outside',
  'share of bytes sent above received',
] as const;

/** How many numbers a unit has. */
export const contactNumberCount = contactNumberNames.length;

/** Numbers that are shares of 1; the others are about ln(1 + count). */
export function isContactShare(column: number): boolean {
  return contactNumberNames[column] === 'share of bytes sent above received';
}

/** The peer behind a number. */
export interface ContactPeer {
  /** Row of the session table of the first session with it in the slice. */
  readonly sessionRow: number;
  /** Sessions opened to it, or bytes sent to it. */
  readonly count: number;
}

/** Units of one capture: one per 15-minute slice in which the device has a session. */
export interface ContactUnits extends VectorUnits {
  /** Of each unit, the peer behind each number; null where it is 0. */
  readonly peers: readonly (readonly (ContactPeer | null)[])[];
}

/**
 * The units that the core made of the device's sessions.
 * @param bin its slices
 */
export function contactUnitsOf(core: DeviceCore, bin: Uint32Array): ContactUnits {
  const { run } = core;
  const count = bin.length;
  const cells = count * contactNumberCount;
  const rows = integersOf(core, run.contactRows, cells);
  const counts = doublesOf(core, run.contactCounts, cells);
  const peerOf = (cell: number): ContactPeer | null => {
    const sessionRow = rows[cell] as number;
    return sessionRow < 0 ? null : { sessionRow, count: counts[cell] as number };
  };
  const peers = Array.from(bin, (_, unit) =>
    Array.from(contactNumberNames, (__, column) => peerOf(unit * contactNumberCount + column)),
  );
  const numbers = floatsOf(core, run.contactNumbers, cells).slice();
  return { count, columns: contactNumberCount, numbers, bin, peers };
}
