import { describe, expect, it } from 'vitest';
import { type Packet, skipReasonNames } from '../../src/pcap/index.js';
import { concat, filler } from '../support/bytes.js';
import { classicPieces, type FilePacket, fileOf } from '../support/capture-files.js';
import { cooked, cooked2, ethernet, LINK_ETHERNET, LINK_SLL, LINK_SLL2 } from '../support/frames.js';
import { authenticationHeader, fragmentHeader, ipv4, ipv6, sctp, tcp, udp } from '../support/ip-packets.js';
import { readAll } from '../support/read-all.js';
import { geneve, gre, vxlan } from '../support/tunnels.js';

/** What one decoding makes of one frame: the packet's own words, or why it was not used. */
type Seen = Partial<Packet> | string;

interface Difference {
  readonly what: string;
  readonly frames: readonly (Uint8Array | Omit<FilePacket, 'seconds' | 'nanoseconds'>)[];
  readonly linkType?: number;
  /** Of the last frame. */
  readonly exact: Seen;
  readonly nfstream: Seen;
}

const ends4 = { source: '192.0.2.1', destination: '192.0.2.2' };
const ends6 = { source: '2001:db8::1', destination: '2001:db8::2' };
const request = udp(4000, 53, filler(20));
const inner = ipv4({ source: '10.1.0.1', destination: '10.1.0.2', protocol: 6 }, tcp(1000, 80, 2));
const innerFrame = ethernet({}, inner);
const inUdp = (body: Uint8Array): Uint8Array => ethernet({}, ipv4({ ...ends4, protocol: 17 }, body));
const whole6 = ethernet({}, ipv6({ ...ends6, protocol: 17 }, request));
const withTotalLengthZero = ethernet({}, ipv4({ ...ends4, protocol: 6 }, tcp(1, 2, 16, filler(100))));
withTotalLengthZero.fill(0, 16, 18);
const inner4 = { protocol: 6, sourcePort: 1000, destinationPort: 80 };

