/** The slow twin of the session table: string keys, lists, one object per part. Works from descriptions of packets. */
import type { DeviceSession } from '../../src/sessions/index.js';
import { LINK_ETHERNET, LINK_SLL, LINK_SLL2 } from './frames.js';
import type { TestEnd, TestPacket, TestTraffic } from './traffic.js';

interface SlowSide {
  packets: TestPacket[];
}

interface SlowSession {
  readonly number: number;
  readonly version: 4 | 6;
  readonly protocol: number;
  /** Sender and receiver of the first packet. */
  readonly ends: readonly [TestEnd, TestEnd];
  readonly ports: readonly [number, number];
  syn: 0 | 1 | null;
  synAck: 0 | 1 | null;
}

export interface SlowPart {
  readonly session: SlowSession;
  readonly firstPart: number;
  readonly bin: number;
  readonly sides: readonly [SlowSide, SlowSide];
}

/** Whoever a capture is about, as text. */
export interface SlowDevice {
  readonly mac: string | null;
  readonly addresses: readonly string[];
}

function keyOf(packet: TestPacket): string {
  const { source, destination, sourcePort, destinationPort, protocol, version, vlans } = packet;
  const ends = [`${source.address}|${sourcePort}`, `${destination.address}|${destinationPort}`].sort();
  return `${ends.join(' ')} ${protocol} v${version} vlan${vlans.at(-1) ?? 0}`;
}

/** All parts in order of appearance. */
export function slowParts({ packets }: TestTraffic, binSeconds: number): SlowPart[] {
  const parts: SlowPart[] = [];
  const latest = new Map<string, SlowPart>();
  for (const packet of packets) {
    const key = keyOf(packet);
    const bin =
      binSeconds > 0 ? Math.max(0, Math.floor(sinceFirst(packet, packets) / (binSeconds * 1e9))) : 0;
    let part = latest.get(key);
    if (part === undefined || bin > part.bin) {
      part = newPart(packet, bin, parts.length, part);
      latest.set(key, part);
      parts.push(part);
    }
    const side = sideOf(packet, part.session);
    part.sides[side].packets.push(packet);
    const { session } = part;
    if (packet.protocol === 6 && (packet.tcpFlags & 2) !== 0) {
      if ((packet.tcpFlags & 16) === 0) session.syn ??= side;
      else session.synAck ??= side === 0 ? 1 : 0;
    }
  }
  return parts;
}

function newPart(packet: TestPacket, bin: number, index: number, before: SlowPart | undefined): SlowPart {
  const session: SlowSession = before?.session ?? {
    number: index,
    version: packet.version,
    protocol: packet.protocol,
    ends: [packet.source, packet.destination],
    ports: [packet.sourcePort, packet.destinationPort],
    syn: null,
    synAck: null,
  };
  return { session, firstPart: session.number, bin, sides: [{ packets: [] }, { packets: [] }] };
}

function sideOf(packet: TestPacket, { ends, ports }: SlowSession): 0 | 1 {
  return packet.source.address === ends[0].address && packet.sourcePort === ports[0] ? 0 : 1;
}

/** Nanoseconds since the first packet of the capture. */
function sinceFirst(packet: TestPacket, packets: readonly TestPacket[]): number {
  const first = packets[0] as TestPacket;
  return (packet.seconds - first.seconds) * 1e9 + packet.nanoseconds - first.nanoseconds;
}

export const isGroupMac = (mac: string): boolean => Number.parseInt(mac.slice(0, 2), 16) % 2 === 1;

/** A frame for everybody: by its MAC address, or by its IP address on links without. */
export function isForEverybody(end: TestEnd, linkType: number): boolean {
  if (end.kind === 'multicast') return true;
  if (linkType === LINK_ETHERNET) return isGroupMac(end.mac);
  return end.kind === 'private' && end.address.endsWith('.255');
}

/** Which side of a session is the device; undefined when it takes no part. */
function deviceSide({ ends }: SlowSession, device: SlowDevice, linkType: number): 0 | 1 | undefined {
  const byAddress = ends.map(({ address }) => device.addresses.includes(address));
  if (byAddress[0] === true) return 0;
  if (byAddress[1] === true) return 1;
  if (linkType === LINK_ETHERNET && device.mac !== null) {
    const byMac = ends.map(({ mac }) => mac === device.mac);
    if (byMac[0] === true && byMac[1] === true) throw new Error('no twin for one MAC at both ends');
    if (byMac[0] === true) return 0;
    if (byMac[1] === true) return 1;
  }
  return isForEverybody(ends[1], linkType) ? 1 : undefined;
}

