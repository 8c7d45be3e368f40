/** Mutated captures: seeds of all forms, links and tunnels, damaged in structure or byte by byte. */
import { NetworkmlError } from '../../src/errors.js';
import { CaptureReader } from '../../src/pcap/capture-reader.js';
import { compileFilter, openCapture, type Packet } from '../../src/pcap/index.js';
import { defaultCaptureLimits } from '../../src/pcap/limits.js';
import { type MeteredSession, SessionMeter } from '../../src/sessions/index.js';
import { concat, filler } from './bytes.js';
import { type FilePacket, fileForms, fileOf, gzipped } from './capture-files.js';
import { ethernet, frameOn, snap } from './frames.js';
import {
  authenticationHeader,
  fragmentHeader,
  ipv4,
  ipv6,
  optionHeader,
  sctp,
  tcp,
  udp,
} from './ip-packets.js';
import { type TestRandom, testRandom } from './random.js';
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
} from './tunnels.js';

const inner4 = ipv4(
  { source: '10.1.0.1', destination: '10.1.0.2', protocol: 6 },
  tcp(1000, 80, 2, filler(9)),
);
const inner6 = ipv6({ source: 'fd00::1', destination: 'fd00::2', protocol: 17 }, udp(3000, 53, filler(7)));
const ends4 = { source: '192.0.2.1', destination: '192.0.2.2' };
const ends6 = { source: '2001:db8::1', destination: '2001:db8::2' };
const innerFrame = ethernet({ tags: [{ type: 0x8100, id: 9 }] }, inner4);

const udpTunnels = [
  gtp(inner4, { sequence: true, extensions: 2 }),
  capwap(wifi({ toDs: true, qos: true }, inner6), true),
  tzsp(innerFrame),
  vxlan(innerFrame),
  geneve(innerFrame, 0x6558, 2),
];

/** IP packets that reach every branch behind the link layer. */
const ipPackets: Uint8Array[] = [
  inner4,
  inner6,
  ...udpTunnels.map((body) => ipv4({ ...ends4, protocol: 17 }, body)),
  ...udpTunnels.map((body) => ipv6({ ...ends6, protocol: 17 }, body)),
  ipv4({ ...ends4, protocol: 4 }, inner4),
  ipv4({ ...ends4, protocol: 41 }, inner6),
  ipv6({ ...ends6, protocol: 41 }, inner6),
  ipv4({ ...ends4, protocol: 47 }, gre(innerFrame, 0x6558, { key: true, checksum: true })),
  ipv4({ ...ends4, protocol: 17, moreFragments: true, identification: 3 }, udp(1, 2, filler(24))),
  ipv4({ ...ends4, protocol: 17, fragmentOffset: 32, identification: 3 }, filler(16)),
  ipv6(
    {
      ...ends6,
      protocol: 17,
      extensions: [optionHeader(0), optionHeader(43, 2), authenticationHeader(), fragmentHeader(9, 0, true)],
    },
    udp(5, 6, filler(8)),
  ),
  ipv6({ ...ends6, protocol: 17, extensions: [fragmentHeader(9, 16, false)] }, filler(8)),
  ipv4({ ...ends4, protocol: 132, options: filler(8) }, sctp(1, 2, filler(12))),
];

/** Frames by link type. */
export const seedFrames: ReadonlyMap<number, Uint8Array[]> = new Map([
  [
    1,
    ipPackets.flatMap((packet) => [
      ethernet(
        {
          tags: [
            { type: 0x88a8, id: 5 },
            { type: 0x8100, id: 6 },
          ],
        },
        packet,
      ),
      ethernet({}, packet),
      snap(packet),
      ethernet({}, mpls([4, 5], packet), 0x8847),
      ethernet({}, pppoe(packet), 0x8864),
    ]),
  ],
  [9, ipPackets.map((packet) => ppp(packet))],
  [50, ipPackets.map((packet) => ppp(packet, { framed: false, short: true }))],
  [51, ipPackets.map(pppoe)],
  [104, ipPackets.map(ciscoHdlc)],
  [
    105,
    ipPackets.map((packet, i) => wifi({ toDs: i % 2 === 0, fromDs: i % 3 === 0, qos: i % 5 === 0 }, packet)),
  ],
  [
    127,
    ipPackets.map((packet, i) =>
      radiotap(wifi({ toDs: true, qos: i % 2 === 0 }, packet), 0, i % 3 === 0, i % 5 === 0),
    ),
  ],
  ...[0, 101, 108, 113, 276].map((link): [number, Uint8Array[]] => [
    link,
    ipPackets.map((packet) => frameOn(link, packet)),
  ]),
  [228, [inner4]],
  [229, [inner6]],
]);

