import { describe, expect, it } from 'vitest';
import type { OpenCaptureOptions, Packet } from '../../src/pcap/index.js';
import { concat, filler, u16 } from '../support/bytes.js';
import { classicPieces, fileOf } from '../support/capture-files.js';
import { cooked, ethernet, snap } from '../support/frames.js';
import { fragmentHeader, ipv4, ipv6, sctp, tcp, udp } from '../support/ip-packets.js';
import { readAll } from '../support/read-all.js';
import {
  capwap,
  ciscoHdlc,
  geneve,
  gre,
  gtp,
  mpls,
  ppp,
  pppoe,
  radiotap,
  tzsp,
  vxlan,
  wifi,
} from '../support/tunnels.js';

const inner4 = ipv4(
  { source: '10.1.0.1', destination: '10.1.0.2', protocol: 6 },
  tcp(1000, 2000, 2, filler(5)),
);
const inner6 = ipv6({ source: 'fd00::1', destination: 'fd00::2', protocol: 17 }, udp(3000, 4000, filler(7)));
const around = (protocol: number, body: Uint8Array): Uint8Array =>
  ethernet({}, ipv4({ source: '192.0.2.1', destination: '192.0.2.2', protocol }, body));
const around6 = (protocol: number, body: Uint8Array): Uint8Array =>
  ethernet({}, ipv6({ source: '2001:db8::1', destination: '2001:db8::2', protocol }, body));
const innerEthernet = ethernet({ source: '06:00:00:00:00:01', destination: '06:00:00:00:00:02' }, inner4);

async function read(
  frames: readonly Uint8Array[],
  linkType = 1,
  options: OpenCaptureOptions = {},
): Promise<{ packets: Packet[]; skipped: object }> {
  const files = frames.map((frame) => ({ seconds: 1, nanoseconds: 0, frame }));
  const { packets, summary } = await readAll(fileOf(classicPieces(files, { linkType })), options);
  return { packets, skipped: summary.skipped };
}

/** What the inner packets look like, wherever they are. */
function expectInner4(packet: Packet | undefined, name: string): void {
  expect(packet, name).toMatchObject({
    ipVersion: 4,
    protocol: 6,
    source0: 0x0a010001,
    destination0: 0x0a010002,
    sourcePort: 1000,
    destinationPort: 2000,
    hasTcpFlags: true,
    tcpFlags: 2,
    ipBytes: 45,
    transportBytes: 25,
    payloadBytes: 5,
  });
}

function expectInner6(packet: Packet | undefined, name: string): void {
  expect(packet, name).toMatchObject({
    ipVersion: 6,
    protocol: 17,
    source0: 0xfd000000 | 0,
    destination3: 2,
    sourcePort: 3000,
    destinationPort: 4000,
    ipBytes: 55,
    transportBytes: 15,
    payloadBytes: 7,
  });
}

const tunnels: [string, number, Uint8Array, 4 | 6][] = [
  ['IP in IP', 0, around(4, inner4), 4],
  ['6in4', 0, around(41, inner6), 6],
  ['4in6', 0, around6(4, inner4), 4],
  ['6in6', 0, around6(41, inner6), 6],
  ['GTP-U', 1, around(17, gtp(inner4)), 4],
  ['GTP-U over IPv6', 1, around6(17, gtp(inner6)), 6],
  ['GTP-U with sequence number', 1, around(17, gtp(inner6, { sequence: true })), 6],
  ['GTP-U with extension headers', 1, around(17, gtp(inner4, { extensions: 3 })), 4],
  ['CAPWAP of 802.3', 2, around(17, capwap(innerEthernet, false)), 4],
  ['CAPWAP of 802.11', 2, around(17, capwap(wifi({ toDs: true }, inner6), true)), 6],
  [
    'CAPWAP of 802.11, swapped',
    2,
    around(17, capwap(wifi({ toDs: true, swapped: true }, inner4), true, 4)),
    4,
  ],
  ['TZSP of Ethernet', 3, around(17, tzsp(innerEthernet)), 4],
  ['TZSP of 802.11', 3, around(17, tzsp(wifi({ fromDs: true, qos: true }, inner6), 18)), 6],
  ['GRE', 4, around(47, gre(inner4)), 4],
  [
    'GRE with all fields',
    4,
    around(47, gre(inner6, 0x86dd, { checksum: true, key: true, sequence: true })),
    6,
  ],
  ['GRE of Ethernet', 4, around(47, gre(innerEthernet, 0x6558, { key: true })), 4],
  ['VXLAN', 5, around(17, vxlan(innerEthernet)), 4],
  ['Geneve of Ethernet', 6, around(17, geneve(innerEthernet, 0x6558)), 4],
  ['Geneve of IP with options', 6, around6(17, geneve(inner6, 0x86dd, 3)), 6],
];

