/** Answers about devices from all their captures, as text. */
import { roleTitle } from '../role-titles.js';
import type { DeviceOutcome, DeviceSummaryRecord } from '../types.js';
import { csvLine, plainText } from './escape.js';
import { type ReportStyle, shorten, textTable } from './layout.js';
import { arrayReport, linesReport, type RecordReport } from './predictions.js';
import { count, counted, percent } from './quantities.js';

/** Formats of answers about devices. */
export const deviceFormats = ['table', 'json', 'ndjson', 'csv'] as const;

export type DeviceFormat = (typeof deviceFormats)[number];

/** A report of devices in a format; captures that failed are in it but for the table, which counts them. */
export function deviceReport(format: DeviceFormat, style: ReportStyle): RecordReport<DeviceOutcome> {
  switch (format) {
    case 'table':
      return tableReport(style);
    case 'json':
      return arrayReport();
    case 'ndjson':
      return linesReport();
    case 'csv':
      return { head: csvHead, record: csvRow, end: () => '' };
  }
}

function tableReport(style: ReportStyle): RecordReport<DeviceOutcome> {
  const devices: DeviceSummaryRecord[] = [];
  let failed = 0;
  return {
    head: () => '',
    record: (outcome) => {
      if (outcome.schema === 'networkml/error/v1') failed++;
      else devices.push(outcome);
      return '';
    },
    end: () => `${deviceTable(devices, style)}${summaryLine(devices, failed)}`,
  };
}

/** Room for what stands between the role and the maker. */
const BETWEEN = 48;

function deviceTable(devices: readonly DeviceSummaryRecord[], style: ReportStyle): string {
  if (devices.length === 0) return '';
  const head = ['role', '', 'captures', 'behaviour', 'address', 'maker'];
  const roleRoom = style.width < 100 ? 18 : 28;
  const makerRoom = Math.max(12, style.width - roleRoom - BETWEEN);
  const rows = devices.map(({ device, role, captures, verdicts }) => [
    shorten(plainText(roleTitle(role.label, style.titles)), roleRoom),
    percent(role.confidence),
    count(captures),
    behaviourOf(verdicts),
    plainText(device.mac ?? device.addresses[0] ?? ''),
    shorten(plainText(device.vendor ?? ''), makerRoom),
  ]);
  return textTable(style, head, rows, new Set([1, 2]));
}

function behaviourOf({ normal, anomalous }: DeviceSummaryRecord['verdicts']): string {
  if (anomalous > 0) return `${count(anomalous)} anomalous`;
  return normal > 0 ? 'normal' : 'not evaluated';
}

function summaryLine(devices: readonly DeviceSummaryRecord[], failed: number): string {
  const captures = devices.reduce((sum, device) => sum + device.captures, 0);
  const more = failed === 0 ? '' : `, ${count(failed)} failed`;
  return `${counted(devices.length, 'device')} in ${counted(captures, 'capture')}${more}\n`;
}

type Cell = string | number | null;

const CELLS: readonly (readonly [name: string, of: (record: DeviceSummaryRecord) => Cell])[] = [
  ['device_mac', ({ device }) => device.mac],
  ['device_addresses', ({ device }) => device.addresses.join(' ')],
  ['device_vendor', ({ device }) => device.vendor],
  ['captures', ({ captures }) => captures],
  ['first_packet', ({ firstPacket }) => firstPacket],
  ['last_packet', ({ lastPacket }) => lastPacket],
  ['role', ({ role }) => role.label],
  ['confidence', ({ role }) => role.confidence],
  ...[0, 1, 2].flatMap((rank): (readonly [string, (record: DeviceSummaryRecord) => Cell])[] => [
    [`role_${rank + 1}`, ({ role }) => role.top[rank]?.role ?? null],
    [`confidence_${rank + 1}`, ({ role }) => role.top[rank]?.confidence ?? null],
  ]),
  ['normal', ({ verdicts }) => verdicts.normal],
  ['anomalous', ({ verdicts }) => verdicts.anomalous],
  ['not_evaluated', ({ verdicts }) => verdicts.notEvaluated],
];

function csvHead(): string {
  return csvLine([...CELLS.map(([name]) => name), 'failed_file', 'error_code', 'error_message']);
}

function csvRow(outcome: DeviceOutcome): string {
  if (outcome.schema === 'networkml/error/v1') {
    const { capture, error } = outcome;
    return csvLine([...CELLS.map(() => null), capture.file, error.code, error.message]);
  }
  return csvLine([...CELLS.map(([, of]) => of(outcome)), null, null, null]);
}
