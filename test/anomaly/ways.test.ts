import { describe, expect, it } from 'vitest';
import {
  type CaptureUnits,
  decodeBehaviour,
  encodeBehaviour,
  judgeCapture,
  type LabelledCapture,
  trainBehaviour,
  viewIds,
  withNames,
} from '../../src/anomaly/index.js';
import { binProbabilities, judgeAs } from '../../src/anomaly/model.js';
import { codeNumberCount, contactNumberCount, nameNumberCount } from '../../src/features/index.js';
import { slowBeta, slowDistances, slowReferenceScore, testRandom } from './slow-sos.js';
import { ordinaryRows, sessOnly } from './units.js';

const next = testRandom(11);
const one = (numbers: number[], columns: number) => ({
  count: 1,
  columns,
  numbers: Float32Array.from(numbers),
  bin: new Uint32Array(1),
});

/** A capture of one slice: its codes, its regular contacts outside, and two shares of ports. */
function unitsWith(codes: number[], contacts = 0): CaptureUnits {
  const seen = Uint32Array.from(codes).sort();
  const share = next() * 0.2;
  return {
    ...sessOnly(ordinaryRows(Math.floor(next() * 1e6) + 1, 12)),
    contacts: { ...one([Math.log1p(contacts), 0, 0], contactNumberCount), peers: [[null, null, null]] },
    codes: {
      ...one([Math.log1p(codes.length), 0, 0, 0], codeNumberCount),
      seen: [seen],
      examples: [[]],
    },
    names: { ...one([1 + next(), 1, 2, 3, 0, 0], nameNumberCount), widest: [null], longest: [null] },
    ports: { columns: Uint32Array.of(80, 443), values: Float32Array.of(0.4 + share, 0.6 - share) },
  };
}

const captures: LabelledCapture[] = Array.from({ length: 24 }, (_, i) => ({
  role: 'plc',
  device: `plc-${i % 4}`,
  units: unitsWith(i % 4 === 3 ? [3, 4, 90 + i] : [3, 4], Math.floor(next() * 3)),
  name: `capture-${i}.pcap`,
}));
const training = { roles: ['plc'], captures, seed: 2 };
const model = trainBehaviour({ ...training, views: viewIds });
const usual = trainBehaviour(training);
const strange = unitsWith([3, 4, 501, 502, 503, 504, 505, 506, 507]);

describe('ways to judge', () => {
  it('leave names and codes alone unless they are asked for', () => {
    const verdict = (units: CaptureUnits, way?: string) =>
      judgeCapture(model, units, { role: 'plc', ...(way === undefined ? {} : { way }) });
    const { codes: _, names: __, ports: ___, ...headers } = strange;
    expect(verdict(strange)).toEqual(verdict(headers));
    expect(verdict(strange).verdict).toBe('normal');
    expect(verdict(strange, withNames)).toMatchObject({ verdict: 'anomalous', view: 'codes' });
    expect(verdict(strange, 'codes')).toMatchObject({ verdict: 'anomalous', view: 'codes' });
    expect(verdict(strange, 'net')).toMatchObject({ verdict: 'not-evaluated', bins: [] });
  });

  it('have thresholds of their own, and the usual ones are those of a bundle without the rest', () => {
    const { thresholds, ways } = model.calibration;
    expect(thresholds).toEqual(usual.calibration.thresholds);
    expect([...ways.keys()].sort()).toEqual([withNames, ...viewIds].sort());
    for (const { role, units } of captures) {
      expect(judgeAs(model, role, units)).toEqual(judgeAs(usual, role, units));
    }
  });

  it('are refused by bundles that lack the views', () => {
    for (const way of [withNames, 'codes', 'port-protocol', 'nothing']) {
      expect(() => judgeCapture(usual, strange, { role: 'plc', way })).toThrow(
        expect.objectContaining({ code: 'NML_MODEL_LAYOUT' }),
      );
    }
    expect(() => trainBehaviour({ ...training, views: ['nothing'] })).toThrow(
      expect.objectContaining({ code: 'NML_CONFIG' }),
    );
  });

  it('survive a round trip to the last bit', () => {
    const copy = decodeBehaviour(structuredClone(encodeBehaviour(model)));
    for (const way of ['usual', withNames, ...viewIds]) {
      const asked = { role: 'plc', way };
      expect(judgeCapture(copy, strange, asked)).toEqual(judgeCapture(model, strange, asked));
    }
  });
});

