import { describe, expect, it } from 'vitest';
import { groupedFolds, type SparseRows } from '../../src/math/index.js';
import {
  averageProbabilities,
  averagingClassifier,
  captureWeights,
  checkTrainingSet,
  leaveDevicesOut,
  leaveGroupsOut,
  oneLayerClassifier,
  type RoleTrainer,
  type RoleTrainingSet,
  trainOneLayer,
} from '../../src/roles/index.js';
import { denseRow, sparseOf, syntheticSet } from './synthetic.js';

const trainSmall: RoleTrainer = (set, chosen, seed) =>
  oneLayerClassifier(trainOneLayer(set, chosen, { seed, hidden: 6, epochs: 40 }));

const devicesOf = (set: RoleTrainingSet, chosen: Iterable<number>) =>
  new Set(Array.from(chosen, (index) => set.examples[index].device));

describe('leaveDevicesOut', () => {
  it('never trains on a device that it answers for, and answers for every capture', () => {
    const set = syntheticSet();
    const trainedOn: Set<string>[] = [];
    const out = leaveDevicesOut(set, {
      folds: 3,
      seed: 5,
      train: (given, chosen, seed) => {
        trainedOn.push(devicesOf(given, chosen));
        expect(seed).toBe(5);
        return trainSmall(given, chosen, seed);
      },
    });
    expect(trainedOn).toHaveLength(3);
    set.examples.forEach((example, index) => {
      const fold = out.folds[index];
      expect(trainedOn[fold].has(example.device)).toBe(false);
      for (let other = 0; other < 3; other++) {
        if (other !== fold) expect(trainedOn[other].has(example.device)).toBe(true);
      }
      const sum = out.probabilities.subarray(index * 3, index * 3 + 3).reduce((a, b) => a + b, 0);
      expect(sum).toBeCloseTo(1, 12);
    });
  });

  it('gives each capture the answer of the classifier of its fold', () => {
    const set = syntheticSet();
    const out = leaveDevicesOut(set, { folds: 2, seed: 3, train: trainSmall });
    const trained = Uint32Array.from(set.examples.keys()).filter((index) => out.folds[index] !== 1);
    const classifier = trainSmall(set, trained, 3);
    set.examples.forEach(({ rows, counts }, index) => {
      if (out.folds[index] !== 1) return;
      const own = sparseOf(Array.from(rows, (row) => denseRow(set.rows, row)));
      const expected = classifier.probabilities(own, counts);
      expected.forEach((value, k) => {
        expect(out.probabilities[index * 3 + k]).toBeCloseTo(value, 12);
      });
    });
  });

  it('marks captures of roles that nothing is left to learn from', () => {
    const set = syntheticSet({ devices: [3, 1, 2] });
    const out = leaveDevicesOut(set, { folds: 3, seed: 1, train: trainSmall });
    const marks = set.examples.map((example, index) => [example.label, out.evaluable[index]]);
    for (const [label, mark] of marks) expect(mark).toBe(label === 1 ? 0 : 1);
  });

  it('marks captures of devices that are learnt from in other captures', async () => {
    // Nine captures of devices a, b and c: of b one is learnt from in every fold, c has one only.
    const devices = ['a', 'a', 'a', 'b', 'b', 'c', 'd', 'd', 'd'];
    const labels = [0, 0, 0, 0, 0, 0, 1, 1, 1];
    const examples = devices.map((device, i) => ({
      file: `${i}`,
      label: labels[i]!,
      device,
      rows: new Uint32Array(0),
      counts: new Float64Array(0),
    }));
    const groups = ['x', 'y', 'y', 'p', 'q', 'c', 'd', 'd', 'd'];
    const sides: number[][] = [];
    const out = await leaveGroupsOut({
      set: { roles: ['A', 'B'], examples },
      folds: 5,
      groupOf: (_, index) => groups[index]!,
      always: (index) => index === 4,
      answer: (trained, tested, fold) => {
        sides[fold] = Array.from(trained);
        return new Float64Array(tested.length * 2);
      },
    });
    const learntFrom = (device: string, fold: number): boolean =>
      (sides[fold] ?? []).some((other) => devices[other] === device);
    const expected = devices.map((device, i) => (learntFrom(device, out.folds[i]!) ? 1 : 0));
    expect(Array.from(out.deviceKnown)).toEqual(expected);
    expect(expected).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 0]);
  });

  it('keeps coarser groups together, and takes no more folds than there are', () => {
    const set = syntheticSet();
    const seen: number[] = [];
    const out = leaveDevicesOut(set, {
      folds: 8,
      seed: 1,
      train: trainSmall,
      groupOf: (example) => (example.device.endsWith('device0') ? 'one' : 'other'),
      onProgress: (done, of) => seen.push(done * 10 + of),
    });
    expect(out.foldCount).toBe(2);
    expect(seen).toEqual([12, 22]);
    const ofGroup = (one: boolean) =>
      new Set(out.folds.filter((_, i) => set.examples[i].device.endsWith('device0') === one));
    expect([ofGroup(true).size, ofGroup(false).size]).toEqual([1, 1]);
  });

  /** The synthetic set with names of devices whose order is not that of their roles. */
  const renamed = (devices: number[]) => {
    const set = syntheticSet({ devices });
    const name = (device: string) => [...device].reverse().join('');
    return { ...set, examples: set.examples.map((one) => ({ ...one, device: name(one.device) })) };
  };
  const foldsOf = (set: RoleTrainingSet) =>
    leaveDevicesOut(set, { folds: 4, seed: 1, train: trainSmall }).folds;

  it('breaks ties by role and device, as the folds of those names do', () => {
    const set = renamed([3, 3, 3]);
    const labels = set.examples.map((example) => example.label);
    const names = set.examples.map((example) => `${set.roles[example.label]}/${example.device}`);
    expect(foldsOf(set)).toEqual(groupedFolds({ foldCount: 4, groups: names, labels }));
    const plain = set.examples.map((example) => example.device);
    expect(foldsOf(set)).not.toEqual(groupedFolds({ foldCount: 4, groups: plain, labels }));
  });

  it('keeps a device of two roles whole, in whatever order its captures come', () => {
    const set = renamed([3, 3, 3]);
    // The first capture of one device and the last of the next: their names must not follow either.
    const examples = set.examples.map((one, i) => (i === 0 || i === 5 ? { ...one, label: 2 } : one));
    const folds = foldsOf({ ...set, examples });
    for (const { device } of [set.examples[0], set.examples[5]]) {
      expect(new Set(folds.filter((_, i) => examples[i].device === device)).size).toBe(1);
    }
    const backwards = foldsOf({ ...set, examples: [...examples].reverse() });
    expect(Array.from(backwards).reverse()).toEqual(Array.from(folds));
  });

  it('refuses one fold, a set of one role, and damaged examples', () => {
    const set = syntheticSet();
    const run = (given: RoleTrainingSet, folds = 2) =>
      leaveDevicesOut(given, { folds, seed: 1, train: trainSmall });
    expect(() => run(set, 1)).toThrowError(expect.objectContaining({ code: 'NML_CONFIG' }));
    const [example] = set.examples;
    const bad = [
      { ...example, label: 3 },
      { ...example, label: -1 },
      { ...example, counts: example.counts.slice(1) },
      { ...example, counts: example.counts.map(() => 0) },
      { ...example, rows: example.rows.map(() => set.rows.rowCount) },
    ];
    for (const one of bad) {
      expect(() => run({ ...set, examples: [...set.examples, one] })).toThrowError(
        expect.objectContaining({ code: 'NML_TRAIN_DATA', place: { file: example.file } }),
      );
    }
    const oneRole = set.examples.filter((one) => one.label === 0);
    expect(() => checkTrainingSet({ ...set, examples: oneRole })).toThrowError(
      expect.objectContaining({ code: 'NML_TRAIN_DATA' }),
    );
  });
});

