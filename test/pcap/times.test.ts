import { describe, expect, it } from 'vitest';
import { splitTimestamp, timeScale } from '../../src/pcap/pcapng-time.js';
import { concat } from '../support/bytes.js';
import { classicPieces, type FilePacket, fileOf, pcapngBlocks } from '../support/capture-files.js';
import { ethernet } from '../support/frames.js';
import { ipv4, udp } from '../support/ip-packets.js';
import { testRandom } from '../support/random.js';
import { readAll } from '../support/read-all.js';

const frame = ethernet({}, ipv4({ source: '10.0.0.1', destination: '10.0.0.2', protocol: 17 }, udp(1, 2)));
const packet: FilePacket = { seconds: 0, nanoseconds: 0, frame };

/** The slow twin: whole numbers without a limit. */
function slowSplit(units: bigint, resolution: number, offset: bigint): [number, number] {
  const perSecond = resolution >= 128 ? 2n ** BigInt(resolution - 128) : 10n ** BigInt(resolution);
  return [Number(units / perSecond + offset), Number(((units % perSecond) * 1_000_000_000n) / perSecond)];
}

describe('time stamps of pcapng', () => {
  it('are exact for every resolution', () => {
    const random = testRandom(5);
    const out = { seconds: 0, nanoseconds: 0 };
    const resolutions = [
      ...Array.from({ length: 20 }, (_, i) => i),
      ...Array.from({ length: 65 }, (_, i) => 128 + i),
    ];
    for (const resolution of resolutions) {
      const edges = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff];
      for (let round = 0; round < 300; round++) {
        const draw = (): number =>
          random.chance(0.3) ? random.pick(edges) : Math.floor(random.below(2 ** 32));
        const high = draw();
        const low = draw();
        splitTimestamp(high, low, timeScale(resolution, 0), out);
        const units = (BigInt(high) << 32n) | BigInt(low);
        expect([out.seconds, out.nanoseconds], `${units} units of resolution ${resolution}`).toEqual(
          slowSplit(units, resolution, 0n),
        );
      }
    }
  });

  it('are exact beside every border between two nanoseconds', () => {
    const random = testRandom(6);
    const out = { seconds: 0, nanoseconds: 0 };
    for (const resolution of [
      7,
      8,
      9,
      10,
      11,
      12,
      128 + 24,
      128 + 30,
      128 + 33,
      128 + 36,
      128 + 37,
      128 + 40,
    ]) {
      const perSecond = resolution >= 128 ? 2n ** BigInt(resolution - 128) : 10n ** BigInt(resolution);
      for (let round = 0; round < 4000; round++) {
        const nanoseconds = BigInt(
          random.chance(0.5) ? 999_999_999 - random.below(1000) : random.below(1_000_000_000),
        );
        const border = (nanoseconds * perSecond + 999_999_999n) / 1_000_000_000n;
        const units = BigInt(random.below(1000)) * perSecond + border - BigInt(random.below(2));
        if (units < 0n || units >= 2n ** 64n) continue;
        splitTimestamp(Number(units >> 32n), Number(units & 0xffffffffn), timeScale(resolution, 0), out);
        const expected = slowSplit(units, resolution, 0n);
        if (out.seconds === expected[0] && out.nanoseconds === expected[1]) continue;
        expect([out.seconds, out.nanoseconds], `${units} units of resolution ${resolution}`).toEqual(
          expected,
        );
      }
    }
  });

  it.each([
    [undefined, undefined, 1_700_000_000_123_456n, 1_700_000_000, 123_456_000],
    [6, undefined, 1_700_000_000_123_456n, 1_700_000_000, 123_456_000],
    [9, undefined, 1_700_000_000_123_456_789n, 1_700_000_000, 123_456_789],
    [3, undefined, 1_700_000_000_123n, 1_700_000_000, 123_000_000],
    [0, undefined, 1_700_000_000n, 1_700_000_000, 0],
    [12, undefined, 1_700_000_000_123_456_789n, 1_700_000, 123_456],
    [0x80 | 10, undefined, 1_700_000_000n * 1024n + 512n, 1_700_000_000, 500_000_000],
    [0x80 | 20, undefined, 1n, 0, 953],
    [6, 1_000_000_000n, 700_000_000_000_001n, 1_700_000_000, 1000],
    [9, -5n, 7_000_000_001n, 2, 1],
    [6, -10n, 1_000_000n, -9, 0],
  ] as const)(
    'with if_tsresol %s and if_tsoffset %s',
    async (resolution, offset, units, seconds, nanoseconds) => {
      for (const bigEndian of [false, true]) {
        const blocks = pcapngBlocks(bigEndian);
        const fields = {
          ...(resolution === undefined ? {} : { resolution }),
          ...(offset === undefined ? {} : { offset }),
        };
        const bytes = concat(
          blocks.section().bytes,
          blocks.interface(1, fields).bytes,
          blocks.enhanced(0, units, packet).bytes,
        );
        const { packets, summary } = await readAll(bytes);
        expect([packets[0]!.seconds, packets[0]!.nanoseconds]).toEqual([seconds, nanoseconds]);
        expect(summary.first).toEqual({ seconds, nanoseconds });
      }
    },
  );

  it('count by each interface of its own, and by each section', async () => {
    const one = pcapngBlocks(false);
    const two = pcapngBlocks(true);
    const bytes = concat(
      one.section().bytes,
      one.interface(1, { resolution: 9 }).bytes,
      one.interface(1).bytes,
      one.enhanced(1, 3_000_001n, packet).bytes,
      one.enhanced(0, 3_000_000_001n, packet).bytes,
      two.section().bytes,
      two.interface(1, { resolution: 3, offset: 10n }).bytes,
      two.enhanced(0, 4_005n, packet).bytes,
    );
    const { packets, summary } = await readAll(bytes);
    expect(packets.map(({ seconds, nanoseconds }) => [seconds, nanoseconds])).toEqual([
      [3, 1000],
      [3, 1],
      [14, 5_000_000],
    ]);
    expect([summary.first, summary.last]).toEqual([
      { seconds: 3, nanoseconds: 1 },
      { seconds: 14, nanoseconds: 5_000_000 },
    ]);
  });

  it('of simple packet blocks are those of the packet before, and the snap length cuts them', async () => {
    const blocks = pcapngBlocks(false);
    const bytes = concat(
      blocks.section().bytes,
      blocks.interface(1, { snaplen: 38 }).bytes,
      blocks.simple({ ...packet, frame: frame.slice(0, 38), wireBytes: frame.length }).bytes,
      blocks.enhanced(0, 9_000_000n, packet).bytes,
      blocks.simple({ ...packet, frame: frame.slice(0, 38), wireBytes: frame.length }).bytes,
    );
    const { packets } = await readAll(bytes);
    expect(
      packets.map(({ seconds, capturedBytes, wireBytes }) => [seconds, capturedBytes, wireBytes]),
    ).toEqual([
      [0, 38, 42],
      [9, 42, 42],
      [9, 38, 42],
    ]);
    // Padding is not captured data.
    const open = concat(blocks.section().bytes, blocks.interface(1).bytes, blocks.simple(packet).bytes);
    expect((await readAll(open)).packets[0]!.capturedBytes).toBe(42);
  });
});

describe('time stamps of classic files', () => {
  it('are unsigned, to the nanosecond where the file says so', async () => {
    const late = { ...packet, seconds: 0xffffffff, nanoseconds: 999_999_999 };
    for (const bigEndian of [false, true]) {
      const fine = await readAll(fileOf(classicPieces([late], { bigEndian, nanoseconds: true })));
      expect([fine.packets[0]!.seconds, fine.packets[0]!.nanoseconds]).toEqual([0xffffffff, 999_999_999]);
      const coarse = await readAll(fileOf(classicPieces([late], { bigEndian })));
      expect([coarse.packets[0]!.seconds, coarse.packets[0]!.nanoseconds]).toEqual([0xffffffff, 999_999_000]);
    }
  });

  it('that go backwards are kept', async () => {
    const { packets, summary } = await readAll(
      fileOf(
        classicPieces([
          { ...packet, seconds: 9 },
          { ...packet, seconds: 3 },
        ]),
      ),
    );
    expect(packets.map(({ seconds }) => seconds)).toEqual([9, 3]);
    expect([summary.first?.seconds, summary.last?.seconds]).toEqual([3, 9]);
  });
});
