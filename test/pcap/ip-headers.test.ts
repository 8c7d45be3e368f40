import { describe, expect, it } from 'vitest';
import type { Packet } from '../../src/pcap/index.js';
import { filler } from '../support/bytes.js';
import { classicPieces, type FilePacket, fileOf } from '../support/capture-files.js';
import { ethernet, LINK_RAW } from '../support/frames.js';
import {
  authenticationHeader,
  type Extension,
  echo,
  fragmentHeader,
  ipv4,
  ipv6,
  optionHeader,
  tcp,
  udp,
} from '../support/ip-packets.js';
import { readAll } from '../support/read-all.js';

const V4 = { source: '10.0.0.1', destination: '10.0.0.2' };
const V6 = { source: 'fe80::1', destination: 'fe80::2' };

async function readFrames(frames: readonly (Uint8Array | FilePacket)[], linkType = LINK_RAW) {
  const files = frames.map((frame) =>
    frame instanceof Uint8Array ? { seconds: 0, nanoseconds: 0, frame } : frame,
  );
  const { packets, summary } = await readAll(fileOf(classicPieces(files, { linkType })));
  return { packets, skipped: summary.skipped };
}

async function readOne(frame: Uint8Array | FilePacket, linkType = LINK_RAW): Promise<Packet> {
  const { packets } = await readFrames([frame], linkType);
  expect(packets.length).toBe(1);
  return packets[0]!;
}

describe('transports', () => {
  it('TCP: ports, flags, and the payload behind its options', async () => {
    const packet = await readOne(
      ipv4({ ...V4, protocol: 6 }, tcp(50000, 443, 0x18, filler(100), filler(12))),
    );
    expect([packet.sourcePort, packet.destinationPort, packet.tcpFlags, packet.hasTcpFlags]).toEqual([
      50000,
      443,
      0x18,
      true,
    ]);
    expect([packet.ipBytes, packet.payloadBytes]).toEqual([152, 100]);
  });

  it('UDP, ICMP, ICMPv6 and others', async () => {
    const numbers = async (frame: Uint8Array) => {
      const { protocol, sourcePort, destinationPort, payloadBytes, ipBytes, hasTcpFlags } =
        await readOne(frame);
      return [protocol, sourcePort, destinationPort, payloadBytes, ipBytes, hasTcpFlags];
    };
    expect(await numbers(ipv4({ ...V4, protocol: 17 }, udp(67, 68, filler(9))))).toEqual([
      17,
      67,
      68,
      9,
      37,
      false,
    ]);
    expect(await numbers(ipv4({ ...V4, protocol: 1 }, echo(8, filler(56))))).toEqual([
      1,
      0,
      0,
      56,
      84,
      false,
    ]);
    expect(await numbers(ipv6({ ...V6, protocol: 58 }, echo(128, filler(56))))).toEqual([
      58,
      0,
      0,
      56,
      104,
      false,
    ]);
    expect(await numbers(ipv4({ ...V4, protocol: 47 }, filler(30)))).toEqual([47, 0, 0, 30, 50, false]);
    expect(await numbers(ipv6({ ...V6, protocol: 59 }, filler(0)))).toEqual([59, 0, 0, 0, 40, false]);
  });

  it('are read as far as they were captured', async () => {
    const whole = ipv4({ ...V4, protocol: 6 }, tcp(1234, 80, 0x12, filler(1000)));
    const cut = (bytes: number): FilePacket => ({
      seconds: 0,
      nanoseconds: 0,
      frame: whole.slice(0, bytes),
      wireBytes: whole.length,
    });
    const facts = async (bytes: number) => {
      const packet = await readOne(cut(bytes));
      return [
        packet.sourcePort,
        packet.destinationPort,
        packet.hasTcpFlags,
        packet.tcpFlags,
        packet.payloadBytes,
      ];
    };
    expect(await facts(20)).toEqual([0, 0, false, 0, 1000]);
    expect(await facts(23)).toEqual([0, 0, false, 0, 1000]);
    expect(await facts(24)).toEqual([1234, 80, false, 0, 1000]);
    expect(await facts(33)).toEqual([1234, 80, false, 0, 1000]);
    expect(await facts(34)).toEqual([1234, 80, true, 0x12, 1000]);
    const short = await readOne(cut(40));
    expect([short.capturedBytes, short.wireBytes, short.ipBytes]).toEqual([40, 1040, 1040]);
  });

  it('of one packet leave nothing for the next', async () => {
    const frames = [
      ipv4({ ...V4, protocol: 6 }, tcp(5, 6, 0x3f)),
      ipv4({ ...V4, protocol: 1 }, echo(8)),
      ipv6({ ...V6, protocol: 17 }, udp(7, 8)),
      ipv4({ ...V4, protocol: 2 }, filler(8)),
    ];
    const { packets } = await readFrames(frames);
    expect(
      packets.map(({ sourcePort, tcpFlags, hasTcpFlags, source3 }) => [
        sourcePort,
        tcpFlags,
        hasTcpFlags,
        source3,
      ]),
    ).toEqual([
      [5, 0x3f, true, 0],
      [0, 0, false, 0],
      [7, 0, false, 1],
      [0, 0, false, 0],
    ]);
  });

  it('are not looked for beyond the end of the IP packet', async () => {
    // Ethernet pads short frames: the padding is no port.
    const packet = await readOne(
      ethernet(
        {},
        Uint8Array.from([...ipv4({ ...V4, protocol: 17 }, filler(2)), ...filler(30).map(() => 0x77)]),
      ),
      1,
    );
    expect([packet.sourcePort, packet.destinationPort, packet.ipBytes, packet.payloadBytes]).toEqual([
      0, 0, 22, 0,
    ]);
  });
});

