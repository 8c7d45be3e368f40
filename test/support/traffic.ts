/**
 * Random traffic of a small site: hosts with several addresses, public peers behind a gateway, groups. Every packet is
 * a description first; frames are built from it, so that slow twins can work from what was meant.
 */

import { filler } from './bytes.js';
import type { FilePacket } from './capture-files.js';
import { frameOn, LINK_ETHERNET } from './frames.js';
import { echo, ipv4, ipv6, sctp, tcp, udp } from './ip-packets.js';
import { type TestRandom, testRandom } from './random.js';

/** What kind of address an end has, by construction. */
export type EndKind = 'private' | 'external' | 'multicast' | 'unspecified';

export interface TestEnd {
  readonly address: string;
  readonly mac: string;
  readonly kind: EndKind;
}

export interface TestPacket {
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly source: TestEnd;
  readonly destination: TestEnd;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly protocol: number;
  readonly version: 4 | 6;
  /** Outermost first. */
  readonly vlans: readonly number[];
  readonly tcpFlags: number;
  readonly payloadBytes: number;
}

export interface TestTraffic {
  readonly linkType: number;
  readonly packets: readonly TestPacket[];
  readonly files: readonly FilePacket[];
}

export interface TrafficOptions {
  readonly linkType?: number;
  readonly sessions?: number;
}

const TCP = 6;
const UDP = 17;
const SCTP = 132;
const EDGE_PORTS = [0, 1, 2, 53, 80, 443, 631, 1022, 1023, 1024, 1025, 5353, 49151, 49152, 65535];
const FLAG_SETS = [0x02, 0x12, 0x10, 0x18, 0x11, 0x14, 0x04, 0x00, 0x01, 0x03, 0x29, 0x38, 0xc2];
const PROTOCOLS4 = [TCP, TCP, TCP, UDP, UDP, 1, 2, 47, 50, SCTP];
const PROTOCOLS6 = [TCP, TCP, UDP, UDP, 58, 59, 50];

interface Site {
  readonly hosts: readonly { readonly v4: TestEnd; readonly v6: readonly TestEnd[] }[];
  readonly public4: readonly TestEnd[];
  readonly public6: readonly TestEnd[];
  readonly groups4: readonly TestEnd[];
  readonly groups6: readonly TestEnd[];
}

const hex = (value: number): string => value.toString(16).padStart(2, '0');

function randomSite(random: TestRandom): Site {
  const hosts = Array.from({ length: random.between(2, 6) }, (_, i) => {
    const mac = `02:10:${hex(random.below(256))}:${hex(random.below(256))}:00:${hex(i + 1)}`;
    const end = (address: string, kind: EndKind): TestEnd => ({ address, mac, kind });
    const net = random.pick(['10.9.8', '192.168.7', '172.31.255', '169.254.3', '100.127.4']);
    return {
      v4: end(`${net}.${i + 1}`, 'private'),
      v6: [
        end(`fe80::1:${i + 1}`, 'private'),
        end(`fd12:3456:789a::${i + 1}`, 'private'),
        end(`2a02:8071:1::${i + 1}`, 'external'),
      ],
    };
  });
  const gateway = '02:fe:00:00:00:fe';
  const external = (address: string): TestEnd => ({ address, mac: gateway, kind: 'external' });
  const group = (address: string, mac: string): TestEnd => ({ address, mac, kind: 'multicast' });
  return {
    hosts,
    public4: Array.from({ length: random.between(1, 14) }, (_, i) =>
      external(`${random.between(1, 9)}.8.${i}.1`),
    ),
    public6: Array.from({ length: random.between(1, 4) }, (_, i) => external(`2001:4860:${i + 1}::8888`)),
    groups4: [
      group('224.0.0.251', '01:00:5e:00:00:fb'),
      group('255.255.255.255', 'ff:ff:ff:ff:ff:ff'),
      { address: '10.9.8.255', mac: 'ff:ff:ff:ff:ff:ff', kind: 'private' },
    ],
    groups6: [group('ff02::fb', '33:33:00:00:00:fb'), group('ff05::2', '33:33:00:00:00:02')],
  };
}

/** Two different ends of one IP version; the second may be a group. */
function randomEnds(
  site: Site,
  random: TestRandom,
): { a: TestEnd; b: TestEnd; version: 4 | 6; toGroup: boolean } {
  const version = random.chance(0.65) ? 4 : 6;
  // Host 0 is the busy one in most captures.
  const host = random.chance(0.7) ? site.hosts[0]! : random.pick(site.hosts);
  const own = version === 4 ? host.v4 : random.pick(host.v6);
  const draw = random.below(10);
  if (draw < 2) {
    const unspecified = draw === 0 && version === 4 && random.chance(0.3);
    const a: TestEnd = unspecified ? { address: '0.0.0.0', mac: own.mac, kind: 'unspecified' } : own;
    return { a, b: random.pick(version === 4 ? site.groups4 : site.groups6), version, toGroup: true };
  }
  const far = version === 4 ? site.public4 : site.public6;
  const near = site.hosts
    .filter((other) => other !== host)
    .map((other) => (version === 4 ? other.v4 : other.v6[0]!));
  const b = random.pick(draw < 6 ? far : near);
  return random.chance(0.5)
    ? { a: own, b, version, toGroup: false }
    : { a: b, b: own, version, toGroup: false };
}

