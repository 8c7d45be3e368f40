/**
 * The short way for records of a classic little-endian pcap file of Ethernet frames: those with plain packets are read
 * straight from the host's bytes; at any other the walk stops, and the host decodes that one frame.
 */
import * as field from '../../src/sessions/core/packet-layout';
import { decodeFrame } from './decode';
import { packet } from './packet';

/** Frames that were walked so far, their bytes on the wire, and the times of the earliest and the latest one. */
export let walked: f64 = 0;
export let walkedBytes: f64 = 0;
export let firstSeconds: f64 = Infinity;
export let firstNanoseconds: i32 = 0;
export let lastSeconds: f64 = -Infinity;
export let lastNanoseconds: i32 = 0;

let recordHeader: usize = 16;
let unit: f64 = 1000;
let recordLimit: u32 = 0;

/** Which file: bytes of a record's header, nanoseconds of a tick, most bytes of a record. */
export function configureWalk(headerBytes: i32, tick: f64, limit: i32): void {
  recordHeader = headerBytes;
  unit = tick;
  recordLimit = limit;
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
  if (at + recordHeader > end) return 0;
  const captured = load<u32>(at, 8);
  const start = at + recordHeader;
  if (captured > recordLimit || captured > <u32>(end - start)) return 0;
  const wire = max(load<u32>(at, 12), captured);
  if (!decodeFrame(start, start + captured, wire)) return 0;
  let seconds = <f64>load<u32>(at);
  let nanoseconds = <f64>load<u32>(at, 4) * unit;
  if (nanoseconds >= 1e9) {
    // Some writers let the fraction run past one second.
    const more = floor(nanoseconds / 1e9);
    seconds += more;
    nanoseconds -= more * 1e9;
  }
  walked++;
  walkedBytes += <f64>wire;
  noteTime(seconds, <i32>nanoseconds);
  store<f64>(packet, seconds, field.SECONDS);
  store<i32>(packet, <i32>nanoseconds, field.NANOSECONDS);
  store<f64>(packet, before + walked, field.FRAME);
  return start + captured;
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
