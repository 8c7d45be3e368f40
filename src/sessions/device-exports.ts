/** What assembly/device exports: the device's side of the session table, and the units of behaviour. */
import type { CoreNumber } from './core/core.js';
import type { KeyKeeper } from './core/core-keys.js';

/**
 * In the order in which it is used: ports are put in once a table, then a device, its sessions are collected, then come its
 * ARP and the minutes. All columns are the newest device's; those of one before stay where they were.
 */
export interface DeviceExports {
  /** Where 65,536 bytes (1: the port names a service) and 65,536 numbers of 16 bits (`admBits`) go. */
  readonly servicePorts: CoreNumber;
  readonly admBits: CoreNumber;
  /** @param mac number in the table of MAC addresses, or -1 */
  beginDevice(mac: number): void;
  addOwnAddress(six: boolean, address: number): void;
  collect(): void;

  /** Per row of the table: 0 not of the device, 1 the device is side a, 2 it is side b; the others say nothing of the former. */
  readonly sides: CoreNumber;
  /** Kinds (8 bits), numbers of peers and services (32 bits), and the two words of each number's key. */
  readonly kinds: CoreNumber;
  readonly peers: CoreNumber;
  readonly services: CoreNumber;
  readonly peerWords: CoreNumber;
  readonly serviceWords: CoreNumber;

  /** Columns of the `sess` view, of 32 bits but kinds, which are bytes. */
  readonly sessMet: CoreNumber;
  readonly sessCount: CoreNumber;
  readonly sessRows: CoreNumber;
  readonly sessBins: CoreNumber;
  readonly sessKinds: CoreNumber;
  readonly sessServices: CoreNumber;
  readonly sessNumbers: CoreNumber;

  /** The slices in which the device has a session, ascending: units of `adm` and `contacts`. */
  readonly sliceCount: CoreNumber;
  readonly sliceBins: CoreNumber;
  /** Floats; of each unit up to five peers, and how many. */
  readonly admNumbers: CoreNumber;
  readonly admPeers: CoreNumber;
  readonly admPeerCounts: CoreNumber;
  /** Floats; behind each a row or -1, and a count (a double). */
  readonly contactNumbers: CoreNumber;
  readonly contactRows: CoreNumber;
  readonly contactCounts: CoreNumber;

  /** Where so many minutes in which ARP of the device was seen go, ascending. */
  prepareArp(count: number): number;
  makeNetUnits(): void;
  /** What rows did in their minutes: row, facts (bytes), marked packets; in order of minutes. */
  readonly entryCount: CoreNumber;
  readonly entryRows: CoreNumber;
  readonly entryFacts: CoreNumber;
  readonly entryMarks: CoreNumber;
  /** 0 when no entry has marked packets. */
  readonly anyMarks: CoreNumber;
  /** Units of the `net` view: minute, slice, first entry, one past the last, numbers (floats, those of ARP 0). */
  readonly netCount: CoreNumber;
  readonly netMinutes: CoreNumber;
  readonly netBins: CoreNumber;
  readonly netStarts: CoreNumber;
  readonly netEnds: CoreNumber;
  readonly netNumbers: CoreNumber;
}

/** The core of a session table as far as it is about devices. */
export interface DeviceCore {
  readonly run: DeviceExports & KeyKeeper;
  /** So many bytes from a place on. They stay what they are: columns of a device are not given back. */
  bytes(at: number, length: number): Uint8Array;
}

/** So many bytes of a column. */
export function bytesOf(core: DeviceCore, { value }: CoreNumber, count: number): Uint8Array {
  return core.bytes(value, count);
}

/** So many 32-bit words of a column. */
export function wordsOf(core: DeviceCore, { value }: CoreNumber, count: number): Uint32Array {
  const { buffer, byteOffset } = core.bytes(value, count * 4);
  return new Uint32Array(buffer, byteOffset, count);
}

/** So many 32-bit integers of a column. */
export function integersOf(core: DeviceCore, { value }: CoreNumber, count: number): Int32Array {
  const { buffer, byteOffset } = core.bytes(value, count * 4);
  return new Int32Array(buffer, byteOffset, count);
}

/** So many floats of a column. */
export function floatsOf(core: DeviceCore, { value }: CoreNumber, count: number): Float32Array {
  const { buffer, byteOffset } = core.bytes(value, count * 4);
  return new Float32Array(buffer, byteOffset, count);
}

/** So many doubles of a column. */
export function doublesOf(core: DeviceCore, { value }: CoreNumber, count: number): Float64Array {
  const { buffer, byteOffset } = core.bytes(value, count * 8);
  return new Float64Array(buffer, byteOffset, count);
}