describe('the view of contacts', () => {
  const beacon = unitsWith([3, 4], 200);

  it('raises an alarm of its own, at a tenth of its weight beside others', () => {
    expect(judgeCapture(usual, beacon, { role: 'plc' })).toMatchObject({
      verdict: 'anomalous',
      view: 'contacts',
    });
    const { views } = judgeAs(usual, 'plc', beacon);
    const own = views.filter(({ view }) => view === 'contacts');
    const [alone] = binProbabilities(usual.calibration, 'plc', own);
    const [beside] = binProbabilities(usual.calibration, 'plc', views);
    expect(beside?.view).toBe('contacts');
    expect((beside?.probability ?? 0) / (alone?.probability ?? 1)).toBeCloseTo(10, 6);
  });
});

describe('codes never seen', () => {
  const view = model.views.find(({ id }) => id === 'codes')?.roles.get('plc');

  it('are told by name, and those of training are none', () => {
    expect(view?.explain(strange, 0, 1)[0]?.unseen).toEqual([501, 502, 503, 504, 505, 506, 507]);
    expect(view?.explain(captures[3]?.units ?? strange, 0, 1)[0]?.unseen).toEqual([]);
  });

  it('of one device alone are strange to the reference, so that a new device may have one', () => {
    const [known] = view?.score(unitsWith([3, 4])) ?? [];
    const [single] = view?.score(unitsWith([3, 4, 999])) ?? [];
    const [many] = view?.score(strange) ?? [];
    expect(single?.score).toBeLessThan((known?.score ?? 0) + 1);
    expect(many?.score).toBeGreaterThan((single?.score ?? 0) + 2);
  });
});

describe('the view of ports alone', () => {
  const view = model.views.find(({ id }) => id === 'port-protocol');
  const vector = ({ ports }: CaptureUnits) => Array.from(ports?.values ?? []);
  const far: CaptureUnits = {
    ...strange,
    ports: { columns: Uint32Array.of(80, 443), values: Float32Array.of(1, 0) },
  };

  it('scores as the slow twin does, with bandwidths of the batch form', () => {
    const arrays = view?.encode().arrays;
    const list = (name: string): number[] => Array.from(arrays?.[name]?.data ?? []);
    const points = captures.map(({ units }) => vector(units));
    const distances = slowDistances(points);
    list('betas').forEach((beta, i) => {
      const others = (distances[i] ?? []).filter((_, j) => j !== i);
      expect(beta / slowBeta(others, 20)).toBeCloseTo(1, 3);
    });
    for (const units of [captures[0]?.units ?? strange, strange, far]) {
      const away = points.map((point) =>
        Math.hypot(...point.map((value, k) => value - (vector(units)[k] ?? 0))),
      );
      const slow = slowReferenceScore(away, list('betas'), list('log-sums').map(Math.exp));
      expect(view?.roles.get('plc')?.score(units)).toEqual([{ bin: 0, score: expect.closeTo(slow, 4) }]);
    }
  });

  it('says which shares differ', () => {
    const [finding] = view?.roles.get('plc')?.explain(far, 0, 1) ?? [];
    expect(finding?.why[0]).toMatch(/100 % of the sessions \(mean in this role: \d+ %\)/);
    expect(finding?.nearest).toMatch(/^capture-\d+\.pcap$/);
  });
});
