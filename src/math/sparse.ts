/**
 * Sparse rows in compressed form (CSR): the entries of row r are
 * `indices[start[r] .. start[r + 1])` (ascending) with their `values`.
 */
export interface SparseRows {
  readonly rowCount: number;
  readonly columnCount: number;
  /** Length rowCount + 1. */
  readonly start: Uint32Array;
  readonly indices: Uint32Array;
  readonly values: Float32Array;
}