const INTERESTING = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 15, 16, 20, 40, 41, 43, 44, 47, 51, 59, 60, 63, 64, 100, 127, 128, 129, 254, 255,
];
const forms = [...fileForms.values()];
const links = [...seedFrames.keys()];

/** A seed file: a few frames of one link type in one form. */
function seedFile(random: TestRandom, mutateFrames: boolean): Uint8Array {
  const link = random.pick(links);
  const frames = seedFrames.get(link) as Uint8Array[];
  const files: FilePacket[] = Array.from({ length: random.between(1, 5) }, (_, i) => {
    const frame = random.pick(frames).slice();
    if (mutateFrames) mutateFrame(frame, random);
    const kept = random.chance(0.15) ? frame.slice(0, random.below(frame.length + 1)) : frame;
    return { seconds: 1000 + i, nanoseconds: 5000, frame: kept, wireBytes: frame.length };
  });
  return fileOf(random.pick(forms)(files, random.chance(0.05) ? random.pick(links) : link));
}

/** Lengths, types and flags lie in the first bytes of every header: a few of them become odd. */
function mutateFrame(frame: Uint8Array, random: TestRandom): void {
  for (let i = random.between(1, 4); i > 0; i--) {
    const at = random.below(Math.min(frame.length, 120));
    frame[at] = random.chance(0.7)
      ? random.pick(INTERESTING)
      : (frame[at] as number) ^ (1 << random.below(8));
  }
}

/** Flips, extreme words, pieces taken out, doubled or put in from elsewhere, a cut end. */
function mutateBytes(bytes: Uint8Array, random: TestRandom): Uint8Array {
  let out: Uint8Array = bytes.slice();
  for (let i = random.between(1, 5); i > 0 && out.length > 8; i--) {
    const at = random.below(out.length);
    const length = Math.min(random.between(1, 40), out.length - at);
    switch (random.below(7)) {
      case 0:
        out[at] = random.below(256);
        break;
      case 1:
        out.fill(
          random.pick([0, 0xff, 0x7f, 0x80]),
          at,
          Math.min(out.length, at + random.pick([1, 2, 4, 8])),
        );
        break;
      case 2:
        out = concat(out.slice(0, at), out.slice(at + length));
        break;
      case 3:
        out = concat(out.slice(0, at + length), out.slice(at));
        break;
      case 4:
        out = out.slice(0, at);
        break;
      case 5:
        out.copyWithin(at, random.below(out.length), random.below(out.length));
        break;
      default:
        out[at] = (out[at] as number) ^ (1 << random.below(8));
    }
  }
  return out;
}

const filters = ['tcp or udp', 'not port 53', 'vlan and host 10.1.0.1', 'ip6 proto 17 or net 10.0.0.0/8'].map(
  compileFilter,
);

/** Things that hold for every packet, whatever the bytes were. */
function check(packet: Packet, number: number, exact: boolean): void {
  const right =
    packet.number > number &&
    packet.sourcePort >= 0 &&
    packet.sourcePort <= 65535 &&
    packet.payloadBytes >= 0 &&
    packet.payloadBytes <= Math.max(packet.transportBytes, packet.ipBytes) &&
    packet.tunnelId <= 6 &&
    packet.ipAt >= packet.frameAt &&
    packet.ipAt < packet.frameEnd &&
    (!exact || packet.ipBytes >= 20);
  if (!right) throw new Error(`an impossible packet: ${JSON.stringify({ ...packet, view: undefined })}`);
}