describe('captureWeights', () => {
  it('gives every origin of a role the same part in it', () => {
    const example = (label: number, device: string, origin?: string) => ({
      file: '',
      label,
      device,
      ...(origin === undefined ? {} : { origin }),
      rows: new Uint32Array(0),
      counts: new Float64Array(0),
    });
    const lab = ['p', 'q', 'r', 's'].map((device) => example(0, device, 'lab'));
    const examples = [example(0, 'a'), example(0, 'a'), ...lab, example(1, 'b'), example(1, 'c', 'lab')];
    const weights = captureWeights(examples, Uint32Array.from(examples.keys()));
    // By hand: half a role to each origin, shared by its devices, then by their captures; the mean is 1.
    const expected = [1 / 4, 1 / 4, 1 / 8, 1 / 8, 1 / 8, 1 / 8, 1 / 2, 1 / 2];
    for (const [i, share] of expected.entries()) {
      expect(weights[i]).toBeCloseTo((share / 2) * expected.length, 12);
    }
    const plain = examples.map(({ origin: _, ...rest }) => rest);
    const without = captureWeights(plain, Uint32Array.from(plain.keys()));
    expect(without[0]! / without[2]!).toBeCloseTo(1 / 2, 12);
  });

  it('multiplies weights by the shares of the captures', () => {
    const example = (label: number, device: string, share?: number) => ({
      file: '',
      label,
      device,
      ...(share === undefined ? {} : { origin: 'lab', share }),
      rows: new Uint32Array(0),
      counts: new Float64Array(0),
    });
    const lab = ['p', 'q'].map((device) => example(0, device, 0.25));
    const examples = [example(0, 'a'), example(0, 'b'), ...lab, example(1, 'c', 0.25), example(2, 'd')];
    const chosen = Uint32Array.from(examples.keys());
    // By hand: half of role 0 is its own, a quarter of the other half is the laboratory's; the mean is 1.
    const expected = [1 / 4, 1 / 4, 1 / 16, 1 / 16, 1 / 4, 1];
    const weights = captureWeights(examples, chosen);
    expected.forEach((value, i) => {
      expect(weights[i]).toBeCloseTo((value * 6) / 1.875, 12);
    });
    // What matters is how much more the ones count than the others.
    const all = examples.map((one) => ({ ...one, share: 3 * (one.share ?? 1) }));
    captureWeights(all, chosen).forEach((value, i) => {
      expect(value).toBeCloseTo(weights[i]!, 12);
    });
  });

  it('gives roles the same sum, devices the same share of it, and mean 1', () => {
    const set = syntheticSet({ devices: [4, 2] });
    const chosen = Uint32Array.from([0, 1, 2, 3, 12, 13, 15]);
    const weights = captureWeights(set.examples, chosen);
    expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(7, 12);
    // Role 0: one device with three captures, one with one. Role 1: one with two, one with one.
    const half = 7 / 4;
    [half / 3, half / 3, half / 3, half, half / 2, half / 2, half].forEach((value, i) => {
      expect(weights[i]).toBeCloseTo(value, 12);
    });
    expect(Array.from(captureWeights(set.examples, chosen, 'none'))).toEqual([1, 1, 1, 1, 1, 1, 1]);
  });
});

describe('averagingClassifier', () => {
  it('computes each vector of the common table once', () => {
    let calls = 0;
    const perRow = Float64Array.from([0.2, 0.8, 0.6, 0.4, 0.5, 0.5]);
    const classifier = averagingClassifier(
      { kind: 'test', layout: 'l', roles: ['A', 'B'] },
      'logmean',
      () => {
        calls++;
        return perRow;
      },
    );
    const rows: SparseRows = sparseOf([[1], [2], [3]]);
    const devices = [
      { rows: [2, 0], counts: [1, 3] },
      { rows: [1], counts: [9] },
    ];
    const batch = classifier.batch(rows, devices);
    expect(calls).toBe(1);
    devices.forEach((device, i) => {
      const expected = averageProbabilities(perRow, 2, device.counts, 'logmean', device.rows);
      expect(batch.slice(i * 2, i * 2 + 2)).toEqual(expected);
    });
    expect(classifier.probabilities(rows, [1, 1, 1])).toEqual(
      averageProbabilities(perRow, 2, [1, 1, 1], 'logmean'),
    );
  });
});
