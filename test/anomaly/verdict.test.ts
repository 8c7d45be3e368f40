import { describe, expect, it } from 'vitest';
import { judgeCapture, trainBehaviour } from '../../src/anomaly/index.js';
import { judgeAs } from '../../src/anomaly/model.js';
import {
  labelledCaptures,
  ordinaryRows,
  sessOnly,
  strangeRows,
  type UnitRow,
  unitsOf,
  withSess,
} from './units.js';

const captures = [...labelledCaptures(['camera', 'phone'], 4, 5), ...labelledCaptures(['printer'], 1, 8)];
// A role of its own kind: what is strange to the others is normal to it.
const chatRows = (count: number): UnitRow[] =>
  strangeRows(count).map((row, k) => ({ ...row, numbers: (row.numbers ?? []).map((x) => x + k / 50) }));
const chat = Array.from({ length: 12 }, (_, i) => ({
  role: 'chat',
  device: `chat-${i % 3}`,
  units: sessOnly(chatRows(5 + i)),
}));
const model = trainBehaviour({
  roles: ['camera', 'phone', 'printer', 'chat'],
  captures: [...captures, ...chat],
  seed: 11,
});
const sessOf = sessOnly;
const ordinary = sessOf(ordinaryRows(900, 15));
const strange = sessOf([
  ...ordinaryRows(901, 6, 2),
  ...strangeRows(20, 1).map((row, i) => ({ ...row, sessionRow: 100 + i })),
]);

