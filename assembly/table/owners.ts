/**
 * The (MAC, IP address) pairs of a capture, in order of appearance, sender before receiver, and what they do there: the
 * hosts that it could be about. A session counts once, however many parts it was cut into.
 */
import * as own from '../../src/sessions/owner-layout';
import * as row from '../../src/sessions/row-layout';
import { classOf, EXTERNAL, PRIVATE } from '../device/address-class';
import { allocate, giveBack } from '../flow/memory';
import { createKeys, internKey, keyCount, keyWord } from './keys';
import { macs, rowAt, rowCount } from './rows';

const OWNER_BYTES: usize = own.OWNER_WORDS * 4;

/** Their records: see src/sessions/owner-layout.ts. */
export let owners: usize = 0;
let count: i32 = 0;
let room: i32 = 0;
/** By number of a MAC address: unicast addresses behind it, and 1 where both ends of a session carry it. */
let fronts: usize = 0;
let shared: usize = 0;

/** Finds all of them; returns how many there are. */
export function listOwners(): i32 {
  count = 0;
  room = 64;
  owners = allocate(<usize>room * OWNER_BYTES);
  const bytes = (<usize>keyCount(macs)) << 2;
  fronts = allocate(bytes);
  shared = allocate(bytes);
  const keys = createKeys();
  for (let index = 0; index < rowCount; index++) addRow(keys, index);
  for (let owner = 0; owner < count; owner++) describeMac(ownerAt(owner));
  return count;
}

/**
 * The likeliest device of all that are not left out: over unicast addresses only, one that sends before one that never
 * does, one whose MAC fronts few addresses before a gateway, the one in the most sessions; then the private address, the
 * one that serves more, the one seen first. -1 where there is none.
 */
export function likeliestOwner(): i32 {
  let best = -1;
  for (let owner = 0; owner < count; owner++) {
    const facts = load<i32>(ownerAt(owner), own.OWNER_FACTS * 4);
    if ((facts & own.OWNER_UNICAST) === 0 || (facts & own.OWNER_LEFT_OUT) !== 0) continue;
    if (best < 0 || isLikelier(ownerAt(owner), ownerAt(best))) best = owner;
  }
  return best;
}

/** Leaves out the owners of a MAC address (-1: none). */
export function leaveOutMac(mac: i32): void {
  if (mac < 0) return;
  for (let owner = 0; owner < count; owner++) {
    if (load<i32>(ownerAt(owner), own.OWNER_MAC * 4) === mac) leaveOut(ownerAt(owner));
  }
}

/** Leaves out the owners of an address, whatever their MAC. */
export function leaveOutAddress(version: i32, address: i32): void {
  for (let owner = 0; owner < count; owner++) {
    const at = ownerAt(owner);
    const isIt =
      load<i32>(at, own.OWNER_VERSION * 4) === version && load<i32>(at, own.OWNER_ADDRESS * 4) === address;
    if (isIt) leaveOut(at);
  }
}

function leaveOut(at: usize): void {
  note(at, own.OWNER_LEFT_OUT);
}

function ownerAt(owner: i32): usize {
  return owners + <usize>owner * OWNER_BYTES;
}

function note(at: usize, fact: i32): void {
  store<i32>(at, load<i32>(at, own.OWNER_FACTS * 4) | fact, own.OWNER_FACTS * 4);
}

function raise(at: usize): void {
  store<i32>(at, load<i32>(at) + 1);
}

function addRow(keys: usize, index: i32): void {
  const at = rowAt(index);
  const first = load<i32>(at, row.FIRST_ROW);
  const start = rowAt(first);
  const version = load<i32>(at, row.PROTOCOL) >> 16;
  const evidence = load<i32>(start, row.EVIDENCE);
  const macA = load<i32>(start, row.MAC_A);
  const macB = load<i32>(start, row.MAC_B);
  const bFirst = (evidence & row.FIRST_PACKET_BY_B) !== 0;
  if (bFirst) ownerOf(keys, macB, version, load<i32>(at, row.ADDRESS_B));
  const a = ownerOf(keys, macA, version, load<i32>(at, row.ADDRESS_A));
  const b = ownerOf(keys, macB, version, load<i32>(at, row.ADDRESS_B));
  if (load<i32>(at, row.SIDES + row.PACKETS) > 0) note(ownerAt(a), own.OWNER_SENDS);
  if (load<i32>(at, row.SIDES + row.SIDE_BYTES + row.PACKETS) > 0) note(ownerAt(b), own.OWNER_SENDS);
  if (first !== index) return;
  if (macA >= 0 && macA === macB && a !== b) store<i32>(shared + ((<usize>macA) << 2), 1);
  raise(ownerAt(a) + own.OWNER_SESSIONS * 4);
  if (b !== a) raise(ownerAt(b) + own.OWNER_SESSIONS * 4);
  raise(ownerAt(servedByB(evidence, load<u32>(at, row.PORTS)) ? b : a) + own.OWNER_SERVED * 4);
}

