import type { Packet } from '../pcap/index.js';
import { classifyIpv4, classifyIpv6 } from '../sessions/index.js';

/** What the ends of a frame are known by. */
export type EndKind = 'mac' | 'ipv4' | 'ipv6';

/** Whom a frame is for: one host, all hosts of the link, or a group of them. */
export type Audience = 'one' | 'everybody' | 'group';

/**
 * Sender and receiver of one frame: MAC addresses where the link has them (first two bytes, last four), IP addresses
 * elsewhere. Words are signed 32-bit integers; unused ones are 0. One record is filled again for every frame.
 */
export interface FrameEnds {
  kind: EndKind;
  /** Whether the source is the address of one host, so that it can be a device. */
  hasSource: boolean;
  source0: number;
  source1: number;
  source2: number;
  source3: number;
  audience: Audience;
  /** False where the frame names no receiver (unspecified address). */
  hasDestination: boolean;
  destination0: number;
  destination1: number;
  destination2: number;
  destination3: number;
}

/** A fresh record. */
export function createFrameEnds(): FrameEnds {
  return {
    kind: 'mac',
    hasSource: false,
    source0: 0,
    source1: 0,
    source2: 0,
    source3: 0,
    audience: 'one',
    hasDestination: false,
    destination0: 0,
    destination1: 0,
    destination2: 0,
    destination3: 0,
  };
}

const LINK_ETHERNET = 1;
const ETHERNET_HEADER_BYTES = 14;

/**
 * Reads who sent a frame to whom. On Ethernet the MAC addresses come from the frame itself, so that ARP, LLDP and frames
 * that cannot be decoded have an owner, too; where both are zero (the loopback interface) and on links without MACs it is
 * the IP addresses that count.
 * @param used whether the headers could be decoded
 * @returns false when the frame tells nobody's address
 */
export function readFrameEnds(packet: Packet, used: boolean, out: FrameEnds): boolean {
  if (packet.linkType === LINK_ETHERNET) {
    if (packet.frameEnd - packet.frameAt < ETHERNET_HEADER_BYTES) return false;
    const { view, frameAt } = packet;
    out.destination0 = view.getUint16(frameAt);
    out.destination1 = view.getInt32(frameAt + 2);
    out.source0 = view.getUint16(frameAt + 6);
    out.source1 = view.getInt32(frameAt + 8);
    if (macEnds(out)) return true;
  } else if (packet.hasMac) {
    out.destination0 = packet.destinationMacHigh;
    out.destination1 = packet.destinationMacLow;
    out.source0 = packet.sourceMacHigh;
    out.source1 = packet.sourceMacLow;
    if (macEnds(out)) return true;
  }
  return used && addressEnds(packet, out);
}

/** @returns false when both addresses are zero */
function macEnds(out: FrameEnds): boolean {
  const sourceZero = out.source0 === 0 && out.source1 === 0;
  const destinationZero = out.destination0 === 0 && out.destination1 === 0;
  if (sourceZero && destinationZero) return false;
  out.kind = 'mac';
  out.source2 = out.source3 = out.destination2 = out.destination3 = 0;
  out.hasSource = !sourceZero && (out.source0 & 0x0100) === 0;
  out.hasDestination = !destinationZero;
  out.audience = (out.destination0 & 0x0100) === 0 ? 'one' : macAudience(out.destination0, out.destination1);
  return true;
}

/** Broadcast, and the groups of all hosts 224.0.0.1 (RFC 1112, 6.4) and ff02::1 (RFC 2464, 7). */
function macAudience(high: number, low: number): Audience {
  if (high === 0xffff && low === -1) return 'everybody';
  if (high === 0x0100 && low === 0x5e000001) return 'everybody';
  return high === 0x3333 && low === 1 ? 'everybody' : 'group';
}

function addressEnds(packet: Packet, out: FrameEnds): boolean {
  out.kind = packet.ipVersion === 4 ? 'ipv4' : 'ipv6';
  out.source0 = packet.source0;
  out.source1 = packet.source1;
  out.source2 = packet.source2;
  out.source3 = packet.source3;
  out.destination0 = packet.destination0;
  out.destination1 = packet.destination1;
  out.destination2 = packet.destination2;
  out.destination3 = packet.destination3;
  const source = classOf(out.kind, packet.source0, packet.source1, packet.source2, packet.source3);
  const destination = classOf(
    out.kind,
    packet.destination0,
    packet.destination1,
    packet.destination2,
    packet.destination3,
  );
  out.hasSource = source === 'private' || source === 'external';
  out.hasDestination = destination !== 'unspecified';
  out.audience = destination === 'multicast' ? addressAudience(out) : 'one';
  return out.hasSource || out.hasDestination;
}

function classOf(kind: EndKind, w0: number, w1: number, w2: number, w3: number) {
  return kind === 'ipv4' ? classifyIpv4(w0) : classifyIpv6(w0, w1, w2, w3);
}

function addressAudience({
  kind,
  destination0: w0,
  destination1: w1,
  destination2: w2,
  destination3: w3,
}: FrameEnds): Audience {
  if (kind === 'ipv4') return w0 === -1 || w0 >>> 0 === 0xe0000001 ? 'everybody' : 'group';
  return w0 >>> 0 === 0xff020000 && w1 === 0 && w2 === 0 && w3 === 1 ? 'everybody' : 'group';
}
