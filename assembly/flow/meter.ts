/**
 * Joins packets to sessions with time-outs and says when each is over. Neither time nor memory of a packet depends on how
 * many sessions there are: an open-addressed table of live sessions, and a chain of them in the order of last use.
 */

import * as field from '../../src/sessions/core/packet-layout';
import * as at from '../../src/sessions/meter/meter-layout';
import { packet, takeUp } from '../packets/packet';
import { hash32 } from './hash';
import * as host from './host';
import { pushValue, releaseList } from './lists';
import { live, oldest, releaseRow, takeRow, touchRow } from './rows';
import { insertSlot, mask, removeSlot, slots } from './slots';
import { addStatistics, releaseStatistics } from './statistics';
import { addTableRow, tableInUse } from './table';

const FIN = 0x01;
const SYN = 0x02;
const RST = 0x04;
const ACK = 0x10;

let idleMs: f64 = 120_000;
let activeMs: f64 = 1_800_000;
let keepsStatistics = false;
let splt: u32 = 0;
let keepsFrames = false;
let endOnFin = false;
let endOnRst = false;
let maxSessions: i32 = 0;
let compatible = false;
/** Whether the host wants to hear of every packet, and of every session. */
let hearsPackets = false;
let hearsSessions = false;
/** Which length of a packet counts: its distance from the first one. */
let accounting: usize = 0;

/** Sessions opened so far; a cut opens none. */
export let sessions: i32 = 0;
/** Time of the packet at hand: milliseconds since 1970, and nanoseconds within them. */
export let nowMs: f64 = -Infinity;
let nowNs: i32 = 0;
/** Before this time no session can be idle. */
let scanAtMs: f64 = Infinity;

/** Sets the rules; see SessionMeterOptions. Times in milliseconds; `size` is the number of an accounting. */
export function configure(
  idle: f64,
  active: f64,
  statistics: boolean,
  spltLength: u32,
  frames: boolean,
  onFin: boolean,
  onRst: boolean,
  most: i32,
  isCompatible: boolean,
  packetsHeard: boolean,
  sessionsHeard: boolean,
  size: i32,
): void {
  idleMs = idle;
  activeMs = active;
  keepsStatistics = statistics;
  splt = spltLength;
  keepsFrames = frames;
  endOnFin = onFin;
  endOnRst = onRst;
  maxSessions = most;
  compatible = isCompatible;
  hearsPackets = packetsHeard;
  hearsSessions = sessionsHeard;
  accounting = (<usize>size) << 2;
}

/** Numbers sessions anew from here on. */
export function countSessionsFrom(first: i32): void {
  sessions = first;
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
  const fromB = isFromB(scope);
  const sourcePort = load<u32>(packet, field.SOURCE_PORT);
  const destinationPort = load<u32>(packet, field.DESTINATION_PORT);
  const ports = fromB ? (destinationPort << 16) | sourcePort : (sourcePort << 16) | destinationPort;
  const a = packet + (fromB ? field.DESTINATION : field.SOURCE);
  const b = packet + (fromB ? field.SOURCE : field.DESTINATION);
  store<u32>(packet, fromB ? 1 : 0, field.FROM_B);
  store<u32>(packet, ports, field.KEY_PORTS);
  store<u32>(packet, hash32(folded(a, scope), folded(b, scope), ports, scope), field.KEY_HASH);
}

/** Adds the packet at hand, whose key is made, to its session. */
export function add(): void {
  setTime();
  if (nowMs >= scanAtMs) expireIdle();
  const scope = load<u32>(packet, field.PACKET_SCOPE);
  const fromB = load<u32>(packet, field.FROM_B) !== 0;
  const ports = load<u32>(packet, field.KEY_PORTS);
  const hash = load<u32>(packet, field.KEY_HASH);
  const a = packet + (fromB ? field.DESTINATION : field.SOURCE);
  const b = packet + (fromB ? field.SOURCE : field.DESTINATION);
  let row = find(a, b, ports, scope, hash);
  let first = true;
  if (row === 0) {
    row = open(a, b, ports, scope, hash, fromB);
  } else {
    first = cut(row, fromB);
    touchRow(row);
  }
  count(row, fromB, first);
  endAfter(row, fromB, first);
}

/** Ends sessions that are idle at a moment of the wall clock, milliseconds since 1970. */
export function advance(ms: f64): void {
  if (ms < nowMs) return;
  nowMs = ms;
  if (ms >= scanAtMs) expireIdle();
}

/** The input is over: all live sessions end, the one not seen for longest first. */
export function finish(): void {
  while (oldest !== 0) remove(oldest, hasBothFins(oldest) ? at.ENDED_FIN : at.ENDED_INPUT);
  scanAtMs = Infinity;
  nowMs = -Infinity;
}