describe('lengths', () => {
  it('come from the frame where segmentation offload left the total length 0', async () => {
    const frame = ethernet({}, ipv4({ ...V4, protocol: 6, totalLength: 0 }, tcp(1, 2, 0x10, filler(500))));
    const packet = await readOne(
      { seconds: 0, nanoseconds: 0, frame: frame.slice(0, 90), wireBytes: frame.length },
      1,
    );
    expect([packet.ipBytes, packet.payloadBytes, packet.sourcePort]).toEqual([540, 500, 1]);
  });

  it('come from the frame for jumbograms, and are 40 for bare IPv6 headers', async () => {
    const jumbo = await readOne(ipv6({ ...V6, protocol: 17, payloadLength: 0 }, udp(1, 2, filler(100))));
    expect([jumbo.ipBytes, jumbo.payloadBytes, jumbo.destinationPort]).toEqual([148, 100, 2]);
    expect((await readOne(ipv6({ ...V6, protocol: 59 }, filler(0)))).ipBytes).toBe(40);
  });

  it('of IPv4 options are not payload', async () => {
    const packet = await readOne(ipv4({ ...V4, protocol: 17, options: filler(40) }, udp(9, 10, filler(3))));
    expect([packet.sourcePort, packet.ipBytes, packet.payloadBytes]).toEqual([9, 71, 3]);
  });
});

