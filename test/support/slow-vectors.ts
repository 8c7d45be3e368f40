/**
 * The slow twin of the 4,104 features: for every session of the device a list of its packets, and for every feature
 * a count divided by the number of packets of its direction. Shares no code with `src/` or the other twin.
 */
import type { TestEnd, TestPacket, TestTraffic } from './traffic.js';

export interface VectorDevice {
  readonly mac: string | null;
  readonly addresses: readonly string[];
}

interface Seen {
  /** The device's end was at the source of the session's first packet. */
  readonly deviceFirst: boolean;
  readonly device: TestEnd;
  readonly devicePort: number;
  readonly peer: TestEnd;
  readonly packets: TestPacket[];
}

const ETHERNET = 1;

/** One dense vector per session of the device, in order of appearance. */
export function slowVectors(traffic: TestTraffic, device: VectorDevice): Float64Array[] {
  const sessions = new Map<string, Seen | null>();
  for (const packet of traffic.packets) {
    const there = `${packet.source.address} ${packet.sourcePort}`;
    const here = `${packet.destination.address} ${packet.destinationPort}`;
    const vlan = packet.vlans.length === 0 ? 0 : packet.vlans[packet.vlans.length - 1];
    const key = `${packet.version}/${packet.protocol}/${vlan}/${there < here ? `${there}-${here}` : `${here}-${there}`}`;
    if (!sessions.has(key)) sessions.set(key, lookAt(packet, device, traffic.linkType));
    sessions.get(key)?.packets.push(packet);
  }
  return [...sessions.values()].filter((one) => one !== null).map(denseVector);
}

function lookAt(first: TestPacket, device: VectorDevice, linkType: number): Seen | null {
  const isDevice = (end: TestEnd): boolean => device.addresses.includes(end.address);
  const hasItsMac = (end: TestEnd): boolean => linkType === ETHERNET && end.mac === device.mac;
  const { source, destination } = first;
  const sender = {
    deviceFirst: true,
    device: source,
    devicePort: first.sourcePort,
    peer: destination,
    packets: [],
  };
  const receiver = {
    deviceFirst: false,
    device: destination,
    devicePort: first.destinationPort,
    peer: source,
    packets: [],
  };
  if (isDevice(source)) return sender;
  if (isDevice(destination)) return receiver;
  if (hasItsMac(source)) return sender;
  if (hasItsMac(destination)) return receiver;
  return isGroup(destination, linkType) ? receiver : null;
}

function isGroup(end: TestEnd, linkType: number): boolean {
  const groupMac = linkType === ETHERNET && (Number.parseInt(end.mac.slice(1, 2), 16) & 1) === 1;
  const quietBroadcast = linkType !== ETHERNET && end.kind === 'private' && /^\d.*\.255$/.test(end.address);
  return end.kind === 'multicast' || groupMac || quietBroadcast;
}

function denseVector({ device, devicePort, peer, packets }: Seen): Float64Array {
  const vector = new Float64Array(4104);
  const sent = packets.filter((p) => p.source.address === device.address && p.sourcePort === devicePort);
  const received = packets.filter((p) => !sent.includes(p));
  fillHalf(vector, 0, sent, peer);
  fillHalf(vector, 2052, received, peer);
  return vector;
}

function fillHalf(vector: Float64Array, base: number, packets: readonly TestPacket[], peer: TestEnd): void {
  if (packets.length === 0) return;
  const share = (test: (packet: TestPacket) => boolean): number =>
    packets.filter(test).length / packets.length;
  for (let port = 1; port <= 1024; port++) {
    vector[base + port - 1] = share((packet) => packet.sourcePort === port);
    vector[base + 1024 + port - 1] = share((packet) => packet.destinationPort === port);
  }
  vector[base + 2048] = share(({ protocol }) => protocol === 6);
  vector[base + 2049] = share(({ protocol }) => protocol === 17);
  vector[base + 2050] = share(({ protocol }) => protocol === 1 || protocol === 58);
  vector[base + 2051] = peer.kind === 'external' ? 1 : 0;
}
