import { describe, expect, it } from 'vitest';
import {
  allExamples,
  attributeForest,
  averageProbabilities,
  type CountedRows,
  decodeEnsemble,
  decodeKnownDevices,
  deviceProbabilities,
  type EnsembleModel,
  encodeEnsemble,
  encodeKnownDevices,
  explainEnsemble,
  explainLikeness,
  forestProbabilities,
  type KnownDevices,
  knownDevices,
  type Likeness,
  layerAnswers,
  leaveGroupsOut,
  likenessOf,
  nearestDevice,
  oneLayerProbabilities,
  trainRoleModel,
} from '../../src/roles/index.js';
import { slowAnswers, slowAttribution } from './slow-kernels.js';
import { columnCount, denseRow, sparseOf, syntheticSet } from './synthetic.js';

const sessions = syntheticSet({ seed: 4 });
const values = sessions.rows.values.map((v) => Math.abs(v) / 8);
const windows = { ...sessions, rows: { ...sessions.rows, values } };
const sets = { sessions, windows, netColumns: columnCount - 2, serviceColumns: columnCount - 4 };
const compared = { below: columnCount - 2, halvedFrom: columnCount - 4 };
const tables = { sessions: sessions.rows, windows: windows.rows };
const classes = sessions.roles.length;
const model = (await trainRoleModel('ensemble', sets, allExamples(sessions), { seed: 1 })) as EnsembleModel;
/** Three columns each, by the first of them. */
const subjectOf = (column: number) => column - (column % 3);
const devices = sessions.examples.map((example, i) => ({ sessions: example, windows: windows.examples[i]! }));

describe('ensemble', () => {
  it('is the weighted mean of its members', () => {
    const found = deviceProbabilities(model, tables, devices);
    const forest = forestProbabilities(model.forest, windows.rows);
    const network = oneLayerProbabilities(model.oneLayer, sessions.rows);
    const nets = layerAnswers(model.nets, windows.rows);
    const ofForest = model.nearest.recognitionForest;
    devices.forEach((device, i) => {
      const mean = (perRow: Float64Array) =>
        averageProbabilities(perRow, classes, device.windows.counts, 'mean', device.windows.rows);
      const nearest = slowNearest(device.windows);
      const members = Array.from({ length: classes }, (_, k) => {
        return (
          model.shares.forest * mean(forest)[k]! +
          model.shares.nets * mean(nets)[k]! +
          model.shares.oneLayer * mean(network)[k]! +
          model.shares.nearest * nearest.member[k]!
        );
      });
      for (let k = 0; k < classes; k++) {
        const sure = (1 - ofForest) * nearest.recognised[k]! + ofForest * mean(forest)[k]!;
        const wanted = (1 - nearest.part) * members[k]! + nearest.part * sure;
        expect(found[i * classes + k]).toBeCloseTo(wanted, 3);
      }
    });
    for (const kind of ['forest', 'network'] as const) {
      const single = kind === 'forest' ? model.forest : model.oneLayer;
      const perRow = kind === 'forest' ? forestProbabilities(model.forest, sessions.rows) : network;
      const first = averageProbabilities(
        perRow,
        classes,
        devices[0]!.sessions.counts,
        'mean',
        devices[0]!.sessions.rows,
      );
      expect(deviceProbabilities(single, tables, devices.slice(0, 1))).toEqual(first);
    }
  });

  it('learns the roles, and gives the same bytes for the same seed', async () => {
    const found = deviceProbabilities(model, tables, devices);
    const right = sessions.examples.filter(({ label }, i) => {
      const own = Array.from(found.subarray(i * classes, (i + 1) * classes));
      return own.indexOf(Math.max(...own)) === label;
    });
    expect(right.length / sessions.examples.length).toBeGreaterThan(0.9);
    expect(await trainRoleModel('ensemble', sets, allExamples(sessions), { seed: 1 })).toEqual(model);
  });

  it('goes through a bundle, and refuses parts that do not fit', () => {
    const { meta, arrays } = encodeEnsemble(model);
    const plain = JSON.parse(JSON.stringify(meta)) as Record<string, unknown>;
    const back = decodeEnsemble(plain, arrays, model.oneLayer);
    // The forest's nodes have other numbers: forest.test.ts.
    expect({ ...back, forest: null }).toEqual({ ...model, forest: null });
    expect(deviceProbabilities(back, tables, devices)).toEqual(deviceProbabilities(model, tables, devices));
    expect(encodeEnsemble(back)).toEqual({ meta, arrays });
    const wrong = (change: Record<string, unknown>) => () =>
      decodeEnsemble({ ...plain, ...change }, arrays, model.oneLayer);
    expect(wrong({ shares: { ...model.shares, forest: 0.9 } })).toThrow('sum to');
    expect(wrong({ shares: { forest: 0.5, nets: 0.4, oneLayer: 0.1 } })).toThrow('nearest is not');
    expect(wrong({ known: undefined })).toThrow('no object');
    expect(wrong({ nearest: undefined })).toThrow('no object');
    expect(wrong({ nearest: { ...model.nearest, spread: 0 } })).toThrow('spread');
    expect(wrong({ nets: [] })).toThrow('no object');
    expect(wrong({ columnCount: 3 })).toThrow();
    const { 'nets/w1': _, ...without } = arrays;
    expect(() => decodeEnsemble(plain, without, model.oneLayer)).toThrow('array w1 is missing');
  });

  it('explains a forest by what each split changes: all columns sum to the answer less the mean at the roots', () => {
    const counts = new Float64Array(windows.rows.rowCount).fill(1);
    for (let role = 0; role < classes; role++) {
      const sum = attributeForest(model.forest, windows.rows, counts, role).reduce((a, b) => a + b, 0);
      const answers = forestProbabilities(model.forest, windows.rows);
      let mean = 0;
      for (let row = 0; row < windows.rows.rowCount; row++)
        mean += answers[row * classes + role]! / windows.rows.rowCount;
      expect(sum).toBeCloseTo(mean - rootShare(role), 5);
    }
  });

  it('explains with what the device shows, the weightiest first', () => {
    const example = windows.examples[0]!;
    const counts = new Float64Array(windows.rows.rowCount);
    example.rows.forEach((row, i) => {
      counts[row] = example.counts[i]!;
    });
    const found = explainEnsemble(model, windows.rows, counts, example.label, subjectOf);
    expect(found[0]!.subject).toBe(3 * example.label);
    const weights = found.map(({ contribution }) => contribution);
    expect(weights).toEqual(weights.toSorted((a, b) => b - a));
    expect(Math.min(...weights)).toBeGreaterThan(0);
  });
});

