import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { concat } from '../support/bytes.js';
import {
  classicPieces,
  fileForms,
  fileOf,
  gzipped,
  pcapngBlocks,
  pcapngPieces,
} from '../support/capture-files.js';
import { codeOf, errorOf, readAll } from '../support/read-all.js';
import { randomTraffic } from '../support/traffic.js';

const { files } = randomTraffic(1, { sessions: 10 });
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'networkml-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('limits', () => {
  it('of packets and bytes end the reading with a code, whatever was read', async () => {
    for (const [form, build] of fileForms) {
      const bytes = fileOf(build(files));
      expect(await codeOf(() => readAll(bytes, { limits: { packets: files.length } })), form).toBe('none');
      expect(await codeOf(() => readAll(bytes, { limits: { packets: files.length - 1 } })), form).toBe(
        'NML_PCAP_LIMIT',
      );
      expect(await codeOf(() => readAll(bytes, { limits: { bytes: bytes.length } })), form).toBe('none');
      expect(await codeOf(() => readAll(bytes, { limits: { bytes: bytes.length - 1 } })), form).toBe(
        'NML_PCAP_LIMIT',
      );
      // The limit counts bytes after decompression.
      expect(await codeOf(() => readAll(gzipped(bytes), { limits: { bytes: bytes.length - 1 } }))).toBe(
        'NML_PCAP_LIMIT',
      );
    }
  });

  it('of one record are part of what is corrupt', async () => {
    const least = Math.max(...files.map(({ frame }) => frame.length));
    for (const pieces of [classicPieces(files), pcapngPieces(files)]) {
      const bytes = fileOf(pieces);
      const { summary } = await readAll(bytes, { limits: { recordBytes: least } });
      expect(summary.damage).toBeNull();
      const first = files[0]!.frame.length;
      expect(await codeOf(() => readAll(bytes, { limits: { recordBytes: first - 1 } }))).toBe(
        'NML_PCAP_CORRUPT',
      );
    }
  });

  it('of one block are part of what is corrupt', async () => {
    const blocks = pcapngBlocks(true);
    const start = concat(blocks.section().bytes, blocks.interface(1).bytes);
    const big = blocks.other(4, 5000 - 12).bytes;
    const rest = blocks.enhanced(0, 0n, files[0]!).bytes;
    const bytes = concat(start, big, rest);
    expect(await codeOf(() => readAll(bytes, { limits: { blockBytes: 5000 } }))).toBe('none');
    expect(await codeOf(() => readAll(bytes, { limits: { blockBytes: 4996 } }))).toBe('NML_PCAP_CORRUPT');
  });

  it('take in a block larger than the buffer', async () => {
    const blocks = pcapngBlocks(false);
    const big = blocks.other(4, 3_000_000).bytes;
    const packet = blocks.enhanced(0, 0n, files[0]!).bytes;
    const bytes = concat(blocks.section().bytes, blocks.interface(1).bytes, packet, big, packet);
    expect((await readAll(bytes)).packets.length).toBe(2);
    const path = join(folder, 'block');
    writeFileSync(path, bytes);
    expect((await readAll(path)).packets.length).toBe(2);
  });
});

describe('a gzip bomb', () => {
  /** One GiB of one endless block of zeros behind a section header, in a megabyte. */
  function bomb(): Uint8Array {
    const piece = gzipSync(Buffer.alloc(64 * 1024 * 1024), { level: 9 });
    const start = gzipSync(fileOf(pcapngPieces(files)), { level: 9 });
    return concat(start, ...Array.from({ length: 16 }, () => piece));
  }

  it('ends with a code after 16 MiB, from bytes and from a file, in bounded memory', async () => {
    const bytes = bomb();
    const path = join(folder, 'bomb.pcapng.gz');
    writeFileSync(path, bytes);
    for (const source of [path, bytes]) {
      let peak = 0;
      const before = process.memoryUsage().rss;
      const error = await errorOf(async () => {
        const { openCapture } = await import('../../src/pcap/index.js');
        await openCapture(source, { limits: { blockBytes: 2 ** 32 } }).read(
          () => {},
          () => {
            peak = Math.max(peak, process.memoryUsage().rss);
          },
        );
      });
      expect(error?.code).toMatch(/^NML_PCAP_(LIMIT|CORRUPT)$/);
      expect(peak - before).toBeLessThan(200 * 1024 * 1024);
    }
  });

  it('of small records is refused by its ratio', async () => {
    const record = classicPieces([{ seconds: 0, nanoseconds: 0, frame: new Uint8Array(65536) }]);
    const pieces = [record[0]!, ...Array.from({ length: 600 }, () => record[1]!)];
    const bytes = new Uint8Array(gzipSync(fileOf(pieces), { level: 9 }));
    expect(fileOf(pieces).length / bytes.length).toBeGreaterThan(500);
    const error = await errorOf(() => readAll(bytes, { name: 'bomb.pcap.gz' }));
    expect(error?.code).toBe('NML_PCAP_LIMIT');
    expect(error?.message).toMatch(/more than 500 times/);
    expect(error?.place.file).toBe('bomb.pcap.gz');
    expect(await codeOf(() => readAll(bytes, { limits: { gzipRatio: 5000 } }))).toBe('none');
  });
});

describe('large files', () => {
  it('have the digest of their bytes although another thread computes it', async () => {
    const big = classicPieces([{ seconds: 9, nanoseconds: 0, frame: new Uint8Array(60_000).fill(0x45) }]);
    const bytes = fileOf([
      big[0]!,
      ...Array.from({ length: 1000 }, () => big[1]!),
      ...classicPieces(files).slice(1),
    ]);
    expect(bytes.length).toBeGreaterThan(48 * 1024 * 1024);
    const path = join(folder, 'large.pcap');
    writeFileSync(path, bytes);
    const { packets, summary } = await readAll(path);
    expect(summary.packets).toBe(1000 + files.length);
    expect(packets.slice(-1)[0]!.number).toBe(summary.packets);
    expect(await summary.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    // The place of damage counts all bytes before it, in whatever buffer they lay.
    appendFileSync(path, new Uint8Array(16).fill(0xff));
    const damaged = await readAll(path);
    expect(damaged.summary.packets).toBe(1000 + files.length);
    expect(damaged.summary.damage?.place.byteOffset).toBe(bytes.length);
    // A file that turns out too large leaves no thread behind.
    expect(await codeOf(() => readAll(path, { limits: { packets: 900 } }))).toBe('NML_PCAP_LIMIT');
  });
});

describe('paths', () => {
  it('that lead nowhere, or to a directory, have codes', async () => {
    const missing = join(folder, 'missing.pcap');
    const error = await errorOf(() => readAll(missing));
    expect([error?.code, error?.place.file]).toEqual(['NML_INPUT_NOT_FOUND', missing]);
    const below = join(folder, 'file');
    writeFileSync(below, 'x');
    expect(await codeOf(() => readAll(join(below, 'more')))).toBe('NML_INPUT_NOT_FOUND');
    expect(await codeOf(() => readAll(folder))).toBe('NML_INPUT_ACCESS');
    expect(await codeOf(() => readAll(below))).toBe('NML_PCAP_MAGIC');
  });
});