/** Number of an owner, made when it is met first. */
function ownerOf(keys: usize, mac: i32, version: i32, address: i32): i32 {
  const owner = internKey(keys, mac, version, address, 0);
  if (owner < count) return owner;
  if (count === room) {
    const grown = allocate(<usize>room * OWNER_BYTES * 2);
    memory.copy(grown, owners, <usize>room * OWNER_BYTES);
    giveBack(owners, <usize>room * OWNER_BYTES);
    owners = grown;
    room *= 2;
  }
  count++;
  const at = ownerAt(owner);
  store<i32>(at, mac, own.OWNER_MAC * 4);
  store<i32>(at, version, own.OWNER_VERSION * 4);
  store<i32>(at, address, own.OWNER_ADDRESS * 4);
  const known = classOf(version === 6, address);
  const toGroup = mac >= 0 && (keyWord(macs, mac, 0) & 0x0100) !== 0;
  if (!toGroup && (known === PRIVATE || known === EXTERNAL)) {
    store<i32>(at, own.OWNER_UNICAST | (known === PRIVATE ? own.OWNER_PRIVATE : 0), own.OWNER_FACTS * 4);
    if (mac >= 0) raise(fronts + ((<usize>mac) << 2));
  }
  return owner;
}

function describeMac(at: usize): void {
  const mac = load<i32>(at, own.OWNER_MAC * 4);
  if (mac < 0) return;
  const offset = (<usize>mac) << 2;
  store<i32>(at, load<i32>(fronts + offset), own.OWNER_FRONTS * 4);
  if (load<i32>(shared + offset) !== 0) note(at, own.OWNER_SHARED_MAC);
}

/**
 * Whether side b is the server: not the opener by SYN or SYN-ACK; in sessions whose start was not captured the side with
 * the lower port; otherwise not the sender of the first packet.
 */
function servedByB(evidence: i32, ports: u32): boolean {
  if ((evidence & (row.SYN_BY_A | row.SYN_BY_B)) !== 0) return (evidence & row.SYN_BY_B) === 0;
  if ((evidence & (row.SYN_ACK_TO_A | row.SYN_ACK_TO_B)) !== 0) return (evidence & row.SYN_ACK_TO_B) === 0;
  const portA = ports >> 16;
  const portB = ports & 0xffff;
  return portA !== portB ? portB < portA : (evidence & row.FIRST_PACKET_BY_B) === 0;
}

function isLikelier(x: usize, y: usize): boolean {
  const xFacts = load<i32>(x, own.OWNER_FACTS * 4);
  const yFacts = load<i32>(y, own.OWNER_FACTS * 4);
  const changed = xFacts ^ yFacts;
  if ((changed & own.OWNER_SENDS) !== 0) return (xFacts & own.OWNER_SENDS) !== 0;
  const xFronts = isGateway(x);
  if (xFronts !== isGateway(y)) return !xFronts;
  const sessions = load<i32>(x, own.OWNER_SESSIONS * 4) - load<i32>(y, own.OWNER_SESSIONS * 4);
  if (sessions !== 0) return sessions > 0;
  if ((changed & own.OWNER_PRIVATE) !== 0) return (xFacts & own.OWNER_PRIVATE) !== 0;
  return load<i32>(x, own.OWNER_SERVED * 4) > load<i32>(y, own.OWNER_SERVED * 4);
}

function isGateway(at: usize): boolean {
  return load<i32>(at, own.OWNER_FRONTS * 4) > own.FEW_ADDRESSES;
}
