/** Predictions as CSV (RFC 4180): one line a capture, flat columns that never change their order. */

import type { PredictionOutcome, PredictionRecord } from '../types.js';
import { csvLine } from './escape.js';

type Cell = string | number | boolean | null;

const COLUMNS: readonly (readonly [name: string, of: (record: PredictionRecord) => Cell])[] = [
  ['sha256', ({ capture }) => capture.sha256],
  ['link_type', ({ capture }) => capture.linkType],
  ['packets', ({ capture }) => capture.packets],
  ['bytes', ({ capture }) => capture.bytes],
  ['first_packet', ({ capture }) => capture.firstPacket],
  ['last_packet', ({ capture }) => capture.lastPacket],
  ['seconds', ({ capture }) => capture.seconds],
  ['truncated', ({ capture }) => capture.truncated],
  ['device_mac', ({ device }) => device.mac],
  ['device_addresses', ({ device }) => device.addresses.join(' ')],
  ['device_vendor', ({ device }) => device.vendor],
  ['device_chosen_by', ({ device }) => device.chosenBy],
  ['sessions', ({ sessions }) => sessions.total],
  ['sessions_initiated', ({ sessions }) => sessions.initiated],
  ['sessions_received', ({ sessions }) => sessions.received],
  ['sessions_external', ({ sessions }) => sessions.external],
  ['role', ({ role }) => role.label],
  ['confidence', ({ role }) => role.confidence],
  ...[0, 1, 2].flatMap((rank): (readonly [string, (record: PredictionRecord) => Cell])[] => [
    [`role_${rank + 1}`, ({ role }) => role.top[rank]?.role ?? null],
    [`confidence_${rank + 1}`, ({ role }) => role.top[rank]?.confidence ?? null],
  ]),
  ['verdict', ({ anomaly }) => anomaly.verdict],
  ['verdict_role', ({ anomaly }) => anomaly.role],
  ['score', ({ anomaly }) => anomaly.score],
  ['threshold', ({ anomaly }) => anomaly.threshold],
  ['reason', ({ anomaly }) => anomaly.reason],
  ['model_name', ({ model }) => model.name],
  ['model_version', ({ model }) => model.version],
  ['model_sha256', ({ model }) => model.sha256],
  ['classifier', ({ model }) => model.classifier],
  ['warnings', ({ warnings }) => warnings.join('; ')],
];

/** The line of column names. */
export function predictionCsvHead(): string {
  return csvLine(['file', ...COLUMNS.map(([name]) => name), 'error_code', 'error_message']);
}

/** The line of one capture; one that failed has its file, the code and the message alone. */
export function predictionCsvLine(outcome: PredictionOutcome): string {
  const { file } = outcome.capture;
  if (outcome.schema === 'networkml/error/v1') {
    return csvLine([file, ...COLUMNS.map(() => null), outcome.error.code, outcome.error.message]);
  }
  return csvLine([file, ...COLUMNS.map(([, of]) => of(outcome)), null, null]);
}
