import { PROTOCOL_TCP, PROTOCOL_UDP } from '../../pcap/index.js';
import type { OuterTransport } from './outer-transport.js';

/**
 * How long a message is once it has been read and written again with the shortest lengths (ITU-T X.690, 8.1.3 and
 * 10.1). netml takes the size of a packet from scapy, which writes LDAP, Kerberos and SNMP again: Windows spends four
 * bytes on every length of LDAP, scapy one to three. Only the sizes of `compat: 'netml'` look at these bytes.
 */

const INTEGER = 0x02;
const ENUMERATED = 0x0a;
const CONSTRUCTED = 0x20;
const NOT_BER = -1;

/** Deeper nesting is taken for noise. */
const DEEPEST = 32;

/** Length of the message at `at` as written again; behind it, its length as it stands. */
interface Rewritten {
  bytes: number;
  end: number;
}

/** Bytes that the frame grows by (mostly less than 0) when its message is written again. */
export function rewrittenGrowth(view: DataView, end: number, transport: OuterTransport): number {
  const at = messageAt(view, end, transport);
  if (at < 0) return 0;
  const out: Rewritten = { bytes: 0, end: 0 };
  return rewrite(view, at, end, 0, out) ? out.bytes - (out.end - at) : 0;
}

/** Where a message of one of those protocols begins, by the ports; NOT_BER where there is none. */
function messageAt(view: DataView, end: number, transport: OuterTransport): number {
  const { protocol, transportAt, sourcePort, destinationPort } = transport;
  const uses = (port: number): boolean => sourcePort === port || destinationPort === port;
  const kerberos = uses(88);
  let at = NOT_BER;
  if (protocol === PROTOCOL_UDP && (kerberos || uses(389) || uses(161) || uses(162))) at = transportAt + 8;
  if (protocol === PROTOCOL_TCP && (kerberos || uses(389) || uses(3268))) {
    // Over TCP a Kerberos message has its length in front (RFC 4120, 7.2.2).
    at = transportAt + ((view.getUint8(transportAt + 12) >> 4) << 2) + (kerberos ? 4 : 0);
  }
  return at >= 0 && at < end && (view.getUint8(at) & CONSTRUCTED) !== 0 ? at : NOT_BER;
}

/** False when the bytes are no whole element. */
function rewrite(view: DataView, at: number, end: number, depth: number, out: Rewritten): boolean {
  if (depth > DEEPEST || end - at < 2) return false;
  const tag = view.getUint8(at);
  // Tags of several bytes do not occur in these protocols.
  if ((tag & 0x1f) === 0x1f) return false;
  const first = view.getUint8(at + 1);
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || lengthBytes > 4 || end - at - 2 < lengthBytes) return false;
  let length = lengthBytes === 0 ? first : 0;
  for (let i = 0; i < lengthBytes; i++) length = length * 256 + view.getUint8(at + 2 + i);
  const from = at + 2 + lengthBytes;
  const to = from + length;
  if (to > end) return false;
  let content = 0;
  if ((tag & CONSTRUCTED) === 0) {
    content = tag === INTEGER || tag === ENUMERATED ? integerBytes(view, from, to) : length;
  } else {
    for (let inner = from; inner < to; inner = out.end) {
      if (!rewrite(view, inner, to, depth + 1, out)) return false;
      content += out.bytes;
    }
  }
  out.bytes = 1 + lengthOfLength(content) + content;
  out.end = to;
  return true;
}

function lengthOfLength(length: number): number {
  if (length < 0x80) return 1;
  return length < 0x100 ? 2 : length < 0x1_0000 ? 3 : length < 0x100_0000 ? 4 : 5;
}

/** The shortest two's complement; scapy spends a byte more where its first byte is 0x80. */
function integerBytes(view: DataView, from: number, to: number): number {
  let at = from;
  while (at + 1 < to) {
    const sign = view.getUint8(at + 1) & 0x80;
    if (view.getUint8(at) !== (sign === 0 ? 0 : 0xff)) break;
    at++;
  }
  return to - at + (to > at && view.getUint8(at) === 0x80 ? 1 : 0);
}