function randomPort(random: TestRandom): number {
  return random.chance(0.6) ? random.pick(EDGE_PORTS) : random.below(65536);
}

/** Packets of one session with their times in nanoseconds from the start of the capture. */
function randomSession(
  site: Site,
  random: TestRandom,
  spanNs: number,
  onEthernet: boolean,
): { at: number; packet: Omit<TestPacket, 'seconds' | 'nanoseconds'> }[] {
  const { a, b, version, toGroup } = randomEnds(site, random);
  const protocol = random.pick(version === 4 ? PROTOCOLS4 : PROTOCOLS6);
  const ported = protocol === TCP || protocol === UDP || protocol === SCTP;
  const ports = ported ? [randomPort(random), randomPort(random)] : [0, 0];
  const vlans = !onEthernet || random.chance(0.8) ? [] : random.pick([[5], [7], [100, 5], [100, 200, 4094]]);
  let at = random.below(spanNs);
  return Array.from({ length: random.between(1, 12) }, (_, i) => {
    at += random.chance(0.1) ? random.below(spanNs) : random.below(2_000_000_000);
    const back = !toGroup && i > 0 && random.chance(0.5);
    return {
      at,
      packet: {
        source: back ? b : a,
        destination: back ? a : b,
        sourcePort: ports[back ? 1 : 0]!,
        destinationPort: ports[back ? 0 : 1]!,
        protocol,
        version,
        vlans,
        tcpFlags: protocol === TCP ? random.pick(FLAG_SETS) : 0,
        payloadBytes: random.chance(0.3) ? 0 : random.below(60),
      },
    };
  });
}

/** The IP packet of a description. */
export function ipPacketOf(packet: Omit<TestPacket, 'seconds' | 'nanoseconds'>): Uint8Array {
  const { protocol, sourcePort, destinationPort, version } = packet;
  const payload = filler(packet.payloadBytes);
  const transport =
    protocol === TCP
      ? tcp(sourcePort, destinationPort, packet.tcpFlags, payload)
      : protocol === UDP
        ? udp(sourcePort, destinationPort, payload)
        : protocol === SCTP
          ? sctp(sourcePort, destinationPort, payload)
          : protocol === 1 || protocol === 58
            ? echo(protocol === 1 ? 8 : 128, payload)
            : payload;
  const fields = { source: packet.source.address, destination: packet.destination.address, protocol };
  return version === 4 ? ipv4(fields, transport) : ipv6(fields, transport);
}

/** The frame of a description on a link, cut to `snaplen` bytes. */
export function filePacketOf(
  packet: TestPacket,
  linkType: number,
  snaplen = Number.POSITIVE_INFINITY,
): FilePacket {
  const frame = frameOn(linkType, ipPacketOf(packet), {
    source: packet.source.mac,
    destination: packet.destination.mac,
    tags: packet.vlans.map((id, i) => ({ type: i + 1 < packet.vlans.length ? 0x88a8 : 0x8100, id })),
  });
  return {
    seconds: packet.seconds,
    nanoseconds: packet.nanoseconds,
    frame: frame.slice(0, Math.min(frame.length, snaplen)),
    wireBytes: frame.length,
  };
}

/** A random capture: 1 to 40 sessions over ten seconds or over several quarters of an hour, in order or not. */
export function randomTraffic(seed: number, options: TrafficOptions = {}): TestTraffic {
  const random = testRandom(seed);
  const site = randomSite(random);
  const linkType = options.linkType ?? LINK_ETHERNET;
  const spanNs = random.pick([10, 3600]) * 1e9;
  const sessions = options.sessions ?? random.between(1, 40);
  const timed = Array.from({ length: sessions }, () =>
    randomSession(site, random, spanNs, linkType === LINK_ETHERNET),
  ).flat();
  // Whole microseconds, so that every form of file can hold the times.
  for (const one of timed) one.at = Math.floor(one.at / 1000) * 1000;
  timed.sort((x, y) => x.at - y.at);
  if (random.chance(0.3)) {
    for (let i = 0; i < timed.length / 5; i++) {
      const from = random.below(timed.length);
      const to = random.below(timed.length);
      [timed[from], timed[to]] = [timed[to]!, timed[from]!];
    }
  }
  const base = 1_700_000_000 + random.below(1_000_000);
  const packets = timed.map(({ at, packet }) => ({
    ...packet,
    seconds: base + Math.floor(at / 1e9),
    nanoseconds: at % 1e9,
  }));
  const snaplen = random.pick([96, 65535]);
  return { linkType, packets, files: packets.map((packet) => filePacketOf(packet, linkType, snaplen)) };
}