function setTime(): void {
  const nanoseconds = load<i32>(packet, field.NANOSECONDS);
  const millisecond = nanoseconds / 1_000_000;
  const ms = load<f64>(packet, field.SECONDS) * 1000 + <f64>millisecond;
  if (compatible && ms < nowMs) return;
  nowMs = ms;
  nowNs = nanoseconds - millisecond * 1_000_000;
}

/** Whether the sender is end b of the canonical order: by address, then by port. */
function isFromB(scope: u32): boolean {
  const words = ((scope >> 8) & 15) === 6 ? 16 : 4;
  for (let word = 0; word < words; word += 4) {
    const source = load<i32>(packet + word, field.SOURCE);
    const destination = load<i32>(packet + word, field.DESTINATION);
    if (source !== destination) return source > destination;
  }
  return load<u32>(packet, field.SOURCE_PORT) > load<u32>(packet, field.DESTINATION_PORT);
}

/** An address as one word for the hash. */
function folded(address: usize, scope: u32): u32 {
  const word = load<u32>(address);
  if (((scope >> 8) & 15) === 4) return word;
  return hash32(word, load<u32>(address, 4), load<u32>(address, 8), load<u32>(address, 12));
}

/** The row of a session, 0 where there is none. `a` and `b` say where the addresses of the ends lie. */
function find(a: usize, b: usize, ports: u32, scope: u32, hash: u32): usize {
  const a0 = load<u64>(a);
  const a1 = load<u64>(a, 8);
  const b0 = load<u64>(b);
  const b1 = load<u64>(b, 8);
  let slot = hash & mask;
  let entry = load<u64>(slots + ((<usize>slot) << 3));
  while (<u32>entry !== 0) {
    const row = <usize>(<u32>entry);
    if (
      <u32>(entry >> 32) === hash &&
      load<u32>(row, at.PORTS * 4) === ports &&
      load<u32>(row, at.SCOPE * 4) === scope &&
      load<u64>(row, at.ADDRESS_A * 4) === a0 &&
      load<u64>(row, at.ADDRESS_B * 4) === b0 &&
      load<u64>(row, at.ADDRESS_A * 4 + 8) === a1 &&
      load<u64>(row, at.ADDRESS_B * 4 + 8) === b1
    ) {
      return row;
    }
    slot = (slot + 1) & mask;
    entry = load<u64>(slots + ((<usize>slot) << 3));
  }
  return 0;
}

function open(a: usize, b: usize, ports: u32, scope: u32, hash: u32, fromB: boolean): usize {
  if (live >= maxSessions) remove(oldest, at.ENDED_LIMIT);
  const row = takeRow();
  store<u64>(row, load<u64>(a), at.ADDRESS_A * 4);
  store<u64>(row, load<u64>(a, 8), at.ADDRESS_A * 4 + 8);
  store<u64>(row, load<u64>(b), at.ADDRESS_B * 4);
  store<u64>(row, load<u64>(b, 8), at.ADDRESS_B * 4 + 8);
  store<u32>(row, ports, at.PORTS * 4);
  store<u32>(row, scope, at.SCOPE * 4);
  store<u32>(row, hash, at.HASH * 4);
  store<i32>(row, sessions++, at.SESSION * 4);
  store<i32>(row, 1, at.PART * 4);
  begin(row, fromB, 0);
  insertSlot(hash, row);
  scanAtMs = min(scanAtMs, nowMs + idleMs);
  return row;
}

/** Makes a row that of a session (or part) whose first packet is at hand. */
function begin(row: usize, fromB: boolean, keptEvidence: u32): void {
  let evidence = keptEvidence | (fromB ? at.FIRST_PACKET_BY_B : 0);
  // All that is counted begins at 0, and what a session may have beside.
  store<u32>(row, 0, at.STATISTICS_BLOCK * 4);
  memory.fill(row + at.PACKETS * 4, 0, (at.HASH - at.PACKETS) * 4);
  memory.fill(row + at.MAC_HIGHS * 4, 0, (at.ROW_INTS - at.MAC_HIGHS) * 4);
  if (load<u32>(packet, field.WITH_MAC) !== 0) {
    evidence |= at.HAS_MAC;
    const sourceHigh = load<u32>(packet, field.SOURCE_MAC_HIGH);
    const sourceLow = load<u32>(packet, field.SOURCE_MAC_LOW);
    const destinationHigh = load<u32>(packet, field.DESTINATION_MAC_HIGH);
    const destinationLow = load<u32>(packet, field.DESTINATION_MAC_LOW);
    const highs = fromB ? (destinationHigh << 16) | sourceHigh : (sourceHigh << 16) | destinationHigh;
    store<u32>(row, highs, at.MAC_HIGHS * 4);
    store<u32>(row, fromB ? destinationLow : sourceLow, at.MAC_LOW_A * 4);
    store<u32>(row, fromB ? sourceLow : destinationLow, at.MAC_LOW_B * 4);
  }
  store<u32>(row, evidence, at.EVIDENCE * 4);
  store<u32>(row, load<u32>(packet, field.ICMP_WORD), at.ICMP * 4);
}

