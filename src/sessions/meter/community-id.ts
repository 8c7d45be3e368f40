import { createHash } from 'node:crypto';
import { PROTOCOL_ICMP, PROTOCOL_ICMPV6, PROTOCOL_TCP, PROTOCOL_UDP } from '../../pcap/index.js';
import type { MeteredSession } from './meter-types.js';

const PROTOCOL_SCTP = 132;

/** ICMP types that answer each other, and so name one session from both sides (Community ID spec 1.0). */
const icmpAnswers = new Map([
  [0, 8],
  [8, 0],
  [9, 10],
  [10, 9],
  [13, 14],
  [14, 13],
  [15, 16],
  [16, 15],
  [17, 18],
  [18, 17],
]);
const icmpv6Answers = new Map([
  [128, 129],
  [129, 128],
  [130, 131],
  [131, 130],
  [133, 134],
  [134, 133],
  [135, 136],
  [136, 135],
  [139, 140],
  [140, 139],
  [144, 145],
  [145, 144],
]);

const bytes = new Uint8Array(40);
const view = new DataView(bytes.buffer);

/**
 * Community ID version 1 of a session (github.com/corelight/community-id-spec): `1:` and the base64 of a SHA-1 over
 * seed, ends in order, protocol and ports. ICMP has its first packet's type and code in place of ports.
 * @param seed 0 to 65535
 */
export function communityId(session: MeteredSession, seed = 0): string {
  const { protocol, ipVersion } = session;
  const length = ipVersion === 6 ? 16 : 4;
  let sourcePort = session.sourcePort;
  let destinationPort = session.destinationPort;
  let oneWay = false;
  const answers =
    protocol === PROTOCOL_ICMP ? icmpAnswers : protocol === PROTOCOL_ICMPV6 ? icmpv6Answers : undefined;
  let flip = false;
  if (answers !== undefined) {
    // Type and code are those of the first packet, so the ends are put in its order.
    flip = session.firstFromDestination;
    sourcePort = session.icmpType;
    const answer = answers.get(session.icmpType);
    oneWay = answer === undefined;
    destinationPort = answer ?? session.icmpCode;
  }
  const from = flip ? session.destination : session.source;
  const to = flip ? session.source : session.destination;
  const swap = !oneWay && isLater(from, to, length / 4, sourcePort, destinationPort);
  view.setUint16(0, seed);
  for (let word = 0; word < length / 4; word++) {
    view.setInt32(2 + word * 4, (swap ? to : from)[word] as number);
    view.setInt32(2 + length + word * 4, (swap ? from : to)[word] as number);
  }
  let end = 2 + 2 * length;
  bytes[end++] = protocol;
  bytes[end++] = 0;
  if (answers !== undefined || hasPorts(protocol)) {
    view.setUint16(end, swap ? destinationPort : sourcePort);
    view.setUint16(end + 2, swap ? sourcePort : destinationPort);
    end += 4;
  }
  return `1:${createHash('sha1').update(bytes.subarray(0, end)).digest('base64')}`;
}

function hasPorts(protocol: number): boolean {
  return protocol === PROTOCOL_TCP || protocol === PROTOCOL_UDP || protocol === PROTOCOL_SCTP;
}

function isLater(from: Int32Array, to: Int32Array, words: number, fromPort: number, toPort: number): boolean {
  for (let word = 0; word < words; word++) {
    const a = (from[word] as number) >>> 0;
    const b = (to[word] as number) >>> 0;
    if (a !== b) return a > b;
  }
  return fromPort > toPort;
}
