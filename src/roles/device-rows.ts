import type { SparseRows } from '../math/index.js';

/** Distinct vectors in a table, and how often each occurs in one device's traffic. */
export interface CountedRows {
  readonly rows: ArrayLike<number>;
  readonly counts: ArrayLike<number>;
}

/** One device's traffic in both views: a vector for each session, and one for each window. */
export interface DeviceRows {
  readonly sessions: CountedRows;
  readonly windows: CountedRows;
}

/** The tables that the ids of `DeviceRows` refer to. */
export interface RowTables {
  readonly sessions: SparseRows;
  readonly windows: SparseRows;
}
