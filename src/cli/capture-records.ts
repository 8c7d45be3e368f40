/** The captures of single devices as records and as a table. */

import type { DeviceCapture, DeviceCaptureRecord } from '../capture/index.js';
import { formatMoment, secondsBetween } from '../pipeline/index.js';
import { byteSize, count, plainText, type ReportStyle, textTable, timeSpan } from '../report/index.js';

/** A capture that was split off, as a record. */
export function deviceCaptureRecord(capture: DeviceCapture): DeviceCaptureRecord {
  const { path, mac, addresses, linkType, packets, sent, shared, bytes, first, last } = capture;
  return {
    schema: 'networkml/device-capture/v1',
    file: path,
    device: { mac, addresses: [...addresses] },
    linkType,
    packets,
    sent,
    shared,
    bytes,
    firstPacket: formatMoment(first),
    lastPacket: formatMoment(last),
    seconds: secondsBetween(first, last),
  };
}

/** A line for each device. */
export function deviceCaptureTable(records: readonly DeviceCaptureRecord[], style: ReportStyle): string {
  const head = ['device', 'address', 'packets', 'sent', 'size', 'time', 'capture'];
  const rows = records.map(({ device, packets, sent, bytes, seconds, file }) => [
    device.mac ?? device.addresses[0] ?? '',
    device.mac === null ? '' : (device.addresses[0] ?? ''),
    count(packets),
    count(sent),
    byteSize(bytes),
    timeSpan(seconds),
    plainText(file),
  ]);
  return textTable(style, head, rows, new Set([2, 3, 4, 5]));
}
