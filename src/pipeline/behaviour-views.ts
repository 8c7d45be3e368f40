/** Which views of behaviour are trained, and the vectors of the one that looks at ports alone. */
import { nameViewIds, usualViewIds } from '../anomaly/index.js';
import { type SessionVectors, type SparseVector, signatureColumns } from '../features/index.js';
import type { SparseRows } from '../math/index.js';
import type { CountedVector } from './training-capture.js';

/** The view of plain ports, whose units are made only where it has a say. */
export const portViewId = 'port-protocol';

/** Ids of the views of a bundle: the usual ones, those of names and codes when they were read, and others asked for. */
export function trainedViews(names: boolean, others: readonly string[] = []): string[] {
  return Array.from(new Set([...usualViewIds, ...(names ? nameViewIds : []), ...others]));
}

/** Mean of counted vectors; undefined of none. */
export function meanVector(vectors: readonly CountedVector[]): SparseVector {
  const sums = new Map<number, number>();
  let total = 0;
  for (const { columns, values, count } of vectors) {
    total += count;
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i] as number;
      sums.set(column, (sums.get(column) ?? 0) + count * (values[i] as number));
    }
  }
  const columns = Uint32Array.from(sums.keys()).sort();
  return { columns, values: Float32Array.from(columns, (column) => (sums.get(column) ?? 0) / total) };
}

/** Mean vector of the sessions of one device. */
export function meanOfSessions({ signatures, counts }: SessionVectors): SparseVector {
  return meanVector(
    Array.from(signatures, (signature, index) => {
      const columns = signatureColumns(signature);
      return { columns, values: columns.map(() => 1), count: counts[index] as number };
    }),
  );
}

/** Mean of rows of a table, each so many times. */
export function meanOfRows(table: SparseRows, rows: Uint32Array, counts: Float64Array): SparseVector {
  const { start, indices, values } = table;
  return meanVector(
    Array.from(rows, (row, i) => {
      const [from, to] = [start[row] as number, start[row + 1] as number];
      return {
        columns: indices.subarray(from, to),
        values: values.subarray(from, to),
        count: counts[i] as number,
      };
    }),
  );
}
