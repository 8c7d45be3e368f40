import type { Moment } from './moment.js';

/**
 * Somebody who reads plain packets of little-endian Ethernet captures by itself, straight from the reader's bytes,
 * and leaves everything else to the decoder here.
 */
export interface PlainPackets {
  /** Where the reader's bytes must lie: at least so many. Longer memory may be asked for later. */
  buffer(bytes: number): Uint8Array;
  /** Whether packets that may be tunnels are left to the decoder here. */
  openTunnels(open: boolean): void;
  /** Records of a classic file begin: bytes of a record's header, nanoseconds of a tick, most bytes of a record. */
  beginClassic(headerBytes: number, nanosecondsPerTick: number, recordLimit: number): void;
  /**
   * Blocks of a pcapng file begin: interfaces described so far, all of Ethernet, ticks of a second of all of them, which divide
   * 10^9; most bytes of a record and of a block.
   */
  beginBlocks(interfaces: number, ticksPerSecond: number, recordLimit: number, blockLimit: number): void;
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
  /** Time of the last packet. */
  readonly newest: Moment;
}
