import { describe, expect, it } from 'vitest';
import { createRandom, SparseRowsBuilder } from '../../src/math/index.js';
import { type CodedItems, codeItems } from '../../src/roles/forest-data.js';
import { LeafTable } from '../../src/roles/forest-leaves.js';
import { PlaceSet } from '../../src/roles/forest-places.js';
import { onlyPresence, PresenceGrower } from '../../src/roles/forest-presence.js';
import { TreeGrower, worthCounting } from '../../src/roles/forest-tree.js';
import { testRandom } from '../support/random.js';

/** Rows like those of sessions: a few columns of one value each, some in nearly all rows, most in one or two. */
function sparseItems(seed: number, rowCount: number, columnCount: number): CodedItems {
  const random = testRandom(seed);
  const builder = new SparseRowsBuilder(columnCount);
  const ids = Array.from({ length: rowCount }, () => {
    const own = new Set<number>();
    for (let common = 0; common < 3; common++) if (random.chance(0.3 + 0.3 * common)) own.add(common);
    for (let i = random.below(4); i > 0; i--) own.add(3 + random.below(columnCount - 3));
    if (own.size === 0) own.add(3);
    const columns = [...own].sort((a, b) => a - b);
    return builder.add(
      columns,
      columns.map((column) => 1 + (column % 3) / 7),
    );
  });
  // Vectors that more than one class has.
  const row = Uint32Array.from([...ids, ...ids.slice(0, rowCount / 3)]);
  return codeItems({
    rows: builder.build(),
    classCount: 5,
    row,
    label: Uint32Array.from(row, () => random.below(5)),
    copies: new Uint32Array(row.length).fill(1),
    weight: new Float64Array(row.length).fill(1),
  });
}

describe('PresenceGrower', () => {
  it.each([
    [1, 12, 8, 1, 6],
    [2, 40, 30, 1, 5],
    [3, 120, 60, 1, 7],
    [4, 300, 400, 1, 20],
    [5, 200, 40, 3, 40],
    [6, 500, 90, 2, 9],
  ] as const)(
    'grows the trees of TreeGrower, draw by draw, case %i',
    (seed, rows, columns, leafItems, perSplit) => {
      const data = sparseItems(seed, rows, columns);
      expect(onlyPresence(data)).toBe(true);
      const settings = { leafItems, splitter: 'best', columnsPerSplit: perSplit } as const;
      expect(worthCounting(data, settings)).toBe(true);
      const quick = new PresenceGrower(data, settings);
      const plain = new TreeGrower(data, settings);
      let splits = 0;
      for (let tree = 0; tree < 12; tree++) {
        const weights = testRandom(100 * seed + tree);
        const own = Float64Array.from(data.pairRow, () => weights.below(3) * (0.1 + weights.below(50) / 7));
        own[0] = 1;
        const [first, second] = [createRandom(tree), createRandom(tree)];
        const grown = quick.grow(own, first);
        expect(grown).toEqual(plain.grow(own, second));
        expect(first.uint32()).toBe(second.uint32());
        splits += grown.column.length - 1;
      }
      expect(splits).toBeGreaterThan(12);
    },
  );

  it('is not for columns of more values, or of one below 0', () => {
    const items = (values: readonly number[]): CodedItems => {
      const builder = new SparseRowsBuilder(4);
      const row = Uint32Array.from(values, (value, i) => builder.add([0, 1 + i], [value, 1]));
      const label = Uint32Array.from(row, (_, i) => i % 2);
      const [copies, weight] = [new Uint32Array(row.length).fill(1), new Float64Array(row.length).fill(1)];
      return codeItems({ rows: builder.build(), classCount: 2, row, label, copies, weight });
    };
    expect(onlyPresence(items([1, 1, 1]))).toBe(true);
    expect(onlyPresence(items([1, 2, 1]))).toBe(false);
    expect(onlyPresence(items([0, -1, 0]))).toBe(false);
  });
});

describe('PlaceSet', () => {
  it('finds what a sorted list has at a rank', () => {
    const random = testRandom(9);
    const limit = 1500;
    const set = new PlaceSet(limit);
    const plain = new Set<number>();
    for (let round = 0; round < 3000; round++) {
      const place = random.below(limit);
      if (plain.delete(place)) set.remove(place);
      else {
        plain.add(place);
        set.add(place);
      }
      expect(set.size).toBe(plain.size);
      if (round % 50 !== 0) continue;
      const sorted = [...plain].sort((a, b) => a - b);
      expect(sorted.map((_, rank) => set.select(rank))).toEqual(sorted);
    }
  });
});

describe('LeafTable', () => {
  it('keeps equal distributions once, in the order of their first', () => {
    const random = testRandom(4);
    const table = new LeafTable(3);
    const known: string[] = [];
    for (let i = 0; i < 2000; i++) {
      const leaf = Float32Array.from({ length: 6 }, () => random.below(5) / 4);
      const key = leaf.subarray(2, 5).join();
      if (!known.includes(key)) known.push(key);
      expect(table.place(leaf, 2)).toBe(known.indexOf(key));
    }
    expect(table.size).toBe(known.length);
    expect(Array.from(table.distributions()).join()).toBe(known.join());
  });
});
