/**
 * Joins packets to sessions: one open-addressed hash table over one flat run of rows, growing by a factor, so that neither
 * time nor memory of a session depends on how many others there are. Key: both (address, port) ends without order,
 * protocol, VLAN, IP version. What it promises is the documentation of `SessionTable` in src/sessions/session-table.ts,
 * which is its only caller.
 */

import * as minute from '../../src/sessions/activity/window-layout';
import * as field from '../../src/sessions/core/packet-layout';
import * as row from '../../src/sessions/row-layout';
import { hash32 } from '../flow/hash';
import { packet, takeUp } from '../packets/packet';
import { internKey } from './keys';
import { marksOf } from './marks';
import { addresses6, limitRows, macs, newRow, rowAt } from './rows';
import { growSlots, mask, placeRow, slots } from './slots';
import { noteStack } from './stacks';
import { logWindow } from './window-log';

const SYN = 0x02;
const RST = 0x04;
const ACK = 0x10;
/** The tunnel in a packet's scope, which is not of the key. */
const TUNNEL: u32 = 0xf000;

/** Sessions so far. */
export let sessions: i32 = 0;
/** Row that the newest packet was counted to, -1 when it was refused; and whether its sender is side b there. */
export let newestRow: i32 = -1;
export let newestFromB = false;
/** Time of the first packet: the origin of all times in rows. */
export let baseSeconds: f64 = 0;
export let baseNanoseconds: f64 = 0;
let started = false;
let binNs: f64 = Infinity;
/** Time of the packet at hand, in nanoseconds since the first one; its minute, and the minute's bounds. */
let ns: f64 = 0;
let window: i32 = 0;
let windowStartNs: f64 = 0;
let windowEndNs: f64 = -1;

/** Width of a time slice in nanoseconds (infinite: none), and most rows. */
export function configure(sliceNs: f64, mostRows: i32): void {
  binNs = sliceNs;
  limitRows(mostRows);
}

/** Adds the host's packet to its session. */
export function addFirst(): void {
  takeUp(0);
  makeKey();
  add();
}

/** Puts into the packet at hand what its session is looked up by. */
export function makeKey(): void {
  const scope = load<u32>(packet, field.PACKET_SCOPE);
  const source = addressOf(packet + field.SOURCE, scope);
  const destination = addressOf(packet + field.DESTINATION, scope);
  const sourcePort = load<u32>(packet, field.SOURCE_PORT);
  const destinationPort = load<u32>(packet, field.DESTINATION_PORT);
  const fromB = source > destination || (source === destination && sourcePort > destinationPort);
  const a = fromB ? destination : source;
  const b = fromB ? source : destination;
  const ports = fromB ? (destinationPort << 16) | sourcePort : (sourcePort << 16) | destinationPort;
  store<u32>(packet, fromB ? 1 : 0, field.FROM_B);
  store<u32>(packet, ports, field.KEY_PORTS);
  store<i32>(packet, a, field.KEY_A);
  store<i32>(packet, b, field.KEY_B);
  store<u32>(packet, hash32(a, b, ports, scope & ~TUNNEL), field.KEY_HASH);
}

/** Adds the packet at hand, whose key is made, to its session. */
export function add(): void {
  setTime();
  const fromB = load<u32>(packet, field.FROM_B) !== 0;
  const slot = find();
  let index = load<i32>(slot) - 1;
  if (index < 0) index = open(slot, fromB);
  else if (ns >= binNs) index = cutAtBin(slot, index);
  newestRow = index;
  newestFromB = fromB;
  if (index >= 0) count(index, fromB);
}

/** An address as one word: that of IPv4, the number of IPv6. */
function addressOf(at: usize, scope: u32): i32 {
  if (((scope >> 8) & 15) !== 6) return load<i32>(at);
  return internKey(addresses6, load<i32>(at), load<i32>(at, 4), load<i32>(at, 8), load<i32>(at, 12));
}

function setTime(): void {
  const seconds = load<f64>(packet, field.SECONDS);
  const nanoseconds = <f64>load<i32>(packet, field.NANOSECONDS);
  if (!started) {
    started = true;
    baseSeconds = seconds;
    baseNanoseconds = nanoseconds;
  }
  ns = (seconds - baseSeconds) * 1e9 + (nanoseconds - baseNanoseconds);
  if (ns < windowStartNs || ns >= windowEndNs) enterWindow();
}

