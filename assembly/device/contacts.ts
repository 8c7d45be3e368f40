/** Units of the `contacts` view: see src/features/behaviour/contact-units.ts, and there for the numbers. */
import * as at from '../../src/sessions/row-layout';
import { allocate } from '../flow/memory';
import { rowAt, rowCount } from '../table/rows';
import { EXTERNAL, MULTICAST } from './address-class';
import { pairs, peers, sides } from './facts';
import { log1p } from './host';
import { DEVICE_IS_B, firstNsOf, firstRow, opened, peerClass, protocol, received, row, sent } from './part';
import { createPerSlice, entryAt, entryOf, perSliceCount, sliceOfEntry } from './per-slice';
import { SLICE_BYTES, SLICE_UNIT, sliceAt, sliceCount } from './slices';

const NUMBERS = 3;
const REGULAR = 0;
const UPLOAD = 1;
const SHARE = 2;
const TCP = 6;
const UDP = 17;

/** Peers, and services of peers, that are counted at most; what a scan meets beyond them has nothing regular. */
const MOST_COUNTED = 1 << 16;
/** Sessions below which nothing is regular. */
const FEWEST_CONTACTS = 5;
const SMALLEST_UPLOAD_BYTES = 20_000;

/** Numbers of units, floats; behind each number a row, -1 where it is 0, and a count. */
export let contactNumbers: usize = 0;
export let contactRows: usize = 0;
export let contactCounts: usize = 0;

/**
 * Of each peer and slice, and of each service of a peer and slice: the row that is named (shifted by two), whether its peer
 * is outside, and 1; then, where there are several sessions, the place of what they come to.
 */
const MORE: usize = 4;
const IS_OUTSIDE = 2;
const IN_USE = 1;
let ofPeers: usize = 0;
let ofServices: usize = 0;
/** Bytes sent and received, doubles. */
const RECEIVED: usize = 8;
const PEER_MORE: usize = 16;
/** Sessions, start of the last, sum and sum of squares of the times between, doubles. */
const LAST_START: usize = 8;
const BETWEEN: usize = 16;
const BETWEEN_SQUARED: usize = 24;
const SERVICE_MORE: usize = 32;
/** Room for these. */
const PIECE: usize = 65536;
let next: usize = 0;
let end: usize = 0;

export function clearContacts(): void {
  const most = min(rowCount, MOST_COUNTED);
  ofPeers = createPerSlice(rowCount, most);
  ofServices = createPerSlice(rowCount, most);
}

/** Adds the row at hand. */
export function addContacts(slice: i32): void {
  const sentBytes = load<f64>(sent, at.IP_BYTES);
  const receivedBytes = load<f64>(received, at.IP_BYTES);
  const ofSlice = sliceAt(slice);
  store<f64>(ofSlice, load<f64>(ofSlice, SLICE_BYTES) + (sentBytes + receivedBytes), SLICE_BYTES);
  if (peerClass === MULTICAST) return;
  addBytes(slice, sentBytes, receivedBytes);
  if (peerClass !== EXTERNAL || row !== firstRow) return;
  if ((protocol === TCP || protocol === UDP) && opened) addContact(slice);
}

function takeMore(entry: usize, bytes: usize): usize {
  if (next + bytes > end) {
    next = allocate(PIECE);
    end = next + PIECE;
  }
  const more = next;
  next += bytes;
  store<u32>(entry, <u32>more, MORE);
  return more;
}

function addBytes(slice: i32, sentBytes: f64, receivedBytes: f64): void {
  const entry = entryOf(ofPeers, load<i32>(peers + ((<usize>row) << 2)), slice);
  if (entry === 0) return;
  const own: u32 = ((<u32>row) << 2) | (peerClass === EXTERNAL ? IS_OUTSIDE : 0) | IN_USE;
  const first = load<u32>(entry);
  if (first === 0) {
    store<u32>(entry, own);
    return;
  }
  let more: usize = load<u32>(entry, MORE);
  if (more === 0) {
    more = takeMore(entry, PEER_MORE);
    store<f64>(more, bytesOf(first >> 2, true));
    store<f64>(more, bytesOf(first >> 2, false), RECEIVED);
  }
  const sentBefore = load<f64>(more);
  const receivedBefore = load<f64>(more, RECEIVED);
  if (sentBefore === 0 && receivedBefore === 0) store<u32>(entry, own);
  store<f64>(more, sentBefore + sentBytes);
  store<f64>(more, receivedBefore + receivedBytes, RECEIVED);
}