describe('tunnels', () => {
  it.each(tunnels)('%s: the inner packet is used', async (name, tunnelId, frame, version) => {
    const padded = concat(frame, filler(9));
    const { packets } = await read([frame, padded]);
    expect(packets.length).toBe(2);
    for (const packet of packets) {
      (version === 4 ? expectInner4 : expectInner6)(packet, name);
      expect(packet.tunnelId).toBe(tunnelId);
    }
    expect(packets.map(({ wireBytes }) => wireBytes)).toEqual([frame.length, padded.length]);
  });

  it.each(tunnels)('%s: closed on request', async (_, __, frame) => {
    const { packets } = await read([frame], 1, { tunnels: false });
    expect(packets[0]?.tunnelId).toBe(0);
    const outer = [0xc0000201 | 0, 0x20010db8];
    expect(outer).toContain(packets[0]?.source0);
    expect(packets[0]?.ipBytes).toBe(frame.length - 14);
  });

  it.each(tunnels)('%s: cut inside, never more than the outer or the inner packet', async (_, __, frame) => {
    for (let length = 14; length < frame.length; length++) {
      const { packets } = await read([frame.slice(0, length)]);
      const sources = packets.map(({ source0 }) => source0);
      for (const source of sources) {
        expect([0xc0000201 | 0, 0x20010db8, 0x0a010001, 0xfd000000 | 0]).toContain(source);
      }
    }
  });

  it('carry the MAC addresses and the VLAN of the innermost frame', async () => {
    const tagged = ethernet(
      { source: '06:00:00:00:00:01', destination: '06:00:00:00:00:02', tags: [{ type: 0x8100, id: 33 }] },
      inner4,
    );
    const { packets } = await read([around(17, vxlan(tagged)), around(4, inner4)]);
    expect(packets[0]).toMatchObject({ vlanId: 33, sourceMacHigh: 0x0600, destinationMacLow: 2 });
    expect(packets[1]).toMatchObject({ vlanId: 0, sourceMacHigh: 0x0200 });
  });

  it('are opened one in the other, eight at most', async () => {
    let packet = inner4;
    const nest = (times: number): Uint8Array => {
      packet = inner4;
      for (let i = 0; i < times; i++) {
        packet = ipv4(
          { source: '192.0.2.1', destination: '192.0.2.2', protocol: i === 0 ? 4 : 47 },
          i === 0 ? packet : gre(packet),
        );
      }
      return ethernet({}, packet);
    };
    expectInner4((await read([nest(8)])).packets[0], 'eight');
    const nine = (await read([nest(9)])).packets[0];
    expect(nine).toMatchObject({ source0: 0xc0000201 | 0, protocol: 4, tunnelId: 4 });
  });

  it.each<[string, Uint8Array]>([
    ['GRE of version 1', around(47, gre(inner4, 0x0800, { version: 1 }))],
    ['GRE of an unknown type', around(47, gre(inner4, 0x9999))],
    ['GTP-U signalling', around(17, udp(2152, 2152, Uint8Array.of(0x32, 1, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0)))],
    [
      'GTP-U with an extension of no length',
      around(17, udp(2152, 2152, concat(Uint8Array.of(0x34, 0xff, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1, 0), inner4))),
    ],
    ['VXLAN without its flag', around(17, vxlan(innerEthernet, 0))],
    ['VXLAN of ARP', around(17, vxlan(ethernet({}, filler(28), 0x0806)))],
    ['Geneve control', around(17, geneve(innerEthernet, 0x6558, 0, 0x80))],
    ['CAPWAP keep-alive', around(17, capwap(innerEthernet, false, 2, 0x08))],
    ['CAPWAP fragment', around(17, capwap(innerEthernet, false, 2, 0x80))],
    ['CAPWAP over DTLS', around(17, udp(5247, 9, concat(Uint8Array.of(1, 0, 0, 0), filler(60))))],
    ['TZSP without end', around(17, tzsp(innerEthernet, 1, Uint8Array.of(0, 0, 0)))],
    ['TZSP of another kind', around(17, tzsp(innerEthernet, 9))],
    ['IP in IP of another version', around(4, inner6)],
    ['text on a port of tunnels', around(17, udp(4789, 4789, filler(0)))],
  ])('%s leaves the outer packet', async (_, frame) => {
    const { packets } = await read([frame]);
    expect(packets[0]).toMatchObject({ source0: 0xc0000201 | 0, tunnelId: 0, ipBytes: frame.length - 14 });
    expect(packets[0]?.hasMac && packets[0].sourceMacHigh).toBe(0x0200);
  });

  it('stay closed in fragments; fragments inside keep to their own tunnel', async () => {
    const fields = { source: '192.0.2.1', destination: '192.0.2.2', protocol: 17 };
    const outer = ethernet({}, ipv4({ ...fields, moreFragments: true, identification: 5 }, gtp(inner4)));
    expect((await read([outer])).packets[0]).toMatchObject({
      sourcePort: 2152,
      tunnelId: 0,
      isFragment: true,
    });
    const piece = (offset: number, body: Uint8Array): Uint8Array =>
      ipv4(
        {
          source: '10.1.0.1',
          destination: '10.1.0.2',
          protocol: 17,
          identification: 9,
          fragmentOffset: offset,
          moreFragments: offset === 0,
        },
        body,
      );
    const first = around(17, gtp(piece(0, udp(7, 8, filler(8)))));
    const later = around(17, gtp(piece(16, filler(8))));
    const { packets, skipped } = await read([first, later, around(4, piece(16, filler(8)))]);
    expect(packets.map(({ sourcePort, tunnelId }) => [sourcePort, tunnelId])).toEqual([
      [7, 1],
      [7, 1],
    ]);
    expect(skipped).toEqual({ fragment: 1 });
  });

  it('are told from fragments by the header that has them', async () => {
    const v6 = ipv6(
      { source: 'fd00::1', destination: 'fd00::2', protocol: 17, extensions: [fragmentHeader(3, 0, true)] },
      udp(5, 6, filler(8)),
    );
    const { packets } = await read([ethernet({}, v6), ethernet({}, inner6)]);
    expect(packets.map(({ isFragment }) => isFragment)).toEqual([true, false]);
  });
});

