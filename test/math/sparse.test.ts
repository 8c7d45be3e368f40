import { describe, expect, it } from 'vitest';
import {
  createRandom,
  narrowRows,
  type Random,
  type SparseRows,
  SparseRowsBuilder,
  sparseVector,
  usedColumns,
} from '../../src/math/index.js';

/** Few columns and values, so that equal rows come often. */
function randomRow(random: Random, columnCount: number) {
  const indices: number[] = [];
  const values: number[] = [];
  for (let column = 0; column < columnCount; column++) {
    if (random.uniform() < 0.3) {
      indices.push(column);
      values.push([0, 0.1, 1, -2][random.below(4)] as number);
    }
  }
  return { indices, values };
}

function denseRow(rows: SparseRows, row: number): number[] {
  const dense = new Array<number>(rows.columnCount).fill(0);
  for (let i = rows.start[row] as number; i < (rows.start[row + 1] as number); i++) {
    dense[rows.indices[i] as number] = rows.values[i] as number;
  }
  return dense;
}

describe('SparseRowsBuilder', () => {
  it('equals a map of dense rows, through all its growth', () => {
    const random = createRandom(1);
    const columnCount = 9;
    const builder = new SparseRowsBuilder(columnCount);
    const ids = new Map<string, number>();
    for (let i = 0; i < 5000; i++) {
      const { indices, values } = randomRow(random, columnCount);
      const dense = new Array<number>(columnCount).fill(0);
      indices.forEach((column, k) => {
        dense[column] = Math.fround(values[k] as number);
      });
      const key = dense.join();
      const expected = ids.get(key) ?? ids.size;
      ids.set(key, expected);
      expect(builder.add(indices, values)).toBe(expected);
      expect(builder.rowCount).toBe(ids.size);
    }
    const rows = builder.build();
    expect(ids.size).toBeGreaterThan(500);
    expect(rows.rowCount).toBe(ids.size);
    expect(rows.start).toHaveLength(ids.size + 1);
    for (const [key, id] of ids) expect(denseRow(rows, id).join()).toBe(key);
  });

  it('takes rows longer than its first memory, and the empty row', () => {
    const builder = new SparseRowsBuilder(4000);
    const indices = Array.from({ length: 3000 }, (_, i) => i);
    const values = indices.map((i) => i + 1);
    expect(builder.add([], [])).toBe(0);
    expect(builder.add(indices, values)).toBe(1);
    expect(builder.add(indices, values)).toBe(1);
    expect(builder.add([7], [0])).toBe(0);
    expect(denseRow(builder.build(), 1).slice(0, 3001)).toEqual([...values, 0]);
  });

  it('copies what it is given and what it gives', () => {
    const builder = new SparseRowsBuilder(10);
    const indices = new Uint32Array([1, 2, 3]);
    const values = new Float32Array([1, 1, 1]);
    builder.add(indices, values, 2);
    indices[0] = 0;
    const before = builder.build();
    expect(builder.add(indices, values)).toBe(1);
    expect(Array.from(before.indices)).toEqual([1, 2]);
    expect(builder.build().rowCount).toBe(2);
  });

  it('refuses columns out of order or range and values that are no numbers', () => {
    const cases: [number[], number[]][] = [
      [
        [2, 1],
        [1, 1],
      ],
      [
        [1, 1],
        [1, 1],
      ],
      [[10], [1]],
      [[-1], [1]],
      [[1.5], [1]],
      [[1], [Number.NaN]],
      [[1], [Number.POSITIVE_INFINITY]],
      [[1], []],
    ];
    for (const [indices, values] of cases) {
      const builder = new SparseRowsBuilder(10);
      expect(() => builder.add(indices, values)).toThrowError(
        expect.objectContaining({ code: 'NML_INTERNAL' }),
      );
      expect(builder.rowCount).toBe(0);
      expect(builder.add([1], [2])).toBe(0);
      expect(Array.from(builder.build().indices)).toEqual([1]);
    }
  });
});

describe('usedColumns and narrowRows', () => {
  const build = (seed: number) => {
    const random = createRandom(seed);
    const builder = new SparseRowsBuilder(12);
    for (let i = 0; i < 40; i++) {
      const { indices, values } = randomRow(random, 12);
      builder.add(indices, values);
    }
    return builder.build();
  };

  it('finds the columns of chosen rows as a dense look does', () => {
    const rows = build(2);
    for (const chosen of [undefined, [0], [3, 5], []]) {
      const looked = chosen ?? Array.from({ length: rows.rowCount }, (_, i) => i);
      const dense = looked.map((row) => denseRow(rows, row));
      const expected = Array.from({ length: 12 }, (_, c) => c).filter((c) =>
        dense.some((row) => row[c] !== 0),
      );
      expect(Array.from(usedColumns(rows, chosen))).toEqual(expected);
    }
  });

  it('keeps the chosen rows and columns as a dense cut does', () => {
    const rows = build(3);
    const columns = Uint32Array.from([1, 4, 5, 11]);
    const chosen = [6, 2, 2, 9];
    const cut = narrowRows(rows, columns, chosen);
    expect([cut.rowCount, cut.columnCount]).toEqual([4, 4]);
    chosen.forEach((row, i) => {
      const dense = denseRow(rows, row);
      expect(denseRow(cut, i)).toEqual(Array.from(columns, (column) => dense[column]));
    });
    expect(narrowRows(rows, columns).rowCount).toBe(rows.rowCount);
  });

  it('takes what is not 0 out of a vector, whatever it is', () => {
    const odd = [0, -0, 1, -1, 1e-45, Number.NaN, Infinity, 0.25];
    const random = createRandom(17);
    for (let round = 0; round < 200; round++) {
      const dense = Float32Array.from({ length: round % 12 }, () => odd[random.below(odd.length)]!);
      const columns = Array.from(dense.keys()).filter((column) => dense[column] !== 0);
      const found = sparseVector(dense.subarray(0));
      expect(Array.from(found.columns)).toEqual(columns);
      expect(Array.from(found.values)).toEqual(columns.map((column) => dense[column]));
    }
    expect(sparseVector(Float32Array.of(7, 0, 5, 6).subarray(1, 3))).toEqual({
      columns: Uint32Array.of(1),
      values: Float32Array.of(5),
    });
  });
});
