/**
 * What sessions did in the minutes that they have left. The minute a row is in is kept in the row itself, so that a session
 * that lives in one minute only, as nearly all of a scan do, takes nothing here.
 */
import { MOST_ENTRIES } from '../../src/sessions/activity/window-layout';
import { allocate } from '../flow/memory';

/** Entries in use; of each the row, and its state (minute and facts, as in the row). */
export let logged: i32 = 0;
export let logRows: usize = allocate(1024 * 4);
export let logStates: usize = allocate(1024 * 4);
let room: i32 = 1024;
/** Rows with marked packets only: the entry, and the row's count up to its end. */
export let marked: i32 = 0;
export let markedEntries: usize = allocate(64 * 4);
export let markedCounts: usize = allocate(64 * 4);
let markedRoom: i32 = 64;

/**
 * Keeps what a row did before it goes on in another minute.
 * @param marks the row's count of marked packets so far
 * @returns false when no more is kept
 */
export function logWindow(row: i32, state: i32, marks: i32): boolean {
  if (logged >= MOST_ENTRIES) return false;
  if (logged === room) {
    logRows = doubled(logRows, room);
    logStates = doubled(logStates, room);
    room *= 2;
  }
  store<i32>(logRows + ((<usize>logged) << 2), row);
  store<i32>(logStates + ((<usize>logged) << 2), state);
  if (marks !== 0) logMarks(marks);
  logged++;
  return true;
}

function logMarks(marks: i32): void {
  if (marked === markedRoom) {
    markedEntries = doubled(markedEntries, markedRoom);
    markedCounts = doubled(markedCounts, markedRoom);
    markedRoom *= 2;
  }
  store<i32>(markedEntries + ((<usize>marked) << 2), logged);
  store<i32>(markedCounts + ((<usize>marked) << 2), marks);
  marked++;
}

function doubled(old: usize, words: i32): usize {
  const bytes = (<usize>words) << 2;
  const next = allocate(bytes * 2);
  memory.copy(next, old, bytes);
  return next;
}