describe('links that carry IP in other ways', () => {
  it.each<[string, number, (packet: Uint8Array) => Uint8Array]>([
    ['PPP', 9, (p) => ppp(p)],
    ['PPP without address', 9, (p) => ppp(p, { framed: false })],
    ['PPP with a short protocol field', 9, (p) => ppp(p, { short: true })],
    ['PPP in HDLC framing', 50, (p) => ppp(p)],
    ['Cisco HDLC on a link of PPP', 50, ciscoHdlc],
    ['PPPoE as a link', 51, pppoe],
    ['PPPoE in Ethernet', 1, (p) => concat(ethernet({}, pppoe(p), 0x8864), filler(6))],
    ['PPPoE behind a tag', 1, (p) => ethernet({ tags: [{ type: 0x8100, id: 4 }] }, pppoe(p), 0x8864)],
    ['Cisco HDLC', 104, ciscoHdlc],
    ['MPLS, one label', 1, (p) => ethernet({}, mpls([17], p), 0x8847)],
    ['MPLS, three labels, multicast', 1, (p) => ethernet({}, mpls([17, 18, 19], p), 0x8848)],
    ['802.11 ad hoc', 105, (p) => wifi({}, p)],
    ['802.11 to the access point', 105, (p) => wifi({ toDs: true }, p)],
    ['802.11 from it, QoS', 105, (p) => wifi({ fromDs: true, qos: true }, p)],
    ['802.11 with QoS and HT control', 105, (p) => wifi({ toDs: true, qos: true, htControl: true }, p)],
    ['802.11 between access points', 105, (p) => wifi({ toDs: true, fromDs: true, qos: true }, p)],
    ['radiotap', 127, (p) => radiotap(wifi({}, p))],
    ['radiotap with padding', 127, (p) => radiotap(wifi({ qos: true, padding: 2 }, p), 0x20)],
    ['radiotap with time, padding', 127, (p) => radiotap(wifi({ qos: true, padding: 2 }, p), 0x20, true)],
    ['radiotap, two words', 127, (p) => radiotap(wifi({ qos: true, padding: 2 }, p), 0x20, true, true)],
    ['radiotap with other flags', 127, (p) => radiotap(wifi({ qos: true }, p), 0x10, true)],
    ['LLC/SNAP', 1, snap],
  ])('%s', async (name, linkType, build) => {
    const { packets } = await read([build(inner4), build(inner6)], linkType);
    expectInner4(packets[0], name);
    expectInner6(packets[1], name);
    const withMac = linkType === 1 || linkType === 105 || linkType === 127;
    expect(packets.map(({ hasMac }) => hasMac)).toEqual([withMac, withMac]);
    if (!withMac) return;
    for (const packet of packets) {
      expect([packet.sourceMacHigh, packet.sourceMacLow]).toEqual([0x0200, 1]);
      expect([packet.destinationMacHigh, packet.destinationMacLow]).toEqual([0x0200, 2]);
    }
  });

  it.each<[string, string, number, Uint8Array]>([
    ['a protected frame', 'encrypted', 105, wifi({ toDs: true, protectedFrame: true }, inner4)],
    ['an aggregate', 'aggregated', 105, wifi({ toDs: true, qos: true, aggregated: true }, inner4)],
    [
      'an aggregate between access points',
      'aggregated',
      105,
      wifi({ toDs: true, fromDs: true, qos: true, aggregated: true }, inner4),
    ],
    ['a later 802.11 fragment', 'fragment', 105, wifi({ toDs: true, fragmentNumber: 1 }, inner4)],
    ['a beacon', 'non-ip', 105, wifi({ type: 0, subtype: 8 }, inner4)],
    ['a null frame', 'non-ip', 105, wifi({ subtype: 4 }, inner4)],
    ['a short 802.11 frame', 'truncated', 105, wifi({}, inner4).slice(0, 23)],
    ['an 802.11 frame without its body', 'truncated', 105, wifi({}, inner4).slice(0, 31)],
    ['radiotap of another version', 'non-ip', 127, concat(Uint8Array.of(1), filler(40))],
    ['radiotap longer than the frame', 'truncated', 127, Uint8Array.of(0, 0, 200, 0, 0, 0, 0, 0, 8, 0)],
    ['802.11 ARP', 'non-ip', 105, wifi({}, filler(28), 0x0806)],
    ['PPP LCP', 'non-ip', 9, concat(u16(0xff03), u16(0xc021), filler(8))],
    ['PPPoE discovery', 'non-ip', 1, ethernet({}, filler(20), 0x8863)],
    ['a PPPoE header that is cut', 'truncated', 51, pppoe(inner4).slice(0, 5)],
    ['a label stack without end', 'truncated', 1, ethernet({}, mpls([1, 2], inner4).slice(0, 4), 0x8847)],
    ['a pseudo-wire', 'non-ip', 1, ethernet({}, mpls([16], new Uint8Array(30)), 0x8847)],
    ['an ethertype that contradicts the version', 'ip-header', 1, ethernet({}, inner4, 0x86dd)],
  ])('%s counts as %s', async (_, reason, linkType, frame) => {
    expect((await read([frame], linkType)).skipped).toEqual({ [reason]: 1 });
  });
});

