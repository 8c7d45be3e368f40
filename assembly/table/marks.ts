/** What packets without TCP flags say about failure: DNS answers "no such name", ICMP "destination unreachable". */

import * as minute from '../../src/sessions/activity/window-layout';
import * as field from '../../src/sessions/core/packet-layout';
import * as row from '../../src/sessions/row-layout';
import { packet } from '../packets/packet';

const ICMP = 1;
const UDP = 17;
const ICMPV6 = 58;
const DNS_PORT = 53;

/** Counts the packet at hand as marked in the row at `at` if it is; returns what its sender did beside. */
export function marksOf(at: usize, fromB: boolean): u32 {
  const protocol = load<u8>(packet, field.PACKET_SCOPE);
  if (protocol === UDP) {
    if (load<u32>(packet, field.SOURCE_PORT) === DNS_PORT && isNameError()) addMark(at, 0);
    return 0;
  }
  if (protocol !== ICMP && protocol !== ICMPV6) return 0;
  // Where type and code were not captured this is 0, an echo reply, which says nothing.
  const type = load<u32>(packet, field.ICMP_WORD) >> 8;
  if (type === (protocol === ICMP ? 8 : 128)) return minute.DID_SEND_SYN;
  if (type !== (protocol === ICMP ? 3 : 1)) return 0;
  addMark(at, fromB ? 2 : 0);
  return minute.DID_SEND_RST;
}

/** Whether a DNS message over UDP is an answer with the code "no such name" (RFC 1035, 4.1.1). */
function isNameError(): boolean {
  const flags = <usize>load<u32>(packet, field.TRANSPORT_AT) + 10;
  if (flags + 2 > <usize>load<u32>(packet, field.FRAME_END)) return false;
  return (bswap<u16>(load<u16>(flags)) & 0x800f) === 0x8003;
}

/** Adds one to a half of the row's marked packets, which stops at its limit. */
function addMark(at: usize, half: usize): void {
  const marks = load<u16>(at + half, row.MARKED_PACKETS);
  if (marks !== 0xffff) store<u16>(at + half, marks + 1, row.MARKED_PACKETS);
}
