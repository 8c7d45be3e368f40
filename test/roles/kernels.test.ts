import { describe, expect, it } from 'vitest';
import { createRandom, type SparseRows } from '../../src/math/index.js';
import {
  addLosses,
  allExamples,
  attributeForest,
  type BundleArray,
  type CountedRows,
  decodeForest,
  decodeKnownDevices,
  type EncodedModel,
  encodeForest,
  encodeKnownDevices,
  type ForestModel,
  forestItems,
  forestProbabilities,
  type KnownDevices,
  knownDevices,
  type Layer,
  layerAnswers,
  likenessOf,
  modelMemory,
  nearestDefaults,
  trainForest,
} from '../../src/roles/index.js';
import { slowAnswers, slowAttribution, slowForest, slowLikeness } from './slow-kernels.js';
import { columnCount, sparseOf, syntheticSet } from './synthetic.js';

const random = createRandom(21);
const between = (least: number, most: number): number => least + (most - least) * random.uniform();

/** Rows of numbers from 0 to 1, of which most are absent; the first is empty. */
function randomRows(count: number, width = columnCount): SparseRows {
  return sparseOf(
    Array.from({ length: count }, (_, row) =>
      Array.from({ length: width }, () => (row > 0 && random.uniform() < 0.3 ? between(0, 1) : 0)),
    ),
  );
}

/** The arrays of a model as a bundle in the kernels' own memory has them. */
function inModelMemory({ meta, arrays }: EncodedModel): EncodedModel {
  const size = Object.values(arrays).reduce((sum, { data }) => sum + data.byteLength + 8, 0);
  const room = modelMemory(size);
  let at = room.byteOffset;
  const moved = Object.entries(arrays).map(([name, array]) => {
    const Type = array.data.constructor as typeof Uint32Array;
    const data = new Type(room.buffer, at, array.data.length);
    data.set(array.data);
    at += Math.ceil(data.byteLength / 8) * 8;
    return [name, { ...array, data } as BundleArray] as const;
  });
  return { meta: JSON.parse(JSON.stringify(meta)), arrays: Object.fromEntries(moved) };
}

