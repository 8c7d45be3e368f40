/** Where the answers of `networkml predict` go: a record for each capture, or one for each device. */
import { NetworkmlError } from '../errors.js';
import { deviceSummaries } from '../pipeline/index.js';
import {
  type DeviceFormat,
  deviceFormats,
  deviceReport,
  type PredictionFormat,
  predictionReport,
  type RecordReport,
  type ReportStyle,
} from '../report/index.js';
import type { PredictionOutcome } from '../types.js';

/**
 * The report of a run.
 * @throws NetworkmlError NML_CONFIG for a format that has no devices
 */
export function predictReport(
  format: string,
  style: ReportStyle,
  captures: number,
  byDevice: boolean,
): RecordReport<PredictionOutcome> {
  if (!byDevice) return predictionReport(format as PredictionFormat, style, captures);
  const known = deviceFormats.find((each): each is DeviceFormat => each === format);
  if (known === undefined) {
    throw new NetworkmlError('NML_CONFIG', `--by-device has no format ${format}`, {
      hint: `there are: ${deviceFormats.join(', ')}`,
    });
  }
  const report = deviceReport(known, style);
  const devices = deviceSummaries();
  return {
    head: () => report.head(),
    record: (outcome) => {
      if (outcome.schema === 'networkml/error/v1') return report.record(outcome);
      devices.add(outcome);
      return '';
    },
    end: () =>
      `${devices
        .list()
        .map((device) => report.record(device))
        .join('')}${report.end()}`,
  };
}
