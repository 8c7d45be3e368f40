import { describe, expect, it } from 'vitest';
import { linkTypeName } from '../../src/pcap/index.js';
import { concat, macBytes, u16 } from '../support/bytes.js';
import { classicPieces, fileOf, pcapngBlocks } from '../support/capture-files.js';
import { cooked, cooked2, ethernet, frameOn, loopback, snap } from '../support/frames.js';
import { arpRequest, ipv4, ipv6, udp } from '../support/ip-packets.js';
import { readAll } from '../support/read-all.js';

const four = ipv4({ source: '10.1.2.3', destination: '10.4.5.6', protocol: 17 }, udp(1111, 53));
const six = ipv6({ source: 'fd00::1', destination: 'fd00::2', protocol: 17 }, udp(2222, 53));

async function read(linkType: number, frame: Uint8Array) {
  const { packets, summary } = await readAll(
    fileOf(classicPieces([{ seconds: 0, nanoseconds: 0, frame }], { linkType })),
  );
  return { packet: packets[0], skipped: summary.skipped, linkType: summary.linkType };
}

describe('link layers', () => {
  it.each([
    ['Ethernet', 1, (p: Uint8Array) => frameOn(1, p)],
    ['cooked', 113, (p: Uint8Array) => cooked(p)],
    ['cooked, version 2', 276, (p: Uint8Array) => cooked2(p)],
    ['NULL, little-endian', 0, (p: Uint8Array) => loopback(p, p === four ? 2 : 30, true)],
    ['NULL, big-endian', 0, (p: Uint8Array) => loopback(p, p === four ? 2 : 30, false)],
    ['NULL of Linux', 0, (p: Uint8Array) => loopback(p, p === four ? 2 : 10, true)],
    ['NULL of FreeBSD', 0, (p: Uint8Array) => loopback(p, p === four ? 2 : 28, true)],
    ['NULL of OpenBSD', 0, (p: Uint8Array) => loopback(p, p === four ? 2 : 24, true)],
    ['NULL of Windows', 0, (p: Uint8Array) => loopback(p, p === four ? 2 : 23, true)],
    ['LOOP', 108, (p: Uint8Array) => loopback(p, p === four ? 2 : 30, false)],
    ['raw IP 101', 101, (p: Uint8Array) => p],
    ['raw IP 12', 12, (p: Uint8Array) => p],
    ['raw IP 14', 14, (p: Uint8Array) => p],
    ['LLC/SNAP', 1, (p: Uint8Array) => snap(p)],
    ['cooked, LLC/SNAP', 113, (p: Uint8Array) => cooked(snap(p).slice(14), 4)],
  ])('%s carries IPv4 and IPv6', async (_, linkType, build) => {
    const v4 = (await read(linkType, build(four))).packet!;
    expect([v4.ipVersion, v4.sourcePort, v4.destinationPort, v4.source0]).toEqual([4, 1111, 53, 0x0a010203]);
    expect([v4.hasMac, v4.linkType]).toEqual([linkType === 1, linkType]);
    const v6 = (await read(linkType, build(six))).packet!;
    expect([v6.ipVersion, v6.sourcePort, v6.source0, v6.source3]).toEqual([6, 2222, 0xfd000000 | 0, 1]);
  });

  it('of one IP version take no other', async () => {
    expect((await read(228, four)).packet?.sourcePort).toBe(1111);
    expect((await read(228, six)).skipped).toEqual({ 'ip-header': 1 });
    expect((await read(229, six)).packet?.sourcePort).toBe(2222);
    const long = ipv4(
      { source: '10.1.2.3', destination: '10.4.5.6', protocol: 17 },
      udp(1, 2, new Uint8Array(30)),
    );
    expect((await read(229, long)).skipped).toEqual({ 'ip-header': 1 });
  });

  it('have names, also the ones that are not decoded', async () => {
    expect(linkTypeName(1)).toBe('EN10MB');
    expect(linkTypeName(147)).toBe('LINKTYPE_147');
    const blocks = pcapngBlocks(false);
    const packet = { seconds: 0, nanoseconds: 0, frame: ethernet({}, four) };
    const bytes = concat(
      blocks.section().bytes,
      ...[1, 101, 12, 147].map((type) => blocks.interface(type).bytes),
      blocks.enhanced(0, 0n, packet).bytes,
      blocks.enhanced(1, 0n, { ...packet, frame: six }).bytes,
    );
    const { packets, summary } = await readAll(bytes);
    expect(summary.linkType).toBe('EN10MB+RAW+LINKTYPE_147');
    expect(packets.map(({ hasMac, ipVersion }) => [hasMac, ipVersion])).toEqual([
      [true, 4],
      [false, 6],
    ]);
  });

  it('with a length of a frame check sequence in the upper half of the word keep their type', async () => {
    const header = classicPieces([])[0]!.bytes.slice();
    new DataView(header.buffer).setUint32(20, 0x24000001, true);
    const rest = fileOf(classicPieces([{ seconds: 0, nanoseconds: 0, frame: ethernet({}, four) }]).slice(1));
    expect((await readAll(concat(header, rest))).packets[0]?.sourcePort).toBe(1111);
  });
});

