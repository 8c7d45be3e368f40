import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/math/index.js';
import {
  oneLayerClassifier,
  type RoleAnswerer,
  type RoleExample,
  type RoleTrainingSet,
  studyLearningCurve,
  studyShuffledRoles,
  studyUnknownRoles,
  trainOneLayer,
} from '../../src/roles/index.js';
import { syntheticSet } from './synthetic.js';

const set = syntheticSet({ seed: 5, devices: [6, 6, 6, 6], capturesPerDevice: 2, noise: 0.1 });

function network({ rows, layout }: RoleTrainingSet): RoleAnswerer {
  return (about, trained, tested) => {
    const model = trainOneLayer({ ...about, rows, layout }, trained, { seed: 1, hidden: 8, epochs: 60 });
    const examples = Array.from(tested, (index) => about.examples[index]);
    return oneLayerClassifier(model).batch(rows, examples);
  };
}

const deviceOf = (index: number): string => set.examples[index].device;

/** An answerer that only writes down what it is asked, and finds all roles alike. */
function witness(): {
  answer: RoleAnswerer;
  seen: { trained: number[]; tested: number[]; examples: readonly RoleExample[] }[];
} {
  const seen: { trained: number[]; tested: number[]; examples: readonly RoleExample[] }[] = [];
  return {
    seen,
    answer: (about, trained, tested) => {
      seen.push({ trained: [...trained], tested: [...tested], examples: about.examples });
      return new Float64Array(tested.length * about.roles.length).fill(1 / about.roles.length);
    },
  };
}

describe('roles never trained', () => {
  it('are told from trained ones, and are never in training', async () => {
    const found = await studyUnknownRoles(set, { answer: network(set), folds: 8, seed: 1 });
    expect(found.map(({ role, captures }) => [role, captures])).toEqual([
      ['Role0', 12],
      ['Role1', 12],
      ['Role2', 12],
      ['Role3', 12],
    ]);
    const areas = found.map(({ areaUnderRoc }) => areaUnderRoc);
    expect(Math.min(...areas)).toBeGreaterThan(0.6);
    expect(areas.reduce((a, b) => a + b, 0) / 4).toBeGreaterThan(0.7);
  });

  it('are compared with captures of devices that were not trained either', async () => {
    const { answer, seen } = witness();
    const steps: number[] = [];
    const found = await studyUnknownRoles(set, {
      answer,
      folds: 3,
      seed: 1,
      onProgress: (done) => steps.push(done),
    });
    expect(seen).toHaveLength(12);
    expect(steps).toEqual([1, 2, 3, 4]);
    seen.forEach(({ trained, tested }, i) => {
      const role = Math.floor(i / 3);
      expect(trained.some((index) => set.examples[index].label === role)).toBe(false);
      expect(tested.filter((index) => set.examples[index].label === role)).toHaveLength(12);
      const devices = new Set(trained.map(deviceOf));
      expect(tested.some((index) => devices.has(deviceOf(index)))).toBe(false);
    });
    // Where all probabilities are alike, nothing is told from anything.
    for (const { areaUnderRoc } of found) expect(areaUnderRoc).toBe(0.5);
  });

  it.each([false, true])(
    'by every pair of captures, each device alike (known devices: %s)',
    async (knownDevices) => {
      const devices = [3, 2, 4];
      const uneven = syntheticSet({ seed: 3, devices, capturesPerDevice: 3 });
      // Of some devices a single capture is left, which is never that of a known device.
      const examples = uneven.examples.filter((_, i) => i % 9 < 5 || i % 2 === 0);
      const random = createRandom(8);
      const tops = examples.map(() => 0.5 + 0.5 * random.uniform());
      const asked: { trained: Uint32Array; tested: Uint32Array }[] = [];
      const found = await studyUnknownRoles(
        { ...uneven, examples },
        {
          answer: (_, trained, tested) => {
            asked.push({ trained, tested });
            return Float64Array.from(Array.from(tested).flatMap((i) => [0.1, tops[i], 0]));
          },
          ...(knownDevices && { groupOf: ({ file }) => file }),
          folds: 2,
          seed: 1,
          knownDevices,
        },
      );
      expect(asked).toHaveLength(6);
      const slow = asked.map(({ trained, tested }, n) => {
        const role = n >> 1;
        const learnt = new Set(Array.from(trained, (i) => examples[i].device));
        const roles = new Set(Array.from(trained, (i) => examples[i].label));
        const others = Array.from(tested).filter(
          (i) =>
            examples[i].label !== role &&
            roles.has(examples[i].label) &&
            learnt.has(examples[i].device) === knownDevices,
        );
        const own = Array.from(tested).filter((i) => examples[i].label === role);
        const weightOf = (i: number, among: number[]) =>
          1 / among.filter((j) => examples[j].device === examples[i].device).length;
        let [won, all] = [0, 0];
        for (const i of own) {
          for (const j of others) {
            const weight = weightOf(i, own) * weightOf(j, others);
            all += weight;
            if (tops[i] < tops[j]) won += weight;
          }
        }
        return won / all;
      });
      found.forEach(({ areaUnderRoc }, role) => {
        expect(areaUnderRoc).toBeCloseTo((slow[2 * role] + slow[2 * role + 1]) / 2, 12);
      });
      expect(found).toHaveLength(3);
    },
  );

  it('are left out of what is learnt from besides, too, which is never asked about', async () => {
    const { answer, seen } = witness();
    const besides = (index: number): boolean => /device[45]$/.test(deviceOf(index));
    const found = await studyUnknownRoles(set, { answer, folds: 2, seed: 1, always: besides });
    expect(found.map(({ captures }) => captures)).toEqual([8, 8, 8, 8]);
    expect(seen).toHaveLength(8);
    seen.forEach(({ trained, tested }, i) => {
      const role = Math.floor(i / 2);
      expect(trained.filter(besides)).toHaveLength(12);
      expect(trained.some((index) => set.examples[index].label === role)).toBe(false);
      expect(tested.some(besides)).toBe(false);
    });
  });

  it('need two others to be learnt, and something to compare with', async () => {
    const { answer, seen } = witness();
    const few = syntheticSet({ devices: [2, 1], capturesPerDevice: 1 });
    expect(await studyUnknownRoles(few, { answer, folds: 2, seed: 1 })).toEqual([]);
    const single = syntheticSet({ devices: [1, 1, 1], capturesPerDevice: 1 });
    expect(await studyUnknownRoles(single, { answer, folds: 2, seed: 1 })).toEqual([]);
    expect(seen).toEqual([]);
  });
});

