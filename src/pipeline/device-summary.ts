/** What several captures of one device say together. */
import { unknownRole } from '../roles/index.js';
import type { DeviceSummaryRecord, PredictionRecord } from '../types.js';
import { deviceAnswer, deviceNameOf, earliest, latest } from './device-answer.js';

/** Anomalous captures that are named. */
const MOST_NAMED = 16;

/** Most addresses that are kept of a device, which may have a new one in every capture. */
const MOST_ADDRESSES = 256;

interface Sums {
  readonly record: DeviceSummaryRecord;
  /** Sum of the confidences of each role. */
  readonly confidences: Map<string, number>;
  unknown: number;
}

/** Answers of captures, gathered by device. */
export interface DeviceSummaries {
  add(record: PredictionRecord): void;
  /** The devices in the order in which they were first met. */
  list(): DeviceSummaryRecord[];
}

/**
 * Gathers the answers of captures by device. A capture counts as much as any other, however long it is: over whole devices
 * the mean is right more often than a single capture (docs/roles.md).
 */
export function deviceSummaries(): DeviceSummaries {
  const devices = new Map<string, Sums>();
  return {
    add(record) {
      const key = deviceNameOf(record.device) ?? '';
      let sums = devices.get(key);
      if (sums === undefined) {
        sums = { record: emptySummary(record), confidences: new Map(), unknown: 0 };
        devices.set(key, sums);
      }
      addCapture(sums, record);
    },
    list: () => [...devices.values()].map(withRole),
  };
}

function emptySummary({ device: { mac, vendor } }: PredictionRecord): DeviceSummaryRecord {
  return {
    schema: 'networkml/device-summary/v1',
    device: { mac, addresses: [], vendor },
    captures: 0,
    firstPacket: null,
    lastPacket: null,
    role: { label: unknownRole, confidence: 0, top: [] },
    verdicts: { normal: 0, anomalous: 0, notEvaluated: 0 },
    anomalousCaptures: [],
  };
}

function addCapture(sums: Sums, { capture, device, role, anomaly }: PredictionRecord): void {
  const { record, confidences } = sums;
  const { addresses } = record.device;
  record.captures++;
  for (const address of device.addresses) {
    if (addresses.length < MOST_ADDRESSES && !addresses.includes(address)) addresses.push(address);
  }
  record.firstPacket = earliest(record.firstPacket, capture.firstPacket);
  record.lastPacket = latest(record.lastPacket, capture.lastPacket);
  for (const { role: name, confidence } of role.top) {
    confidences.set(name, (confidences.get(name) ?? 0) + confidence);
  }
  if (role.label === unknownRole) sums.unknown++;
  if (anomaly.verdict === 'not-evaluated') record.verdicts.notEvaluated++;
  else record.verdicts[anomaly.verdict]++;
  if (anomaly.verdict === 'anomalous' && record.anomalousCaptures.length < MOST_NAMED) {
    record.anomalousCaptures.push(capture.file);
  }
}

function withRole({ record, confidences, unknown }: Sums): DeviceSummaryRecord {
  const { captures } = record;
  const means = Array.from(confidences, ([role, sum]) => [role, sum / captures] as const);
  return { ...record, role: deviceAnswer(means, unknown / captures) };
}
