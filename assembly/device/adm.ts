/** Units of the `adm` view: see src/features/behaviour/adm-units.ts, and there `admNumberNames` for the numbers. */
import {
  ADM_PEER_WORDS,
  ADM_PEERS,
  ADMINISTRATION,
  DIRECTORY,
  DYNAMIC,
} from '../../src/features/behaviour/adm-bits';
import { allocate } from '../flow/memory';
import { createKeys, internKey, keyCount, keyWord } from '../table/keys';
import { rowCount } from '../table/rows';
import { MULTICAST } from './address-class';
import { peers } from './facts';
import { log1p } from './host';
import { opened, peerClass, protocol, row, serverPort } from './part';
import { admBitOf } from './ports';
import { SLICE_UNIT, sliceAt, sliceCount } from './slices';

const TCP = 6;
const FIRST_DYNAMIC_PORT = 49152;
const NUMBERS = 5;

/** Numbers of units, floats; of each unit the peers behind them, `ADM_PEERS` at most, and how many there are. */
export let admNumbers: usize = 0;
export let admPeers: usize = 0;
export let admPeerCounts: usize = 0;

/** Per peer and slice: ports that the device asked for, that the peer asked for (16 bits each), and a row of each. */
const RECEIVED: usize = 2;
const ROW: usize = 4;
const SIZE: usize = 12;
let entries: usize = 0;
let keys: usize = 0;

export function clearAdm(): void {
  keys = createKeys();
  // As many as there could be: what is never written to takes no memory.
  entries = allocate(<usize>rowCount * SIZE);
}

/** Adds the row at hand. */
export function addAdm(slice: i32): void {
  if (peerClass === MULTICAST) return;
  const port = serverPort();
  const dynamic = protocol === TCP && port >= FIRST_DYNAMIC_PORT;
  const bit = dynamic ? DYNAMIC : admBitOf(port);
  if (bit === 0) return;
  const entry = entries + <usize>internKey(keys, load<i32>(peers + ((<usize>row) << 2)), slice, 0, 0) * SIZE;
  const ofSide = opened ? entry : entry + RECEIVED;
  const mask = load<u16>(ofSide);
  // The session that is named is one of administration where there is any.
  if (mask === 0 || ((bit & ADMINISTRATION) !== 0 && (mask & ADMINISTRATION) === 0)) {
    store<i32>(opened ? entry : entry + 4, row, ROW);
  }
  store<u16>(ofSide, <u16>(mask | bit));
}

export function makeAdmUnits(): void {
  const units = <usize>sliceCount;
  const counts = allocate(units * NUMBERS * 8);
  admNumbers = allocate(units * NUMBERS * 4);
  admPeers = allocate(units * ADM_PEERS * ADM_PEER_WORDS * 4);
  admPeerCounts = allocate(units << 2);
  const met = keyCount(keys);
  for (let at = 0; at < met; at++) {
    const unit = load<i32>(sliceAt(keyWord(keys, at, 1)), SLICE_UNIT);
    countPeer(entries + <usize>at * SIZE, counts + <usize>unit * NUMBERS * 8, unit);
  }
  for (let i: usize = 0; i < units * NUMBERS; i++) {
    store<f32>(admNumbers + (i << 2), <f32>log1p(load<f64>(counts + (i << 3))));
  }
}

function countPeer(entry: usize, counts: usize, unit: i32): void {
  const sent: i32 = load<u16>(entry);
  if ((sent & DIRECTORY) === 0 && sent !== 0) {
    add(counts, 0, popcnt(sent & ADMINISTRATION));
    add(counts, 2, 1);
    keepPeer(unit, sent, 1, load<i32>(entry, ROW));
  }
  const received: i32 = load<u16>(entry, RECEIVED);
  if ((received & DIRECTORY) === 0 && received !== 0) {
    add(counts, 1, popcnt(received & ADMINISTRATION));
    add(counts, 3, 1);
    if ((received & DYNAMIC) !== 0) add(counts, 4, 1);
    keepPeer(unit, received, 0, load<i32>(entry + 4, ROW));
  }
}

function add(counts: usize, column: usize, count: i32): void {
  const at = counts + (column << 3);
  store<f64>(at, load<f64>(at) + <f64>count);
}

/** Keeps a peer behind those that have as many ports; a dynamic one is half a port. */
function keepPeer(unit: i32, mask: i32, sent: i32, sessionRow: i32): void {
  const bytes: usize = ADM_PEER_WORDS * 4;
  const list = admPeers + <usize>unit * ADM_PEERS * bytes;
  const counter = admPeerCounts + ((<usize>unit) << 2);
  const count = load<i32>(counter);
  const weight = weightOf(mask);
  let place = 0;
  while (place < count && weightOf(load<i32>(list + <usize>place * bytes)) >= weight) place++;
  if (place === ADM_PEERS) return;
  const moved = min(count, ADM_PEERS - 1) - place;
  const to = list + <usize>place * bytes;
  memory.copy(to + bytes, to, <usize>moved * bytes);
  store<i32>(to, mask);
  store<i32>(to, sent, 4);
  store<i32>(to, sessionRow, 8);
  if (count < ADM_PEERS) store<i32>(counter, count + 1);
}

function weightOf(mask: i32): i32 {
  return popcnt(mask & ADMINISTRATION) * 2 + ((mask & DYNAMIC) !== 0 ? 1 : 0);
}
