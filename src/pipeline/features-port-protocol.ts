import { NetworkmlError } from '../errors.js';
import {
  PORT_PROTOCOL_COLUMNS,
  PORT_PROTOCOL_LAYOUT,
  sessionSignature,
  signatureColumns,
} from '../features/index.js';
import type { CaptureSource } from '../pcap/index.js';
import {
  type Device,
  type DeviceSession,
  describeDevice,
  deviceHint,
  endpointsOf,
  forEachDeviceSession,
  type SessionizedCapture,
  sessionize,
} from '../sessions/index.js';
import type { FeatureDeviceRecord, PortProtocolRecord, SparseVectorRecord } from './feature-records.js';
import { type FeatureCaptureOptions, featureCapture, momentAfter } from './features-capture.js';
import { formatMoment, protocolName } from './records.js';

export interface PortProtocolOptions extends FeatureCaptureOptions {
  /** MAC or IP address of the device; found from the traffic without it. */
  readonly device?: string;
  readonly unit: 'session' | 'window';
  /** What counts the same within a window: every packet (default), or every session. */
  readonly weight?: 'packets' | 'sessions';
  /** Length of a window from the first packet of the capture on, seconds; 0 is the whole capture. Default 900. */
  readonly windowSeconds?: number;
}

/**
 * Vectors of layout port-protocol-4104/1, one for each session or window of the device.
 * @throws NetworkmlError NML_INPUT_*, NML_PCAP_*, NML_DEVICE_ABSENT; NML_NO_SESSIONS when the device has none
 */
export async function portProtocolRecords(
  source: CaptureSource,
  options: PortProtocolOptions,
): Promise<PortProtocolRecord[]> {
  const capture = featureCapture(source, options);
  const read = await sessionize(capture, {
    binSeconds: options.unit === 'session' ? 0 : (options.windowSeconds ?? 900),
    ...(options.device === undefined ? {} : { device: deviceHint(options.device) }),
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
  });
  const { device } = read;
  if (device === undefined) {
    throw new NetworkmlError('NML_NO_SESSIONS', 'no unicast host sends or receives anything', {
      file: capture.name,
    });
  }
  const records =
    options.unit === 'session'
      ? sessionRecords(read, device)
      : windowRecords(read, device, options.weight ?? 'packets');
  if (records.length === 0) {
    throw new NetworkmlError('NML_NO_SESSIONS', 'the device takes part in no session', {
      file: capture.name,
    });
  }
  return records;
}

type Frame = Pick<PortProtocolRecord, 'schema' | 'file' | 'kind' | 'layout' | 'device'>;

function frameOf({ summary, table }: SessionizedCapture, device: Device): Frame {
  const described: FeatureDeviceRecord = describeDevice(table, device);
  return {
    schema: 'networkml/features/v1',
    file: summary.file,
    kind: 'port-protocol',
    layout: PORT_PROTOCOL_LAYOUT,
    device: described,
  };
}

/** Sessions were not cut: every row is a whole one. */
function sessionRecords(read: SessionizedCapture, device: Device): PortProtocolRecord[] {
  const { table } = read;
  const { schema, file, kind, layout, device: described } = frameOf(read, device);
  const records: PortProtocolRecord[] = [];
  forEachDeviceSession(table, device, (part) => {
    records.push({
      schema,
      file,
      kind,
      layout,
      unit: 'session',
      index: records.length,
      start: formatMoment(momentAfter(table.base, part.firstNs)),
      end: formatMoment(momentAfter(table.base, part.lastNs)),
      device: described,
      session: { ...endpointsOf(table, part.row), protocol: protocolName(part.protocol) },
      vector: signatureColumns(sessionSignature(part)).map((column) => [column, 1]),
    });
  });
  return records;
}

/** Sums over the parts of sessions that lie in one window. */
interface WindowSums {
  readonly columns: Map<number, number>;
  sent: number;
  received: number;
  parts: number;
  firstNs: number;
  lastNs: number;
}

function windowRecords(
  read: SessionizedCapture,
  device: Device,
  weight: 'packets' | 'sessions',
): PortProtocolRecord[] {
  const windows = new Map<number, WindowSums>();
  forEachDeviceSession(read.table, device, (part) => {
    let sums = windows.get(part.bin);
    if (sums === undefined) {
      sums = { columns: new Map(), sent: 0, received: 0, parts: 0, firstNs: part.firstNs, lastNs: 0 };
      windows.set(part.bin, sums);
    }
    addPart(sums, part, weight);
  });
  const { schema, file, kind, layout, device: described } = frameOf(read, device);
  return [...windows]
    .sort(([x], [y]) => x - y)
    .map(([index, sums]) => ({
      schema,
      file,
      kind,
      layout,
      unit: 'window' as const,
      index,
      start: formatMoment(momentAfter(read.table.base, sums.firstNs)),
      end: formatMoment(momentAfter(read.table.base, sums.lastNs)),
      device: described,
      session: null,
      vector: sharesOf(sums, weight),
    }));
}

const HALF = PORT_PROTOCOL_COLUMNS / 2;

function addPart(sums: WindowSums, part: DeviceSession, weight: 'packets' | 'sessions'): void {
  const { columns } = sums;
  for (const column of signatureColumns(sessionSignature(part))) {
    const packets = column < HALF ? part.sentPackets : part.receivedPackets;
    columns.set(column, (columns.get(column) ?? 0) + (weight === 'packets' ? packets : 1));
  }
  sums.sent += part.sentPackets;
  sums.received += part.receivedPackets;
  sums.parts++;
  sums.firstNs = Math.min(sums.firstNs, part.firstNs);
  sums.lastNs = Math.max(sums.lastNs, part.lastNs);
}

/** Shares of the packets of each direction, or the mean of the vectors of the sessions. */
function sharesOf(sums: WindowSums, weight: 'packets' | 'sessions'): SparseVectorRecord {
  return [...sums.columns]
    .sort(([x], [y]) => x - y)
    .map(([column, sum]) => {
      const of = weight === 'sessions' ? sums.parts : column < HALF ? sums.sent : sums.received;
      return [column, sum / of];
    });
}
