import { describe, expect, it } from 'vitest';
import { fitThresholds } from '../../src/anomaly/calibration.js';
import {
  type BehaviourModel,
  checkBehaviour,
  decodeBehaviour,
  encodeBehaviour,
  judgeCapture,
  type LabelledCapture,
  measureBehaviour,
  trainBehaviour,
} from '../../src/anomaly/index.js';
import { leaveOutJobs, roleFolds } from '../../src/anomaly/leave-out.js';
import { leftOutScore, trainLeavingOut } from '../../src/anomaly/train.js';
import { labelledCaptures, ordinaryRows, sessOnly, strangeRows } from './units.js';

const roles = ['camera', 'phone'];
const captures = labelledCaptures(roles, 4, 5);
const model = trainBehaviour({ roles, captures, seed: 7 });
const sessOf = sessOnly;
const attack = (role: string, device: string): LabelledCapture => ({
  role,
  device,
  units: sessOf([...ordinaryRows(5, 4), ...strangeRows(8)]),
});

describe('roleFolds', () => {
  it('keeps devices whole and spreads them evenly over at most six folds', () => {
    const devices = Array.from({ length: 60 }, (_, i) => `d${(i * i) % 17}`);
    const folds = roleFolds(devices);
    const of = new Map<string, Set<number>>();
    devices.forEach((device, i) => {
      of.set(device, (of.get(device) ?? new Set()).add(folds[i]));
    });
    for (const set of of.values()) expect(set.size).toBe(1);
    const sizes = [0, 1, 2, 3, 4, 5].map((fold) => folds.filter((own) => own === fold).length);
    expect(sizes.reduce((a, b) => a + b)).toBe(60);
    expect(Math.min(...sizes)).toBeGreaterThan(0);
    expect(new Set(roleFolds(['a', 'b', 'a'])).size).toBe(2);
  });
  it('divides the captures of a single device', () => {
    expect(roleFolds(['a', 'a', 'a'])).toEqual([0, 1, 2]);
    expect(new Set(roleFolds(new Array(20).fill('a'))).size).toBe(6);
    expect(roleFolds(['a'])).toEqual([0]);
  });
});

describe('leaveOutJobs', () => {
  const attacks = [attack('camera', 'camera-1'), attack('camera', 'intruder'), attack('phone', 'phone-0')];
  const jobs = leaveOutJobs(roles, captures, attacks, 3);
  it('scores every capture once, never by a model that saw its device', () => {
    expect(jobs.flatMap((job) => job.normals).sort((a, b) => a - b)).toEqual(captures.map((_, i) => i));
    expect(jobs.flatMap((job) => job.attacks).sort()).toEqual([0, 1, 2]);
    for (const job of jobs) {
      const seen = new Set(job.train.map((i) => captures[i].device));
      for (const i of job.normals) expect(seen.has(captures[i].device)).toBe(false);
      for (const i of job.attacks) expect(seen.has(attacks[i].device)).toBe(false);
      for (const i of [...job.train, ...job.normals]) expect(captures[i].role).toBe(job.role);
    }
  });
  it('has one job on all captures of each role', () => {
    const whole = jobs.filter((job) => job.normals.length === 0);
    expect(whole.map((job) => [job.role, job.train.length])).toEqual([
      ['camera', 20],
      ['phone', 20],
    ]);
    expect(whole[0].attacks).toEqual([1]);
  });
});

