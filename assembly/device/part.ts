/**
 * One row of the table as the device sees it: `DeviceSession` of src/sessions, whose words these are, filled as
 * src/sessions/device-rows.ts does.
 */
import * as at from '../../src/sessions/row-layout';
import { rows } from '../table/rows';
import { classOf, EXTERNAL, MULTICAST, PRIVATE } from './address-class';
import { isOwn, ownMac } from './own';
import { isServicePort } from './ports';

const TCP = 6;
const UDP = 17;

/** Whose side a row is. */
export const FOREIGN = 0;
export const DEVICE_IS_A = 1;
export const DEVICE_IS_B = 2;

/** What `initiated` rests on. */
export const BY_SYN = 0;
export const BY_SYN_ACK = 1;
export const BY_FIRST_PACKET = 2;

export let row: i32 = 0;
export let firstRow: i32 = 0;
export let side: i32 = FOREIGN;
export let protocol: i32 = 0;
/** IPv6. */
export let six: boolean = false;
export let devicePort: i32 = 0;
export let peerPort: i32 = 0;
export let peerAddress: i32 = 0;
/** `PRIVATE`, `EXTERNAL` or `MULTICAST`. */
export let peerClass: i32 = PRIVATE;
export let bin: i32 = 0;
export let initiated: boolean = false;
export let initiatedBy: i32 = BY_FIRST_PACKET;
/** The device opened the session: as `initiated`, but see `opensSession` below. */
export let opened: boolean = false;
/** Where the counters of what the device sent lie, and those of what it received. */
export let sent: usize = 0;
export let received: usize = 0;
let place: usize = 0;

/** Looks at a row; false when the device takes no part in it. */
export function enter(index: i32): boolean {
  place = rows + <usize>index * at.ROW_BYTES;
  row = index;
  firstRow = load<i32>(place, at.FIRST_ROW);
  const first = rows + <usize>firstRow * at.ROW_BYTES;
  const scope = load<u32>(place, at.PROTOCOL);
  six = scope >> 16 === 6;
  const evidence = load<i32>(first, at.EVIDENCE);
  const firstByB = (evidence & at.FIRST_PACKET_BY_B) !== 0;
  side = sideOf(first, evidence, firstByB);
  if (side === FOREIGN) return false;
  const isB = side === DEVICE_IS_B;
  const ports = load<u32>(place, at.PORTS);
  protocol = scope & 0xff;
  devicePort = isB ? ports & 0xffff : ports >> 16;
  peerPort = isB ? ports >> 16 : ports & 0xffff;
  peerAddress = load<i32>(place + (isB ? at.ADDRESS_A : at.ADDRESS_B));
  bin = load<i32>(place, at.BIN);
  readOpener(evidence, isB);
  peerClass = classOfPeer(evidence, firstByB === isB);
  const a = place + at.SIDES;
  sent = isB ? a + at.SIDE_BYTES : a;
  received = isB ? a : a + at.SIDE_BYTES;
  opened = opensSession();
  return true;
}

/** By addresses, else by MAC address, else as one of all that a group's traffic is meant for. */
function sideOf(first: usize, evidence: i32, firstByB: boolean): i32 {
  const a = load<i32>(place, at.ADDRESS_A);
  const b = load<i32>(place, at.ADDRESS_B);
  const byAddress = sideOfTwo(isOwn(six, a), isOwn(six, b), firstByB);
  if (byAddress !== FOREIGN) return byAddress;
  if (ownMac >= 0) {
    const byMac = sideOfTwo(
      load<i32>(first, at.MAC_A) === ownMac,
      load<i32>(first, at.MAC_B) === ownMac,
      firstByB,
    );
    if (byMac !== FOREIGN) return byMac;
  }
  if ((evidence & at.TO_GROUP_MAC) === 0 && classAsPeer(firstByB ? a : b) !== MULTICAST) return FOREIGN;
  return firstByB ? DEVICE_IS_A : DEVICE_IS_B;
}

/** Which end the device is; where both are its own, the one that sent the first packet. */
function sideOfTwo(isA: boolean, isB: boolean, firstByB: boolean): i32 {
  if (isA && isB) return firstByB ? DEVICE_IS_B : DEVICE_IS_A;
  if (isA) return DEVICE_IS_A;
  return isB ? DEVICE_IS_B : FOREIGN;
}

/** Class of an address by itself; on links without MAC addresses 255 at the end of a private one is broadcast. */
function classAsPeer(address: i32): i32 {
  const known = classOf(six, address);
  if (known === MULTICAST || known === EXTERNAL) return known;
  const noMac = load<i32>(place, at.MAC_A) < 0;
  return noMac && !six && (address & 0xff) === 0xff ? MULTICAST : PRIVATE;
}

/** The group MAC was the destination of the first sender's frames: it describes the peer when the device sent first. */
function classOfPeer(evidence: i32, firstByDevice: boolean): i32 {
  const known = classAsPeer(peerAddress);
  if ((evidence & at.TO_GROUP_MAC) === 0) return known;
  // What a public host sends to everybody is an external session all the same.
  return !firstByDevice && known === EXTERNAL ? EXTERNAL : MULTICAST;
}

function readOpener(evidence: i32, isB: boolean): void {
  let byB: boolean;
  if ((evidence & (at.SYN_BY_A | at.SYN_BY_B)) !== 0) {
    byB = (evidence & at.SYN_BY_B) !== 0;
    initiatedBy = BY_SYN;
  } else if ((evidence & (at.SYN_ACK_TO_A | at.SYN_ACK_TO_B)) !== 0) {
    byB = (evidence & at.SYN_ACK_TO_B) !== 0;
    initiatedBy = BY_SYN_ACK;
  } else {
    byB = (evidence & at.FIRST_PACKET_BY_B) !== 0;
    initiatedBy = BY_FIRST_PACKET;
  }
  initiated = byB === isB;
}

/**
 * Whether the device opened the session. A handshake decides; in a TCP session whose start was not captured, the side
 * with a service port is the server if only one has one; otherwise the first packet's sender opened it.
 */
function opensSession(): boolean {
  if (protocol !== TCP || initiatedBy !== BY_FIRST_PACKET) return initiated;
  const peerServes = isServicePort(peerPort);
  return peerServes === isServicePort(devicePort) ? initiated : peerServes;
}

/** Port of the side that did not open the session. */
export function serverPort(): i32 {
  return opened ? peerPort : devicePort;
}

/** 0 TCP, 1 UDP, 2 ICMP of either version, 3 anything else. */
export function protocolClass(): i32 {
  if (protocol === TCP) return 0;
  if (protocol === UDP) return 1;
  return protocol === 1 || protocol === 58 ? 2 : 3;
}

/** Packets with an impossible set of TCP flags. */
export function oddFlagPackets(): i32 {
  return protocol === TCP ? load<i32>(place, at.MARKED_PACKETS) : 0;
}

export function firstNs(): f64 {
  return firstNsOf(sent, received);
}

/** Time of the first packet of two blocks of counters. */
export function firstNsOf(one: usize, other: usize): f64 {
  const first = load<i32>(one, at.PACKETS) > 0 ? load<f64>(one, at.FIRST_NS) : Infinity;
  return min(first, load<i32>(other, at.PACKETS) > 0 ? load<f64>(other, at.FIRST_NS) : Infinity);
}

export function lastNs(): f64 {
  const ofSent = load<i32>(sent, at.PACKETS) > 0 ? load<f64>(sent, at.LAST_NS) : -Infinity;
  return max(ofSent, load<i32>(received, at.PACKETS) > 0 ? load<f64>(received, at.LAST_NS) : -Infinity);
}