describe('forests', () => {
  const set = syntheticSet({ seed: 8, noise: 0.5 });
  const values = set.rows.values.map((value) => value * between(0.5, 1));
  const noisy = { ...set, rows: { ...set.rows, values } };
  const trained = (trees: number): ForestModel =>
    trainForest(set, forestItems(noisy, allExamples(set)), { seed: trees, trees }).model;

  it('answer and explain as plain loops do, to the last bit, wherever their arrays lie', () => {
    for (const [trees, count] of [
      [1, 1],
      [7, 40],
      [30, 3],
    ] as const) {
      const model = trained(trees);
      const rows = randomRows(count);
      const counts = Array.from({ length: count }, () => 1 + random.below(9));
      const forms = [
        model,
        decodeForest(encodeForest(model).meta, encodeForest(model).arrays),
        decodeForest(...partsOf(inModelMemory(encodeForest(model)))),
      ];
      const answer = slowForest(model, rows);
      for (const form of forms) expect(Array.from(forestProbabilities(form, rows))).toEqual(answer);
      for (const role of set.roles.keys()) {
        const wanted = slowAttribution(model, rows, counts, role);
        for (const form of forms)
          expect(Array.from(attributeForest(form, rows, counts, role))).toEqual(wanted);
      }
      expect(forms[2]!.column).toEqual(forms[1]!.column);
      expect(forms[2]!.distributions).toEqual(forms[1]!.distributions);
    }
  });

  it('are the same whether their children are shorts or words', () => {
    const { packed, ...model } = decodeForest(encodeForest(trained(9)).meta, encodeForest(trained(9)).arrays);
    expect(packed!.child).toBeInstanceOf(Uint16Array);
    expect(packed!.weight.length).toBeLessThan(packed!.column.length);
    const wide: ForestModel = { ...model, packed: { ...packed!, child: Uint32Array.from(packed!.child) } };
    const rows = randomRows(20);
    const counts = new Array<number>(20).fill(1);
    expect(forestProbabilities(wide, rows)).toEqual(forestProbabilities(trained(9), rows));
    expect(attributeForest(wide, rows, counts, 2)).toEqual(attributeForest(trained(9), rows, counts, 2));
  });

  it('have children that are leaves, or splits behind their parents in the same tree, at every place', () => {
    const { packed, ...model } = decodeForest(encodeForest(trained(9)).meta, encodeForest(trained(9)).arrays);
    const { child, first } = packed!;
    const kinds = packed!.answer.length;
    const rows = randomRows(1);
    let refused = 0;
    for (let tree = 0; tree + 1 < first.length; tree++) {
      const count = first[tree + 1]! - first[tree]!;
      for (let place = 2 * first[tree]!; place < 2 * first[tree + 1]!; place++) {
        const parent = (place >> 1) - first[tree]!;
        for (const Codes of [Uint16Array, Uint32Array]) {
          for (const other of [
            0,
            kinds - 1,
            kinds,
            kinds + parent,
            kinds + parent + 1,
            kinds + count - 1,
            kinds + count,
            65_535,
          ]) {
            const changed = Codes.from(child);
            changed[place] = other;
            const asked = () =>
              forestProbabilities({ ...model, packed: { ...packed!, child: changed } }, rows);
            if (other < kinds || (other > kinds + parent && other < kinds + count)) {
              expect(asked().every(Number.isFinite)).toBe(true);
              continue;
            }
            expect(asked).toThrow(`split ${place >> 1} leads nowhere`);
            refused++;
          }
        }
      }
    }
    expect(refused).toBeGreaterThan(1000);
  });

  it('whose numbers go beyond what shorts can say are checked one by one', () => {
    const { packed, ...model } = decodeForest(encodeForest(trained(1)).meta, encodeForest(trained(1)).arrays);
    const splits = 70_000;
    const kinds = packed!.answer.length;
    const tree = {
      ...packed!,
      first: Uint32Array.of(0, splits),
      column: new Uint16Array(splits),
      threshold: new Float32Array(splits),
    };
    const asked = (split: number, other: number) => () => {
      const child = new Uint16Array(2 * splits);
      child[2 * split] = other;
      return forestProbabilities({ ...model, packed: { ...tree, child } }, randomRows(2));
    };
    expect(asked(65_500, 65_535)().every(Number.isFinite)).toBe(true);
    // By the last sixteen bits the parent comes before the child, and the child before the end of the tree.
    expect(asked(65_600, kinds + 200)).toThrow('split 65600 leads nowhere');
  });

  it('of more than 65,536 kinds of leaves go through a bundle, and are walked to the last of them', () => {
    const trees = 35_000;
    const model: ForestModel = {
      ...trained(1),
      roots: Uint32Array.from({ length: trees }, (_, tree) => 3 * tree),
      // A split and two leaves each, every leaf of a weight of its own; those beyond 65,536 have another answer.
      column: Int32Array.from({ length: 3 * trees }, (_, node) => (node % 3 === 0 ? 0 : -1)),
      threshold: Float32Array.from({ length: 3 * trees }, (_, node) => (node % 3 === 0 ? 0.4 : node)),
      child: Uint32Array.from({ length: 3 * trees }, (_, node) => {
        if (node % 3 === 0) return node + 1;
        return node > 1.5 * 65_536 ? 1 + (node % 3) : 0;
      }),
      distributions: Float32Array.of(0.25, 0, 0.75, 0, 0, 0, 1, 0, 0, 0, 0.5, 0.5),
    };
    const { meta, arrays } = encodeForest(model);
    expect(arrays.child!.dtype).toBe('uint32');
    const there = decodeForest(meta, arrays);
    expect(Array.from(there.threshold)).toEqual(Array.from(model.threshold));
    const rows = randomRows(3);
    expect(Array.from(forestProbabilities(there, rows))).toEqual(slowForest(model, rows));
    const counts = [1, 2, 3];
    const wanted = slowAttribution(model, rows, counts, 1);
    expect(wanted.some((gain) => gain !== 0)).toBe(true);
    expect(Array.from(attributeForest(there, rows, counts, 1))).toEqual(wanted);
  });

  it('are explained the same when there are more rows than are looked at in one go', () => {
    const model = trained(3);
    const rows = randomRows(50);
    const counts = new Array<number>(50).fill(1);
    expect(Array.from(attributeForest(model, rows, counts, 1))).toEqual(
      slowAttribution(model, rows, counts, 1),
    );
  });

  it('with leaves of several roles, and trees that are one leaf', () => {
    const leaf = { threshold: Float32Array.of(3), child: Uint32Array.of(0), column: Int32Array.of(-1) };
    const shares = Float32Array.of(0.25, 0, 0.75);
    const one: ForestModel = {
      ...trained(1),
      ...leaf,
      roots: Uint32Array.of(0),
      distributions: shares,
    };
    const rows = randomRows(2);
    expect(Array.from(forestProbabilities(one, rows))).toEqual([...shares, ...shares]);
    expect(attributeForest(one, rows, [1, 1], 0).every((value) => value === 0)).toBe(true);
    const { meta, arrays } = encodeForest({ ...one, column: Int32Array.of(-1) });
    expect(Array.from(forestProbabilities(decodeForest(meta, arrays), rows))).toEqual([...shares, ...shares]);
    const role = arrays['distributions/role']!;
    for (const order of [
      [2, 0],
      [2, 2],
    ]) {
      const wrong = { ...role, data: Uint16Array.from(order) } as BundleArray;
      expect(() => decodeForest(meta, { ...arrays, 'distributions/role': wrong })).toThrow('out of order');
    }
  });
});

