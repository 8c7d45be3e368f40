import type { Finding } from '../anomaly/index.js';
import type { Moment } from '../pcap/index.js';
import {
  endpointsOf,
  parseCaptureName,
  protocolOfRow,
  rowStart,
  type SessionTable,
} from '../sessions/index.js';
import type { CaptureNameRecord, CaptureRecord, NamedSession } from '../types.js';
import type { Observation } from './observe.js';
import { protocolName } from './protocol-name.js';

export { protocolName } from './protocol-name.js';

/** The part of a prediction that describes the capture. Waits for the digest, which may be the last thing to end. */
export async function captureRecord({ summary, table }: Observation): Promise<CaptureRecord> {
  const { file, linkType, packets, bytes, first, last, dropped, truncated } = summary;
  const skipped: Record<string, number> = { ...summary.skipped };
  if (table.refused > 0) skipped['session-limit'] = table.refused;
  return {
    file,
    sha256: await summary.sha256,
    name: nameRecord(file),
    linkType,
    packets,
    bytes,
    sessions: table.sessions,
    firstPacket: first === null ? null : formatMoment(first),
    lastPacket: last === null ? null : formatMoment(last),
    seconds: secondsBetween(first, last),
    skipped,
    ...(dropped === null ? {} : { dropped }),
    truncated,
  };
}

function nameRecord(file: string): CaptureNameRecord | null {
  const name = parseCaptureName(file);
  if (name === null) return null;
  const { deviceName, deviceId, time, duration, flags } = name;
  return { deviceName, deviceId, time, duration, flags };
}

/** Seconds from the first to the last packet, to the nanosecond as far as a double reaches. */
export function secondsBetween(first: Moment | null, last: Moment | null): number {
  if (first === null || last === null) return 0;
  return Number((last.seconds - first.seconds + (last.nanoseconds - first.nanoseconds) / 1e9).toFixed(9));
}

/** RFC 3339 in UTC, microseconds, or nanoseconds where the last three digits are not zero. */
export function formatMoment({ seconds, nanoseconds }: Moment): string {
  const date = new Date(seconds * 1000);
  const digits = nanoseconds % 1000 === 0 ? 6 : 9;
  const fraction = String(nanoseconds).padStart(9, '0').slice(0, digits);
  // Outside the range of Date (time stamps with an absurd offset) only the number itself can be shown.
  return Number.isNaN(date.getTime())
    ? `${seconds}.${fraction}`
    : `${date.toISOString().slice(0, -5)}.${fraction}Z`;
}

/** A session that stands out, in the words of a record. */
export function namedSession(table: SessionTable, finding: Finding, row: number): NamedSession {
  const { base } = table;
  const startNs = rowStart(table, row) + base.nanoseconds;
  const seconds = base.seconds + Math.floor(startNs / 1e9);
  const nanoseconds = startNs - Math.floor(startNs / 1e9) * 1e9;
  return {
    ...endpointsOf(table, row),
    protocol: protocolName(protocolOfRow(table, row)),
    start: formatMoment({ seconds, nanoseconds }),
    outlierProbability: finding.outlierProbability,
    why: [...finding.why],
  };
}