describe('a learning curve', () => {
  it('rises with the devices, and ends at all of them', async () => {
    const hard = syntheticSet({ seed: 7, devices: [9, 9, 9], capturesPerDevice: 1, noise: 0.75 });
    const curve = await studyLearningCurve(hard, { answer: network(hard), folds: 3, seed: 2 });
    expect(curve.map(({ devices }) => devices)).toEqual([1, 2, 3, 5, 8, null]);
    expect(curve.at(-1)!.roleBalancedRecall).toBeGreaterThan(curve[0].roleBalancedRecall);
  });

  it('learns from so many devices of each role, the fewer among the more, and never from those it is asked about', async () => {
    const { answer, seen } = witness();
    await studyLearningCurve(set, { answer, folds: 3, seed: 2 });
    const limits = [1, 2, 3, 5, 4];
    expect(seen).toHaveLength(15);
    seen.forEach(({ trained, tested }, i) => {
      const devices = new Set(trained.map(deviceOf));
      expect(tested.some((index) => devices.has(deviceOf(index)))).toBe(false);
      for (const role of [0, 1, 2, 3]) {
        const own = [...devices].filter((device) => device.startsWith(`role${role}-`));
        expect(own.length).toBe(Math.min(4, limits[Math.floor(i / 3)]));
      }
      if (i >= 3) for (const index of seen[i - 3].trained) expect(trained).toContain(index);
    });
  });
});

describe('roles dealt out anew', () => {
  it('leave nothing above chance, and what leaks is found', async () => {
    const fair = await studyShuffledRoles(set, 3, { answer: network(set), folds: 4, seed: 1 });
    expect(fair.chance).toBeCloseTo(1 / 4, 12);
    expect(fair.recalls).toHaveLength(3);
    expect(fair.passed).toBe(true);
    // A classifier that looks up the answer knows shuffled roles as well.
    const leaky: RoleAnswerer = (about, _, tested) =>
      Float64Array.from(
        Array.from(tested).flatMap((i) => about.roles.map((_, k) => Number(about.examples[i].label === k))),
      );
    const found = await studyShuffledRoles(set, 3, { answer: leaky, folds: 4, seed: 1 });
    expect(found).toMatchObject({ recalls: [1, 1, 1], passed: false });
    // One that knows the roles before they were dealt out does not.
    const before: RoleAnswerer = (about, _, tested) =>
      Float64Array.from(
        Array.from(tested).flatMap((i) => about.roles.map((_, k) => Number(set.examples[i].label === k))),
      );
    expect((await studyShuffledRoles(set, 3, { answer: before, folds: 4, seed: 1 })).passed).toBe(true);
  });

  it('keep the devices of each role in number, and the captures of each device together', async () => {
    const { answer, seen } = witness();
    await studyShuffledRoles(set, 2, { answer, folds: 4, seed: 3 });
    const labelsOf = (examples: readonly RoleExample[]) =>
      new Map(examples.map(({ device, label }) => [device, label]));
    for (const { examples } of seen) {
      const labels = labelsOf(examples);
      for (const { device, label } of examples) expect(label).toBe(labels.get(device));
      for (const role of [0, 1, 2, 3])
        expect([...labels.values()].filter((label) => label === role)).toHaveLength(6);
    }
    const [first, last] = [labelsOf(seen[0].examples), labelsOf(seen.at(-1)!.examples)];
    expect(first).not.toEqual(labelsOf(set.examples));
    expect(first).not.toEqual(last);
  });
});
