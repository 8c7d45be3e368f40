/** Units of the `sess` view: see src/features/sess-view.ts, and there `sessNumberNames` for the numbers. */

import { SESS_NUMBERS, UNITS_PER_BIN } from '../../src/features/sess-limits';
import * as at from '../../src/sessions/row-layout';
import { allocate } from '../flow/memory';
import { createKeys, internKey, keyCount } from '../table/keys';
import { rowCount } from '../table/rows';
import { EXTERNAL, MULTICAST } from './address-class';
import { sides } from './facts';
import { log1p } from './host';
import {
  bin,
  enter,
  firstNs,
  lastNs,
  oddFlagPackets,
  opened,
  peerClass,
  protocol,
  protocolClass,
  received,
  row,
  sent,
  serverPort,
} from './part';
import { serviceCode } from './ports';
import * as slice from './slices';
import { sliceAt, sliceCount } from './slices';

const TCP = 6;
const UDP = 17;
const SYN = 0x02;
const RST = 0x04;

/** Parts that the units were chosen from. */
export let sessMet: i32 = 0;
/** Units, in the order of rows, and their columns: row, slice, kind (bytes), service, numbers (floats). */
export let sessCount: i32 = 0;
export let sessRows: usize = 0;
export let sessBins: usize = 0;
export let sessKinds: usize = 0;
export let sessServices: usize = 0;
export let sessNumbers: usize = 0;

/** Per row of the table: who opened it, protocol and service; its slice; and of rows of full slices 1 for the first of its token. */
let tokens: usize = 0;
let slicesOfRows: usize = 0;
let firsts: usize = 0;

export function clearSess(): void {
  sessMet = 0;
  sessCount = 0;
  tokens = allocate((<usize>rowCount) << 2);
  slicesOfRows = allocate((<usize>rowCount) << 2);
}

/** Meets the row at hand. */
export function meetSess(number: i32): void {
  const ofSlice = sliceAt(number);
  sessMet++;
  store<i32>(slicesOfRows + ((<usize>row) << 2), number);
  store<i32>(ofSlice, load<i32>(ofSlice, slice.SLICE_PARTS) + 1, slice.SLICE_PARTS);
  store<i32>(tokens + ((<usize>row) << 2), (kindOf() << 17) | serviceCode(serverPort()));
}

/** Opener and protocol: see `SessUnits.kind`. */
function kindOf(): i32 {
  return (opened ? 0 : 4) + protocolClass();
}

/**
 * Chooses rows, at most so many of each slice: the first of every distinct token (who opened it, protocol and service),
 * then evenly spaced ones of the rest, and makes their units. A scan cannot hide one odd service by sheer numbers.
 */
export function makeSessUnits(): void {
  let count: usize = 0;
  let full = false;
  for (let i = 0; i < sliceCount; i++) {
    const parts = load<i32>(sliceAt(i), slice.SLICE_PARTS);
    count += <usize>min(parts, UNITS_PER_BIN);
    if (parts > UNITS_PER_BIN) full = true;
  }
  sessRows = allocate(count << 2);
  sessBins = allocate(count << 2);
  sessKinds = allocate(count);
  sessServices = allocate(count << 2);
  sessNumbers = allocate(count * SESS_NUMBERS * 4);
  if (full) findFirsts();
  for (let index = 0; index < rowCount; index++) {
    if (load<u8>(sides + <usize>index) === 0) continue;
    const ofSlice = sliceAt(sliceOfRow(index));
    if (load<i32>(ofSlice, slice.SLICE_PARTS) <= UNITS_PER_BIN || isChosen(ofSlice, index)) append(index);
  }
}

function findFirsts(): void {
  firsts = allocate(<usize>rowCount);
  const seen = createKeys();
  for (let index = 0; index < rowCount; index++) {
    if (load<u8>(sides + <usize>index) === 0) continue;
    const number = sliceOfRow(index);
    const ofSlice = sliceAt(number);
    if (load<i32>(ofSlice, slice.SLICE_PARTS) <= UNITS_PER_BIN) continue;
    const known = keyCount(seen);
    if (internKey(seen, load<i32>(tokens + ((<usize>index) << 2)), number, 0, 0) < known) continue;
    store<u8>(firsts + <usize>index, 1);
    store<i32>(ofSlice, load<i32>(ofSlice, slice.SLICE_FIRSTS) + 1, slice.SLICE_FIRSTS);
  }
}