describe('explainEnsemble', () => {
  it('adds up what the forest and the nets say of each subject that the device shows, and of no other', () => {
    let left = 0;
    for (const example of windows.examples.slice(0, 9)) {
      const rows = sparseOf(Array.from(example.rows, (row) => denseRow(windows.rows, row)));
      const { counts } = example;
      const total = counts.reduce((a, b) => a + b, 0);
      const shown = new Set(Array.from(rows.indices, subjectOf));
      for (let role = 0; role < classes; role++) {
        const wanted = new Map(Array.from(shown, (subject) => [subject, 0]));
        const add = (subject: number, part: number) => wanted.set(subject, wanted.get(subject)! + part);
        slowAttribution(model.forest, rows, counts, role).forEach((gain, column) => {
          const subject = subjectOf(column);
          if (shown.has(subject)) add(subject, model.shares.forest * gain);
          else if (gain !== 0) left++;
        });
        for (let row = 0; row < rows.rowCount; row++) {
          const share = (model.shares.nets * counts[row]!) / total / model.nets.nets;
          const whole = slowAnswers(model.nets, rows, row);
          for (const subject of shown) {
            const taken = (entry: number) => subjectOf(rows.indices[entry]!) === subject;
            slowAnswers(model.nets, rows, row, taken).forEach((without, net) => {
              add(subject, share * (whole[net]![role]! - without[role]!));
            });
          }
        }
        const found = new Map(
          explainEnsemble(model, rows, counts, role, subjectOf).map((one) => [one.subject, one]),
        );
        for (const [subject, gain] of wanted) {
          expect(found.get(subject)?.contribution ?? 0).toBeCloseTo(Math.max(0, gain), 12);
        }
        expect([...found.keys()].every((subject) => shown.has(subject))).toBe(true);
        for (const { subject, columns } of found.values()) {
          const own = [...new Set(rows.indices)].filter((column) => subjectOf(column) === subject);
          expect(columns).toEqual(own.sort((a, b) => a - b));
        }
      }
    }
    // What the forest says of subjects that are not shown is left out.
    expect(left).toBeGreaterThan(0);
  });
});