export interface FuzzTotals {
  captures: number;
  packets: number;
  skipped: number;
  failed: number;
  slowestMs: number;
}

/** Whatever the bytes were, a session is made of the packets that went in, and its numbers are in order. */
class CheckedMeter {
  private fed = 0;
  private readonly meter = new SessionMeter((session) => this.check(session), {
    statistics: true,
    splt: 3,
    frames: true,
    endOnFin: true,
    idleTimeout: 2,
    activeTimeout: 4,
    maxSessions: 8,
  });

  add(packet: Packet): void {
    this.fed++;
    this.meter.add(packet);
  }

  /** Between two captures: everything that went in has come out. */
  finish(): void {
    this.meter.finish();
    if (this.fed !== 0) throw new Error(`${this.fed} packets are in no session`);
  }

  private check({ packets, bytes, sizes, frames, firstMs, lastMs }: MeteredSession): void {
    const all = packets[0] as number;
    this.fed -= all;
    const right =
      all > 0 &&
      frames.length === all &&
      (lastMs[0] as number) >= (firstMs[0] as number) &&
      (sizes[0] as number) * all <= (bytes[0] as number) &&
      (sizes[3] as number) * all >= (bytes[0] as number) &&
      (sizes[2] as number) >= 0;
    if (!right) throw new Error(`an impossible session: ${JSON.stringify({ packets, bytes, sizes })}`);
  }
}

/** Reads `count` mutated captures; the same for the same seed. @throws whatever is no coded error */
export async function fuzz(seed: number, count: number): Promise<FuzzTotals> {
  const random = testRandom(seed);
  const totals: FuzzTotals = { captures: 0, packets: 0, skipped: 0, failed: 0, slowestMs: 0 };
  const meter = new CheckedMeter();
  for (; totals.captures < count; totals.captures++) {
    const structural = random.chance(0.5);
    const file = seedFile(random, structural);
    const plain = structural ? file : mutateBytes(file, random);
    const compressed = random.chance(0.01);
    const bytes = compressed ? mutateGzip(gzipped(plain), random) : plain;
    const start = performance.now();
    try {
      await readOne(bytes, compressed, random, totals, meter);
    } catch (error) {
      if (!(error instanceof NetworkmlError) || error.code === 'NML_INTERNAL') {
        const where = `seed ${seed}, capture ${totals.captures}: ${Buffer.from(bytes).toString('hex')}`;
        throw new Error(where, { cause: error });
      }
      totals.failed++;
    }
    meter.finish();
    totals.slowestMs = Math.max(totals.slowestMs, performance.now() - start);
  }
  return totals;
}

function mutateGzip(bytes: Uint8Array, random: TestRandom): Uint8Array {
  return random.chance(0.5) ? bytes : concat(bytes.slice(0, 10), mutateBytes(bytes.slice(10), random));
}

async function readOne(
  bytes: Uint8Array,
  compressed: boolean,
  random: TestRandom,
  totals: FuzzTotals,
  meter: CheckedMeter,
): Promise<void> {
  const decode = random.chance(0.3) ? 'nfstream' : 'exact';
  const tunnels = random.chance(0.9);
  const filter = random.chance(0.2) ? random.pick(filters) : undefined;
  let number = 0;
  const onPacket = (packet: Packet): void => {
    check(packet, number, decode === 'exact');
    number = packet.number;
    totals.packets++;
    meter.add(packet);
  };
  const onSkipped = (): void => {
    totals.skipped++;
  };
  if (compressed || random.chance(0.02)) {
    const options = { decode, tunnels, ...(filter === undefined ? {} : { filter }) } as const;
    await openCapture(bytes, options).read(onPacket, undefined, onSkipped);
    return;
  }
  const reader = new CaptureReader(onPacket, defaultCaptureLimits, { decode, tunnels, filter, onSkipped });
  const cut = random.below(bytes.length + 1);
  reader.feed(bytes.subarray(0, cut));
  reader.feed(bytes.subarray(cut));
  reader.finish();
}