/** Whether a row of a full slice is one of those at even distances among the firsts, or else among the rest. */
function isChosen(ofSlice: usize, index: i32): boolean {
  const ofFirsts = load<i32>(ofSlice, slice.SLICE_FIRSTS);
  const room = min(ofFirsts, UNITS_PER_BIN);
  if (load<u8>(firsts + <usize>index) !== 0) return isNext(ofSlice + slice.SLICE_FIRSTS_MET, room, ofFirsts);
  const rest = load<i32>(ofSlice, slice.SLICE_PARTS) - ofFirsts;
  return isNext(ofSlice + slice.SLICE_REST_MET, min(rest, UNITS_PER_BIN - room), rest);
}

/**
 * Meets the next one of so many items.
 * @param counters items met, items taken
 */
function isNext(counters: usize, wanted: i32, items: i32): boolean {
  const met = load<i32>(counters);
  const taken = load<i32>(counters, 4);
  store<i32>(counters, met + 1);
  if (taken >= wanted || <i64>met !== (<i64>taken * <i64>items) / <i64>wanted) return false;
  store<i32>(counters, taken + 1, 4);
  return true;
}

function sliceOfRow(index: i32): i32 {
  return load<i32>(slicesOfRows + ((<usize>index) << 2));
}

function append(index: i32): void {
  enter(index);
  const unit = <usize>sessCount;
  sessCount++;
  store<i32>(sessRows + (unit << 2), index);
  store<i32>(sessBins + (unit << 2), bin);
  store<u8>(sessKinds + unit, kindOf());
  store<i32>(sessServices + (unit << 2), serviceCode(serverPort()));
  writeNumbers(sessNumbers + unit * SESS_NUMBERS * 4);
}

function writeNumbers(to: usize): void {
  const sentPackets = <f64>load<i32>(sent, at.PACKETS);
  const receivedPackets = <f64>load<i32>(received, at.PACKETS);
  const sentBytes = load<f64>(sent, at.IP_BYTES);
  const receivedBytes = load<f64>(received, at.IP_BYTES);
  const lnSent = log1p(sentBytes);
  const lnReceived = log1p(receivedBytes);
  const flags = load<i32>(sent, at.TCP_FLAGS) | load<i32>(received, at.TCP_FLAGS);
  putFlag(to, 0, peerClass === EXTERNAL);
  putFlag(to, 1, peerClass === MULTICAST);
  put(to, 2, log1p(sentPackets));
  put(to, 3, log1p(receivedPackets));
  put(to, 4, lnSent);
  put(to, 5, lnReceived);
  put(to, 6, log1p(10 * (max<f64>(0, lastNs() - firstNs()) / 1e9)));
  put(to, 7, sentBytes / max<f64>(1, sentPackets) / 300);
  put(to, 8, receivedBytes / max<f64>(1, receivedPackets) / 300);
  putFlag(to, 9, sentPackets === 0 || receivedPackets === 0);
  putFlag(to, 10, isFailed());
  putFlag(to, 11, (flags & RST) !== 0);
  putFlag(to, 12, oddFlagPackets() > 0);
  put(to, 13, log1p(load<f64>(sent, at.PAYLOAD_BYTES)));
  put(to, 14, log1p(load<f64>(received, at.PAYLOAD_BYTES)));
  put(to, 15, lnSent - lnReceived);
}

function put(to: usize, column: usize, value: f64): void {
  store<f32>(to + (column << 2), <f32>value);
}

function putFlag(to: usize, column: usize, flag: boolean): void {
  store<f32>(to + (column << 2), flag ? 1 : 0);
}

/**
 * Whether an attempt to talk came to nothing. TCP: no packet came back and no payload went out; or a reset came back
 * and neither side sent payload; or a SYN was sent and none came back. UDP: no reply. Multicast never fails.
 */
function isFailed(): boolean {
  if (peerClass === MULTICAST) return false;
  const out = opened ? sent : received;
  const back = opened ? received : sent;
  const returned = load<i32>(back, at.PACKETS);
  if (protocol === UDP) return returned === 0;
  if (protocol !== TCP) return false;
  const flags = load<i32>(back, at.TCP_FLAGS);
  if (load<f64>(out, at.PAYLOAD_BYTES) === 0) {
    if (returned === 0) return true;
    if (load<f64>(back, at.PAYLOAD_BYTES) === 0 && (flags & RST) !== 0) return true;
  }
  return load<i32>(out, at.SYN_PACKETS) > 0 && (flags & SYN) === 0;
}
