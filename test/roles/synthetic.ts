import { createRandom, type Random, type SparseRows, SparseRowsBuilder } from '../../src/math/index.js';
import type { RoleExample, RoleTrainingSet } from '../../src/roles/index.js';

export const columnCount = 30;

/** Settings of a made-up training set; role r likes columns 3r, 3r + 1 and 3r + 2 and shares the last three. */
export interface SyntheticOptions {
  readonly seed?: number;
  /** Devices of each role. */
  readonly devices?: readonly number[];
  readonly capturesPerDevice?: number;
  /** Chance that a session shows nothing of its role. */
  readonly noise?: number;
}

/** A set of few columns with values other than 1, repeated vectors, and devices with some habits of their own. */
export function syntheticSet(options: SyntheticOptions = {}): RoleTrainingSet {
  const { seed = 1, devices = [4, 3, 2], capturesPerDevice = 3, noise = 0.3 } = options;
  const random = createRandom(seed);
  const builder = new SparseRowsBuilder(columnCount);
  const examples: RoleExample[] = [];
  devices.forEach((deviceCount, label) => {
    for (let d = 0; d < deviceCount; d++) {
      for (let c = 0; c < capturesPerDevice; c++) {
        examples.push({
          file: `role${label}-device${d}-${c}.pcap`,
          label,
          device: `role${label}-device${d}`,
          ...sessionsOf(random, builder, label, noise),
        });
      }
    }
  });
  return {
    layout: 'synthetic/1',
    roles: devices.map((_, label) => `Role${label}`),
    rows: builder.build(),
    examples,
  };
}

function sessionsOf(random: Random, builder: SparseRowsBuilder, label: number, noise: number) {
  const counts = new Map<number, number>();
  const sessions = 3 + random.below(6);
  for (let s = 0; s < sessions; s++) {
    const indices: number[] = [];
    if (random.uniform() >= noise) indices.push(3 * label + random.below(3));
    indices.push(columnCount - 3 + random.below(3));
    const row = builder.add(
      indices,
      indices.map(() => (random.below(2) === 0 ? 1 : 0.5)),
    );
    counts.set(row, (counts.get(row) ?? 0) + 1);
  }
  return { rows: Uint32Array.from(counts.keys()), counts: Float64Array.from(counts.values()) };
}

/** One row written out in full. */
export function denseRow(rows: SparseRows, row: number): number[] {
  const dense = new Array<number>(rows.columnCount).fill(0);
  for (let i = rows.start[row]; i < rows.start[row + 1]; i++) dense[rows.indices[i]] = rows.values[i];
  return dense;
}

/** Rows given in full, as sparse rows in the same order, equal ones not merged. */
export function sparseOf(dense: readonly (readonly number[])[]): SparseRows {
  const start = [0];
  const indices: number[] = [];
  const values: number[] = [];
  for (const row of dense) {
    row.forEach((value, column) => {
      if (value === 0) return;
      indices.push(column);
      values.push(value);
    });
    start.push(indices.length);
  }
  return {
    rowCount: dense.length,
    columnCount: dense[0]?.length ?? 0,
    start: Uint32Array.from(start),
    indices: Uint32Array.from(indices),
    values: Float32Array.from(values),
  };
}