describe('trainBehaviour', () => {
  it('gives the same model for the same seed, and another for another', () => {
    const bytes = (trained: BehaviourModel) =>
      JSON.stringify(encodeBehaviour(trained), (_, value) =>
        ArrayBuffer.isView(value) ? Array.from(value as never) : value,
      );
    expect(bytes(trainBehaviour({ roles, captures, seed: 7 }))).toBe(bytes(model));
    const crowded = labelledCaptures(['camera'], 3, 12);
    const train = (seed: number) => bytes(trainBehaviour({ roles: ['camera'], captures: crowded, seed }));
    expect(train(1)).not.toBe(train(2));
  });

  it('reports progress and passes over roles without captures', () => {
    const seen: string[] = [];
    const trained = trainBehaviour({
      roles: ['nobody', ...roles],
      captures,
      seed: 1,
      onProgress: ({ role, done, total }) => seen.push(`${role} ${done}/${total}`),
    });
    expect(seen).toHaveLength(10);
    expect([seen[0], seen.at(-1)]).toEqual(['camera 1/10', 'phone 10/10']);
    expect([...trained.roles.keys()]).toEqual(roles);
  });

  it('sets thresholds by the roles that can be judged', () => {
    const wild = Array.from({ length: 12 }, (_, i) => ({
      role: 'wild',
      device: 'wild-0',
      units: sessOf(i % 3 === 0 ? strangeRows(9) : ordinaryRows(i, 9)),
    }));
    const trained = trainLeavingOut(
      { roles: [...roles, 'wild'], captures: [...captures, ...wild], seed: 7 },
      [],
    );
    const { calibration } = trained.model;
    const scores = trained.normals
      .filter(({ role }) => role !== 'wild')
      .map((capture) => leftOutScore(calibration, capture) ?? Number.NaN);
    expect(calibration.thresholds).toEqual(fitThresholds(scores));
    const all = trained.normals.map((capture) => leftOutScore(calibration, capture) ?? Number.NaN);
    expect(fitThresholds(all)).not.toEqual(fitThresholds(scores));
  });

  it('refuses to learn from nothing', () => {
    const empty = [{ role: 'camera', device: 'a', units: sessOf([]) }];
    expect(() => trainBehaviour({ roles, captures: empty, seed: 1 })).toThrow(
      expect.objectContaining({ code: 'NML_TRAIN_DATA' }),
    );
    expect(() => trainBehaviour({ roles, captures: [], seed: 1 })).toThrow(
      expect.objectContaining({ code: 'NML_TRAIN_DATA' }),
    );
  });

  it('scores the same to the last bit after a round trip', () => {
    const copy = decodeBehaviour(structuredClone(encodeBehaviour(model)));
    expect([...copy.roles]).toEqual([...model.roles]);
    for (const { role, units } of [...captures, attack('phone', 'x')]) {
      expect(judgeCapture(copy, units, { role })).toEqual(judgeCapture(model, units, { role }));
    }
  });

  it('refuses a model whose parts do not fit', () => {
    const broken = (change: (encoded: ReturnType<typeof encodeBehaviour>) => unknown) => () => {
      const encoded = structuredClone(encodeBehaviour(model));
      change(encoded);
      return decodeBehaviour(encoded);
    };
    const manifest = expect.objectContaining({ code: 'NML_MODEL_MANIFEST' });
    expect(broken(({ views }) => delete (views[2].arrays as Record<string, unknown>).betas)).toThrow(
      manifest,
    );
    expect(
      broken(({ views }) => {
        const { counts } = views[2].arrays;
        (counts?.data as Uint32Array)[0] = 1;
      }),
    ).toThrow(manifest);
    expect(
      broken(({ views }) => {
        const counts = views[2].arrays.counts?.data as Uint32Array;
        counts.set([0, (counts[0] as number) + (counts[1] as number)]);
      }),
    ).toThrow(/has no reference/);
    expect(broken(({ views }) => Object.assign(views[2].meta, { roles: ['a', 'a'] }))).toThrow(manifest);
    expect(broken(({ calibration }) => delete calibration.references)).toThrow(manifest);
    expect(broken(({ views }) => Object.assign(views[2], { layout: 'sess/9' }))).toThrow(
      expect.objectContaining({ code: 'NML_MODEL_LAYOUT' }),
    );
  });
});

describe('a reference of numbers that are none', () => {
  const damage = (change: (encoded: ReturnType<typeof encodeBehaviour>) => unknown): BehaviourModel => {
    const encoded = structuredClone(encodeBehaviour(model));
    change(encoded);
    return decodeBehaviour(encoded);
  };
  const manifest = expect.objectContaining({ code: 'NML_MODEL_MANIFEST' });
  const units = sessOf(ordinaryRows(5, 4));

  it('is found when the role is asked about, or when the whole model is checked', () => {
    const damaged = damage(({ views }) => {
      const { numbers } = views[2].arrays;
      (numbers.data as Float32Array)[numbers.data.length - 1] = Number.NaN;
    });
    expect(judgeCapture(damaged, units, { role: 'camera' })).toEqual(
      judgeCapture(model, units, { role: 'camera' }),
    );
    expect(() => judgeCapture(damaged, units, { role: 'phone' })).toThrow(manifest);
    expect(() => checkBehaviour(damaged)).toThrow(manifest);
    expect(() => checkBehaviour(model)).not.toThrow();
  });
});