const differences: readonly Difference[] = [
  {
    what: 'a frame of 70,000 bytes',
    frames: [{ frame: ethernet({}, ipv4({ ...ends4, protocol: 17 }, request)), wireBytes: 70_000 }],
    exact: { wireBytes: 70_000 },
    nfstream: { wireBytes: 70_000 - 65_536 },
  },
  {
    what: 'the size of IPv6 with its header',
    frames: [whole6],
    exact: { ipBytes: 40 + 28, sourcePort: 4000 },
    nfstream: { ipBytes: 28, sourcePort: 4000 },
  },
  {
    what: 'IPv4 under the ethertype of something else',
    frames: [ethernet({}, ipv4({ ...ends4, protocol: 17 }, request), 0x1234)],
    exact: 'non-ip',
    nfstream: { protocol: 17, sourcePort: 4000 },
  },
  {
    what: 'IPv4 under the ethertype of IPv6',
    frames: [ethernet({}, ipv4({ ...ends4, protocol: 17 }, request), 0x86dd)],
    exact: 'ip-header',
    nfstream: { protocol: 17, ipVersion: 4 },
  },
  {
    what: 'Linux cooked, version 1, is read by both',
    linkType: LINK_SLL,
    frames: [cooked(ipv4({ ...ends4, protocol: 17 }, request))],
    exact: { sourcePort: 4000, hasMac: false },
    nfstream: { sourcePort: 4000, hasMac: false },
  },
  {
    what: 'Linux cooked, version 2',
    linkType: LINK_SLL2,
    frames: [cooked2(ipv4({ ...ends4, protocol: 17 }, request))],
    exact: { sourcePort: 4000, protocol: 17, hasMac: false },
    nfstream: 'link-type',
  },
  {
    what: 'GRE',
    frames: [ethernet({}, ipv4({ ...ends4, protocol: 47 }, gre(inner)))],
    exact: { ...inner4, tunnelId: 4 },
    nfstream: { protocol: 47, tunnelId: 0, sourcePort: 0 },
  },
  {
    what: 'VXLAN',
    frames: [inUdp(vxlan(innerFrame))],
    exact: { ...inner4, tunnelId: 5 },
    nfstream: { protocol: 17, tunnelId: 0, destinationPort: 4789 },
  },
  {
    what: 'Geneve',
    frames: [inUdp(geneve(innerFrame, 0x6558))],
    exact: { ...inner4, tunnelId: 6 },
    nfstream: { protocol: 17, tunnelId: 0, destinationPort: 6081 },
  },
  {
    what: '802.1ad',
    frames: [ethernet({ tags: [{ type: 0x88a8, id: 7 }] }, ipv4({ ...ends4, protocol: 17 }, request))],
    exact: { vlanId: 7, sourcePort: 4000 },
    // The priority in the tag is taken for the version of an IPv6 header.
    nfstream: 'truncated',
  },
  {
    what: 'a later fragment of IPv4',
    frames: [
      ethernet({}, ipv4({ ...ends4, protocol: 17, identification: 5, moreFragments: true }, request)),
      ethernet({}, ipv4({ ...ends4, protocol: 17, identification: 5, fragmentOffset: 32 }, filler(40))),
    ],
    exact: { sourcePort: 4000, destinationPort: 53, isFragment: true },
    nfstream: 'fragment',
  },
  {
    what: 'a later fragment of IPv6',
    frames: [
      ethernet({}, ipv6({ ...ends6, protocol: 17, extensions: [fragmentHeader(9, 0, true)] }, request)),
      ethernet({}, ipv6({ ...ends6, protocol: 17, extensions: [fragmentHeader(9, 32, false)] }, filler(40))),
    ],
    exact: { sourcePort: 4000, destinationPort: 53, isFragment: true },
    nfstream: 'ip-header',
  },
  {
    what: 'total length 0, from segmentation offload',
    frames: [withTotalLengthZero],
    exact: { ipBytes: 140, payloadBytes: 100, sourcePort: 1 },
    nfstream: 'ip-header',
  },
  {
    what: 'ports of SCTP',
    frames: [ethernet({}, ipv4({ ...ends4, protocol: 132 }, sctp(2905, 2906, filler(16))))],
    exact: { sourcePort: 2905, destinationPort: 2906, protocol: 132 },
    nfstream: { sourcePort: 0, destinationPort: 0, protocol: 132 },
  },
  {
    what: 'the authentication header behind IPv6',
    frames: [ethernet({}, ipv6({ ...ends6, protocol: 17, extensions: [authenticationHeader()] }, request))],
    exact: { protocol: 17, sourcePort: 4000, destinationPort: 53 },
    nfstream: { protocol: 51, sourcePort: 0, destinationPort: 0 },
  },
  {
    what: 'IPv6 that the snap length cuts behind its ports',
    frames: [{ frame: whole6.slice(0, 14 + 40 + 8), wireBytes: whole6.length }],
    exact: { sourcePort: 4000, ipBytes: 68, payloadBytes: 20 },
    nfstream: 'truncated',
  },
  {
    what: 'a frame of fewer than 28 bytes on its wire',
    linkType: 101,
    frames: [ipv4({ ...ends4, protocol: 17 }, filler(4))],
    exact: { protocol: 17, wireBytes: 24 },
    nfstream: 'truncated',
  },
  {
    what: 'TCP of fewer than 20 bytes',
    frames: [concat(ethernet({}, ipv4({ ...ends4, protocol: 6 }, tcp(5, 6, 2).slice(0, 12))))],
    exact: { sourcePort: 5, destinationPort: 6 },
    nfstream: { sourcePort: 0, destinationPort: 0 },
  },
  {
    what: 'the transport size of what is neither TCP, UDP nor ICMP',
    frames: [ethernet({}, ipv4({ ...ends4, protocol: 89 }, filler(44)))],
    exact: { transportBytes: 44, protocol: 89 },
    nfstream: { transportBytes: 0, protocol: 89 },
  },
];

/** What becomes of the last frame of a capture. */
async function lastSeen(bytes: Uint8Array, decode: 'exact' | 'nfstream', frames: number): Promise<Seen> {
  const { packets, summary } = await readAll(bytes, { decode });
  expect(summary.packets).toBe(frames);
  const last = packets.find(({ number }) => number === frames);
  if (last !== undefined) return last;
  return skipReasonNames.find((name) => name !== 'used' && (summary.skipped[name] ?? 0) > 0) ?? 'nothing';
}

/** Every difference of docs/packets.md and docs/sessions.md that decoding makes; time and sources are the meter's. */
describe('decoding as NFStream does differs on purpose in', () => {
  it.each(differences)('$what', async ({ frames, linkType = LINK_ETHERNET, exact, nfstream }) => {
    const packets = frames.map((each, i) => ({
      seconds: 100 + i,
      nanoseconds: 123_456,
      ...(each instanceof Uint8Array ? { frame: each } : each),
    }));
    const bytes = fileOf(classicPieces(packets, { linkType }));
    for (const [decode, wanted] of [
      ['exact', exact],
      ['nfstream', nfstream],
    ] as const) {
      const seen = await lastSeen(bytes, decode, frames.length);
      if (typeof wanted === 'string') expect(seen, decode).toBe(wanted);
      else expect(seen, decode).toMatchObject(wanted);
    }
  });

  it('nanoseconds, which are cut to microseconds', async () => {
    const frame = ethernet({}, inner);
    const bytes = fileOf(
      classicPieces([{ seconds: 5, nanoseconds: 1_234_567, frame }], { nanoseconds: true }),
    );
    expect(await lastSeen(bytes, 'exact', 1)).toMatchObject({ seconds: 5, nanoseconds: 1_234_567 });
    expect(await lastSeen(bytes, 'nfstream', 1)).toMatchObject({ seconds: 5, nanoseconds: 1_234_000 });
  });
});
