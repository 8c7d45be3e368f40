/** Units of the `contacts` view: see src/features/behaviour/contact-units.ts, and there for the numbers. */
import * as at from '../../src/sessions/row-layout';
import { allocate } from '../flow/memory';
import { createKeys, findKey, internKey, keyCount, keyWord } from '../table/keys';
import { rowCount } from '../table/rows';
import { EXTERNAL, MULTICAST } from './address-class';
import { log1p } from './host';
import { firstNs, firstRow, opened, peerClass, peerPort, protocol, received, row, sent } from './part';
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

/** Per peer and slice: bytes sent, received (doubles), external, row. */
const PEER_RECEIVED: usize = 8;
const PEER_EXTERNAL: usize = 16;
const PEER_ROW: usize = 20;
const PEER_SIZE: usize = 24;
let peerKeys: usize = 0;
let peers: usize = 0;

/**
 * Per service of a peer and slice: sessions, start of the last, sum and sum of squares of the times between (doubles), row.
 */
const LAST_START: usize = 8;
const BETWEEN: usize = 16;
const BETWEEN_SQUARED: usize = 24;
const SERVICE_ROW: usize = 32;
const SERVICE_SIZE: usize = 40;
let serviceKeys: usize = 0;
let services: usize = 0;

export function clearContacts(): void {
  const most = <usize>min(rowCount, MOST_COUNTED);
  peerKeys = createKeys();
  serviceKeys = createKeys();
  peers = allocate(most * PEER_SIZE);
  services = allocate(most * SERVICE_SIZE);
}

/** Adds the row at hand. */
export function addContacts(peer: i32, slice: i32): void {
  const sentBytes = load<f64>(sent, at.IP_BYTES);
  const receivedBytes = load<f64>(received, at.IP_BYTES);
  const ofSlice = sliceAt(slice);
  store<f64>(ofSlice, load<f64>(ofSlice, SLICE_BYTES) + (sentBytes + receivedBytes), SLICE_BYTES);
  if (peerClass === MULTICAST) return;
  addBytes(peer, slice, sentBytes, receivedBytes);
  if (peerClass !== EXTERNAL || row !== firstRow) return;
  if ((protocol === TCP || protocol === UDP) && opened) addContact(peer, slice);
}

/** Number of a key, -1 for new ones beyond the limit. */
function internBounded(keys: usize, k0: i32, k1: i32, k2: i32): i32 {
  return keyCount(keys) < MOST_COUNTED ? internKey(keys, k0, k1, k2, 0) : findKey(keys, k0, k1, k2, 0);
}

function addBytes(peer: i32, slice: i32, sentBytes: f64, receivedBytes: f64): void {
  const known = internBounded(peerKeys, peer, slice, 0);
  if (known < 0) return;
  const entry = peers + <usize>known * PEER_SIZE;
  const sentBefore = load<f64>(entry);
  const receivedBefore = load<f64>(entry, PEER_RECEIVED);
  if (sentBefore === 0 && receivedBefore === 0) {
    store<i32>(entry, peerClass === EXTERNAL ? 1 : 0, PEER_EXTERNAL);
    store<i32>(entry, row, PEER_ROW);
  }
  store<f64>(entry, sentBefore + sentBytes);
  store<f64>(entry, receivedBefore + receivedBytes, PEER_RECEIVED);
}

/** Rows come in the order of their first packets, so that the times between sessions are never negative. */
function addContact(peer: i32, slice: i32): void {
  const known = internBounded(serviceKeys, slice, peer, (peerPort << 1) | (protocol === TCP ? 1 : 0));
  if (known < 0) return;
  const entry = services + <usize>known * SERVICE_SIZE;
  const start = firstNs() / 1e9;
  const before = load<f64>(entry);
  if (before === 0) {
    store<i32>(entry, row, SERVICE_ROW);
  } else {
    const between = max<f64>(0, start - load<f64>(entry, LAST_START));
    store<f64>(entry, load<f64>(entry, BETWEEN) + between, BETWEEN);
    store<f64>(entry, load<f64>(entry, BETWEEN_SQUARED) + between * between, BETWEEN_SQUARED);
  }
  store<f64>(entry, before + 1);
  store<f64>(entry, start, LAST_START);
}

export function makeContactUnits(): void {
  const cells = <usize>sliceCount * NUMBERS;
  contactNumbers = allocate(cells << 2);
  contactRows = allocate(cells << 2);
  contactCounts = allocate(cells << 3);
  memory.fill(contactRows, 0xff, cells << 2);
  const ofServices = keyCount(serviceKeys);
  for (let index = 0; index < ofServices; index++) weighContacts(index);
  const ofPeers = keyCount(peerKeys);
  for (let index = 0; index < ofPeers; index++) weighBytes(index);
}

function weighContacts(index: i32): void {
  const entry = services + <usize>index * SERVICE_SIZE;
  const contacts = load<f64>(entry);
  if (contacts < FEWEST_CONTACTS) return;
  const mean = load<f64>(entry, BETWEEN) / (contacts - 1);
  if (mean <= 0) return;
  const square = load<f64>(entry, BETWEEN_SQUARED) / (contacts - 1);
  const variation = sqrt(max<f64>(0, square - mean * mean)) / mean;
  const value = log1p(contacts) * max<f64>(0, 1 - variation);
  raise(keyWord(serviceKeys, index, 0), REGULAR, value, load<i32>(entry, SERVICE_ROW), contacts);
}

function weighBytes(index: i32): void {
  const entry = peers + <usize>index * PEER_SIZE;
  const sentBytes = load<f64>(entry);
  const receivedBytes = load<f64>(entry, PEER_RECEIVED);
  if (sentBytes <= receivedBytes) return;
  const slice = keyWord(peerKeys, index, 1);
  const first = load<i32>(entry, PEER_ROW);
  if (load<i32>(entry, PEER_EXTERNAL) === 1) {
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
