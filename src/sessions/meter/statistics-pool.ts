import { type Packet, PROTOCOL_TCP } from '../../pcap/index.js';
import * as at from './meter-layout.js';
import { addToSet, countFlags } from './statistics.js';

/** Blocks of a page: a power of two. */
const PAGE_BITS = 12;
const PAGE_BLOCKS = 1 << PAGE_BITS;

/**
 * Statistics of live sessions, in blocks beside their rows. A session gets a block with its third packet; what the first
 * two were can be told from its row. So a scan of millions of addresses costs no statistics, and the numbers are the same
 * to the last bit, because both packets go through the same steps later. Block 0 is for sessions that have none.
 */
export class StatisticsPool {
  private readonly pages64: Float64Array[] = [];
  private readonly pages32: Int32Array[] = [];
  /** What `add` is given, of packets that are counted later. */
  private readonly again = new Float64Array(3);
  private blocks = 0;
  private free = 0;

  constructor() {
    this.take();
  }

  /** The page of a block as doubles, and where the block begins in it. */
  floats(block: number): Float64Array {
    return this.pages64[block >> PAGE_BITS] as Float64Array;
  }

  floatsAt(block: number): number {
    return (block & (PAGE_BLOCKS - 1)) * at.BLOCK_DOUBLES;
  }

  /** The same page as integers. */
  ints(block: number): Int32Array {
    return this.pages32[block >> PAGE_BITS] as Int32Array;
  }

  /**
   * Adds a packet to a session; its row is still as the packet before left it.
   * @param measures the packet's size, its interval to the session's packet before and to the one before of its side
   */
  add(
    packet: Packet,
    ints: Int32Array,
    i: number,
    floats: Float64Array,
    f: number,
    side: number,
    measures: Float64Array,
  ): void {
    const ofSide = (ints[i + at.PACKETS + side] as number) >>> 0;
    const all = ofSide + ((ints[i + at.PACKETS + 1 - side] as number) >>> 0);
    const flags = packet.hasTcpFlags ? packet.tcpFlags : 0;
    let block = ints[i + at.STATISTICS_BLOCK] as number;
    if (block === 0) {
      if (all < 2) {
        if (all === 0) ints[i + at.FIRST_SIZE] = measures[0] as number;
        ints[i + at.FIRST_FLAGS] = (ints[i + at.FIRST_FLAGS] as number) | (flags << (all * 8));
        return;
      }
      block = this.take();
      this.replay(ints, i, floats, f, block);
      ints[i + at.STATISTICS_BLOCK] = block;
    }
    this.count(block, side, ofSide + 1, all + 1, measures, flags);
  }

  /** The block of a session that is over: its own, or block 0 with what one or two packets give. */
  of(ints: Int32Array, i: number, floats: Float64Array, f: number): number {
    const block = ints[i + at.STATISTICS_BLOCK] as number;
    if (block === 0) this.replay(ints, i, floats, f, 0);
    return block;
  }

  /** Gives a session's block back. */
  release(ints: Int32Array, i: number): void {
    const block = ints[i + at.STATISTICS_BLOCK] as number;
    if (block === 0) return;
    this.ints(block)[this.floatsAt(block) * 2] = this.free;
    this.free = block;
    ints[i + at.STATISTICS_BLOCK] = 0;
  }

  private take(): number {
    const block = this.free;
    if (block !== 0) {
      this.free = this.ints(block)[this.floatsAt(block) * 2] as number;
      return block;
    }
    if (this.blocks % PAGE_BLOCKS === 0) {
      const page = new ArrayBuffer(PAGE_BLOCKS * at.BLOCK_DOUBLES * 8);
      this.pages64.push(new Float64Array(page));
      this.pages32.push(new Int32Array(page));
    }
    return this.blocks++;
  }

  /** Puts the one or two packets of a row into a block that is empty or used. */
  private replay(ints: Int32Array, i: number, floats: Float64Array, f: number, block: number): void {
    const counters = this.floatsAt(block) * 2 + at.FLAG_COUNTS;
    this.ints(block).fill(0, counters, counters + 16);
    const { again } = this;
    const side = ((ints[i + at.EVIDENCE] as number) & at.FIRST_PACKET_BY_B) !== 0 ? 1 : 0;
    const flags = ints[i + at.FIRST_FLAGS] as number;
    again[0] = (ints[i + at.FIRST_SIZE] as number) >>> 0;
    const isTcp = ((ints[i + at.SCOPE] as number) & 255) === PROTOCOL_TCP;
    this.count(block, side, 1, 1, again, isTcp ? flags & 255 : 0);
    const ofFirst = ints[i + at.PACKETS + side] as number;
    if (ofFirst + (ints[i + at.PACKETS + 1 - side] as number) < 2) return;
    const second = ofFirst === 2 ? side : 1 - side;
    again[0] = (floats[f + at.BYTES] as number) + (floats[f + at.BYTES + 1] as number) - (again[0] as number);
    const from = floats[f + at.FIRST_MS + side] as number;
    const to = floats[f + at.LAST_MS + second] as number;
    again[1] = again[2] = to > from ? to - from : 0;
    this.count(block, second, ofFirst, 2, again, isTcp ? flags >> 8 : 0);
  }

  private count(
    block: number,
    side: number,
    ofSide: number,
    all: number,
    measures: Float64Array,
    flags: number,
  ): void {
    const floats = this.floats(block);
    const both = this.floatsAt(block);
    addToSet(floats, both, all, measures, 1);
    addToSet(floats, both + at.SET * (1 + side), ofSide, measures, 2);
    if (flags !== 0) countFlags(this.ints(block), both * 2 + at.FLAG_COUNTS + side * 8, flags);
  }
}
