/**
 * What sessions did in the windows that they have left. The window a row is in is kept in the row itself, so that a
 * session that lives in one window only, as nearly all of a scan do, takes nothing here.
 */
export interface WindowLog {
  /** Entries in use. */
  readonly count: number;
  readonly rows: Int32Array;
  /** Window and facts, as in the row. */
  readonly states: Int32Array;
  /** Rows with marked packets only: the entry, and the row's count up to its end. */
  readonly marked: number;
  readonly markedEntries: Int32Array;
  readonly markedCounts: Int32Array;
}
