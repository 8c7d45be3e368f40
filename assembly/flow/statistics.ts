/**
 * Statistics of live sessions, in blocks beside their rows. A session gets a block with its third packet; what the first
 * two were can be told from its row. So a scan of millions of addresses costs no statistics, and the numbers are the same
 * to the last bit, because both packets go through the same steps later. One more block is for sessions that have none.
 */
import * as at from '../../src/sessions/meter/meter-layout';
import { allocate } from './memory';

const BLOCK_BYTES: usize = at.BLOCK_DOUBLES * 8;
const SET_BYTES: usize = at.SET * 8;
const FLAGS_AT: usize = at.FLAG_COUNTS * 4;
const PIECE: usize = 512;
const PROTOCOL_TCP = 6;

/** Taken by sessions that are over before they have a block. */
const spare: usize = memory.data(256, 64);
let free: usize = 0;
let next: usize = 0;
let end: usize = 0;

/**
 * Adds a packet to a session; its row is still as the packet before left it.
 * @param sinceLast milliseconds since the session's packet before
 * @param sinceOwn milliseconds since the one before of its side
 * @param flags TCP flag byte, 0 where there is none
 */
export function addStatistics(
  row: usize,
  side: u32,
  size: f64,
  sinceLast: f64,
  sinceOwn: f64,
  flags: i32,
): void {
  const ofSide = load<u32>(row + (side << 2), at.PACKETS * 4);
  const all = ofSide + load<u32>(row + ((1 - side) << 2), at.PACKETS * 4);
  let block: usize = load<u32>(row, at.STATISTICS_BLOCK * 4);
  if (block === 0) {
    if (all < 2) {
      if (all === 0) store<u32>(row, <u32>size, at.FIRST_SIZE * 4);
      store<i32>(row, load<i32>(row, at.FIRST_FLAGS * 4) | (flags << (all << 3)), at.FIRST_FLAGS * 4);
      return;
    }
    block = takeBlock();
    replay(row, block);
    store<u32>(row, <u32>block, at.STATISTICS_BLOCK * 4);
  }
  countPacket(block, side, ofSide + 1, all + 1, size, sinceLast, sinceOwn, flags);
}

/** The block of a session that is over: its own, or the spare one with what one or two packets give. */
export function blockOf(row: usize): usize {
  const block: usize = load<u32>(row, at.STATISTICS_BLOCK * 4);
  if (block !== 0) return block;
  replay(row, spare);
  return spare;
}

/** Gives a session's block back. */
export function releaseStatistics(row: usize): void {
  const block: usize = load<u32>(row, at.STATISTICS_BLOCK * 4);
  if (block === 0) return;
  store<u32>(block, <u32>free);
  free = block;
  store<u32>(row, 0, at.STATISTICS_BLOCK * 4);
}

function takeBlock(): usize {
  let block = free;
  if (block !== 0) {
    free = load<u32>(block);
    return block;
  }
  if (next === end) {
    next = allocate(BLOCK_BYTES * PIECE);
    end = next + BLOCK_BYTES * PIECE;
  }
  block = next;
  next += BLOCK_BYTES;
  return block;
}

/** Puts the one or two packets of a row into a block that is empty or used. */
function replay(row: usize, block: usize): void {
  memory.fill(block + FLAGS_AT, 0, 64);
  const side: u32 = load<u32>(row, at.EVIDENCE * 4) & at.FIRST_PACKET_BY_B ? 1 : 0;
  const isTcp = (load<u32>(row, at.SCOPE * 4) & 255) === PROTOCOL_TCP;
  const flags = isTcp ? load<i32>(row, at.FIRST_FLAGS * 4) : 0;
  const firstSize = <f64>load<u32>(row, at.FIRST_SIZE * 4);
  countPacket(block, side, 1, 1, firstSize, 0, 0, flags & 255);
  const ofFirst = load<u32>(row + (side << 2), at.PACKETS * 4);
  if (ofFirst + load<u32>(row + ((1 - side) << 2), at.PACKETS * 4) < 2) return;
  const second: u32 = ofFirst === 2 ? side : 1 - side;
  const size = load<f64>(row, at.BYTES * 8) + load<f64>(row, at.BYTES * 8 + 8) - firstSize;
  const from = load<f64>(row + (side << 3), at.FIRST_MS * 8);
  const to = load<f64>(row + (second << 3), at.LAST_MS * 8);
  const since = to > from ? to - from : 0;
  countPacket(block, second, ofFirst, 2, size, since, since, flags >> 8);
}

function countPacket(
  block: usize,
  side: u32,
  ofSide: u32,
  all: u32,
  size: f64,
  sinceLast: f64,
  sinceOwn: f64,
  flags: i32,
): void {
  addToSet(block, all, size, sinceLast);
  addToSet(block + SET_BYTES * (1 + side), ofSide, size, sinceOwn);
  const counters = block + FLAGS_AT + (side << 5);
  for (let rest = flags; rest !== 0; rest &= rest - 1) {
    const counter = counters + ((<usize>ctz(rest)) << 2);
    store<u32>(counter, load<u32>(counter) + 1);
  }
}

/**
 * Running statistics (Welford, Technometrics 4, 1962) in the order of operations that NFStream has, so that results are
 * equal to the last bit: mean += (x - mean) / n; M2 += (x - old mean) * (x - new mean).
 */
function addToSet(set: usize, count: u32, size: f64, since: f64): void {
  if (count === 1) {
    begin(set, size);
    return;
  }
  addTo(set, count, size);
  if (count === 2) begin(set + at.INTERVAL_MEAN * 8, since);
  else addTo(set + at.INTERVAL_MEAN * 8, count - 1, since);
}

/** Four doubles: mean, M2, least, most. */
function begin(place: usize, value: f64): void {
  store<f64>(place, value, at.SIZE_MEAN * 8);
  store<f64>(place, 0, at.SIZE_M2 * 8);
  store<f64>(place, value, at.SIZE_MIN * 8);
  store<f64>(place, value, at.SIZE_MAX * 8);
}

function addTo(place: usize, count: u32, value: f64): void {
  const old = load<f64>(place, at.SIZE_MEAN * 8);
  const distance = value - old;
  const mean = old + distance / <f64>count;
  store<f64>(place, mean, at.SIZE_MEAN * 8);
  store<f64>(place, load<f64>(place, at.SIZE_M2 * 8) + distance * (value - mean), at.SIZE_M2 * 8);
  if (value < load<f64>(place, at.SIZE_MIN * 8)) store<f64>(place, value, at.SIZE_MIN * 8);
  if (value > load<f64>(place, at.SIZE_MAX * 8)) store<f64>(place, value, at.SIZE_MAX * 8);
}
