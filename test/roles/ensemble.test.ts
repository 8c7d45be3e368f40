import { describe, expect, it } from 'vitest';
import {
  allExamples,
  attributeForest,
  averageProbabilities,
  decodeEnsemble,
  decodeKnownDevices,
  deviceProbabilities,
  type EnsembleModel,
  encodeEnsemble,
  encodeKnownDevices,
  explainEnsemble,
  forestProbabilities,
  knownDevices,
  leaveGroupsOut,
  nearestDevice,
  netEvaluator,
  oneLayerProbabilities,
  trainRoleModel,
} from '../../src/roles/index.js';
import { columnCount, denseRow, syntheticSet } from './synthetic.js';

const sessions = syntheticSet({ seed: 4 });
const values = sessions.rows.values.map((v) => Math.abs(v) / 8);
const windows = { ...sessions, rows: { ...sessions.rows, values } };
const sets = { sessions, windows, netColumns: columnCount - 2 };
const tables = { sessions: sessions.rows, windows: windows.rows };
const classes = sessions.roles.length;
const model = (await trainRoleModel('ensemble', sets, allExamples(sessions), { seed: 1 })) as EnsembleModel;
const devices = sessions.examples.map((example, i) => ({ sessions: example, windows: windows.examples[i]! }));

describe('ensemble', () => {
  it('is the weighted mean of its members', () => {
    const found = deviceProbabilities(model, tables, devices);
    const forest = forestProbabilities(model.forest, windows.rows);
    const network = oneLayerProbabilities(model.oneLayer, sessions.rows);
    const nets = model.nets.map((net) => {
      const out = new Float64Array(windows.rows.rowCount * classes);
      for (let row = 0; row < windows.rows.rowCount; row++)
        netEvaluator(net, windows.rows).add(row, 1, out, row * classes);
      return out;
    });
    devices.forEach((device, i) => {
      const mean = (perRow: Float64Array) =>
        averageProbabilities(perRow, classes, device.windows.counts, 'mean', device.windows.rows);
      for (let k = 0; k < classes; k++) {
        const wanted =
          model.shares.forest * mean(forest)[k]! +
          (model.shares.nets / nets.length) * nets.reduce((sum, net) => sum + mean(net)[k]!, 0) +
          model.shares.oneLayer * mean(network)[k]!;
        expect(found[i * classes + k]).toBeCloseTo(wanted, 9);
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
    expect(decodeEnsemble(plain, arrays, model.oneLayer)).toEqual(model);
    const wrong = (change: Record<string, unknown>) => () =>
      decodeEnsemble({ ...plain, ...change }, arrays, model.oneLayer);
    expect(wrong({ shares: { forest: 0.5, nets: 0.2, oneLayer: 0.1 } })).toThrow('sum to');
    expect(wrong({ nets: [] })).toThrow('nets');
    expect(wrong({ columnCount: 3 })).toThrow();
    const { 'net1/w1': _, ...without } = arrays;
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
    const found = explainEnsemble(
      model,
      windows.rows,
      counts,
      example.label,
      (column) => `subject ${Math.floor(column / 3)}`,
    );
    expect(found[0]!.subject).toBe(`subject ${example.label}`);
    const weights = found.map(({ contribution }) => contribution);
    expect(weights).toEqual(weights.toSorted((a, b) => b - a));
    expect(Math.min(...weights)).toBeGreaterThan(0);
  });
});

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

describe('known devices', () => {
  const known = knownDevices(windows, columnCount - 1);

  it('finds the one with the greatest cosine of mean windows', () => {
    const direction = (device: string): number[] => {
      const sum = new Array<number>(columnCount - 1).fill(0);
      for (const { device: own, rows, counts } of windows.examples) {
        if (own !== device) continue;
        const total = counts.reduce((a, b) => a + b, 0);
        rows.forEach((row, i) => {
          denseRow(windows.rows, row)
            .slice(0, -1)
            .forEach((v, c) => {
              sum[c]! += (counts[i]! / total) * Math.sqrt(v);
            });
        });
      }
      const length = Math.hypot(...sum);
      return sum.map((v) => v / length);
    };
    const names = [...new Set(windows.examples.map(({ device }) => device))];
    for (const { rows, counts } of windows.examples.slice(0, 9)) {
      const alone = { ...windows, examples: [{ ...windows.examples[0]!, device: 'alone', rows, counts }] };
      const own = knownDevices(alone, columnCount - 1).rows;
      const cosines = names.map((name) =>
        direction(name).reduce((s, v, c) => s + v * denseRow(own, 0)[c]!, 0),
      );
      const nearest = nearestDevice(known, windows.rows, { rows, counts })!;
      expect(nearest.distance).toBeCloseTo(1 - Math.max(...cosines), 2);
      expect(cosines[names.indexOf(nearest.name)]).toBeCloseTo(Math.max(...cosines), 2);
    }
  });

  it('goes through a bundle, and refuses parts that do not fit', () => {
    const { meta, arrays } = encodeKnownDevices(known);
    expect(decodeKnownDevices(JSON.parse(JSON.stringify(meta)), arrays, classes)).toEqual(known);
    expect(() => decodeKnownDevices(meta, arrays, 1)).toThrow('a role that is not there');
    expect(() => decodeKnownDevices({ ...meta, columnCount: 2 }, arrays, classes)).toThrow('out of range');
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
