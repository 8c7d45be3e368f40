import { expect, test } from 'vitest';
import { average, SIGHTINGS_KEPT, seeDevice } from '../../src/service/device-state.js';
import type { DeviceState } from '../../src/service/messages.js';
import type { PredictionRecord } from '../../src/types.js';
import { expectSchema } from '../cli/schema.js';
import { testRandom } from '../support/random.js';
import { predictionRecord } from './support/records.js';

const roles = ['Printer', 'IpCamera', 'DnsServer', 'Router'];
const start = Date.parse('2026-01-01T00:00:00Z');

/** Captures of one device at random times with random answers. */
function randomRecords(seed: number, count: number): PredictionRecord[] {
  const random = testRandom(seed);
  return Array.from({ length: count }, (_, number) => {
    const shuffled = random.shuffled(roles).slice(0, 3);
    const weights = shuffled.map(() => random.between(1, 1000) / 1000).sort((a, b) => b - a);
    const sum = weights.reduce((total, weight) => total + weight, 0.2);
    const top = shuffled.map((role, index) => ({ role, confidence: (weights[index] ?? 0) / sum }));
    const at = start + number * 3_600_000 + random.below(3_600_000);
    return predictionRecord({
      label: random.chance(0.2) ? 'Unknown' : (top[0]?.role ?? ''),
      top,
      first: new Date(at - 900_000).toISOString(),
      last: new Date(at).toISOString(),
      verdict: random.chance(0.2) ? 'anomalous' : 'normal',
    });
  });
}

/** The average by its definition, one role at a time over all captures in the order of time. */
function slowAverage(records: readonly PredictionRecord[], role: string): number {
  let r = 0;
  let before: number | undefined;
  for (const { role: answer, capture } of records) {
    const x = answer.top.find((ranked) => ranked.role === role)?.confidence ?? 0;
    const now = Date.parse(capture.lastPacket ?? '') / 1000;
    if (before === undefined) r = x;
    else r += (1 - Math.exp(-(now - before) / 86_400)) * (x - r);
    before = now;
  }
  return r;
}

function stateOf(records: readonly PredictionRecord[], order: readonly number[]): DeviceState {
  let state: DeviceState | undefined;
  for (const index of order) {
    const record = records[index] as PredictionRecord;
    state = seeDevice(state, `job-${String(index).padStart(3, '0')}`, record).state;
  }
  return state as DeviceState;
}

test('the role is the time-weighted average of what the captures said', () => {
  const records = randomRecords(1, SIGHTINGS_KEPT + 20);
  const state = stateOf(records, [...records.keys()]);
  expectSchema('device-v1', state);
  const expected = roles
    .map((role) => ({ role, confidence: slowAverage(records, role) }))
    .sort((a, b) => b.confidence - a.confidence)
    .slice(0, 3);
  expect(state.role.top.map(({ role }) => role)).toEqual(expected.map(({ role }) => role));
  for (const [index, { confidence }] of expected.entries()) {
    expect(state.role.top[index]?.confidence).toBeCloseTo(confidence, 12);
  }
  expect(state.captures).toBe(records.length);
  expect(state.sightings).toHaveLength(SIGHTINGS_KEPT);
  expect(state.firstSeen).toBe(records[0]?.capture.firstPacket);
  expect(state.lastSeen).toBe(records.at(-1)?.capture.lastPacket);
});

test('the order in which captures arrive changes nothing, nor does a job that comes twice', () => {
  const records = randomRecords(2, 8);
  const inOrder = stateOf(records, [0, 1, 2, 3, 4, 5, 6, 7]);
  const { sightings, ...rest } = stateOf(records, [5, 0, 7, 2, 1, 6, 3, 4]);
  const { sightings: expected, ...others } = inOrder;
  expect(rest).toEqual(others);
  // Events were told when they happened: they depend on what was known then.
  const facts = (list: typeof sightings) => list.map(({ events: _, ...fact }) => fact);
  expect(facts(sightings)).toEqual(facts(expected));
  const again = seeDevice(inOrder, 'job-003', records[3] as PredictionRecord);
  expect(again.changed).toBe(false);
  expect(again.state).toBe(inOrder);
  expect(again.sighting.events).toEqual(inOrder.sightings[3]?.events);
});

test('a job is told the history up to itself, the second time as the first', () => {
  const records = randomRecords(3, 5);
  const told = [];
  let state: DeviceState | undefined;
  for (const [index, record] of records.entries()) {
    const seen = seeDevice(state, `job-${index}`, record);
    told.push(seen.history);
    state = seen.state;
  }
  expect(told.map(({ captures }) => captures)).toEqual([1, 2, 3, 4, 5]);
  for (const [index, record] of records.entries()) {
    expect(seeDevice(state, `job-${index}`, record).history).toEqual(told[index]);
  }
});

test('events tell of a new device, another role, an anomaly and an Unknown', () => {
  const record = (label: string, last: string, verdict: 'normal' | 'anomalous' = 'normal') =>
    predictionRecord({ label, top: [{ role: label, confidence: 0.9 }], first: last, last, verdict });
  const first = seeDevice(undefined, 'a', record('Printer', '2026-01-01T00:00:00Z'));
  expect(first.sighting.events).toEqual(['new-device']);
  const same = seeDevice(first.state, 'b', record('Printer', '2026-01-01T01:00:00Z', 'anomalous'));
  expect(same.sighting.events).toEqual(['anomalous']);
  // An hour later weighs 4 %: not enough to change the role of an average.
  const early = seeDevice(same.state, 'c', record('Router', '2026-01-01T02:00:00Z'));
  expect(early.sighting.events).toEqual([]);
  const late = seeDevice(early.state, 'd', record('Router', '2026-01-03T02:00:00Z'));
  expect(late.sighting.events).toEqual(['role-changed']);
  expect(late.previousRole).toBe('Printer');
  expect(late.history.role.label).toBe('Router');
  const unknown = predictionRecord({
    label: 'Unknown',
    top: [],
    first: '2026-01-09T00:00:00Z',
    last: '2026-01-09T00:00:00Z',
  });
  const lost = seeDevice(late.state, 'e', unknown);
  expect(lost.sighting.events).toEqual(['unknown']);
  expect(lost.history.role.label).toBe('Unknown');
});

test('captures without times, or at the same time, do not move the average', () => {
  const sighting = (top: { role: string; confidence: number }[], lastPacket: string | null) => ({
    jobId: 'x',
    firstPacket: lastPacket,
    lastPacket,
    label: 'Printer',
    top,
    verdict: 'normal' as const,
    score: null,
    events: [],
  });
  const one = average(null, sighting([{ role: 'Printer', confidence: 0.5 }], '2026-01-01T00:00:00Z'));
  for (const at of [null, '2026-01-01T00:00:00Z', '2025-01-01T00:00:00Z']) {
    expect(average(one, sighting([{ role: 'Router', confidence: 1 }], at)).roles.Printer).toBe(0.5);
  }
});
