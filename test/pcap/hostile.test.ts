import { createGzip } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { concat } from '../support/bytes.js';
import { classicPieces, fileOf, pcapngBlocks, pcapngPieces } from '../support/capture-files.js';
import { ethernet } from '../support/frames.js';
import { ipv4, ipv6, optionHeader, udp } from '../support/ip-packets.js';
import { errorOf, readAll } from '../support/read-all.js';

const frame = ethernet({}, ipv4({ source: '10.0.0.1', destination: '10.0.0.2', protocol: 17 }, udp(1, 2)));
const packet = { seconds: 1, nanoseconds: 0, frame };
const MIB = 2 ** 20;

/** The same bytes again and again, as one stream. */
async function* repeated(piece: Uint8Array, times: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < times; i++) yield piece;
}

async function* joined(...streams: AsyncIterable<Uint8Array>[]): AsyncGenerator<Uint8Array> {
  for (const stream of streams) yield* stream;
}

const usedMib = (): number => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / MIB;
};

describe('hostile sizes', () => {
  it.each([true, false])('a block of 0xffffffff or 0xfffffffc bytes (big-endian: %s)', async (bigEndian) => {
    const { n } = pcapngBlocks(bigEndian);
    const pieces = pcapngPieces([packet, packet], { bigEndian });
    for (const length of [0xffffffff, 0xfffffffc, 0x7ffffffc]) {
      const { packets, summary } = await readAll(concat(fileOf(pieces), n(6, 4), n(length, 4), n(0, 4)));
      expect(packets.length).toBe(2);
      expect(summary.damage?.code).toBe('NML_PCAP_CORRUPT');
    }
  });

  it('a million interfaces', async () => {
    const blocks = pcapngBlocks(false);
    const thousand = concat(...Array.from({ length: 1000 }, (_, i) => blocks.interface(i % 300).bytes));
    const before = usedMib();
    const stream = joined(repeated(blocks.section().bytes, 1), repeated(thousand, 1000));
    const error = await errorOf(() => readAll(stream));
    expect(error?.code).toBe('NML_PCAP_LIMIT');
    expect(error?.message).toMatch(/more than 65536 interfaces/);
    expect(usedMib() - before).toBeLessThan(200);
    const few = concat(blocks.section().bytes, blocks.interface(1).bytes, blocks.interface(1).bytes);
    expect((await errorOf(() => readAll(few, { limits: { interfaces: 1 } })))?.code).toBe('NML_PCAP_LIMIT');
    expect(await errorOf(() => readAll(few, { limits: { interfaces: 2 } }))).toBeUndefined();
  });

  it('a million sections', async () => {
    const blocks = pcapngBlocks(false);
    const section = concat(
      blocks.section().bytes,
      blocks.interface(1).bytes,
      blocks.enhanced(0, 0n, packet).bytes,
    );
    const thousand = concat(...Array.from({ length: 1000 }, () => section));
    const { summary } = await readAllCounting(repeated(thousand, 1000));
    expect(summary.packets).toBe(1_000_000);
  });

  it('millions of options without length, and one that is longer than its block', async () => {
    const blocks = pcapngBlocks(false);
    const options = new Uint8Array(15 * MIB);
    for (let at = 0; at < options.length; at += 4) options[at] = 2;
    const loop = blocks.block(1, concat(blocks.n(1, 2), blocks.n(0, 2), blocks.n(0, 4), options)).bytes;
    const long = blocks.block(
      1,
      concat(blocks.n(1, 2), blocks.n(0, 2), blocks.n(0, 4), blocks.n(9, 2), blocks.n(60000, 2)),
    ).bytes;
    const bytes = concat(blocks.section().bytes, loop, long, blocks.enhanced(1, 5n, packet).bytes);
    const { packets, summary } = await readAll(bytes);
    expect([packets.length, summary.damage, packets[0]?.nanoseconds]).toEqual([1, null, 5000]);
  });

  it('extension headers as far as a packet goes', async () => {
    const extensions = Array.from({ length: 8000 }, () => optionHeader(60));
    const deep = ipv6({ source: 'fd00::1', destination: 'fd00::2', protocol: 17, extensions }, udp(5, 6));
    const { packets } = await readAll(fileOf(classicPieces([{ ...packet, frame: ethernet({}, deep) }])));
    expect([packets[0]?.sourcePort, packets[0]?.protocol]).toEqual([5, 17]);
  });

  it('10 GB of zeros behind gzip', async () => {
    const start = fileOf(classicPieces([packet]));
    const zeros = new Uint8Array(4 * MIB);
    const gzip = createGzip({ level: 9 });
    let stopped = false;
    const writing = (async () => {
      gzip.write(start);
      for (let i = 0; i < 2560 && !stopped; i++) {
        if (!gzip.write(zeros)) await new Promise((resolve) => gzip.once('drain', resolve));
      }
      gzip.end();
    })();
    const before = usedMib();
    const error = await errorOf(() => readAll(gzip));
    stopped = true;
    gzip.destroy();
    void writing;
    expect(error?.code).toBe('NML_PCAP_LIMIT');
    expect(usedMib() - before).toBeLessThan(400);
  }, 60_000);

  it('a billion empty records are bounded by the number of packets', async () => {
    const header = classicPieces([])[0]!.bytes;
    const records = new Uint8Array(4 * MIB);
    const stream = joined(repeated(header, 1), repeated(records, 4000));
    const error = await errorOf(() => readAll(stream, { limits: { packets: 2_000_000 } }));
    expect(error?.code).toBe('NML_PCAP_LIMIT');
  });
});

/** `readAll` keeps every packet; a million of them is not the point. */
async function readAllCounting(source: AsyncIterable<Uint8Array>) {
  const { openCapture } = await import('../../src/pcap/index.js');
  return { summary: await openCapture(source).read(() => {}) };
}