/** Ends the session of a row where the packet at hand cannot belong to it, and begins anew there. */
function cut(row: usize, fromB: boolean): boolean {
  const last = max(load<f64>(row, at.LAST_MS * 8), load<f64>(row, at.LAST_MS * 8 + 8));
  const evidence = load<u32>(row, at.EVIDENCE * 4);
  const firstSide: usize = (evidence & at.FIRST_PACKET_BY_B) !== 0 ? 8 : 0;
  if (nowMs - last >= idleMs) {
    emit(row, hasBothFins(row) ? at.ENDED_FIN : at.ENDED_IDLE);
  } else if (nowMs - load<f64>(row + firstSide, at.FIRST_MS * 8) >= activeMs) {
    emit(row, at.ENDED_ACTIVE);
    if (!compatible) {
      beginPart(row, fromB, evidence);
      return true;
    }
  } else if (endOnFin && isOpening() && hasBothFins(row)) {
    emit(row, at.ENDED_FIN);
  } else {
    return false;
  }
  store<i32>(row, sessions++, at.SESSION * 4);
  store<i32>(row, 1, at.PART * 4);
  begin(row, fromB, 0);
  return true;
}

/** The next part of a session that was cut: who opened it stays as it was known. */
function beginPart(row: usize, fromB: boolean, evidence: u32): void {
  const first: u32 = at.FIRST_PACKET_BY_B | at.HAS_MAC | at.KEPT_A | at.KEPT_B;
  store<i32>(row, load<i32>(row, at.PART * 4) + 1, at.PART * 4);
  begin(row, fromB, (evidence & ~first) | (openedByB(evidence) ? at.KEPT_B : at.KEPT_A));
}

/** Whether b opened the session: a SYN decides, then a SYN-ACK, then earlier parts, then the first packet. */
export function openedByB(evidence: u32): boolean {
  if ((evidence & (at.SYN_BY_A | at.SYN_BY_B)) !== 0) return (evidence & at.SYN_BY_B) !== 0;
  if ((evidence & (at.SYN_ACK_TO_A | at.SYN_ACK_TO_B)) !== 0) return (evidence & at.SYN_ACK_TO_B) !== 0;
  if ((evidence & (at.KEPT_A | at.KEPT_B)) !== 0) return (evidence & at.KEPT_B) !== 0;
  return (evidence & at.FIRST_PACKET_BY_B) !== 0;
}

function count(row: usize, fromB: boolean, first: boolean): void {
  const side: u32 = fromB ? 1 : 0;
  const own4 = row + ((<usize>side) << 2);
  const own8 = row + ((<usize>side) << 3);
  const size = <f64>load<u32>(packet + accounting, field.WIRE_LENGTH);
  const flags = load<i32>(packet, field.FLAGS);
  const lastOfSide = load<f64>(own8, at.LAST_MS * 8);
  const last = max(load<f64>(row, at.LAST_MS * 8), load<f64>(row, at.LAST_MS * 8 + 8));
  if (keepsStatistics) {
    const sinceLast = nowMs > last ? nowMs - last : 0;
    const sinceOwn = nowMs > lastOfSide ? nowMs - lastOfSide : 0;
    addStatistics(row, side, size, sinceLast, sinceOwn, max(flags, 0));
  }
  const ofSide = load<u32>(own4, at.PACKETS * 4) + 1;
  store<u32>(own4, ofSide, at.PACKETS * 4);
  store<f64>(own8, load<f64>(own8, at.BYTES * 8) + size, at.BYTES * 8);
  if (ofSide === 1) {
    store<f64>(own8, nowMs, at.FIRST_MS * 8);
    store<i32>(own4, nowNs, at.FIRST_NS * 4);
  }
  if (ofSide === 1 || nowMs > lastOfSide) {
    store<f64>(own8, nowMs, at.LAST_MS * 8);
    store<i32>(own4, nowNs, at.LAST_NS * 4);
  } else if (nowMs === lastOfSide && nowNs > load<i32>(own4, at.LAST_NS * 4)) {
    store<i32>(own4, nowNs, at.LAST_NS * 4);
  }
  if (splt > 0 || keepsFrames) note(row, fromB, size, first || nowMs < last ? 0 : nowMs - last);
  if (flags > 0 && (flags & (SYN | FIN)) !== 0) noteFlags(flags, row, fromB);
}