function enterWindow(): void {
  window = <i32>min<f64>(minute.LAST_WINDOW, max<f64>(0, floor(ns / minute.WINDOW_NS)));
  windowStartNs = window === 0 ? -Infinity : <f64>window * minute.WINDOW_NS;
  windowEndNs = window === minute.LAST_WINDOW ? Infinity : <f64>(window + 1) * minute.WINDOW_NS;
}

function binOf(): i32 {
  return ns < binNs ? 0 : <i32>floor(ns / binNs);
}

/** Protocol and IP version as in a row. */
function protocolOf(scope: u32): i32 {
  return (scope & 0xff) | (((scope >> 8) & 15) << 16);
}

/** Slot of the session of the packet at hand, or the free slot where it belongs. */
function find(): usize {
  const hash = load<u32>(packet, field.KEY_HASH);
  let slot = hash & mask;
  let place = slots + ((<usize>slot) << 3);
  let entry = load<u64>(place);
  while (<u32>entry !== 0 && !(<u32>(entry >> 32) === hash && isOwn(rowAt(<i32>entry - 1)))) {
    slot = (slot + 1) & mask;
    place = slots + ((<usize>slot) << 3);
    entry = load<u64>(place);
  }
  return place;
}

/** Whether a row is of the session of the packet at hand. */
function isOwn(at: usize): boolean {
  const scope = load<u32>(packet, field.PACKET_SCOPE);
  return (
    load<u64>(at, row.ADDRESS_A) === load<u64>(packet, field.KEY_A) &&
    load<i32>(at, row.PORTS) === load<i32>(packet, field.KEY_PORTS) &&
    load<i32>(at, row.PROTOCOL) === protocolOf(scope) &&
    load<u32>(at, row.VLAN) === scope >> 16
  );
}

function open(slot: usize, fromB: boolean): i32 {
  const index = newRow();
  if (index < 0) return index;
  sessions++;
  const scope = load<u32>(packet, field.PACKET_SCOPE);
  const at = rowAt(index);
  store<u64>(at, load<u64>(packet, field.KEY_A), row.ADDRESS_A);
  store<i32>(at, load<i32>(packet, field.KEY_PORTS), row.PORTS);
  store<i32>(at, protocolOf(scope), row.PROTOCOL);
  store<u32>(at, scope >> 16, row.VLAN);
  store<i32>(at, index, row.FIRST_ROW);
  store<i32>(at, binOf(), row.BIN);
  store<i32>(at, fromB ? row.FIRST_PACKET_BY_B : 0, row.EVIDENCE);
  store<i32>(at, window << minute.WINDOW_SHIFT, row.WINDOW);
  store<i64>(at, -1, row.MAC_A);
  placeRow(slot, load<u32>(packet, field.KEY_HASH), index);
  if (<u32>sessions * 2 > mask) growSlots();
  return index;
}

/** The row of the session for the slice at hand: a new part when the last one lies in an earlier slice. */
function cutAtBin(slot: usize, index: i32): i32 {
  const bin = binOf();
  // Late packets stay in the newest part: slices never run backwards within a session.
  if (bin <= load<i32>(rowAt(index), row.BIN)) return index;
  const next = newRow();
  if (next < 0) return next;
  const at = rowAt(next);
  memory.copy(at, rowAt(index), row.SIDES);
  store<i32>(at, bin, row.BIN);
  store<i32>(at, 0, row.MARKED_PACKETS);
  store<i32>(at, window << minute.WINDOW_SHIFT, row.WINDOW);
  placeRow(slot, load<u32>(packet, field.KEY_HASH), next);
  return next;
}

function count(index: i32, fromB: boolean): void {
  const at = rowAt(index);
  const side = at + <usize>(fromB ? row.SIDES + row.SIDE_BYTES : row.SIDES);
  const packets = load<i32>(side, row.PACKETS);
  const flags = load<i32>(packet, field.FLAGS);
  noteWindow(at, index, fromB, flags);
  store<i32>(side, packets + 1, row.PACKETS);
  addLength(side + row.WIRE_BYTES, field.WIRE_LENGTH);
  addLength(side + row.IP_BYTES, field.IP_LENGTH);
  addLength(side + row.PAYLOAD_BYTES, field.PAYLOAD_LENGTH);
  if (packets === 0) {
    store<f64>(side, ns, row.FIRST_NS);
    store<f64>(side, ns, row.LAST_NS);
    if (load<u32>(packet, field.WITH_MAC) !== 0) noteMacs(rowAt(load<i32>(at, row.FIRST_ROW)), fromB);
    noteStack(load<i32>(at + (fromB ? row.ADDRESS_B : row.ADDRESS_A)));
  } else if (ns > load<f64>(side, row.LAST_NS)) {
    store<f64>(side, ns, row.LAST_NS);
  }
  if (flags >= 0) countFlags(at, side, flags, fromB);
}

