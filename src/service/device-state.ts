/**
 * The state of a device as a function of what its captures said. The order in which captures arrive does not matter as
 * long as they are among the newest `SIGHTINGS_KEPT`: sightings are kept sorted by time and the average is made anew.
 */

import { deviceAnswer, earliest, latest } from '../pipeline/index.js';
import type { HistoryRecord, PredictionRecord } from '../types.js';
import type { DeviceSighting, DeviceState, EventKind, RoleAverage } from './messages.js';
import { deviceKey } from './subjects.js';

/** Sightings that a state holds; older ones live on in the average. */
export const SIGHTINGS_KEPT = 16;

/** Time constant of the average, seconds: one day, as in NetworkML 0.4.5. */
const TIME_CONSTANT_SECONDS = 86_400;

/** A state with one more sighting, and what the job of that sighting is told. */
export interface Seen {
  readonly state: DeviceState;
  /** False when the state already had this job: nothing is to be written. */
  readonly changed: boolean;
  readonly sighting: DeviceSighting;
  readonly history: HistoryRecord;
  readonly previousRole: string | null;
}

/**
 * Adds the answer of one job to the state of its device.
 * @param old undefined for a device that was never seen
 */
export function seeDevice(old: DeviceState | undefined, jobId: string, record: PredictionRecord): Seen {
  const known = old?.sightings.find((sighting) => sighting.jobId === jobId);
  if (old !== undefined && known !== undefined) {
    return { state: old, changed: false, sighting: known, ...upTo(old, known) };
  }
  const sighting = sightingOf(jobId, record);
  const sightings = [...(old?.sightings ?? []), sighting].sort(byTime);
  const draft: DeviceState = {
    schema: 'networkml/device/v1',
    device: deviceKey(record.device),
    mac: record.device.mac ?? old?.mac ?? null,
    addresses: [...new Set([...(old?.addresses ?? []), ...record.device.addresses])].sort(),
    vendor: record.device.vendor ?? old?.vendor ?? null,
    firstSeen: earliest(old?.firstSeen ?? null, sighting.firstPacket),
    lastSeen: latest(old?.lastSeen ?? null, sighting.lastPacket),
    captures: (old?.captures ?? 0) + 1,
    role: { label: '', confidence: 0, top: [] },
    verdict: record.anomaly.verdict,
    score: record.anomaly.score,
    sightings,
    base: old?.base ?? null,
  };
  const told = upTo(draft, sighting);
  sighting.events = eventsOf(old, sighting, told.history.role.label, told.previousRole);
  return { state: settle(draft), changed: true, sighting, ...told };
}

function sightingOf(jobId: string, { capture, role, anomaly }: PredictionRecord): DeviceSighting {
  return {
    jobId,
    firstPacket: capture.firstPacket,
    lastPacket: capture.lastPacket,
    label: role.label,
    top: role.top,
    verdict: anomaly.verdict,
    score: anomaly.score,
    events: [],
  };
}

/** By last packet; equal times by job, so that every worker has the same order. */
function byTime(a: DeviceSighting, b: DeviceSighting): number {
  const x = a.lastPacket ?? '';
  const y = b.lastPacket ?? '';
  if (x !== y) return x < y ? -1 : 1;
  return a.jobId < b.jobId ? -1 : Number(a.jobId > b.jobId);
}

/** Folds the oldest sightings into the average and makes the answer of the state from all of them. */
function settle(draft: DeviceState): DeviceState {
  const gone = draft.sightings.slice(0, Math.max(0, draft.sightings.length - SIGHTINGS_KEPT));
  const base = gone.reduce<RoleAverage | null>(average, draft.base);
  const sightings = draft.sightings.slice(gone.length);
  const last = sightings.at(-1);
  return {
    ...draft,
    base,
    sightings,
    role: answerOf(sightings.reduce<RoleAverage | null>(average, base) ?? nothing),
    verdict: last?.verdict ?? draft.verdict,
    score: last?.score ?? null,
  };
}

/**
 * r += alpha (x - r) with alpha = 1 - exp(-dt / time constant), dt between last packets; the first value is taken as it
 * is. A record names three roles: all others count as 0 there, so what is left over is in no average.
 */
export function average(before: RoleAverage | null, sighting: DeviceSighting): RoleAverage {
  const at = sighting.lastPacket;
  const unknown = sighting.label === 'Unknown' ? 1 : 0;
  const x = new Map(sighting.top.map(({ role, confidence }) => [role, confidence]));
  if (before === null) return { at, roles: Object.fromEntries([...x].sort(byName)), unknown };
  const alpha = 1 - Math.exp(-secondsBetween(before.at, at) / TIME_CONSTANT_SECONDS);
  const names = [...new Set([...Object.keys(before.roles), ...x.keys()])].sort();
  const mix = (r: number, value: number): number => r + alpha * (value - r);
  return {
    at: latest(before.at, at),
    roles: Object.fromEntries(names.map((role) => [role, mix(before.roles[role] ?? 0, x.get(role) ?? 0)])),
    unknown: mix(before.unknown, unknown),
  };
}

function byName([a]: readonly [string, number], [b]: readonly [string, number]): number {
  return a < b ? -1 : 1;
}

/** Seconds from one time to a later one; 0 when it is not later, or not known. */
function secondsBetween(from: string | null, to: string | null): number {
  if (from === null || to === null) return 0;
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
  return seconds > 0 ? seconds : 0;
}

function answerOf({ roles, unknown }: RoleAverage): DeviceState['role'] {
  return deviceAnswer(Object.entries(roles), unknown);
}

/** The history up to one sighting, as if later captures had not been seen yet. */
function upTo(state: DeviceState, sighting: DeviceSighting): Pick<Seen, 'history' | 'previousRole'> {
  const index = state.sightings.indexOf(sighting);
  const before = state.sightings.slice(0, index).reduce<RoleAverage | null>(average, state.base);
  return {
    history: {
      captures: state.captures - (state.sightings.length - 1 - index),
      firstSeen: state.firstSeen,
      role: answerOf(average(before, sighting)),
    },
    previousRole: before === null ? null : answerOf(before).label,
  };
}

/** What is worth telling: a state, not each repetition of it. */
function eventsOf(
  old: DeviceState | undefined,
  sighting: DeviceSighting,
  role: string,
  previousRole: string | null,
): EventKind[] {
  const events: EventKind[] = [];
  if (old === undefined) events.push('new-device');
  if (previousRole !== null && previousRole !== role && role !== 'Unknown') events.push('role-changed');
  if (sighting.verdict === 'anomalous') events.push('anomalous');
  if (sighting.label === 'Unknown') events.push('unknown');
  return events;
}

const nothing: RoleAverage = { at: null, roles: {}, unknown: 1 };
