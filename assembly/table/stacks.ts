/**
 * TTL and TCP options by source address: see src/sessions/host-stacks.ts. Fed with the first packet of each session part and
 * direction only, so that it costs nothing on the hot path: a SYN is such a packet, and the TTL of a host does not change
 * within a session.
 */
import * as field from '../../src/sessions/core/packet-layout';
import * as stack from '../../src/sessions/stack-layout';
import { allocate } from '../flow/memory';
import { packet } from '../packets/packet';
import { createKeys, findKey, internKey, keyCount } from './keys';

const SYN = 0x02;
const STACK_BYTES: usize = stack.STACK_WORDS * 4;

/** Hosts by address and IP version, and their records in the order of the numbers. */
export const hosts: usize = createKeys();
export let stacks: usize = allocate(64 * STACK_BYTES);
let room: i32 = 64;

/** Notes the packet at hand, which `address` (a word, or the number of an IPv6 address) sent. */
export function noteStack(address: i32): void {
  const ip: usize = load<u32>(packet, field.IP_AT);
  const end: usize = load<u32>(packet, field.FRAME_END);
  if (ip + 20 > end) return;
  const version = (load<u32>(packet, field.PACKET_SCOPE) >> 8) & 15;
  const full = keyCount(hosts) >= stack.MOST_HOSTS;
  const host = full ? findKey(hosts, address, version, 0, 0) : internKey(hosts, address, version, 0, 0);
  if (host < 0) return;
  if (host >= room) grow();
  const at = stacks + <usize>host * STACK_BYTES;
  raiseBy(at + stack.PACKETS * 4, 1);
  raiseBy(at + ((<usize>stack.TTL + ttlClass(load<u8>(ip + (version === 4 ? 8 : 7)))) << 2), 1);
  if (version === 4 && (load<u8>(ip, 6) & 0x40) !== 0) raiseBy(at + stack.DONT_FRAGMENT * 4, 1);
  const flags = load<i32>(packet, field.FLAGS);
  if (flags >= 0 && (flags & SYN) !== 0) noteSyn(at, end);
}

/** Place of the least initial TTL that is not below this one. */
function ttlClass(ttl: u32): usize {
  if (ttl <= 1) return 0;
  if (ttl <= 4) return 1;
  if (ttl <= 32) return 2;
  if (ttl <= 64) return 3;
  return ttl <= 128 ? 4 : 5;
}

function noteSyn(at: usize, frameEnd: usize): void {
  const tcp: usize = load<u32>(packet, field.TRANSPORT_AT);
  if (tcp + 20 > frameEnd) return;
  raiseBy(at + stack.SYNS * 4, 1);
  raiseTo(at + stack.WINDOW * 4, u16At(tcp + 14));
  const end = min(frameEnd, tcp + ((<usize>load<u8>(tcp, 12) >> 4) << 2));
  let others = false;
  let facts = load<u32>(at, stack.STACK_FLAGS * 4);
  // RFC 9293, 3.2: kind, then length and value; kinds 0 and 1 are single bytes.
  for (let option = tcp + 20; option < end; ) {
    const kind = load<u8>(option);
    if (kind === 0) break;
    if (kind === 1) {
      option++;
      continue;
    }
    const length: usize = option + 1 < end ? load<u8>(option, 1) : 0;
    if (length < 2 || option + length > end) break;
    if (kind === 2 && length === 4) raiseTo(at + stack.SEGMENT_SIZE * 4, u16At(option + 2));
    else others = true;
    if (kind === 3 && length === 3) raiseTo(at + stack.SCALE * 4, <i32>load<u8>(option, 2) + 1);
    if (kind === 4) facts |= stack.HAS_SACK;
    if (kind === 8) facts |= stack.HAS_TIMESTAMPS;
    option += length;
  }
  store<u32>(at, others ? facts : facts | stack.HAS_NO_OPTIONS, stack.STACK_FLAGS * 4);
}

function u16At(at: usize): i32 {
  return bswap<u16>(load<u16>(at));
}

function raiseBy(at: usize, more: i32): void {
  store<i32>(at, load<i32>(at) + more);
}

function raiseTo(at: usize, value: i32): void {
  if (value > load<i32>(at)) store<i32>(at, value);
}

function grow(): void {
  const bytes = <usize>room * STACK_BYTES;
  const grown = allocate(bytes * 2);
  memory.copy(grown, stacks, bytes);
  stacks = grown;
  room *= 2;
}
