/**
 * The `sess` view of behaviour: one unit per session and 15-minute bin, made of who opened it, its protocol, its
 * service, and sixteen numbers. Nothing is scaled here; scales belong to the model of a role.
 */
import { NetworkmlError } from '../errors.js';
import type { DeviceSession } from '../sessions/index.js';
import { isServicePort, noService, serviceCode } from './services.js';

/** Layout id of the units below. */
export const sessLayoutId = 'sess/1';

/**
 * The numbers of a unit, in order. `ln` is the natural logarithm; bytes are lengths of IP packets; sizes are per
 * packet, in units of 300 bytes; flags are 0 or 1.
 */
export const sessNumberNames = [
  'external',
  'multicast',
  'ln(1+packets sent)',
  'ln(1+packets received)',
  'ln(1+bytes sent)',
  'ln(1+bytes received)',
  'ln(1+tenths of a second)',
  'bytes per packet sent / 300',
  'bytes per packet received / 300',
  'one-sided',
  'failed',
  'reset',
  'odd flags',
  'ln(1+payload bytes sent)',
  'ln(1+payload bytes received)',
  'ln((1+bytes sent)/(1+bytes received))',
] as const;

/** How many numbers a unit has. */
export const sessNumberCount = sessNumberNames.length;

/** Units of one capture, as columns. Row r is `numbers[16 r .. 16 r + 16)` and entry r of the others. */
export interface SessUnits {
  /** Rows in use. */
  count: number;
  /** Sessions parts that the rows were chosen from; as many as rows where none was left out. */
  met: number;
  /** Row of the session table that the unit was made from. */
  readonly sessionRow: Uint32Array;
  /** 15-minute slice, counted from the capture's first packet. */
  readonly bin: Uint32Array;
  /** Opener and protocol: 0 to 3 opened by the device, 4 to 7 by the peer; TCP, UDP, ICMP, other. */
  readonly kind: Uint8Array;
  /** `serviceCode` of the server's port. */
  readonly service: Uint32Array;
  /** In the order of `sessNumberNames`. */
  readonly numbers: Float32Array;
}

/** Room for `capacity` units. */
export function createSessUnits(capacity: number): SessUnits {
  return {
    count: 0,
    met: 0,
    sessionRow: new Uint32Array(capacity),
    bin: new Uint32Array(capacity),
    kind: new Uint8Array(capacity),
    service: new Uint32Array(capacity),
    numbers: new Float32Array(capacity * sessNumberCount),
  };
}

/** Whether the device opened the session of such a unit. */
export function openedByDevice(kind: number): boolean {
  return kind < 4;
}

const protocolNames = ['tcp', 'udp', 'icmp', 'other'] as const;

/** Protocol of a unit's kind, as a word. */
export function protocolOfKind(kind: number): (typeof protocolNames)[number] {
  return protocolNames[kind & 3] ?? 'other';
}

const tcp = 6;
const udp = 17;
const synFlag = 0x02;
const rstFlag = 0x04;

/**
 * Writes the unit of one session part to row `units.count` and counts it. Allocates nothing.
 * @throws NetworkmlError NML_INTERNAL when the columns are full
 */
export function appendSessUnit(units: SessUnits, session: DeviceSession): void {
  const row = units.count;
  if (row >= units.kind.length)
    throw new NetworkmlError('NML_INTERNAL', `no room for more than ${row} units`);
  units.count = row + 1;
  units.met++;
  units.sessionRow[row] = session.row;
  units.bin[row] = session.bin;
  units.kind[row] = sessKind(session);
  units.service[row] = sessService(session);
  writeNumbers(units.numbers, row * sessNumberCount, session, opensSession(session));
}

/** Opener and protocol of a session: see `SessUnits.kind`. */
export function sessKind(session: DeviceSession): number {
  return (opensSession(session) ? 0 : 4) + protocolClass(session.protocol);
}

/** Service code of the server's port. */
export function sessService(session: DeviceSession): number {
  const port = opensSession(session) ? session.peerPort : session.devicePort;
  return port === 0 ? noService : serviceCode(port);
}

/**
 * Whether the device opened the session. A handshake decides; in a TCP session whose start was not captured, the side
 * with a service port is the server if only one has one; otherwise the first packet's sender opened it.
 */
export function opensSession(session: DeviceSession): boolean {
  if (session.protocol !== tcp || session.initiatedBy !== 'first-packet') return session.initiated;
  const peerServes = isServicePort(session.peerPort);
  return peerServes === isServicePort(session.devicePort) ? session.initiated : peerServes;
}

/**
 * Whether an attempt to talk came to nothing. TCP: no packet came back and no payload went out; or a reset came back
 * and neither side sent payload; or a SYN was sent and none came back. UDP: no reply. Multicast never fails.
 * @param opened by the device; otherwise the two sides change places
 */
export function isFailed(session: DeviceSession, opened: boolean): boolean {
  if (session.peerClass === 'multicast') return false;
  const returned = opened ? session.receivedPackets : session.sentPackets;
  if (session.protocol === udp) return returned === 0;
  if (session.protocol !== tcp) return false;
  const outPayload = opened ? session.sentPayloadBytes : session.receivedPayloadBytes;
  const backPayload = opened ? session.receivedPayloadBytes : session.sentPayloadBytes;
  const backFlags = opened ? session.receivedTcpFlags : session.sentTcpFlags;
  const syns = opened ? session.sentSyn : session.receivedSyn;
  if (outPayload === 0 && returned === 0) return true;
  if (outPayload === 0 && backPayload === 0 && (backFlags & rstFlag) !== 0) return true;
  return syns > 0 && (backFlags & synFlag) === 0;
}

function protocolClass(protocol: number): number {
  if (protocol === tcp) return 0;
  if (protocol === udp) return 1;
  return protocol === 1 || protocol === 58 ? 2 : 3;
}

function writeNumbers(out: Float32Array, at: number, session: DeviceSession, opened: boolean): void {
  const { sentPackets, receivedPackets, sentIpBytes, receivedIpBytes } = session;
  const seconds = Math.max(0, session.lastNs - session.firstNs) / 1e9;
  out[at] = session.peerClass === 'external' ? 1 : 0;
  out[at + 1] = session.peerClass === 'multicast' ? 1 : 0;
  out[at + 2] = Math.log1p(sentPackets);
  out[at + 3] = Math.log1p(receivedPackets);
  out[at + 4] = Math.log1p(sentIpBytes);
  out[at + 5] = Math.log1p(receivedIpBytes);
  out[at + 6] = Math.log1p(10 * seconds);
  out[at + 7] = sentIpBytes / Math.max(1, sentPackets) / 300;
  out[at + 8] = receivedIpBytes / Math.max(1, receivedPackets) / 300;
  out[at + 9] = sentPackets === 0 || receivedPackets === 0 ? 1 : 0;
  out[at + 10] = isFailed(session, opened) ? 1 : 0;
  out[at + 11] = ((session.sentTcpFlags | session.receivedTcpFlags) & rstFlag) !== 0 ? 1 : 0;
  out[at + 12] = session.oddFlagPackets > 0 ? 1 : 0;
  out[at + 13] = Math.log1p(session.sentPayloadBytes);
  out[at + 14] = Math.log1p(session.receivedPayloadBytes);
  out[at + 15] = Math.log1p(sentIpBytes) - Math.log1p(receivedIpBytes);
}
