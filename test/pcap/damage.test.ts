import { describe, expect, it } from 'vitest';
import { NetworkmlError } from '../../src/errors.js';
import { openCapture } from '../../src/pcap/index.js';
import { concat, integer } from '../support/bytes.js';
import {
  classicPieces,
  type FilePacket,
  type FilePiece,
  fileOf,
  gzipped,
  pcapngBlocks,
  pcapngPieces,
} from '../support/capture-files.js';
import { ethernet } from '../support/frames.js';
import { ipv4, udp } from '../support/ip-packets.js';
import { testRandom } from '../support/random.js';
import { errorOf, inPieces, readAll } from '../support/read-all.js';
import { randomTraffic } from '../support/traffic.js';

const frame = ethernet({}, ipv4({ source: '10.0.0.1', destination: '10.0.0.2', protocol: 17 }, udp(1, 2)));
const packet: FilePacket = { seconds: 5, nanoseconds: 0, frame };
const blocks = pcapngBlocks(false);

/** Damage after two packets keeps them and says where; the same damage before any packet is an error. */
async function expectDamage(
  pieces: readonly FilePiece[],
  good: number,
  bad: Uint8Array,
  message: RegExp,
): Promise<void> {
  const before = fileOf(pieces.slice(0, good));
  const held = pieces.slice(0, good).reduce((sum, piece) => sum + piece.packets, 0);
  expect(held).toBe(2);
  const { packets, summary } = await readAll(concat(before, bad, fileOf(pieces.slice(good))));
  expect(packets.length).toBe(held);
  expect(summary.damage?.code).toBe('NML_PCAP_CORRUPT');
  expect(summary.damage?.message).toMatch(message);
  expect(summary.damage?.place.byteOffset).toBe(before.length);

  // Where it happened does not depend on how the bytes came in.
  const slowly = await readAll(inPieces(concat(before, bad), () => 7));
  expect(slowly.summary.damage?.place.byteOffset).toBe(before.length);

  const header = fileOf(pieces.slice(0, good - held));
  const error = await errorOf(() => readAll(concat(header, bad), { name: 'x.pcap' }));
  expect(error?.code).toBe('NML_PCAP_CORRUPT');
  expect(error?.place).toEqual({ file: 'x.pcap', byteOffset: header.length });
}

describe('damaged records of classic files', () => {
  it('with an impossible length end the reading and keep what was before', async () => {
    for (const bigEndian of [false, true]) {
      const pieces = classicPieces([packet, packet, packet], { bigEndian });
      const n = (value: number): Uint8Array => integer(value, 4, !bigEndian);
      const record = concat(n(5), n(0), n(256 * 1024 + 1), n(60), frame);
      await expectDamage(pieces, 3, record, /claims 262145 captured bytes, 262144 is the most/);
      await expectDamage(pieces, 3, concat(n(5), n(0), n(0xffffffff), n(60), frame), /claims 4294967295/);
    }
  });

  it('take captured bytes beyond the wire length as the length on the wire', async () => {
    const { packets, summary } = await readAll(fileOf(classicPieces([{ ...packet, wireBytes: 10 }])));
    expect(packets[0]!.wireBytes).toBe(frame.length);
    expect(summary.bytes).toBe(frame.length);
  });

  it('carry microseconds beyond one second over to the seconds', async () => {
    const header = classicPieces([])[0]!.bytes;
    const n = (value: number): Uint8Array => integer(value, 4, true);
    const record = concat(n(7), n(2_500_001), n(frame.length), n(frame.length), frame);
    const { packets } = await readAll(concat(header, record));
    expect([packets[0]!.seconds, packets[0]!.nanoseconds]).toEqual([9, 500_001_000]);
  });
});

describe('damaged blocks of pcapng files', () => {
  const pieces = pcapngPieces([packet, packet, packet]);
  const words = (...values: number[]): Uint8Array => concat(...values.map((value) => blocks.n(value, 4)));

  it.each([
    ['too short a length', words(4, 8, 8), /claims 8 bytes/],
    ['a length that is no multiple of four', words(4, 13, 0, 13), /claims 13 bytes/],
    ['a length beyond the limit', words(4, 16 * 1024 * 1024 + 4, 0), /claims 16777220 bytes/],
    ['two different lengths', words(4, 16, 0, 12), /two lengths of a block differ/],
    [
      'a section without byte-order mark',
      words(0x0a0d0d0a, 28, 0x11223344, 0, 0, 0, 28),
      /no byte-order mark/,
    ],
    [
      'a section header that is too short',
      words(0x0a0d0d0a, 16, 0x1a2b3c4d, 16),
      /section header of 16 bytes/,
    ],
    ['an interface without link type', words(1, 16, 0, 16), /without a link type/],
    ['a packet block without lengths', words(6, 24, 0, 0, 0, 24), /without its lengths/],
    [
      'a packet of an unknown interface',
      blocks.enhanced(1, 0n, packet).bytes,
      /interface 1, which is not described/,
    ],
    [
      'a packet longer than its block',
      words(6, 36, 0, 0, 0, 9, 9, 0, 36),
      /claims 9 bytes in a smaller block/,
    ],
    ['a simple packet without its length', words(3, 12, 12), /without its length/],
    [
      'a packet beyond the record limit',
      blocks.enhanced(0, 0n, { ...packet, frame: new Uint8Array(262_148) }).bytes,
      /a packet of 262148 bytes/,
    ],
  ])('%s', async (_, bad, message) => {
    await expectDamage(pieces, 4, bad, message);
  });

  it('a simple packet before any interface', async () => {
    const bytes = concat(blocks.section().bytes, blocks.simple(packet).bytes);
    expect((await errorOf(() => readAll(bytes)))?.message).toMatch(/interface that is not described/);
  });

  it('forget the interfaces of the section before', async () => {
    const bytes = concat(fileOf(pieces), blocks.section().bytes, blocks.enhanced(0, 0n, packet).bytes);
    const { packets, summary } = await readAll(bytes);
    expect(packets.length).toBe(3);
    expect(summary.damage?.message).toMatch(/interface 0, which is not described/);
  });
});