/** Keeps what is wanted of single packets. */
function note(row: usize, fromB: boolean, size: f64, interval: f64): void {
  const before = load<u32>(row, at.PACKETS * 4) + load<u32>(row, at.PACKETS * 4 + 4) - 1;
  if (before < splt) {
    // Size and direction share a number.
    const tail = pushValue(load<u32>(row, at.SPLT_TAIL * 4), before * 2, size * 2 + (fromB ? 1 : 0));
    if (before === 0) store<u32>(row, <u32>tail, at.SPLT_HEAD * 4);
    store<u32>(row, <u32>pushValue(tail, before * 2 + 1, interval), at.SPLT_TAIL * 4);
  }
  if (keepsFrames) {
    const tail = pushValue(load<u32>(row, at.FRAMES_TAIL * 4), before, load<f64>(packet, field.FRAME));
    if (before === 0) store<u32>(row, <u32>tail, at.FRAMES_HEAD * 4);
    store<u32>(row, <u32>tail, at.FRAMES_TAIL * 4);
  }
}

/** The first SYN decides who opened the session, and so does the first SYN-ACK; FINs are noted by side. */
function noteFlags(flags: u32, row: usize, fromB: boolean): void {
  let evidence = load<u32>(row, at.EVIDENCE * 4);
  if ((flags & SYN) !== 0 && !compatible) {
    const isAnswer = (flags & ACK) !== 0;
    const pair: u32 = isAnswer ? at.SYN_ACK_TO_A | at.SYN_ACK_TO_B : at.SYN_BY_A | at.SYN_BY_B;
    const byB = isAnswer ? !fromB && !hasOneEnd(row) : fromB;
    if ((evidence & pair) === 0) evidence |= pair & (byB ? at.ABOUT_B : at.ABOUT_A);
  }
  if ((flags & FIN) !== 0 && endOnFin) {
    evidence |= fromB ? at.FIN_BY_B | at.LAST_FIN_BY_B : at.FIN_BY_A;
    if (!fromB) evidence &= ~at.LAST_FIN_BY_B;
  }
  store<u32>(row, evidence, at.EVIDENCE * 4);
}

/** Whether both ends of a row are one: all its packets count as sent by a. */
function hasOneEnd(row: usize): boolean {
  const ports = load<u32>(row, at.PORTS * 4);
  return (
    ports >> 16 === (ports & 0xffff) &&
    load<u64>(row, at.ADDRESS_A * 4) === load<u64>(row, at.ADDRESS_B * 4) &&
    load<u64>(row, at.ADDRESS_A * 4 + 8) === load<u64>(row, at.ADDRESS_B * 4 + 8)
  );
}

/** A SYN without ACK. */
function isOpening(): boolean {
  const flags = load<i32>(packet, field.FLAGS);
  return flags > 0 && (flags & (SYN | ACK)) === SYN;
}

function hasBothFins(row: usize): boolean {
  const both: u32 = at.FIN_BY_A | at.FIN_BY_B;
  return (load<u32>(row, at.EVIDENCE * 4) & both) === both;
}

/** Ends the session with the packet at hand where flags or the host say so. */
function endAfter(row: usize, fromB: boolean, first: boolean): void {
  if (hearsPackets && host.counted(row, fromB, first)) {
    remove(row, at.ENDED_PLUGIN);
    return;
  }
  const flags = load<i32>(packet, field.FLAGS);
  if (flags < 0) return;
  if (endOnRst && (flags & RST) !== 0) {
    remove(row, at.ENDED_RST);
  } else if (endOnFin && (flags & (ACK | FIN)) === ACK && hasBothFins(row)) {
    const lastByB = (load<u32>(row, at.EVIDENCE * 4) & at.LAST_FIN_BY_B) !== 0;
    if (lastByB !== fromB) remove(row, at.ENDED_FIN);
  }
}

/** Ends what is idle now, from the session not seen for longest on. */
function expireIdle(): void {
  while (oldest !== 0) {
    const last = max(load<f64>(oldest, at.LAST_MS * 8), load<f64>(oldest, at.LAST_MS * 8 + 8));
    if (nowMs < last + idleMs) {
      scanAtMs = last + idleMs;
      return;
    }
    remove(oldest, hasBothFins(oldest) ? at.ENDED_FIN : at.ENDED_IDLE);
  }
  scanAtMs = Infinity;
}

function remove(row: usize, reason: i32): void {
  emit(row, reason);
  removeSlot(load<u32>(row, at.HASH * 4), row);
  releaseRow(row);
}

/** Hands the session of a row out; the row stays. */
function emit(row: usize, reason: i32): void {
  if (hearsSessions) host.ended(row, reason);
  if (tableInUse) addTableRow(row, reason);
  if (keepsStatistics) releaseStatistics(row);
  if (splt > 0) releaseList(load<u32>(row, at.SPLT_HEAD * 4), load<u32>(row, at.SPLT_TAIL * 4));
  if (keepsFrames) releaseList(load<u32>(row, at.FRAMES_HEAD * 4), load<u32>(row, at.FRAMES_TAIL * 4));
}
