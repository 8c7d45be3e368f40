import { describe, expect, it } from 'vitest';
import {
  type CaptureUnits,
  decodeBehaviour,
  encodeBehaviour,
  enrolCaptures,
  judgeCapture,
  type LabelledCapture,
  trainBehaviour,
} from '../../src/anomaly/index.js';
import { judgeAs } from '../../src/anomaly/model.js';
import { netNumberCount, netNumberNames } from '../../src/features/index.js';
import { slowReferenceScore, testRandom } from './slow-sos.js';
import { ordinaryRows, sessOnly } from './units.js';

const next = testRandom(3);
const column = (name: (typeof netNumberNames)[number]) => netNumberNames.indexOf(name);

/** Minutes of a quiet device, with some of other numbers. */
function unitsWith(
  minutes: number,
  changes: { minute: number; name: (typeof netNumberNames)[number]; count: number }[] = [],
): CaptureUnits {
  const numbers = new Float32Array(minutes * netNumberCount);
  for (let minute = 0; minute < minutes; minute++) {
    for (const name of ['sessions', 'peers sent', 'ports sent'] as const) {
      numbers[minute * netNumberCount + column(name)] = Math.log1p(Math.floor(next() * 6));
    }
    numbers[minute * netNumberCount + column('failed sent')] = Math.log1p(Math.floor(next() * 2));
  }
  for (const { minute, name, count } of changes) {
    numbers[minute * netNumberCount + column(name)] = Math.log1p(count);
  }
  const window = Uint32Array.from({ length: minutes }, (_, minute) => minute);
  const bin = window.map((minute) => Math.floor(minute / 15));
  const net = { count: minutes, columns: netNumberCount, numbers, window, bin };
  return { ...sessOnly(ordinaryRows(1, 20, Math.ceil(minutes / 15))), net };
}

const captures: LabelledCapture[] = Array.from({ length: 24 }, (_, i) => ({
  role: i < 12 ? 'camera' : 'phone',
  device: `device-${i % 12 < 6 ? 0 : 1}-${i < 12}`,
  units: unitsWith(10 + (i % 12)),
  name: `capture-${i}.pcap`,
}));
const model = trainBehaviour({ roles: ['camera', 'phone'], captures, seed: 5 });
const scan = unitsWith(40, [
  { minute: 22, name: 'most ports with one peer sent', count: 330 },
  { minute: 22, name: 'resets to sent', count: 533 },
]);

describe('the net view', () => {
  it('scores a slice by its strangest minute, as the slow twin does', () => {
    const view = model.views.find(({ id }) => id === 'net');
    const encoded = view?.encode();
    const bins = view?.roles.get('camera')?.score(scan) ?? [];
    const array = (name: string) => Array.from(encoded?.arrays[name]?.data ?? []);
    const [count = 0] = array('counts');
    const [medians, factors] = [array('medians').slice(0, netNumberCount), array('factors')];
    const betas = array('betas').slice(0, count);
    const sums = array('log-sums').slice(0, count).map(Math.exp);
    const points = betas.map((_, i) => array('points').slice(i * netNumberCount, (i + 1) * netNumberCount));
    const slow = (minute: number) => {
      const row = Array.from(scan.net.numbers.slice(minute * netNumberCount, (minute + 1) * netNumberCount));
      const query = row.map((value, k) => Math.max(0, value - (medians[k] ?? 0)) * (factors[k] ?? 0));
      const distances = points.map((point) =>
        Math.hypot(...point.map((value, k) => value - (query[k] ?? 0))),
      );
      return slowReferenceScore(distances, betas, sums);
    };
    expect(bins.map(({ bin }) => bin)).toEqual([0, 1, 2]);
    bins.forEach(({ bin, score }) => {
      const minutes = Array.from({ length: 40 }, (_, minute) => minute).filter(
        (minute) => Math.floor(minute / 15) === bin,
      );
      expect(score).toBeCloseTo(Math.max(...minutes.map(slow)), 6);
    });
  });

  it('names the minute, the numbers and the nearest normal capture of an alarm', () => {
    const verdict = judgeCapture(model, scan, { role: 'camera' });
    expect(verdict).toMatchObject({ verdict: 'anomalous', view: 'net', bin: 1 });
    expect(verdict.bins.map(({ bin }) => bin)).toEqual([0, 1, 2]);
    const [finding] = verdict.findings;
    expect(finding).toMatchObject({ view: 'net', unit: 22, sessionRow: null });
    expect(
      finding?.traits
        .slice(0, 2)
        .map(({ column: k, value, usual }) => [netNumberNames[k], value, usual])
        .sort(),
    ).toEqual([
      ['most ports with one peer sent', 330, 0],
      ['resets to sent', 533, 0],
    ]);
    expect(finding?.nearest).toMatch(/^capture-\d+\.pcap$/);
    const index = Number(/\d+/.exec(finding?.nearest ?? '')?.[0]);
    expect(captures[index]?.role).toBe('camera');
  });

  it('finds a quiet capture normal', () => {
    expect(judgeCapture(model, unitsWith(30), { role: 'camera' }).verdict).toBe('normal');
  });

  it('scores the same after a round trip', () => {
    const copy = decodeBehaviour(structuredClone(encodeBehaviour(model)));
    expect(judgeCapture(copy, scan, { role: 'phone' })).toEqual(judgeCapture(model, scan, { role: 'phone' }));
  });
});

describe('enrolCaptures', () => {
  const enrolled = enrolCaptures(model, 'camera', [{ units: scan, name: 'accepted.pcap' }], 1);
  it('makes what was accepted normal, and nothing else stranger', () => {
    const before = judgeAs(model, 'camera', scan).score ?? 0;
    const after = judgeAs(enrolled, 'camera', scan).score ?? Number.NaN;
    expect(after).toBeLessThan(before / 2);
    expect(judgeCapture(enrolled, scan, { role: 'camera' }).verdict).toBe('normal');
    const other = unitsWith(40, [{ minute: 3, name: 'odd TCP flags', count: 90 }]);
    expect(judgeCapture(enrolled, other, { role: 'camera' }).verdict).toBe('anomalous');
  });

  it('keeps thresholds, calibration, other roles and the model at hand', () => {
    expect(enrolled.calibration).toEqual(model.calibration);
    expect(enrolled.roles).toEqual(model.roles);
    expect(judgeAs(enrolled, 'phone', scan)).toEqual(judgeAs(model, 'phone', scan));
    expect(judgeCapture(model, scan, { role: 'camera' }).verdict).toBe('anomalous');
    expect(() => enrolCaptures(model, 'nobody', [], 1)).toThrow(
      expect.objectContaining({ code: 'NML_MODEL_ROLE' }),
    );
  });

  it('names the accepted capture as the nearest one, also after a round trip', () => {
    const copy = decodeBehaviour(structuredClone(encodeBehaviour(enrolled)));
    const nearest = copy.views
      .find(({ id }) => id === 'net')
      ?.roles.get('camera')
      ?.explain(scan, 1, 15)
      .find(({ unit }) => unit === 22)?.nearest;
    expect(nearest).toBe('accepted.pcap');
  });
});
