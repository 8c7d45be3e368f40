/**
 * The short way for records of little-endian captures of Ethernet frames, of classic files or enhanced packet blocks of
 * pcapng: those with plain packets are read straight from the host's bytes; at any other the walk stops, and the host decodes
 * that one frame.
 */
import * as field from '../../src/sessions/core/packet-layout';
import { decodeFrame } from './decode';
import { packet } from './packet';

const ENHANCED_PACKET: u32 = 6;
/** All of such a block but the packet and its options. */
const BLOCK_BYTES: u32 = 32;

/** Frames that were walked so far, their bytes on the wire, and the times of the earliest and the latest one. */
export let walked: f64 = 0;
export let walkedBytes: f64 = 0;
export let firstSeconds: f64 = Infinity;
export let firstNanoseconds: i32 = 0;
export let lastSeconds: f64 = -Infinity;
export let lastNanoseconds: i32 = 0;

/** Time of the packet read last. */
export let newestSeconds: f64 = 0;
export let newestNanoseconds: i32 = 0;

let recordLimit: u32 = 0;
/** Classic files: bytes of a record's header, nanoseconds of a tick. */
let recordHeader: usize = 16;
let tick: f64 = 1000;
/** Pcapng: interfaces that may be named (0: the file is a classic one), ticks of a second, most bytes of a block. */
let interfaces: u32 = 0;
let ticksOfSecond: u64 = 1;
let blockLimit: u32 = 0;

/** A classic file: bytes of a record's header, nanoseconds of a tick, most bytes of a record. */
export function configureRecords(headerBytes: i32, nanoseconds: f64, limit: i32): void {
  interfaces = 0;
  recordHeader = headerBytes;
  tick = nanoseconds;
  recordLimit = limit;
}

/** A pcapng file: how many interfaces there are, ticks of a second (they divide 10^9), most bytes of a record and block. */
export function configureBlocks(count: i32, ticks: f64, limit: i32, mostBytes: i32): void {
  interfaces = count;
  ticksOfSecond = <u64>ticks;
  recordLimit = limit;
  blockLimit = mostBytes;
}

/** A walk begins. */
export function beginWalk(): void {
  walked = 0;
  walkedBytes = 0;
  firstSeconds = Infinity;
  lastSeconds = -Infinity;
}

/**
 * Reads the record at `at` into the packet at hand.
 * @param before number of the frame before the walk
 * @returns where the next one begins, 0 where it is not whole or not plain
 */
export function readRecord(at: usize, end: usize, before: f64): usize {
  const next = interfaces === 0 ? readClassic(at, end) : readBlock(at, end);
  if (next === 0) return 0;
  walked++;
  store<f64>(packet, newestSeconds, field.SECONDS);
  store<i32>(packet, newestNanoseconds, field.NANOSECONDS);
  store<f64>(packet, before + walked, field.FRAME);
  noteTime(newestSeconds, newestNanoseconds);
  return next;
}

function readClassic(at: usize, end: usize): usize {
  if (at + recordHeader > end) return 0;
  const captured = load<u32>(at, 8);
  const start = at + recordHeader;
  if (captured > <u32>(end - start) || !readFrame(start, captured, load<u32>(at, 12))) return 0;
  newestSeconds = <f64>load<u32>(at);
  let nanoseconds = <f64>load<u32>(at, 4) * tick;
  if (nanoseconds >= 1e9) {
    // Some writers let the fraction run past one second.
    const more = floor(nanoseconds / 1e9);
    newestSeconds += more;
    nanoseconds -= more * 1e9;
  }
  newestNanoseconds = <i32>nanoseconds;
  return start + captured;
}

/** An enhanced packet block (draft-ietf-opsawg-pcapng, 4.3). */
function readBlock(at: usize, end: usize): usize {
  if (at + BLOCK_BYTES > end || load<u32>(at) !== ENHANCED_PACKET) return 0;
  const length = load<u32>(at, 4);
  if (length < BLOCK_BYTES || (length & 3) !== 0 || length > blockLimit || length > <u32>(end - at)) return 0;
  if (load<u32>(at + length - 4) !== length || load<u32>(at, 8) >= interfaces) return 0;
  const captured = load<u32>(at, 20);
  if (captured > length - BLOCK_BYTES || !readFrame(at + 28, captured, load<u32>(at, 24))) return 0;
  const ticks = ((<u64>load<u32>(at, 12)) << 32) | <u64>load<u32>(at, 16);
  newestSeconds = <f64>(ticks / ticksOfSecond);
  newestNanoseconds = <i32>((ticks % ticksOfSecond) * (1_000_000_000 / ticksOfSecond));
  return at + length;
}

/** Puts a frame of so many captured bytes into the packet at hand; false where it is not plain. */
function readFrame(start: usize, captured: u32, wireBytes: u32): boolean {
  if (captured > recordLimit) return false;
  const wire = max(wireBytes, captured);
  if (!decodeFrame(start, start + captured, wire)) return false;
  walkedBytes += <f64>wire;
  return true;
}

function noteTime(seconds: f64, nanoseconds: i32): void {
  if (seconds < firstSeconds || (seconds === firstSeconds && nanoseconds < firstNanoseconds)) {
    firstSeconds = seconds;
    firstNanoseconds = nanoseconds;
  }
  if (seconds > lastSeconds || (seconds === lastSeconds && nanoseconds > lastNanoseconds)) {
    lastSeconds = seconds;
    lastNanoseconds = nanoseconds;
  }
}