function linkBytes(packet: TestPacket, linkType: number): number {
  if (linkType === LINK_ETHERNET) return 14 + 4 * packet.vlans.length;
  if (linkType === LINK_SLL) return 16;
  return linkType === LINK_SLL2 ? 20 : 0;
}

function ipBytes({ version, protocol, payloadBytes }: TestPacket): number {
  const transport =
    protocol === 6
      ? 20
      : protocol === 132
        ? 12
        : protocol === 17 || protocol === 1 || protocol === 58
          ? 8
          : 0;
  return (version === 4 ? 20 : 40) + transport + payloadBytes;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function isOdd(flags: number): boolean {
  const six = flags % 64;
  return flags === 0 || six === 1 || (six & 3) === 3 || (six & 0x29) === 0x29;
}

function sideNumbers(packets: readonly TestPacket[], linkType: number) {
  const flags = packets.filter(({ protocol }) => protocol === 6).map(({ tcpFlags }) => tcpFlags);
  return {
    packets: packets.length,
    bytes: sum(packets.map((packet) => linkBytes(packet, linkType) + ipBytes(packet))),
    ipBytes: sum(packets.map(ipBytes)),
    payloadBytes: sum(packets.map(({ payloadBytes }) => payloadBytes)),
    flags: flags.reduce((all, one) => all | one, 0),
    syn: flags.filter((one) => (one & 2) !== 0).length,
    rst: flags.filter((one) => (one & 4) !== 0).length,
    odd: flags.filter(isOdd).length,
  };
}

/** First packet as it came; last one by its time. */
function timesOf(
  sides: readonly SlowSide[],
  all: readonly TestPacket[],
): { firstNs: number; lastNs: number } {
  const busy = sides
    .map(({ packets }) => packets.map((packet) => sinceFirst(packet, all)))
    .filter(({ length }) => length > 0);
  return { firstNs: Math.min(...busy.map((times) => times[0] as number)), lastNs: Math.max(...busy.flat()) };
}

function peerClass(
  { ends, ports: _ }: SlowSession,
  deviceIs: 0 | 1,
  linkType: number,
): DeviceSession['peerClass'] {
  const peer = ends[deviceIs === 0 ? 1 : 0];
  if (deviceIs === 0) {
    if (isForEverybody(peer, linkType)) return 'multicast';
    return peer.kind === 'external' ? 'external' : 'private';
  }
  if (peer.kind === 'external') return 'external';
  return linkType === LINK_ETHERNET && isGroupMac(ends[1].mac) ? 'multicast' : 'private';
}

/** A part as a device sees it, with the peer's address as text. */
export type SlowDeviceSession = Omit<DeviceSession, 'peerAddress' | 'deviceIsB'> & { peer: string };

/** What a device should see of every part, in order of appearance. */
export function slowDeviceSessions(
  traffic: TestTraffic,
  device: SlowDevice,
  binSeconds: number,
): SlowDeviceSession[] {
  const { linkType, packets } = traffic;
  const out: SlowDeviceSession[] = [];
  for (const [row, part] of slowParts(traffic, binSeconds).entries()) {
    const { session, sides } = part;
    const own = deviceSide(session, device, linkType);
    if (own === undefined) continue;
    const other = own === 0 ? 1 : 0;
    const sent = sideNumbers(sides[own].packets, linkType);
    const received = sideNumbers(sides[other].packets, linkType);
    const opener = session.syn ?? session.synAck ?? 0;
    out.push({
      row,
      firstRow: part.firstPart,
      protocol: session.protocol,
      ipVersion: session.version,
      devicePort: session.ports[own],
      peerPort: session.ports[other],
      peer: session.ends[other].address,
      peerClass: peerClass(session, own, linkType),
      bin: part.bin,
      initiated: opener === own,
      initiatedBy: session.syn !== null ? 'syn' : session.synAck !== null ? 'syn-ack' : 'first-packet',
      sentPackets: sent.packets,
      receivedPackets: received.packets,
      sentBytes: sent.bytes,
      receivedBytes: received.bytes,
      sentIpBytes: sent.ipBytes,
      receivedIpBytes: received.ipBytes,
      sentPayloadBytes: sent.payloadBytes,
      receivedPayloadBytes: received.payloadBytes,
      ...timesOf(sides, packets),
      sentTcpFlags: sent.flags,
      receivedTcpFlags: received.flags,
      sentSyn: sent.syn,
      receivedSyn: received.syn,
      sentRst: sent.rst,
      receivedRst: received.rst,
      oddFlagPackets: sent.odd + received.odd,
    });
  }
  return out;
}
