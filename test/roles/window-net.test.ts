import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/math/index.js';
import {
  addLosses,
  allExamples,
  captureWeights,
  layerAnswers,
  mergeSessions,
  type RoleTrainingSet,
  trainWindowNets,
  type WindowNets,
} from '../../src/roles/index.js';
import { slowSoftmax } from './slow-one-layer.js';
import { columnCount, denseRow, syntheticSet } from './synthetic.js';

const least = 0.15;
const clip = (x: number): number => Math.max(-4, Math.min(4, x));

/** Values between 0 and 1, as the layout of windows has them. */
function windowSet(): RoleTrainingSet {
  const set = syntheticSet({ seed: 4 });
  return { ...set, rows: { ...set.rows, values: set.rows.values.map((v) => Math.abs(v) / 8) } };
}

/** What the mean of the nets says of a vector, from the differences to an empty one. */
function slowProbabilities(nets: WindowNets, dense: readonly number[]): number[] {
  const { columns, mean, deviation, hidden, w1, b1, w2, b2 } = nets;
  const standardised = (value: number, i: number) => clip((Math.sqrt(value) - mean[i]!) / deviation[i]!);
  const x = Array.from(columns, (column, i) => standardised(dense[column]!, i) - standardised(0, i));
  const units = Array.from(b1, (b, j) =>
    Math.max(
      0,
      x.reduce((sum, v, i) => sum + v * w1[i * b1.length + j]!, b),
    ),
  );
  const classes = b2.length / nets.nets;
  const answers = range(0, nets.nets).map((net) =>
    slowSoftmax(
      range(0, classes).map((k) =>
        units
          .slice(net * hidden, (net + 1) * hidden)
          .reduce((sum, h, j) => sum + h * w2[(net * hidden + j) * classes + k]!, b2[net * classes + k]!),
      ),
    ),
  );
  return range(0, classes).map((k) => answers.reduce((sum, own) => sum + own[k]!, 0) / nets.nets);
}

/** Full-batch Adam on dense standardised rows, with gradients by the textbook formulas over plain matrices. */
function slowTraining(set: RoleTrainingSet, hidden: number, epochs: number, seed: number) {
  const chosen = allExamples(set);
  const data = mergeSessions(set, chosen, captureWeights(set.examples, chosen));
  const n = data.rows.rowCount;
  const width = data.columns.length;
  const classes = set.roles.length;
  const roots = Array.from({ length: n }, (_, r) => denseRow(data.rows, r).map(Math.sqrt));
  const weight = (r: number): number => data.weights[r]!;
  const mean = Array.from({ length: width }, (_, c) =>
    roots.reduce((s, row, r) => s + weight(r) * row[c]!, 0),
  );
  const deviation = mean.map((m, c) =>
    Math.max(least, Math.sqrt(roots.reduce((s, row, r) => s + weight(r) * (row[c]! - m) ** 2, 0))),
  );
  const X = roots.map((row) => row.map((v, c) => clip((v - mean[c]!) / deviation[c]!)));
  const random = createRandom(seed);
  const draw = (count: number, scale: number): number[] =>
    Array.from({ length: count }, () => scale * random.normal());
  const all = [
    ...draw(width * hidden, Math.sqrt(2 / Math.max(8, width))),
    ...draw(hidden * classes, Math.sqrt(1 / hidden)),
    ...new Array<number>(hidden + classes).fill(0),
  ];
  const w2At = width * hidden;
  const b1At = w2At + hidden * classes;
  const b2At = b1At + hidden;
  const m = all.map(() => 0);
  const v = all.map(() => 0);
  for (let t = 1; t <= epochs; t++) {
    const g = all.map((p, i) => (i < b1At ? 1e-3 * p : 0));
    X.forEach((x, r) => {
      const z = Array.from({ length: hidden }, (_, j) =>
        x.reduce((s, u, c) => s + u * all[c * hidden + j]!, all[b1At + j]!),
      );
      const q = slowSoftmax(
        Array.from({ length: classes }, (_, k) =>
          z.reduce((s, u, j) => s + Math.max(0, u) * all[w2At + j * classes + k]!, all[b2At + k]!),
        ),
      );
      const d = q.map((p, k) => weight(r) * (p - (0.95 * data.targets[r * classes + k]! + 0.05 / classes)));
      const back = z.map((u, j) =>
        u > 0 ? d.reduce((s, e, k) => s + e * all[w2At + j * classes + k]!, 0) : 0,
      );
      d.forEach((e, k) => {
        g[b2At + k]! += e;
        for (let j = 0; j < hidden; j++) g[w2At + j * classes + k]! += e * Math.max(0, z[j]!);
      });
      back.forEach((e, j) => {
        g[b1At + j]! += e;
        for (let c = 0; c < width; c++) g[c * hidden + j]! += e * x[c]!;
      });
    });
    for (let i = 0; i < all.length; i++) {
      m[i] = 0.9 * m[i]! + 0.1 * g[i]!;
      v[i] = 0.999 * v[i]! + 0.001 * g[i]! ** 2;
      all[i]! -= (3e-3 * (m[i]! / (1 - 0.9 ** t))) / (Math.sqrt(v[i]! / (1 - 0.999 ** t)) + 1e-8);
    }
  }
  const w1 = all.slice(0, w2At);
  // As the net has it: with the part of absent columns.
  const b1 = all
    .slice(b1At, b2At)
    .map((b, j) => mean.reduce((s, own, c) => s + clip(-own / deviation[c]!) * w1[c * hidden + j]!, b));
  return { mean, deviation, w1, w2: all.slice(w2At, b1At), b1, b2: all.slice(b2At) };
}