describe('IPv6 extension headers', () => {
  const cases: [string, Extension[]][] = [
    ['hop-by-hop', [optionHeader(0)]],
    ['routing of 24 bytes', [optionHeader(43, 3)]],
    ['destination options', [optionHeader(60, 2)]],
    ['mobility, HIP, shim6', [optionHeader(135), optionHeader(139), optionHeader(140)]],
    ['authentication', [authenticationHeader()]],
    ['authentication of 28 bytes behind options', [optionHeader(0), authenticationHeader(7)]],
    ['an atomic fragment', [fragmentHeader(77, 0, false)]],
    [
      'all in a row',
      [
        optionHeader(0),
        optionHeader(60),
        optionHeader(43, 2),
        fragmentHeader(5, 0, false),
        authenticationHeader(),
        optionHeader(60),
      ],
    ],
  ];
  it.each(cases)('%s', async (_, extensions) => {
    const frame = ipv6({ ...V6, protocol: 6, extensions }, tcp(1000, 2000, 0x02, filler(10)));
    const packet = await readOne(frame);
    expect([packet.protocol, packet.sourcePort, packet.destinationPort, packet.tcpFlags]).toEqual([
      6, 1000, 2000, 2,
    ]);
    expect([packet.ipBytes, packet.payloadBytes]).toEqual([frame.length, 10]);
  });

  it('that are cut, or reach beyond the packet, are skipped as truncated', async () => {
    const frame = ipv6({ ...V6, protocol: 17, extensions: [optionHeader(0, 4)] }, udp(1, 2));
    expect((await readFrames([frame.slice(0, 60)])).skipped).toEqual({ truncated: 1 });
    expect((await readFrames([frame.slice(0, 45)])).skipped).toEqual({ truncated: 1 });
    const lying = frame.slice();
    lying[41] = 255;
    expect((await readFrames([lying])).skipped).toEqual({ truncated: 1 });
  });
});