function partsOf({ meta, arrays }: EncodedModel): [EncodedModel['meta'], EncodedModel['arrays']] {
  return [meta, arrays];
}

interface LayerSize {
  readonly width: number;
  readonly hidden: number;
  readonly roles: number;
  /** Networks side by side, over standardised columns. */
  readonly nets?: number;
}

function randomLayer({ width, hidden, roles, nets }: LayerSize): Layer {
  const floats = (count: number, reach: number) =>
    Float32Array.from({ length: count }, () => between(-reach, reach));
  const columns = Array.from({ length: columnCount }, (_, column) => column).slice(0, width);
  const count = nets ?? 1;
  return {
    columns: Uint32Array.from(columns, (column) => column + (columnCount - width)),
    ...(nets === undefined
      ? {}
      : {
          nets,
          mean: floats(width, 0.4),
          deviation: floats(width, 1).map((value) => 0.15 + Math.abs(value)),
        }),
    hidden,
    w1: floats(width * count * hidden, 1),
    b1: floats(count * hidden, 1),
    w2: floats(count * hidden * roles, 2),
    b2: floats(count * roles, 1),
  };
}

/** A layer in the kernels' own memory. */
function moved(layer: Layer): Layer {
  const { columns, mean, deviation, nets = 1, hidden, w1, b1, w2, b2 } = layer;
  const list = { columns, w1, b1, w2, b2, ...(mean && deviation && { mean, deviation }) };
  const arrays = Object.fromEntries(
    Object.entries(list).map(([name, data]) => [
      name,
      { shape: [data.length], data } as unknown as BundleArray,
    ]),
  );
  const there = Object.entries(inModelMemory({ meta: {}, arrays }).arrays);
  return {
    nets,
    hidden,
    ...Object.fromEntries(there.map(([name, { data }]) => [name, data])),
  } as unknown as Layer;
}

describe('networks', () => {
  it('answer as plain loops do, to the last bit, with odd and even numbers of units and roles', () => {
    for (const size of [
      { width: 1, hidden: 1, roles: 2 },
      { width: 29, hidden: 7, roles: 5 },
      { width: 30, hidden: 64, roles: 28, nets: 3 },
      { width: 12, hidden: 5, roles: 3, nets: 1 },
      { width: 20, hidden: 9, roles: 11, nets: 4 },
    ]) {
      const layer = randomLayer(size);
      const rows = randomRows(6);
      const nets = size.nets ?? 1;
      const wanted = Array.from({ length: 6 }).flatMap((_, row) => {
        const sums = new Array<number>(size.roles).fill(0);
        for (const answer of slowAnswers(layer, rows, row)) {
          answer.forEach((p, k) => {
            sums[k]! += (1 / nets) * p;
          });
        }
        return sums;
      });
      for (const form of [layer, moved(layer)]) {
        // Asked twice: what is kept between calls changes nothing.
        for (let time = 0; time < 2; time++) expect(Array.from(layerAnswers(form, rows))).toEqual(wanted);
      }
    }
  });

  it('are explained as plain loops do, to the last bit', () => {
    for (const nets of [1, 3]) {
      const layer = randomLayer({ width: 30, hidden: 9, roles: 4, nets });
      const rows = randomRows(5);
      const subjects = Uint32Array.from(rows.indices, (column) => column % 4);
      const rowShares = Float64Array.from({ length: 5 }, () => between(0, 1));
      const start = Float64Array.from({ length: 5 }, () => between(0, 1));
      const wanted = Array.from(start);
      for (let row = 0; row < 5; row++) {
        const whole = slowAnswers(layer, rows, row);
        for (let subject = 0; subject < 4; subject++) {
          const entries = subjects.subarray(rows.start[row], rows.start[row + 1]);
          if (!entries.includes(subject)) continue;
          slowAnswers(layer, rows, row, (entry) => subjects[entry] === subject).forEach((without, net) => {
            wanted[subject]! += rowShares[row]! * (whole[net]![2]! - without[2]!);
          });
        }
      }
      for (const form of [layer, moved(layer)]) {
        expect(Array.from(addLosses(form, rows, start, { subjects, rowShares, role: 2 }))).toEqual(wanted);
      }
    }
  });

  it('have the exponential of JavaScript, however far the outputs are apart', () => {
    const one = (w2: number): Layer => ({
      columns: Uint32Array.of(0),
      hidden: 1,
      w1: Float32Array.of(1),
      b1: Float32Array.of(0),
      w2: Float32Array.of(w2, 0),
      b2: Float32Array.of(0, 0),
    });
    const far = [
      0,
      2 ** -149,
      2 ** -29,
      2 ** -28,
      0.34657359,
      0.3465736,
      1.0397207,
      1.0397208,
      1,
      700,
      708.5,
    ];
    for (const reach of [1e-9, 0.3, 0.4, 1.1, 40, 708, 745.2, 800, 1e30]) {
      const some = Array.from({ length: 2000 }, () => [between(0, reach)]);
      const rows = sparseOf([...some, ...far.map((value) => [value]), ...[745, 746, 3e38].map((v) => [v])]);
      const w2 = Math.fround(between(0.99, 1.01));
      const found = layerAnswers(one(w2), rows);
      for (let row = 0; row < rows.rowCount; row++) {
        const value = rows.start[row] === rows.start[row + 1] ? 0 : rows.values[rows.start[row]!]!;
        const power = Math.exp(0 - value * w2);
        expect(found[row * 2 + 1]).toBe(power / (1 + power));
      }
    }
  });

  it('refuse rows that lack their columns', () => {
    const layer = randomLayer({ width: 3, hidden: 2, roles: 2 });
    const rows = randomRows(2, columnCount - 1);
    for (const form of [layer, moved(layer)]) {
      expect(() => layerAnswers(form, rows)).toThrow(`columns, not ${columnCount - 1}`);
    }
  });
});

