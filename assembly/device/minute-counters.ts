/**
 * Counts one minute after the other. What was met in the minute at hand is told by stamps in flat arrays, so that a
 * minute of a scan with a million targets costs a few reads a session, and nothing has to be cleared.
 */
import * as kind from '../../src/features/behaviour/row-kinds';
import {
  DID_SEND,
  DID_SEND_PAYLOAD,
  DID_SEND_RST,
  DID_SEND_SYN,
} from '../../src/sessions/activity/window-layout';
import { allocate } from '../flow/memory';
import { kinds, pairKeys, pairs, peerKeys, peers, serviceCount, services, sides } from './facts';
import { entryFacts, entryMarks, entryRows } from './minutes';
import { pairCount } from './pair-keys';
import { DEVICE_IS_B } from './part';

/** Counters of what peers opened (side 0) and of what the device opened (side 1). */
export const SESSIONS = 0;
export const PEERS = 4;
export const PORTS = 8;
export const MOST_PORTS = 12;
export const FAILED = 16;
const SIDE_SIZE: usize = 20;
const sideCounters: usize = memory.data(40, 8);

/** Counts of marked packets are sums of numbers that may be large: doubles, as everywhere. */
export let mostPeers: i32 = 0;
export let echo: i32 = 0;
export let resets: i32 = 0;
export let unanswered: i32 = 0;
export let unreachable: f64 = 0;
export let nameErrors: f64 = 0;
export let odd: f64 = 0;

/** Of each peer: stamp and ports by side, stamp of an echo request. Of each service: stamp by side, peers. Of each pair: stamp. */
const PEER_PORTS: usize = 4;
const PEER_OF_SIDE: usize = 8;
const PEER_ECHO: usize = 16;
const PEER_SIZE: usize = 20;
const SERVICE_PEERS: usize = 8;
const SERVICE_SIZE: usize = 12;
let stamp: i32 = 0;
let ofPeers: usize = 0;
let ofServices: usize = 0;
let ofPairs: usize = 0;

export function clear(): void {
  stamp = 0;
  ofPeers = allocate(<usize>pairCount(peerKeys) * PEER_SIZE);
  ofServices = allocate(<usize>serviceCount * SERVICE_SIZE);
  ofPairs = allocate((<usize>pairCount(pairKeys)) << 2);
}

export function sideAt(device: usize): usize {
  return sideCounters + device * SIDE_SIZE;
}

/** Begins another minute. */
export function begin(): void {
  stamp++;
  memory.fill(sideCounters, 0, SIDE_SIZE * 2);
  mostPeers = echo = resets = unanswered = 0;
  unreachable = nameErrors = odd = 0;
}

/** Counts an entry of the minute. */
export function count(entry: i32): void {
  const at = <usize>entry;
  const row = <usize>load<i32>(entryRows + (at << 2));
  const is: i32 = load<u8>(kinds + row);
  const did: u32 = load<u8>(entryFacts + at);
  const marks = load<i32>(entryMarks + (at << 2));
  const peer = ofPeers + <usize>load<i32>(peers + (row << 2)) * PEER_SIZE;
  if ((is & kind.IS_ICMP) !== 0) {
    if ((did & DID_SEND_SYN) !== 0 && load<i32>(peer, PEER_ECHO) !== stamp) {
      store<i32>(peer, stamp, PEER_ECHO);
      echo++;
    }
    unreachable += <f64>(load<u8>(sides + row) === DEVICE_IS_B ? marks & 0xffff : <i32>(<u32>marks >> 16));
    return;
  }
  if ((is & kind.IS_TCP) !== 0) odd += <f64>marks;
  if ((is & kind.IS_MULTICAST) !== 0) return;
  if ((is & kind.IS_UDP) !== 0) nameErrors += <f64>marks;
  const device: usize = (is & kind.OPENED_BY_DEVICE) !== 0 ? 1 : 0;
  countAttempt(row, is, device, peer, did);
  if (device === 1 && (is & kind.IS_TCP) !== 0 && ((did >> 1) & DID_SEND_RST) !== 0) resets++;
}

function countAttempt(row: usize, is: i32, device: usize, peer: usize, did: u32): void {
  const side = sideAt(device);
  add(side, SESSIONS);
  if (isFailed(is, device === 1 ? did : did >> 1, device === 1 ? did >> 1 : did)) {
    add(side, FAILED);
    if (device === 1 && (is & kind.IS_UDP) !== 0) unanswered++;
  }
  const ofPeer = peer + device * PEER_OF_SIDE;
  if (load<i32>(ofPeer) !== stamp) {
    store<i32>(ofPeer, stamp);
    store<i32>(ofPeer, 0, PEER_PORTS);
    add(side, PEERS);
  }
  const number = load<i32>(services + (row << 2));
  if (number < 0) return;
  const service = ofServices + <usize>number * SERVICE_SIZE;
  const ofSide = service + (device << 2);
  if (load<i32>(ofSide) !== stamp) {
    store<i32>(ofSide, stamp);
    if (device === 1) store<i32>(service, 0, SERVICE_PEERS);
    add(side, PORTS);
  }
  const pair = ofPairs + ((<usize>load<i32>(pairs + (row << 2))) << 2);
  if (load<i32>(pair) === stamp) return;
  store<i32>(pair, stamp);
  const ports = load<i32>(ofPeer, PEER_PORTS) + 1;
  store<i32>(ofPeer, ports, PEER_PORTS);
  if (ports > load<i32>(side, MOST_PORTS)) store<i32>(side, ports, MOST_PORTS);
  if (device === 0) return;
  const ofService = load<i32>(service, SERVICE_PEERS) + 1;
  store<i32>(service, ofService, SERVICE_PEERS);
  if (ofService > mostPeers) mostPeers = ofService;
}

function add(side: usize, counter: usize): void {
  store<i32>(side + counter, load<i32>(side + counter) + 1);
}

/**
 * Whether the attempt came to nothing within the minute: `failedInWindow` of src/features/behaviour/outcome.ts.
 * @param opener what the side that opened the session did; `answer` what the other did
 */
function isFailed(is: i32, opener: u32, answer: u32): boolean {
  const answered = (answer & DID_SEND) !== 0;
  if ((is & kind.IS_UDP) !== 0) return !answered;
  if ((is & kind.IS_TCP) === 0) return false;
  if ((opener & DID_SEND_PAYLOAD) === 0) {
    if (!answered) return true;
    if ((answer & DID_SEND_PAYLOAD) === 0 && (answer & DID_SEND_RST) !== 0) return true;
  }
  return (opener & DID_SEND_SYN) !== 0 && (answer & DID_SEND_SYN) === 0;
}