describe('judgeCapture', () => {
  it('calls an ordinary capture normal and a strange one anomalous, by the given role', () => {
    const normal = judgeCapture(model, ordinary, { role: 'camera' });
    expect(normal).toMatchObject({ verdict: 'normal', role: 'camera', reason: null, scored: 15, units: 15 });
    expect(normal.score).toBeLessThanOrEqual(normal.threshold ?? 0);
    const anomalous = judgeCapture(model, strange, { role: 'camera' });
    expect(anomalous).toMatchObject({ verdict: 'anomalous', bin: 1 });
    expect(anomalous.score).toBeGreaterThan(anomalous.threshold ?? 0);
  });

  it('names the strange sessions with a reason that can be checked', () => {
    const { findings } = judgeCapture(model, strange, { role: 'camera' });
    expect(findings).toHaveLength(3);
    for (const { sessionRow, bin, outlierProbability, why } of findings) {
      expect(sessionRow).toBeGreaterThanOrEqual(100);
      expect(bin).toBe(1);
      expect(outlierProbability).toBeGreaterThan(0.9);
      expect(why[0]).toBe('service tcp/6667 opened by the device was never seen in this role');
    }
  });

  it('takes the threshold of the rate asked for', () => {
    const { thresholds } = model.calibration;
    expect(judgeCapture(model, ordinary, { role: 'camera' }).threshold).toBe(thresholds['0.05']);
    expect(judgeCapture(model, ordinary, { role: 'camera', falseAlarmRate: 0.01 }).threshold).toBe(
      thresholds['0.01'],
    );
  });

  it('weights the first three roles of a ranking by confidence', () => {
    const ranking = [
      { role: 'phone', confidence: 0.5 },
      { role: 'chat', confidence: 0.3 },
      { role: 'camera', confidence: 0.1 },
      { role: 'printer', confidence: 0.1 },
    ];
    const chatting = sessOf(chatRows(9));
    const v = (role: string) => judgeAs(model, role, chatting).score ?? Number.NaN;
    const verdict = judgeCapture(model, chatting, { ranking });
    expect(verdict.score).toBeCloseTo((0.5 * v('phone') + 0.3 * v('chat') + 0.1 * v('camera')) / 0.9, 12);
    expect(verdict).toMatchObject({ role: 'phone', verdict: 'anomalous', reason: null });
    // The best fit of the three would have hidden it.
    expect(v('chat')).toBeLessThan(verdict.threshold ?? 0);
  });

  it('leaves out roles that the ranking gives next to nothing', () => {
    const chatting = sessOf(chatRows(9));
    const v = (role: string) => judgeAs(model, role, chatting).score ?? Number.NaN;
    const score = (least: number) => {
      const [phone, chat, camera] = [0.9, 0.09, least].map((confidence) => ({ confidence }));
      const ranking = [
        { role: 'phone', ...phone! },
        { role: 'chat', ...chat! },
        { role: 'camera', ...camera! },
      ];
      return judgeCapture(model, chatting, { ranking }).score;
    };
    const two = 0.9 * v('phone') + 0.09 * v('chat');
    expect(score(0.0269)).toBeCloseTo(two / 0.99, 12);
    expect(score(0.0271)).toBeCloseTo((two + 0.0271 * v('camera')) / (0.99 + 0.0271), 12);
  });

  it('does not evaluate a role with too few devices, and shows the score', () => {
    const verdict = judgeCapture(model, strange, { role: 'printer' });
    expect(verdict).toMatchObject({
      verdict: 'not-evaluated',
      role: 'printer',
      reason: 'insufficient reference: 8 captures of 1 device for printer',
    });
    expect(verdict.score).toBeGreaterThan(0);
    const few = trainBehaviour({ roles: ['phone'], captures: labelledCaptures(['phone'], 4, 1), seed: 1 });
    expect(judgeCapture(few, ordinary, { role: 'phone' }).reason).toBe(
      'insufficient reference: 4 captures of 4 devices for phone',
    );
  });

  it('needs roles with a reference for half of the confidence, and says which were left out', () => {
    const ranked = (printer: number, camera: number) =>
      judgeCapture(model, ordinary, {
        ranking: [
          { role: 'printer', confidence: printer },
          { role: 'camera', confidence: camera },
        ],
      });
    const mostlyThin = ranked(0.7, 0.3);
    expect(mostlyThin).toMatchObject({ verdict: 'not-evaluated', role: 'printer' });
    expect(mostlyThin.score).not.toBeNull();
    const partlyThin = ranked(0.4, 0.6);
    expect(partlyThin).toMatchObject({ verdict: 'normal', role: 'camera' });
    expect(partlyThin.reason).toContain('printer');
    expect(partlyThin.score).toBe(judgeAs(model, 'camera', ordinary).score);
  });

  it('is never silently normal', () => {
    for (const options of [{}, { ranking: [] }, { ranking: [{ role: 'fridge', confidence: 1 }] }]) {
      const verdict = judgeCapture(model, ordinary, options);
      expect(verdict).toMatchObject({ verdict: 'not-evaluated', score: null, role: null });
      expect(verdict.reason).not.toBeNull();
    }
    const empty = judgeCapture(model, sessOf([]), { role: 'camera' });
    expect(empty).toMatchObject({ verdict: 'not-evaluated', score: null, reason: 'no session to judge' });
    expect(() => judgeCapture(model, ordinary, { role: 'fridge' })).toThrow(
      expect.objectContaining({ code: 'NML_MODEL_ROLE' }),
    );
  });

  it('never rises when the bins of a capture are repeated', () => {
    for (const { sess } of [ordinary, strange, ...captures.slice(0, 6).map(({ units }) => units)]) {
      const once = judgeAs(model, 'camera', withSess(sess)).score ?? Number.NaN;
      for (const times of [2, 7]) {
        const rows = Array.from({ length: times * sess.count }, (_, i) => {
          const row = i % sess.count;
          const bin = sess.bin[row] + 10 * Math.floor(i / sess.count);
          const numbers = Array.from(sess.numbers.slice(16 * row, 16 * row + 16));
          return { kind: sess.kind[row], service: sess.service[row], bin, numbers };
        });
        const repeated = judgeAs(model, 'camera', sessOf(rows)).score ?? Number.NaN;
        expect(repeated).toBeLessThanOrEqual(once + 1e-12);
      }
    }
  });

  it('names a session in every alarm', () => {
    let alarms = 0;
    for (let seed = 0; seed < 40; seed++) {
      const rows = [...ordinaryRows(2000 + seed, seed % 9, 3), ...strangeRows(1 + (seed % 4), seed % 5)];
      for (const role of ['camera', 'phone', 'chat']) {
        const verdict = judgeCapture(model, sessOf(rows), { role });
        if (verdict.verdict !== 'anomalous') continue;
        alarms++;
        expect(verdict.findings.length).toBeGreaterThan(0);
        for (const { why, sessionRow } of verdict.findings) {
          expect(why.length).toBeGreaterThan(0);
          expect(sessionRow).toBeLessThan(rows.length);
        }
      }
    }
    expect(alarms).toBeGreaterThan(40);
  });

  it('says how many sessions it rests on', () => {
    const units = unitsOf(ordinaryRows(77, 300));
    units.met = 3010;
    const verdict = judgeCapture(model, withSess(units), { role: 'camera' });
    expect(verdict).toMatchObject({ scored: 300, units: 3010, verdict: 'normal' });
  });
});