const near = (found: ArrayLike<number>, wanted: readonly number[], digits: number): void => {
  expect(found.length).toBe(wanted.length);
  for (const [i, value] of wanted.entries()) expect(found[i]).toBeCloseTo(value, digits);
};

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

describe('net over windows', () => {
  const set = windowSet();
  const chosen = allExamples(set);

  it('takes the steps of full-batch Adam on the dense standardised rows', () => {
    const net = trainWindowNets(set, chosen, { seeds: [3], hidden: 7, epochs: 12, dropout: 0 });
    const slow = slowTraining(set, 7, 12, 3);
    near(net.mean, slow.mean, 5);
    near(net.deviation, slow.deviation, 5);
    for (const part of ['w1', 'b1', 'w2', 'b2'] as const) near(net[part], slow[part], 4);
  });

  it('stand side by side as each would be alone', () => {
    const train = (...seeds: number[]) => trainWindowNets(set, chosen, { seeds, hidden: 6, epochs: 3 });
    const trained: number[] = [];
    const onNet = (count: number) => trained.push(count);
    const both = trainWindowNets(set, chosen, { seeds: [5, 8], hidden: 6, epochs: 3, onNet });
    expect(trained).toEqual([1, 2]);
    const [first, second] = [train(5), train(8)];
    expect(both.nets).toBe(2);
    expect(both.b1).toEqual(Float32Array.of(...first.b1, ...second.b1));
    expect(both.w2).toEqual(Float32Array.of(...first.w2, ...second.w2));
    expect(both.b2).toEqual(Float32Array.of(...first.b2, ...second.b2));
    for (const c of both.columns.keys()) {
      const own = (net: WindowNets) => Array.from(net.w1.subarray(c * 6, (c + 1) * 6));
      expect(Array.from(both.w1.subarray(c * 12, (c + 1) * 12))).toEqual([...own(first), ...own(second)]);
    }
  });

  it('answers as the formula does, with entries left out as if they were never there', () => {
    const net = trainWindowNets(set, chosen, { seeds: [1, 2, 6], hidden: 16 });
    const classes = set.roles.length;
    const found = layerAnswers(net, set.rows);
    const entries = set.rows.indices.length;
    const subjectCount = 4;
    const subjects = Uint32Array.from({ length: entries }, (_, entry) => (entry % 5) % subjectCount);
    const rowShares = Float64Array.from({ length: set.rows.rowCount }, (_, row) => 1 / (row + 1));
    const wanted = set.roles.map(() => new Array<number>(subjectCount).fill(0.25));
    for (let row = 0; row < set.rows.rowCount; row++) {
      const whole = slowProbabilities(net, denseRow(set.rows, row));
      near(found.subarray(row * classes, (row + 1) * classes), whole, 5);
      for (let subject = 0; subject < subjectCount; subject++) {
        const dense = denseRow(set.rows, row);
        for (const entry of range(set.rows.start[row]!, set.rows.start[row + 1]!)) {
          if (subjects[entry] === subject) dense[set.rows.indices[entry]!] = 0;
        }
        const without = slowProbabilities(net, dense);
        wanted.forEach((list, role) => {
          list[subject]! += 3 * rowShares[row]! * (whole[role]! - without[role]!);
        });
      }
    }
    for (const role of set.roles.keys()) {
      const onto = new Float64Array(subjectCount).fill(0.25);
      near(addLosses(net, set.rows, onto, { subjects, rowShares, role }), wanted[role]!, 5);
    }
  });

  it('looks at no column from a given one on, and gives the same bytes for the same seed', () => {
    const net = trainWindowNets(set, chosen, { seeds: [2], columnsBelow: 6 });
    expect(Math.max(...net.columns)).toBeLessThan(6);
    expect(trainWindowNets(set, chosen, { seeds: [2], columnsBelow: 6 })).toEqual(net);
    expect(trainWindowNets(set, chosen, { seeds: [3], columnsBelow: 6 }).w1).not.toEqual(net.w1);
    expect(columnCount).toBeGreaterThan(6);
  });

  it('refuses settings out of range', () => {
    const wrong = { seeds: [], hidden: 0, epochs: 0.5, learningRate: 1, l2: -1, dropout: 1, smoothing: 1 };
    for (const [name, value] of Object.entries(wrong)) {
      expect(() => trainWindowNets(set, chosen, { seeds: [1], [name]: value })).toThrow(
        `: ${name === 'seeds' ? 0 : value}`,
      );
    }
  });
});
