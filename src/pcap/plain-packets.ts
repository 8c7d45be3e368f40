import type { Moment } from './moment.js';

/**
 * Somebody who reads plain packets of classic little-endian Ethernet captures by itself, straight from the reader's bytes,
 * and leaves everything else to the decoder here.
 */
export interface PlainPackets {
  /** Where the reader's bytes must lie: at least so many. Longer memory may be asked for later. */
  buffer(bytes: number): Uint8Array;
  /**
   * A file's records begin: bytes of a record's header, nanoseconds of a tick, most bytes of a record.
   * @param tunnels whether packets that may be tunnels are left to the decoder here
   */
  begin(recordHeaderBytes: number, nanosecondsPerUnit: number, recordLimit: number, tunnels: boolean): void;
  /**
   * Takes whole records of plain packets in `[from, end)` of the buffer, `most` at most.
   * @returns where the first record begins that was not taken
   */
  walk(from: number, end: number, packetsBefore: number, most: number): number;
  /** Of the last walk: packets, their bytes on the wire, earliest and latest time (meaningless without packets). */
  readonly packets: number;
  readonly bytes: number;
  readonly first: Moment;
  readonly last: Moment;
}