describe('likeness', () => {
  it('is what plain loops find, to the last bit', () => {
    const set = syntheticSet({ seed: 3 });
    const windows = {
      ...set,
      rows: { ...set.rows, values: set.rows.values.map((v) => v * between(0.5, 1)) },
    };
    const columns = { below: columnCount - 2, halvedFrom: columnCount - 3 };
    const examples = windows.examples.map((one, i) => ({ ...one, share: i % 9 < 3 ? 0.3 : 1 }));
    const known = knownDevices({ ...windows, examples }, allExamples(windows), columns);
    // Some devices count less than others, whole.
    expect(new Set(known.shares)).toEqual(new Set([Math.fround(0.3), 1]));
    const strangers: CountedRows[] = Array.from({ length: 8 }, (_, i) => ({
      rows: Array.from({ length: i }, () => random.below(windows.rows.rowCount)),
      counts: Array.from({ length: i }, () => 1 + random.below(5)),
    }));
    const devices = [...strangers, ...windows.examples.slice(0, 4)];
    const { meta, arrays } = inModelMemory(encodeKnownDevices(known));
    const there: KnownDevices = decodeKnownDevices(meta, arrays, 3);
    for (const form of [known, there]) {
      const found = likenessOf(form, nearestDefaults, windows.rows, devices, 3);
      const plain = found.map(({ direction, similarities, nearest, member, rows, part, recognised }) => ({
        direction: Array.from(direction),
        similarities: Array.from(similarities),
        nearest,
        member: Array.from(member),
        rows: Array.from(rows),
        part,
        recognised: Array.from(recognised),
      }));
      const wanted = devices.map((device) => slowLikeness(known, nearestDefaults, windows.rows, device, 3));
      expect(plain).toEqual(wanted);
    }
  });
});

describe('arrays in the memory of the kernels', () => {
  it('are checked at every place', () => {
    const known = knownDevices(syntheticSet(), allExamples(syntheticSet()), { below: 28, halvedFrom: 27 });
    const decode = (name: string, at: number, value: number) => () => {
      const { meta, arrays } = inModelMemory(encodeKnownDevices(known));
      (arrays[name]!.data as Float32Array)[at] = value;
      return decodeKnownDevices(meta, arrays, 3);
    };
    expect(decode('labels', 0, 0)).not.toThrow();
    const { values, start } = known.rows;
    for (let at = 0; at < values.length; at++) {
      expect(decode('values', at, 10_001)).toThrow('a value above 1');
      expect(decode('indices', at, 28)).toThrow('a column out of range');
    }
    for (const at of known.owners.keys()) {
      expect(decode('owners', at, known.names.length)).toThrow('a device that is not there');
    }
    for (const at of known.labels.keys()) expect(decode('labels', at, 3)).toThrow('a role that is not there');
    for (let at = 1; at < known.rows.rowCount; at++) {
      expect(decode('start', at, start[at + 1]! + 1)).toThrow('rows out of order');
    }
  });

  it('are those of 64 MB of bundles at most, but for a single larger one', () => {
    const mega = 2 ** 20;
    const rooms = Array.from({ length: 80 }, () => modelMemory(mega));
    const inside = rooms.filter(({ buffer }) => buffer instanceof SharedArrayBuffer).length;
    expect(inside).toBeGreaterThan(30);
    expect(inside).toBeLessThanOrEqual(64);
    expect(rooms.every(({ length }) => length === mega)).toBe(true);
    expect(modelMemory(65 * mega).buffer).toBeInstanceOf(ArrayBuffer);
  });
});
