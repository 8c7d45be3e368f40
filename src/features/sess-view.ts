/**
 * The `sess` view of behaviour: one unit per session and 15-minute bin, made of who opened it, its protocol, its
 * service, and sixteen numbers. Nothing is scaled here; scales belong to the model of a role.
 */
import { bytesOf, type DeviceCore, floatsOf, wordsOf } from '../sessions/index.js';
import { SESS_NUMBERS } from './sess-limits.js';

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
export const sessNumberCount = SESS_NUMBERS;

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

/** The units that the core made of the device's sessions; where a slice has too many, of those that it chose. */
export function sessUnitsOf(core: DeviceCore): SessUnits {
  const { run } = core;
  const count = run.sessCount.value;
  return {
    count,
    met: run.sessMet.value,
    sessionRow: wordsOf(core, run.sessRows, count).slice(),
    bin: wordsOf(core, run.sessBins, count).slice(),
    kind: bytesOf(core, run.sessKinds, count).slice(),
    service: wordsOf(core, run.sessServices, count).slice(),
    numbers: floatsOf(core, run.sessNumbers, count * sessNumberCount).slice(),
  };
}