describe('damaged compressed data', () => {
  it('is an error with a code when nothing came out', async () => {
    const bytes = gzipped(fileOf(classicPieces([packet])));
    bytes.fill(0xff, 10);
    expect((await errorOf(() => readAll(bytes)))?.code).toBe('NML_PCAP_GZIP');
    const header = new Uint8Array([0x1f, 0x8b, 99, 0, 0, 0, 0, 0, 0, 0]);
    expect((await errorOf(() => readAll(header)))?.code).toBe('NML_PCAP_GZIP');
  });

  it('keeps the packets before it', async () => {
    const random = testRandom(1);
    // Frames that do not compress, so that the damage lies behind whole pieces of output.
    const noisy = Array.from({ length: 3000 }, (_, i) => ({
      ...packet,
      seconds: i,
      frame: concat(
        frame,
        Uint8Array.from({ length: 400 }, () => random.below(256)),
      ),
    }));
    const bytes = gzipped(fileOf(classicPieces(noisy)));
    bytes.fill(0xff, bytes.length - 2000, bytes.length - 1000);
    const { packets, summary } = await readAll(bytes);
    expect(summary.damage?.code).toBe('NML_PCAP_GZIP');
    expect(packets.length).toBeGreaterThan(1000);
    packets.forEach(({ seconds }, i) => {
      expect(seconds).toBe(i);
    });
  });

  it('that ends before the capture begins is named so', async () => {
    const bytes = gzipped(fileOf(classicPieces([packet]))).slice(0, 11);
    const error = await errorOf(() => readAll(bytes));
    expect(error?.code).toBe('NML_PCAP_TRUNCATED');
    expect(error?.message).toMatch(/compressed data ends before/);
  });
});

describe('what is no capture', () => {
  it('is named by its first bytes', async () => {
    const error = await errorOf(() => readAll(Buffer.from('{"a": 1, "b": 2, "c": 3, "d": 4}')));
    expect(error?.code).toBe('NML_PCAP_MAGIC');
    expect(error?.message).toBe('not a capture: starts with 7b 22 61 22 ("{\\"a\\"")');
    expect((await errorOf(() => readAll(new Uint8Array(0))))?.message).toMatch(/empty/);
    expect((await errorOf(() => readAll(Uint8Array.of(0, 1, 2, 3, 4))))?.message).toBe(
      'not a capture: starts with 00 01 02 03',
    );
  });
});

describe('flipped bytes anywhere', () => {
  it('end with packets or a coded error, never with another exception', async () => {
    const random = testRandom(7);
    const { files } = randomTraffic(3, { sessions: 8 });
    let damaged = 0;
    for (const bytes of [
      fileOf(classicPieces(files)),
      fileOf(pcapngPieces(files, { withOtherBlocks: true })),
    ]) {
      for (let round = 0; round < 400; round++) {
        const copy = bytes.slice();
        for (let i = random.between(1, 8); i > 0; i--) copy[random.below(copy.length)] = random.below(256);
        const error = await errorOf(async () => {
          const { summary, packets } = await readAll(copy);
          expect(packets.length).toBeLessThanOrEqual(summary.packets);
          if (summary.damage !== null) damaged++;
        });
        if (error !== undefined) expect(error.code).not.toBe('NML_INTERNAL');
      }
    }
    expect(damaged).toBeGreaterThan(20);
  });
});

describe('an error of the handler', () => {
  it('is thrown on as it is, and never taken for damage of the capture', async () => {
    const file = fileOf(classicPieces([packet, packet, packet]));
    for (const source of [file, gzipped(file)]) {
      let seen = 0;
      const own = new NetworkmlError('NML_OUTPUT', 'the disk is full');
      const error = await errorOf(() =>
        openCapture(source).read(() => {
          if (++seen === 2) throw own;
        }),
      );
      expect(seen).toBe(2);
      expect(error?.code).toBe('NML_OUTPUT');
      expect(error?.message).toBe('the disk is full');
    }
  });
});
