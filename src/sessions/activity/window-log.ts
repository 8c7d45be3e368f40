/** Width of the windows in which fan-out and failures are counted. Seconds. */
export const WINDOW_SECONDS = 60;
export const WINDOW_NS = WINDOW_SECONDS * 1e9;
/** Last window that is told apart: two years of minutes. Later packets count to it. */
export const LAST_WINDOW = (1 << 20) - 1;

/**
 * What a row did in one window, in one integer: the window above, one bit a fact and side below. The bit of side b
 * lies one above that of side a.
 */
export const WINDOW_SHIFT = 8;
/** The side sent packets; payload; a SYN (ICMP: an echo request); a RST (ICMP: "destination unreachable"). */
export const DID_SEND = 1;
export const DID_SEND_PAYLOAD = 4;
export const DID_SEND_SYN = 16;
export const DID_SEND_RST = 64;

/** Entries kept at most; what a busier capture does in earlier windows counts to a session's last one. */
const MOST_ENTRIES = 1 << 21;

/**
 * What sessions did in the windows that they have left. The window a row is in is kept in the row itself, so that a
 * session that lives in one window only, as nearly all of a scan do, takes nothing here.
 */
export class WindowLog {
  /** Entries in use. */
  count = 0;
  rows: Int32Array = new Int32Array(1024);
  /** Window and facts, as in the row. */
  states: Int32Array = new Int32Array(1024);
  /** Rows with marked packets only: the entry, and the row's count up to its end. */
  marked = 0;
  markedEntries: Int32Array = new Int32Array(64);
  markedCounts: Int32Array = new Int32Array(64);

  /**
   * Keeps what a row did before it goes on in another window.
   * @param marks the row's count of marked packets so far
   * @returns false when no more is kept
   */
  push(row: number, state: number, marks: number): boolean {
    const at = this.count;
    if (at >= MOST_ENTRIES) return false;
    if (at === this.rows.length) {
      this.rows = doubled(this.rows);
      this.states = doubled(this.states);
    }
    this.rows[at] = row;
    this.states[at] = state;
    this.count = at + 1;
    if (marks !== 0) this.pushMarked(at, marks);
    return true;
  }

  private pushMarked(entry: number, marks: number): void {
    const at = this.marked++;
    if (at === this.markedEntries.length) {
      this.markedEntries = doubled(this.markedEntries);
      this.markedCounts = doubled(this.markedCounts);
    }
    this.markedEntries[at] = entry;
    this.markedCounts[at] = marks;
  }
}

function doubled(old: Int32Array): Int32Array {
  const next = new Int32Array(old.length * 2);
  next.set(old);
  return next;
}
