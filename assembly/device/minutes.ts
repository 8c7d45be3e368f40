/** What each row of the device did in each minute, in order of minutes; as columns. */
import { WINDOW_SHIFT } from '../../src/sessions/activity/window-layout';
import { allocate } from '../flow/memory';
import { rowCount } from '../table/rows';
import { logged, logRows, logStates, marked, markedCounts, markedEntries } from '../table/window-log';
import { sides, states } from './facts';
import { DEVICE_IS_B } from './part';

/** Entries and their columns: row, what the device and, one place above each, its peer did (bytes), marked packets. */
export let entryCount: i32 = 0;
export let entryRows: usize = 0;
export let entryFacts: usize = 0;
export let entryMarks: usize = 0;
/** Whether any entry has marked packets. */
export let anyMarks = false;
/** Minutes up to the last one in which the device was seen; 32-bit integers: one past the last entry of each. */
export let minutes: i32 = 0;
export let minuteEnds: usize = 0;
/** Marked packets of each row up to its entries so far. */
let before: usize = 0;

function isOfDevice(row: i32): boolean {
  return load<u8>(sides + <usize>row) !== 0;
}

function logRow(entry: i32): i32 {
  return load<i32>(logRows + ((<usize>entry) << 2));
}

function logState(entry: i32): u32 {
  return load<u32>(logStates + ((<usize>entry) << 2));
}

function rowState(row: i32): u32 {
  return load<u32>(states + ((<usize>row) << 3), 4);
}

/** Sorts the entries by minute: those that rows have left before those that they are in. */
export function listMinutes(): void {
  countEntries();
  entryRows = allocate((<usize>entryCount) << 2);
  entryFacts = allocate(<usize>entryCount);
  entryMarks = allocate((<usize>entryCount) << 2);
  anyMarks = false;
  before = marked > 0 ? allocate((<usize>rowCount) << 2) : 0;
  let nextMarked = 0;
  for (let entry = 0; entry < logged; entry++) {
    let reached = 0;
    if (nextMarked < marked && load<i32>(markedEntries + ((<usize>nextMarked) << 2)) === entry) {
      reached = load<i32>(markedCounts + ((<usize>nextMarked) << 2));
      nextMarked++;
    }
    const row = logRow(entry);
    if (isOfDevice(row)) append(row, logState(entry), reached);
  }
  for (let row = 0; row < rowCount; row++) {
    if (!isOfDevice(row)) continue;
    append(row, rowState(row), load<i32>(states + ((<usize>row) << 3)));
  }
}

/** Counts the entries of each minute; afterwards `minuteEnds` says where the entries of each begin. */
function countEntries(): void {
  minutes = 0;
  for (let entry = 0; entry < logged; entry++) {
    if (isOfDevice(logRow(entry))) minutes = max(minutes, <i32>(logState(entry) >> WINDOW_SHIFT) + 1);
  }
  for (let row = 0; row < rowCount; row++) {
    if (isOfDevice(row)) minutes = max(minutes, <i32>(rowState(row) >> WINDOW_SHIFT) + 1);
  }
  minuteEnds = allocate((<usize>minutes) << 2);
  for (let entry = 0; entry < logged; entry++) if (isOfDevice(logRow(entry))) countOne(logState(entry));
  for (let row = 0; row < rowCount; row++) if (isOfDevice(row)) countOne(rowState(row));
  entryCount = 0;
  for (let minute = 0; minute < minutes; minute++) {
    const place = minuteEnds + ((<usize>minute) << 2);
    const own = load<i32>(place);
    store<i32>(place, entryCount);
    entryCount += own;
  }
}

function countOne(state: u32): void {
  const place = minuteEnds + ((<usize>(state >> WINDOW_SHIFT)) << 2);
  store<i32>(place, load<i32>(place) + 1);
}

function append(row: i32, state: u32, reached: i32): void {
  const place = minuteEnds + ((<usize>(state >> WINDOW_SHIFT)) << 2);
  const entry = <usize>load<i32>(place);
  store<i32>(place, <i32>entry + 1);
  store<i32>(entryRows + (entry << 2), row);
  const facts = state & 0xff;
  const isB = load<u8>(sides + <usize>row) === DEVICE_IS_B;
  store<u8>(entryFacts + entry, isB ? ((facts & 0x55) << 1) | ((facts >> 1) & 0x55) : facts);
  if (reached !== 0) noteMarks(entry, row, reached);
}

/** The rows' counts grow, so that each minute's share is the difference to the one before. */
function noteMarks(entry: usize, row: i32, reached: i32): void {
  anyMarks = true;
  let known = 0;
  if (before !== 0) {
    const place = before + ((<usize>row) << 2);
    known = load<i32>(place);
    store<i32>(place, reached);
  }
  store<i32>(entryMarks + (entry << 2), reached - known);
}
