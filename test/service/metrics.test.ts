import { expect, it } from 'vitest';
import { Metrics } from '../../src/service/metrics.js';
import type { PredictionRecord } from '../../src/types.js';

/** As much of a record as is counted. */
function record(capture: Partial<PredictionRecord['capture']>): PredictionRecord {
  const counted = {
    schema: 'networkml/prediction/v1',
    capture: { packets: 10, skipped: {}, ...capture },
    role: { label: 'Printer' },
    anomaly: { sessions: [] },
  };
  return counted as unknown as PredictionRecord;
}

it('adds up packets read, skipped by reason, lost, and beyond the limit of sessions', () => {
  const metrics = new Metrics();
  metrics.observe(record({ dropped: 7 }));
  metrics.observe(record({}));
  metrics.observe(record({ dropped: 5, skipped: { 'non-ip': 3, 'session-limit': 2 } }));
  const text = metrics.text({ name: 'b', version: '1', sha256: '0' });
  const value = (name: string): number =>
    Number(new RegExp(`^networkml_${name} (\\S+)$`, 'm').exec(text)?.[1]);
  expect(value('packets_read_total')).toBe(30);
  expect(value('packets_dropped_total')).toBe(12);
  expect(value('packets_skipped_total\\{reason="non-ip"\\}')).toBe(3);
  expect(value('packets_beyond_session_limit_total')).toBe(2);
});