function addLength(sum: usize, length: usize): void {
  store<f64>(sum, load<f64>(sum) + <f64>load<u32>(packet + length));
}

/** What this packet adds to its session's minute. Before the counters, for these belong to the minutes so far. */
function noteWindow(at: usize, index: i32, fromB: boolean, flags: i32): void {
  const before = load<u32>(at, row.WINDOW);
  let state = before;
  // A packet that comes late counts to the minute that its session has reached.
  if (<i32>(state >> minute.WINDOW_SHIFT) < window) {
    if (logWindow(index, state, load<i32>(at, row.MARKED_PACKETS))) {
      state = (<u32>window) << minute.WINDOW_SHIFT;
    }
  }
  let did: u32 = minute.DID_SEND;
  if (load<u32>(packet, field.PAYLOAD_LENGTH) !== 0) did |= minute.DID_SEND_PAYLOAD;
  if (flags >= 0) {
    if ((flags & SYN) !== 0) did |= minute.DID_SEND_SYN;
    if ((flags & RST) !== 0) did |= minute.DID_SEND_RST;
  } else {
    did |= marksOf(at, fromB);
  }
  state |= fromB ? did << 1 : did;
  if (state !== before) store<u32>(at, state, row.WINDOW);
}

function countFlags(at: usize, side: usize, flags: i32, fromB: boolean): void {
  store<i32>(side, load<i32>(side, row.TCP_FLAGS) | flags, row.TCP_FLAGS);
  if ((flags & SYN) !== 0) {
    store<i32>(side, load<i32>(side, row.SYN_PACKETS) + 1, row.SYN_PACKETS);
    const isAnswer = (flags & ACK) !== 0;
    const pair: u32 = isAnswer ? row.SYN_ACK_TO_A | row.SYN_ACK_TO_B : row.SYN_BY_A | row.SYN_BY_B;
    const about: u32 = row.SYN_BY_A | row.SYN_ACK_TO_A;
    noteEvidence(
      rowAt(load<i32>(at, row.FIRST_ROW)),
      pair,
      isAnswer === fromB ? pair & about : pair & ~about,
    );
  }
  if ((flags & RST) !== 0) store<i32>(side, load<i32>(side, row.RST_PACKETS) + 1, row.RST_PACKETS);
  if (isOddFlagSet(flags)) {
    store<i32>(at, load<i32>(at, row.MARKED_PACKETS) + 1, row.MARKED_PACKETS);
  }
}

/** The first SYN decides, and so does the first SYN-ACK: a scanner's answer in kind does not turn a session. */
function noteEvidence(first: usize, pair: u32, bit: u32): void {
  const known = load<u32>(first, row.EVIDENCE);
  if ((known & pair) === 0) store<u32>(first, known | bit, row.EVIDENCE);
}

/** NULL, FIN alone, SYN+FIN, FIN+PSH+URG: sets that no TCP sends and scanners do. */
function isOddFlagSet(flags: i32): boolean {
  return flags === 0 || (flags & 0x3f) === 0x01 || (flags & 0x03) === 0x03 || (flags & 0x29) === 0x29;
}

/**
 * MAC addresses of both ends: a sender's own first frame outweighs the address that others sent it to, and stays:
 * where several hosts share an end (0.0.0.0 asking for an address), the session is the first one's.
 */
function noteMacs(first: usize, fromB: boolean): void {
  const own = first + (fromB ? row.MAC_B : row.MAC_A);
  const other = first + (fromB ? row.MAC_A : row.MAC_B);
  const evidence = load<u32>(first, row.EVIDENCE);
  const ownSeen: u32 = fromB ? row.OWN_MAC_B : row.OWN_MAC_A;
  if ((evidence & ownSeen) === 0) store<i32>(own, macOf(field.SOURCE_MAC_HIGH));
  if (load<i32>(other) < 0) store<i32>(other, macOf(field.DESTINATION_MAC_HIGH));
  const toGroup: u32 = (load<u32>(packet, field.DESTINATION_MAC_HIGH) & 0x0100) !== 0 ? row.TO_GROUP_MAC : 0;
  store<u32>(first, evidence | ownSeen | toGroup, row.EVIDENCE);
}

/** Number of the MAC address in two words of the packet at hand. */
function macOf(high: usize): i32 {
  return internKey(macs, load<i32>(packet + high), load<i32>(packet + high, 4), 0, 0);
}