describe('fragments', () => {
  const datagram = udp(4000, 5000, filler(100));
  const piece4 = (from: number, to: number, identification: number, changes = {}): Uint8Array =>
    ipv4(
      {
        ...V4,
        protocol: 17,
        identification,
        fragmentOffset: from,
        moreFragments: to < datagram.length,
        ...changes,
      },
      datagram.slice(from, to),
    );
  const piece6 = (from: number, to: number, identification: number): Uint8Array =>
    ipv6(
      { ...V6, protocol: 17, extensions: [fragmentHeader(identification, from, to < datagram.length)] },
      datagram.slice(from, to),
    );

  it.each([
    ['IPv4', piece4],
    ['IPv6', piece6],
  ])('of %s get the ports of their first one', async (_, piece) => {
    const { packets, skipped } = await readFrames([piece(0, 40, 7), piece(40, 80, 7), piece(80, 108, 7)]);
    expect(skipped).toEqual({});
    expect(
      packets.map(({ sourcePort, destinationPort, protocol, payloadBytes }) => [
        sourcePort,
        destinationPort,
        protocol,
        payloadBytes,
      ]),
    ).toEqual([
      [4000, 5000, 17, 32],
      [4000, 5000, 17, 40],
      [4000, 5000, 17, 28],
    ]);
  });

  it.each([
    ['options for the destination', [optionHeader(60, 2)]],
    ['options and authentication', [authenticationHeader(), optionHeader(60)]],
  ])('of IPv6 with %s behind the fragment header keep transport and ports', async (_, behind) => {
    const first = ipv6(
      { ...V6, protocol: 17, extensions: [fragmentHeader(7, 0, true), ...behind] },
      datagram.slice(0, 40),
    );
    // Later ones name the first header behind the fragment header, and carry none of it.
    const named = behind[0]!.type;
    const later = ipv6({ ...V6, protocol: named, extensions: [fragmentHeader(7, 64, false)] }, filler(24));
    const other = ipv6({ ...V6, protocol: 17, extensions: [fragmentHeader(7, 64, false)] }, filler(24));
    const { packets, skipped } = await readFrames([first, later, other]);
    expect(
      packets.map(({ protocol, sourcePort, destinationPort }) => [protocol, sourcePort, destinationPort]),
    ).toEqual([
      [17, 4000, 5000],
      [17, 4000, 5000],
    ]);
    expect(packets.map(({ transportBytes, payloadBytes }) => [transportBytes, payloadBytes])).toEqual([
      [40, 32],
      [24, 24],
    ]);
    expect(skipped).toEqual({ fragment: 1 });
  });

  it('of IPv6 whose header behind the fragment header is cut, or is a fragment header, have no ports', async () => {
    const cut = ipv6({ ...V6, protocol: 60, extensions: [fragmentHeader(7, 0, true)] }, filler(4));
    const twice = ipv6(
      { ...V6, protocol: 17, extensions: [fragmentHeader(8, 0, true), fragmentHeader(9, 0, true)] },
      datagram.slice(0, 40),
    );
    const { packets } = await readFrames([cut, twice]);
    expect(
      packets.map(({ protocol, sourcePort, transportBytes }) => [protocol, sourcePort, transportBytes]),
    ).toEqual([
      [60, 0, 4],
      [44, 0, 48],
    ]);
  });

  it.each([
    ['IPv4', piece4],
    ['IPv6', piece6],
  ])('of %s are skipped when their first one was not seen before them', async (_, piece) => {
    const { packets, skipped } = await readFrames([
      piece(40, 80, 7),
      piece(0, 40, 7),
      piece(40, 80, 8),
      piece(80, 108, 7),
    ]);
    expect(skipped).toEqual({ fragment: 2 });
    expect(packets.map(({ number }) => number)).toEqual([2, 4]);
  });

  it('are told apart by addresses, protocol and VLAN', async () => {
    const first = piece4(0, 40, 7);
    for (const changes of [{ source: '10.0.0.9' }, { destination: '10.0.0.9' }, { protocol: 6 }]) {
      expect((await readFrames([first, piece4(40, 80, 7, changes)])).skipped).toEqual({ fragment: 1 });
    }
    const tagged = (packet: Uint8Array, id: number): Uint8Array =>
      ethernet({ tags: [{ type: 0x8100, id }] }, packet);
    expect((await readFrames([tagged(first, 1), tagged(piece4(40, 80, 7), 2)], 1)).skipped).toEqual({
      fragment: 1,
    });
    expect((await readFrames([tagged(first, 1), tagged(piece4(40, 80, 7), 1)], 1)).skipped).toEqual({});
  });

  it('of TCP carry flags in the first one only', async () => {
    const segment = tcp(1, 2, 0x18, filler(60));
    const at = (from: number, to: number): Uint8Array =>
      ipv4(
        { ...V4, protocol: 6, identification: 9, fragmentOffset: from, moreFragments: to < segment.length },
        segment.slice(from, to),
      );
    const { packets } = await readFrames([at(0, 40), at(40, 80)]);
    expect(
      packets.map(({ hasTcpFlags, tcpFlags, payloadBytes }) => [hasTcpFlags, tcpFlags, payloadBytes]),
    ).toEqual([
      [true, 0x18, 20],
      [false, 0, 40],
    ]);
  });

  it('a flood of first ones costs later ones, but nothing is mixed up', async () => {
    const flood = Array.from({ length: 6000 }, (_, i) =>
      ipv4({ ...V4, protocol: 17, identification: i, moreFragments: true }, udp(1 + i, 5000, filler(32))),
    );
    const later = Array.from({ length: 6000 }, (_, i) => piece4(40, 80, i));
    const { packets, skipped } = await readFrames([...flood, ...later]);
    const found = packets.slice(6000);
    expect(found.length + (skipped.fragment ?? 0)).toBe(6000);
    expect(found.length).toBeGreaterThan(2000);
    for (const { number, sourcePort } of found) expect(sourcePort).toBe(number - 6000);
  });

  it('a flood of first ones takes in none of another protocol', async () => {
    const flood = Array.from({ length: 6000 }, (_, i) =>
      ipv4({ ...V4, protocol: 17, identification: i, moreFragments: true }, udp(1, 2, filler(32))),
    );
    const later = [6, 47, 50, 132, 136].flatMap((protocol) =>
      Array.from({ length: 6000 }, (_, i) => piece4(40, 80, i, { protocol })),
    );
    expect((await readFrames([...flood, ...later])).skipped).toEqual({ fragment: later.length });
  });

  it('with "do not fragment" alone are whole packets', async () => {
    const packet = await readOne(ipv4({ ...V4, protocol: 17, dontFragment: true }, udp(11, 12)));
    expect(packet.sourcePort).toBe(11);
  });
});