describe('transport ports', () => {
  it('of SCTP and UDP-Lite are read', async () => {
    const make = (protocol: number, body: Uint8Array): Uint8Array =>
      cooked(ipv4({ source: '10.0.0.1', destination: '10.0.0.2', protocol }, body));
    const { packets } = await read(
      [make(132, sctp(2905, 2906, filler(16))), make(136, udp(5, 6, filler(3)))],
      113,
    );
    expect(packets.map((p) => [p.protocol, p.sourcePort, p.destinationPort, p.payloadBytes])).toEqual([
      [132, 2905, 2906, 16],
      [136, 5, 6, 3],
    ]);
  });
});

describe('skipped packets', () => {
  it('are told one by one, with their place and ethertype', async () => {
    const { openCapture } = await import('../../src/pcap/index.js');
    const arp = ethernet({}, filler(28), 0x0806);
    const files = [innerEthernet, arp, innerEthernet.slice(0, 20)].map((frame) => ({
      seconds: 4,
      nanoseconds: 0,
      frame,
    }));
    const told: unknown[] = [];
    await openCapture(fileOf(classicPieces(files))).read(
      () => {},
      undefined,
      (packet, reason) => {
        const body = reason === 'non-ip' ? packet.view.getUint8(packet.ipAt + 5) : undefined;
        told.push([packet.number, reason, packet.seconds, packet.wireBytes, packet.etherType, body]);
      },
    );
    expect(told).toEqual([
      [2, 'non-ip', 4, 42, 0x0806, 5],
      [3, 'truncated', 4, 20, 0, undefined],
    ]);
  });
});