describe('evaluation', () => {
  const attacks = [attack('camera', 'camera-0'), attack('phone', 'new'), attack('phone', 'phone-2')];
  const lonely = labelledCaptures(['printer'], 1, 6);
  const training = { roles: [...roles, 'printer'], captures: [...captures, ...lonely], seed: 4 };

  it('tells plain attacks apart, and leaves out what cannot be judged', () => {
    const lists = [attacks, [attack('printer', 'printer-0'), ...attacks.slice(1)]];
    const [all, fewer] = measureBehaviour(training, lists, 'devices');
    expect(all).toMatchObject({
      split: 'devices',
      areaUnderRoc: 1,
      areaUnderRocOwnRoles: 1,
      averagePrecision: 1,
    });
    expect(all?.normals).toHaveLength(40);
    expect(all?.attacks.map(({ index, role }) => [index, role])).toEqual([
      [0, 'camera'],
      [1, 'phone'],
      [2, 'phone'],
    ]);
    expect(all?.rates.map(({ rate, detected }) => [rate, detected])).toEqual([
      [0.01, { count: 3, of: 3 }],
      [0.05, { count: 3, of: 3 }],
    ]);
    for (const { rate, falseAlarms } of all?.rates ?? [])
      expect(falseAlarms.count / 40).toBeLessThanOrEqual(rate);
    const ofLengths = all?.falseAlarmsByLength.reduce((sum, { falseAlarms }) => sum + falseAlarms.of, 0);
    expect(ofLengths).toBe(40);
    // The second list by itself, its first one of a role with too small a reference.
    expect(fewer?.attacks.map(({ index }) => index)).toEqual([1, 2]);
    expect(fewer?.attacks.map(({ score }) => score)).toEqual(all?.attacks.slice(1).map(({ score }) => score));
  });

  it('knows a device from its other captures where single ones are left out', () => {
    const [devices] = measureBehaviour(training, [attacks], 'devices');
    const [single] = measureBehaviour(training, [attacks], 'captures');
    expect(single?.split).toBe('captures');
    expect(single?.rates.map(({ threshold }) => threshold)).toEqual(
      devices?.rates.map(({ threshold }) => threshold),
    );
    expect(single?.normals.map(({ score }) => score)).not.toEqual(devices?.normals.map(({ score }) => score));
  });
});

describe('captures that only help out', () => {
  const helping = (names: string[], devices: number): LabelledCapture[] =>
    labelledCaptures(names, devices, 3).map((capture) => ({
      ...capture,
      device: `other-${capture.device}`,
      also: true,
    }));
  const all = ['camera', 'lock', 'phone'];
  const helped = trainLeavingOut(
    { roles: all, captures: [...helping(['camera', 'lock'], 3), ...captures], seed: 7 },
    [],
  );

  it('change nothing in roles that have enough captures of their own', () => {
    const alone = trainLeavingOut({ roles, captures, seed: 7 }, []);
    expect(helped.model.calibration.thresholds).toEqual(alone.model.calibration.thresholds);
    for (const [id, view] of alone.model.calibration.views) {
      const own = helped.model.calibration.views.get(id);
      expect(own?.quantiles).toEqual(view.quantiles);
      expect(own?.pooled).toEqual(view.pooled);
      for (const role of roles) expect(own?.roles.get(role)).toEqual(view.roles.get(role));
    }
    expect(helped.normals.map(({ views }) => views)).toEqual(alone.normals.map(({ views }) => views));
    for (const { index, role } of helped.normals) expect(role).toBe(captures[index - 18]?.role);
    for (const role of roles) expect(helped.model.roles.get(role)).toEqual(alone.model.roles.get(role));
  });

  it('are the reference of roles that have none', () => {
    expect(helped.model.roles.get('lock')).toEqual({ captures: 9, devices: 3 });
    const [first] = helping(['lock'], 1);
    const { verdict } = judgeCapture(helped.model, first!.units, { role: 'lock' });
    expect(verdict).not.toBe('not-evaluated');
    const few = trainBehaviour({ roles: ['lock'], captures: helping(['lock'], 3), seed: 1 });
    expect(few.roles.get('lock')?.captures).toBe(9);
  });
});
