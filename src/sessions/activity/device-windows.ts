import * as row from '../row-layout.js';
import type { SessionTable } from '../session-table.js';
import { WINDOW_SHIFT } from './window-layout.js';

/** Bits of `DeviceWindows.facts`; each has a second one for the peer, one place above. ICMP: see `window-layout.ts`. */
export { DID_SEND, DID_SEND_PAYLOAD, DID_SEND_RST, DID_SEND_SYN } from './window-layout.js';

/** What each row of a device did in each minute, in order of minutes; as columns. */
export interface DeviceWindows {
  readonly count: number;
  readonly rows: Int32Array;
  /** Minute since the first packet of the capture. */
  readonly windows: Int32Array;
  /** What the device did, and one place above each what its peer did. */
  readonly facts: Uint8Array;
  /** Marked packets of the row in this minute, as in the row layout; null when no row has any. */
  readonly marks: Int32Array | null;
}

/**
 * The minutes of the rows of one device.
 * @param sides per row of the table: 0 not of the device, 1 the device is side a, 2 it is side b
 */
export function deviceWindows(table: SessionTable, sides: Uint8Array): DeviceWindows {
  const { view, windows: log } = table;
  const count = countEntries(table, sides);
  const rows = new Int32Array(count);
  const states = new Int32Array(count);
  const entryOfLog = log.marked > 0 ? new Int32Array(log.count).fill(-1) : null;
  const { rows: logRows, states: logStates, count: logged } = log;
  let at = 0;
  for (let entry = 0; entry < logged; entry++) {
    const index = logRows[entry] as number;
    if (sides[index] === 0) continue;
    if (entryOfLog !== null) entryOfLog[entry] = at;
    rows[at] = index;
    states[at++] = logStates[entry] as number;
  }
  const fromRows = at;
  for (let index = 0, place = row.WINDOW; index < table.rows; index++, place += row.ROW_BYTES) {
    if (sides[index] === 0) continue;
    rows[at] = index;
    states[at++] = view.getInt32(place, true);
  }
  const marks = marksOf(table, rows, fromRows, entryOfLog);
  return sortByWindow(rows, states, marks, sides);
}

function countEntries({ rows, windows: log }: SessionTable, sides: Uint8Array): number {
  const { rows: logRows, count: logged } = log;
  let count = 0;
  for (let entry = 0; entry < logged; entry++) if (sides[logRows[entry] as number] !== 0) count++;
  for (let index = 0; index < rows; index++) if (sides[index] !== 0) count++;
  return count;
}

/** Marked packets of every entry: the rows' counts grow, so each minute's share is the difference to the one before. */
function marksOf(
  { view, windows: log }: SessionTable,
  rows: Int32Array,
  fromRows: number,
  entryOfLog: Int32Array | null,
): Int32Array | null {
  const marks = new Int32Array(rows.length);
  const before = new Map<number, number>();
  let any = false;
  for (let i = 0; i < log.marked; i++) {
    const entry = entryOfLog?.[log.markedEntries[i] as number] ?? -1;
    if (entry < 0) continue;
    const index = rows[entry] as number;
    const reached = log.markedCounts[i] as number;
    marks[entry] = (reached - (before.get(index) ?? 0)) | 0;
    before.set(index, reached);
    any = true;
  }
  const some = before.size > 0;
  const count = rows.length;
  for (let entry = fromRows; entry < count; entry++) {
    const index = rows[entry] as number;
    const reached = view.getInt32(index * row.ROW_BYTES + row.MARKED_PACKETS, true);
    if (reached === 0) continue;
    marks[entry] = some ? (reached - (before.get(index) ?? 0)) | 0 : reached;
    any = true;
  }
  return any ? marks : null;
}

function sortByWindow(
  rows: Int32Array,
  states: Int32Array,
  marks: Int32Array | null,
  sides: Uint8Array,
): DeviceWindows {
  const count = rows.length;
  let last = 0;
  // Plain loops over hoisted arrays: all of this runs once a capture, before it is compiled well.
  for (let entry = 0; entry < count; entry++) {
    const window = (states[entry] as number) >>> WINDOW_SHIFT;
    if (window > last) last = window;
  }
  const next = new Int32Array(last + 2);
  for (let entry = 0; entry < count; entry++) {
    const after = ((states[entry] as number) >>> WINDOW_SHIFT) + 1;
    next[after] = (next[after] as number) + 1;
  }
  for (let window = 0; window <= last; window++) {
    next[window + 1] = (next[window + 1] as number) + (next[window] as number);
  }
  const sortedRows = new Int32Array(count);
  const windows = new Int32Array(count);
  const facts = new Uint8Array(count);
  const sortedMarks = marks === null ? null : new Int32Array(count);
  for (let entry = 0; entry < count; entry++) {
    const state = states[entry] as number;
    const window = state >>> WINDOW_SHIFT;
    const at = next[window] as number;
    next[window] = at + 1;
    const index = rows[entry] as number;
    sortedRows[at] = index;
    windows[at] = window;
    facts[at] = sides[index] === 2 ? ((state & 0x55) << 1) | ((state >>> 1) & 0x55) : state & 0xff;
    if (marks !== null && sortedMarks !== null) sortedMarks[at] = marks[entry] as number;
  }
  return { count, rows: sortedRows, windows, facts, marks: sortedMarks };
}