describe('explainLikeness', () => {
  const example = windows.examples[7]!;
  const explain = (role: number, known = model) =>
    explainLikeness(known, likenessOfDevice(model.known, example), role, subjectOf);

  it('names the most alike capture of the role, and what both do', () => {
    for (let role = 0; role < classes; role++) {
      const { reason } = explain(role);
      const cosines = windows.examples.map((one) => (one.label === role ? cosine(example, one) : 0));
      const most = Math.max(...cosines);
      expect(reason!.distance).toBeCloseTo(1 - most, 3);
      const best = windows.examples.filter((_, i) => cosines[i]! > most - 1e-3);
      expect(best.map(({ device }) => device)).toContain(reason!.device);
      const other = slowDirection(best.find(({ device }) => device === reason!.device)!);
      const weights = new Map<number, number>();
      slowDirection(example).forEach((value, column) => {
        const product = value * other[column]!;
        if (product === 0) return;
        weights.set(subjectOf(column), (weights.get(subjectOf(column)) ?? 0) + product);
      });
      expect(new Set(reason!.subjects.map(({ subject }) => subject))).toEqual(new Set(weights.keys()));
      const [first] = reason!.subjects;
      expect(weights.get(first!.subject)).toBeCloseTo(Math.max(...weights.values()), 3);
      expect(first!.columns.map(subjectOf)).toEqual(first!.columns.map(() => first!.subject));
    }
  });

  it('counts what likeness gives beyond an even share, and what is left to the others', () => {
    const { member, part, recognised } = slowNearest(example);
    const { nearest, shares: whole } = model;
    const ofKnown = part * (1 - nearest.recognitionForest);
    const { shares } = explain(0);
    expect(Object.values(shares).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
    expect(shares.nets).toBeCloseTo((1 - part) * whole.nets, 3);
    expect(shares.forest).toBeCloseTo((1 - part) * whole.forest + part * nearest.recognitionForest, 3);
    for (let role = 0; role < classes; role++) {
      const given = (1 - part) * whole.nearest * member[role]! + ofKnown * recognised[role]!;
      expect(explain(role).reason!.contribution).toBeCloseTo(given - shares.nearest / classes, 3);
    }
    const empty = { rows: [], counts: [] };
    expect(explainLikeness(model, likenessOfDevice(model.known, empty), 0, subjectOf).reason).toBeUndefined();
  });
});

/** What likeness to some known captures says of a device, by two spreads. */
function likenessOfDevice(known: KnownDevices, device: CountedRows, spread = 0.13): Likeness {
  return likenessOf(known, { ...model.nearest, spread }, windows.rows, [device], classes)[0]!;
}

/** Mean share of a role at the roots, from the leaves below them one by one. */
function rootShare(role: number): number {
  const { forest } = model;
  const below = (node: number): { weight: number; own: number } => {
    const next = forest.child[node]!;
    if (forest.column[node]! < 0) {
      const weight = forest.threshold[node]!;
      return { weight, own: weight * forest.distributions[next * classes + role]! };
    }
    const [a, b] = [below(next), below(next + 1)];
    return { weight: a.weight + b.weight, own: a.own + b.own };
  };
  const shares = Array.from(forest.roots, (root) => below(root).own / below(root).weight);
  return shares.reduce((a, b) => a + b, 0) / shares.length;
}

/** Mean window of a capture by the definition: square roots, the last columns halved or left out, length 1. */
function slowDirection({ rows, counts }: CountedRows): number[] {
  const sum = new Array<number>(compared.below).fill(0);
  Array.from(rows).forEach((row, i) => {
    for (let c = 0; c < compared.below; c++) {
      const half = c >= compared.halvedFrom ? 0.5 : 1;
      sum[c]! += half * counts[i]! * Math.sqrt(denseRow(windows.rows, row)[c]!);
    }
  });
  const length = Math.hypot(...sum);
  return sum.map((v) => v / length);
}

function cosine(a: CountedRows, b: CountedRows): number {
  const other = slowDirection(b);
  return slowDirection(a).reduce((sum, v, c) => sum + v * other[c]!, 0);
}

/** What likeness to the captures of the training set says about a device, capture by capture. */
function slowNearest(device: CountedRows) {
  const best = Array.from({ length: classes }, (_, role) =>
    Math.max(...windows.examples.filter(({ label }) => label === role).map((one) => cosine(device, one))),
  );
  const { spread, recognitionShare, recognitionDistance, recognitionSpread } = model.nearest;
  const over = (width: number) => {
    const powers = best.map((s) => (s > 0 ? Math.exp(s / width) : 0));
    const sum = powers.reduce((a, b) => a + b, 0);
    return powers.map((power) => power / sum);
  };
  const part = recognitionShare * Math.exp(-(1 - Math.max(...best)) / recognitionDistance);
  // Spread over so little, the rounding of the kept rows shows: alike within 1e-3 only.
  return { member: over(spread), part, recognised: over(recognitionSpread) };
}

describe('known devices', () => {
  const known = knownDevices(windows, allExamples(windows), compared);

  it('finds the device with the capture of the greatest cosine', () => {
    const strangers = syntheticSet({ seed: 5 }).examples.map(({ rows, counts }) => ({
      rows: rows.map((row) => row % windows.rows.rowCount),
      counts,
    }));
    for (const device of [...windows.examples.slice(0, 5), ...strangers.slice(0, 9)]) {
      const cosines = windows.examples.map((one) => cosine(device, one));
      const most = Math.max(...cosines);
      const nearest = nearestDevice(known, likenessOfDevice(known, device))!;
      expect(nearest.distance).toBeCloseTo(1 - most, 3);
      const ofNearest = cosines.filter((_, i) => windows.examples[i]!.device === nearest.name);
      expect(Math.max(...ofNearest)).toBeCloseTo(most, 3);
    }
    const none = { rows: [], counts: [] };
    expect(nearestDevice(known, likenessOfDevice(known, none))).toBeUndefined();
  });

  it('holds the chosen captures only, equal ones of a device once', () => {
    const [first, second] = [windows.examples[0]!, windows.examples[1]!];
    expect(first.device).toBe(second.device);
    const twice = { ...windows, examples: [first, { ...second, rows: first.rows, counts: first.counts }] };
    expect(knownDevices(twice, allExamples(twice), compared).rows.rowCount).toBe(1);
    const chosen = knownDevices(windows, Uint32Array.of(0, 1), compared);
    expect(chosen.names).toEqual([first.device]);
    expect(chosen.rows.rowCount).toBe(2);
  });

  it('count by the share of their captures, as if there were so many fewer of them', () => {
    const examples = windows.examples.map((one, i) =>
      one.label === 1 || i % 5 === 0 ? { ...one, share: 0.3 } : one,
    );
    const weighed = knownDevices({ ...windows, examples }, allExamples(windows), compared);
    const shareOf = (device: string) =>
      Math.max(...examples.filter((one) => one.device === device).map(({ share = 1 }) => share));
    for (const device of windows.examples.slice(0, 6)) {
      for (const spread of [0.13, 0.002]) {
        const { similarities, member } = likenessOfDevice(weighed, device, spread);
        const parts = Array.from({ length: classes }, (_, role) =>
          Math.max(
            ...Array.from(similarities, (similarity, row) => {
              const owner = weighed.owners[row]!;
              const share = shareOf(weighed.names[owner]!);
              return weighed.labels[owner] === role && similarity > 0
                ? share * Math.exp((similarity - 1) / spread)
                : 0;
            }),
          ),
        );
        const sum = parts.reduce((a, b) => a + b, 0);
        parts.forEach((part, role) => {
          expect(member[role]).toBeCloseTo(part / sum, 5);
        });
      }
    }
    const none = likenessOfDevice(weighed, { rows: [], counts: [] });
    expect(Array.from(none.member)).toEqual(new Array(classes).fill(1 / classes));
    const { meta, arrays } = encodeKnownDevices(weighed);
    expect(decodeKnownDevices(meta, arrays, classes)).toEqual(weighed);
    expect(encodeKnownDevices(known).arrays.shares).toBeUndefined();
    const count = weighed.names.length;
    const shares = { dtype: 'float32', shape: [count], data: new Float32Array(count) } as const;
    expect(() => decodeKnownDevices(meta, { ...arrays, shares }, classes)).toThrow('counts nothing');
  });

  it('goes through a bundle, and refuses parts that do not fit', () => {
    const { meta, arrays } = encodeKnownDevices(known);
    expect(decodeKnownDevices(JSON.parse(JSON.stringify(meta)), arrays, classes)).toEqual(known);
    expect(() => decodeKnownDevices(meta, arrays, 1)).toThrow('a role that is not there');
    expect(() => decodeKnownDevices({ ...meta, columnCount: 2 }, arrays, classes)).toThrow('out of range');
    const owners = {
      dtype: 'uint32',
      shape: [known.owners.length],
      data: known.owners.map(() => 99),
    } as const;
    expect(() => decodeKnownDevices(meta, { ...arrays, owners }, classes)).toThrow('a device that');
  });
});

describe('leaving groups out', () => {
  it('never trains on a group that it asks about, and asks about every capture once', async () => {
    const asked: number[] = [];
    const out = await leaveGroupsOut({
      set: sessions,
      folds: 3,
      groupOf: ({ device }) => device.slice(0, -1),
      answer: async (trained, tested) => {
        const group = (i: number) => sessions.examples[i]!.device.slice(0, -1);
        const known = new Set(Array.from(trained, group));
        for (const index of tested) expect(known.has(group(index))).toBe(false);
        asked.push(...tested);
        return new Float64Array(tested.length * classes).fill(1 / classes);
      },
    });
    expect(asked.toSorted((a, b) => a - b)).toEqual([...sessions.examples.keys()]);
    // A role is one group here: nobody else of it is left to learn from.
    expect(Array.from(out.evaluable)).not.toContain(1);
  });
});