/** Bytes that the device sent, or received, in a row. */
function bytesOf(index: i32, ofDevice: boolean): f64 {
  const isB = (load<u8>(sides + <usize>index) === DEVICE_IS_B) === ofDevice;
  return load<f64>(rowAt(index) + (isB ? at.SIDES + at.SIDE_BYTES : at.SIDES), at.IP_BYTES);
}

/** Rows come in the order of their first packets, so that the times between sessions are never negative. */
function addContact(slice: i32): void {
  const entry = entryOf(ofServices, load<i32>(pairs + ((<usize>row) << 2)), slice);
  if (entry === 0) return;
  const first = load<u32>(entry);
  if (first === 0) {
    store<u32>(entry, ((<u32>row) << 2) | IN_USE);
    return;
  }
  let more: usize = load<u32>(entry, MORE);
  if (more === 0) {
    more = takeMore(entry, SERVICE_MORE);
    store<f64>(more, 1);
    store<f64>(more, startOf(first >> 2), LAST_START);
    store<f64>(more, 0, BETWEEN);
    store<f64>(more, 0, BETWEEN_SQUARED);
  }
  const start = startOf(row);
  const between = max<f64>(0, start - load<f64>(more, LAST_START));
  store<f64>(more, load<f64>(more, BETWEEN) + between, BETWEEN);
  store<f64>(more, load<f64>(more, BETWEEN_SQUARED) + between * between, BETWEEN_SQUARED);
  store<f64>(more, load<f64>(more) + 1);
  store<f64>(more, start, LAST_START);
}

/** Seconds from the first packet of the capture to that of a row. */
function startOf(index: i32): f64 {
  const a = rowAt(index) + at.SIDES;
  return firstNsOf(a, a + at.SIDE_BYTES) / 1e9;
}

export function makeContactUnits(): void {
  const cells = <usize>sliceCount * NUMBERS;
  contactNumbers = allocate(cells << 2);
  contactRows = allocate(cells << 2);
  contactCounts = allocate(cells << 3);
  memory.fill(contactRows, 0xff, cells << 2);
  const services = perSliceCount(ofServices);
  for (let index = 0; index < services; index++) weighContacts(index);
  const peers = perSliceCount(ofPeers);
  for (let index = 0; index < peers; index++) weighBytes(index);
}

function weighContacts(index: i32): void {
  const entry = entryAt(ofServices, index);
  const more: usize = load<u32>(entry, MORE);
  if (more === 0) return;
  const contacts = load<f64>(more);
  if (contacts < FEWEST_CONTACTS) return;
  const mean = load<f64>(more, BETWEEN) / (contacts - 1);
  if (mean <= 0) return;
  const square = load<f64>(more, BETWEEN_SQUARED) / (contacts - 1);
  const variation = sqrt(max<f64>(0, square - mean * mean)) / mean;
  const value = log1p(contacts) * max<f64>(0, 1 - variation);
  raise(sliceOfEntry(ofServices, index), REGULAR, value, load<u32>(entry) >> 2, contacts);
}

function weighBytes(index: i32): void {
  const entry = entryAt(ofPeers, index);
  const own = load<u32>(entry);
  const first: i32 = own >> 2;
  const more: usize = load<u32>(entry, MORE);
  const sentBytes = more === 0 ? bytesOf(first, true) : load<f64>(more);
  const receivedBytes = more === 0 ? bytesOf(first, false) : load<f64>(more, RECEIVED);
  if (sentBytes <= receivedBytes) return;
  const slice = sliceOfEntry(ofPeers, index);
  if ((own & IS_OUTSIDE) !== 0) {
    raise(slice, UPLOAD, log1p(sentBytes - receivedBytes), first, sentBytes);
  }
  if (sentBytes <= SMALLEST_UPLOAD_BYTES) return;
  raise(slice, SHARE, (sentBytes - receivedBytes) / load<f64>(sliceAt(slice), SLICE_BYTES), first, sentBytes);
}

function raise(slice: i32, column: usize, value: f64, sessionRow: i32, count: f64): void {
  const cell = <usize>load<i32>(sliceAt(slice), SLICE_UNIT) * NUMBERS + column;
  if (value <= <f64>load<f32>(contactNumbers + (cell << 2))) return;
  store<f32>(contactNumbers + (cell << 2), <f32>value);
  store<i32>(contactRows + (cell << 2), sessionRow);
  store<f64>(contactCounts + (cell << 3), count);
}