describe('VLAN tags', () => {
  it.each([
    [[{ type: 0x8100, id: 5 }], 5],
    [
      [
        { type: 0x88a8, id: 7 },
        { type: 0x8100, id: 4095 },
      ],
      4095,
    ],
    [
      [
        { type: 0x9100, id: 1 },
        { type: 0x88a8, id: 2 },
        { type: 0x8100, id: 3 },
      ],
      3,
    ],
    [[{ type: 0x8100, id: 0 }], 0],
  ])('%j: the innermost id counts', async (tags, id) => {
    for (const packet of [four, six]) {
      expect((await read(1, ethernet({ tags }, packet))).packet?.vlanId).toBe(id);
    }
    expect(
      (
        await read(
          113,
          cooked(
            concat(
              ...tags.slice(1).flatMap((tag) => [u16(tags[0]!.id), u16(tag.type)]),
              u16(id),
              u16(0x0800),
              four,
            ),
            tags[0]!.type,
          ),
        )
      ).packet?.vlanId,
    ).toBe(id);
  });

  it('of one frame do not stay for the next', async () => {
    const frames = [ethernet({ tags: [{ type: 0x8100, id: 9 }] }, four), ethernet({}, four)];
    const { packets } = await readAll(
      fileOf(classicPieces(frames.map((frame) => ({ seconds: 0, nanoseconds: 0, frame })))),
    );
    expect(packets.map(({ vlanId }) => vlanId)).toEqual([9, 0]);
  });
});

describe('skipped packets', () => {
  const mac = macBytes('02:00:00:00:00:09');
  const inEthernet = (packet: Uint8Array, type?: number): [number, Uint8Array] => [
    1,
    ethernet({}, packet, type),
  ];
  const badIpv4 = (changes: object): [number, Uint8Array] =>
    inEthernet(
      ipv4({ source: '10.0.0.1', destination: '10.0.0.2', protocol: 17, ...changes }, udp(1, 2)),
      0x0800,
    );

  it.each<[string, string, [number, Uint8Array]]>([
    ['an undecoded link type', 'link-type', [147, four]],
    ['a frame of 13 bytes', 'truncated', [1, ethernet({}, four).slice(0, 13)]],
    ['a frame of no bytes', 'truncated', [1, new Uint8Array(0)]],
    ['a tag that is cut', 'truncated', [1, ethernet({ tags: [{ type: 0x8100, id: 5 }] }, four).slice(0, 17)]],
    ['an IPv4 header that is cut', 'truncated', [1, ethernet({}, four).slice(0, 33)]],
    ['an IPv6 header that is cut', 'truncated', [1, ethernet({}, six).slice(0, 53)]],
    ['a cooked header that is cut', 'truncated', [113, cooked(four).slice(0, 15)]],
    ['a cooked header of version 2 that is cut', 'truncated', [276, cooked2(four).slice(0, 19)]],
    ['a loopback header that is cut', 'truncated', [0, new Uint8Array(3)]],
    ['raw IP of no bytes', 'truncated', [101, new Uint8Array(0)]],
    ['ARP', 'non-ip', inEthernet(arpRequest(mac, '10.0.0.1', '10.0.0.2'), 0x0806)],
    ['LLDP', 'non-ip', inEthernet(new Uint8Array(50), 0x88cc)],
    ['spanning tree', 'non-ip', inEthernet(concat(Uint8Array.of(0x42, 0x42, 3), new Uint8Array(35)), 38)],
    [
      'ARP in SNAP',
      'non-ip',
      [1, ethernet({}, concat(Uint8Array.of(0xaa, 0xaa, 3, 0, 0, 0, 8, 6), new Uint8Array(28)), 36)],
    ],
    ['an address family without IP', 'non-ip', [0, loopback(four, 7, true)]],
    ['version 5', 'ip-header', badIpv4({ version: 5 })],
    ['an IPv4 header length of 16', 'ip-header', badIpv4({ headerWords: 4 })],
    ['a total length below the header length', 'ip-header', badIpv4({ totalLength: 19 })],
    [
      'an IPv6 header of version 4',
      'ip-header',
      inEthernet(ipv6({ source: '::1', destination: '::1', protocol: 17, version: 4 }, udp(1, 2)), 0x86dd),
    ],
    ['raw IP of version 0', 'ip-header', [101, new Uint8Array(40)]],
    ['a later fragment alone', 'fragment', badIpv4({ fragmentOffset: 8 })],
  ])('%s counts as %s', async (_, reason, [linkType, frame]) => {
    const { packet, skipped } = await read(linkType, frame);
    expect(packet).toBeUndefined();
    expect(skipped).toEqual({ [reason]: 1 });
  });

  it('are counted among all packets, with their bytes and times', async () => {
    const arp = ethernet({}, arpRequest(mac, '10.0.0.1', '10.0.0.2'), 0x0806);
    const file = classicPieces([
      { seconds: 5, nanoseconds: 0, frame: arp },
      { seconds: 6, nanoseconds: 0, frame: ethernet({}, four) },
      { seconds: 7, nanoseconds: 0, frame: arp },
    ]);
    const { packets, summary } = await readAll(fileOf(file));
    expect(packets.map(({ number }) => number)).toEqual([2]);
    expect([summary.packets, summary.bytes, summary.skipped]).toEqual([
      3,
      2 * arp.length + 14 + four.length,
      { 'non-ip': 2 },
    ]);
    expect([summary.first?.seconds, summary.last?.seconds]).toEqual([5, 7]);
  });
});
