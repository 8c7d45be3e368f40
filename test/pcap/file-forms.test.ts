import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync, constants as zlib } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NetworkmlError } from '../../src/errors.js';
import type { Packet } from '../../src/pcap/index.js';
import { type FilePiece, fileForms, fileOf, gzipped } from '../support/capture-files.js';
import { testRandom } from '../support/random.js';
import { inPieces, type ReadCapture, readAll } from '../support/read-all.js';
import { randomTraffic } from '../support/traffic.js';

const forms = [...fileForms];
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'networkml-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** All that a reader says of a capture, digests resolved. */
async function whole({ packets, summary }: ReadCapture) {
  return { packets, summary: { ...summary, sha256: await summary.sha256 } };
}

describe('every form of file', () => {
  it('gives the same packets', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const traffic = randomTraffic(seed);
      const expected: Packet[] = (
        await readAll(fileOf(fileForms.get('classic, little-endian')!(traffic.files)))
      ).packets;
      expect(expected.length).toBe(traffic.packets.length);
      for (const [form, build] of forms) {
        const bytes = fileOf(build(traffic.files));
        const { packets, summary } = await readAll(bytes);
        expect(packets, form).toEqual(expected);
        expect(summary.packets).toBe(traffic.packets.length);
        expect([summary.truncated, summary.damage, summary.skipped]).toEqual([false, null, {}]);
        expect((await readAll(gzipped(bytes))).packets, `${form}, compressed`).toEqual(expected);
      }
    }
  });

  it('gives what was written: addresses, ports, flags, lengths, tags, times', async () => {
    const words = (text: string): number[] => {
      if (!text.includes(':'))
        return [new DataView(Uint8Array.from(text.split('.'), Number).buffer).getInt32(0), 0, 0, 0];
      const [head = '', tail = ''] = text.split('::');
      const right = tail.split(':');
      const left = head.split(':');
      const groups = [...left, ...new Array<string>(8 - left.length - right.length).fill('0'), ...right];
      return [0, 2, 4, 6].map(
        (i) => (Number.parseInt(groups[i]!, 16) << 16) | Number.parseInt(groups[i + 1]!, 16),
      );
    };
    const mac = (text: string): number[] => {
      const bytes = text.split(':').map((byte) => Number.parseInt(byte, 16));
      return [bytes[0]! * 256 + bytes[1]!, new DataView(Uint8Array.from(bytes.slice(2)).buffer).getInt32(0)];
    };
    for (let seed = 100; seed < 140; seed++) {
      const traffic = randomTraffic(seed);
      const { packets, summary } = await readAll(
        fileOf(fileForms.get('pcapng, nanoseconds')!(traffic.files)),
      );
      traffic.packets.forEach((meant, i) => {
        const read = packets[i]!;
        expect(read.number).toBe(i + 1);
        expect([read.seconds, read.nanoseconds]).toEqual([meant.seconds, meant.nanoseconds]);
        expect([read.source0, read.source1, read.source2, read.source3]).toEqual(words(meant.source.address));
        expect([read.destination0, read.destination1, read.destination2, read.destination3]).toEqual(
          words(meant.destination.address),
        );
        expect([read.sourceMacHigh, read.sourceMacLow]).toEqual(mac(meant.source.mac));
        expect([read.destinationMacHigh, read.destinationMacLow]).toEqual(mac(meant.destination.mac));
        expect([read.hasMac, read.linkType, read.ipVersion, read.protocol]).toEqual([
          true,
          1,
          meant.version,
          meant.protocol,
        ]);
        expect([read.sourcePort, read.destinationPort]).toEqual([meant.sourcePort, meant.destinationPort]);
        expect(read.vlanId).toBe(meant.vlans.at(-1) ?? 0);
        expect([read.hasTcpFlags, read.tcpFlags]).toEqual([meant.protocol === 6, meant.tcpFlags]);
        expect(read.payloadBytes).toBe(meant.payloadBytes);
        expect(read.capturedBytes).toBe(traffic.files[i]!.frame.length);
        expect(read.wireBytes).toBe(traffic.files[i]!.wireBytes);
        expect(read.ipBytes).toBe(read.wireBytes - 14 - 4 * meant.vlans.length);
      });
      const times = traffic.packets.map(({ seconds, nanoseconds }) => seconds * 1e6 + nanoseconds / 1000);
      const micros = (moment: { seconds: number; nanoseconds: number } | null): number =>
        moment!.seconds * 1e6 + moment!.nanoseconds / 1000;
      expect([micros(summary.first), micros(summary.last)]).toEqual([Math.min(...times), Math.max(...times)]);
      expect(summary.bytes).toBe(traffic.files.reduce((sum, { wireBytes }) => sum + wireBytes!, 0));
    }
  });
});

describe('reading in pieces', () => {
  it('of 1, 7 and random lengths, from a stream, a file and bytes gives the same as at once', async () => {
    for (const [i, [form, build]] of forms.entries()) {
      const random = testRandom(i);
      const plain = fileOf(build(randomTraffic(200 + i, { sessions: 6 }).files));
      for (const bytes of [plain, gzipped(plain)]) {
        const expected = await whole(await readAll(bytes));
        expect(expected.summary.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
        for (const length of [() => 1, () => 7, () => random.between(1, 300), () => bytes.length]) {
          expect(await whole(await readAll(inPieces(bytes, length))), form).toEqual(expected);
        }
        const stream = Readable.from([...chunks(bytes, 13)]);
        expect(await whole(await readAll(stream as AsyncIterable<Uint8Array>)), form).toEqual(expected);
        const path = join(folder, `form-${i}`);
        writeFileSync(path, bytes);
        expect(await whole(await readAll(path, { name: '-' })), form).toEqual(expected);
      }
    }
  });

  it('gives the same for captures larger than the buffer', async () => {
    const once = randomTraffic(300, { sessions: 40 }).files;
    const many = Array.from({ length: 40 }, () => once).flat();
    for (const form of ['classic, big-endian', 'pcapng, other blocks between']) {
      const bytes = fileOf(fileForms.get(form)!(many));
      expect(bytes.length).toBeGreaterThan(600_000);
      const path = join(folder, 'large');
      writeFileSync(path, bytes);
      const expected = await whole(await readAll(bytes, { name: 'large' }));
      expect(expected.packets.length).toBe(many.length);
      expect(await whole(await readAll(path, { name: 'large' }))).toEqual(expected);
      expect(
        await whole(
          await readAll(
            inPieces(bytes, () => 100_003),
            { name: 'large' },
          ),
        ),
      ).toEqual(expected);
    }
  });

  it('tells the progress and ends it with the size of the stored file', async () => {
    const bytes = gzipped(fileOf(fileForms.get('classic, patched')!(randomTraffic(4).files)));
    const { openCapture } = await import('../../src/pcap/index.js');
    const seen: [number, number | null][] = [];
    const { packets } = await openCapture(bytes).read(
      () => {},
      (progress) => seen.push([progress.bytes, progress.totalBytes]),
    );
    expect(packets).toBeGreaterThan(0);
    expect(seen.at(-1)).toEqual([bytes.length, bytes.length]);
  });
});

function* chunks(bytes: Uint8Array, length: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) yield Buffer.from(bytes.subarray(at, at + length));
}

/** What the first `length` bytes of a file hold: whole packets, and whether the cut fell between two pieces. */
function prefixOf(pieces: readonly FilePiece[], length: number): { packets: number; betweenPieces: boolean } {
  let end = 0;
  let packets = 0;
  for (const piece of pieces) {
    if (end + piece.bytes.length > length) return { packets, betweenPieces: end === length };
    end += piece.bytes.length;
    packets += piece.packets;
  }
  return { packets, betweenPieces: true };
}

async function outcome(bytes: Uint8Array): Promise<ReadCapture | string> {
  try {
    return await readAll(bytes);
  } catch (error) {
    if (error instanceof NetworkmlError) return error.code;
    throw error;
  }
}

describe('a file that ends early', () => {
  const files = randomTraffic(12, { sessions: 2 }).files.slice(0, 5);

  for (const [form, build] of forms) {
    it(`gives the whole packets before the cut, at every byte: ${form}`, async () => {
      const pieces = build(files);
      const bytes = fileOf(pieces);
      const all = (await readAll(bytes)).packets;
      expect(all.length).toBe(5);
      const header = pieces[0]!.bytes.length;
      for (let length = 0; length <= bytes.length; length++) {
        const read = await outcome(bytes.slice(0, length));
        if (length < header) {
          expect(read, `${length} bytes`).toBe(length < 4 ? 'NML_PCAP_MAGIC' : 'NML_PCAP_TRUNCATED');
          continue;
        }
        const { packets, betweenPieces } = prefixOf(pieces, length);
        if (typeof read === 'string') throw new Error(`${length} bytes: ${read}`);
        expect(read.packets, `${length} bytes`).toEqual(all.slice(0, packets));
        expect(read.summary.packets).toBe(packets);
        expect(read.summary.truncated, `${length} bytes`).toBe(!betweenPieces);
        expect(read.summary.damage).toBeNull();
      }
    });
  }

  it('gives what can be decompressed before the cut, at every byte of a gzip file', async () => {
    for (const form of ['classic, nanoseconds', 'pcapng, big-endian']) {
      const pieces = fileForms.get(form)!(files);
      const bytes = gzipped(fileOf(pieces));
      const all = (await readAll(bytes)).packets;
      const header = pieces[0]!.bytes.length;
      for (let length = 0; length < bytes.length; length++) {
        const cut = bytes.slice(0, length);
        const read = await outcome(cut);
        const out = length < 3 ? 0 : gunzipSync(cut, { finishFlush: zlib.Z_SYNC_FLUSH }).length;
        if (out < header) {
          expect(typeof read, `${length} bytes`).toBe('string');
          expect(read).toMatch(/^NML_PCAP_(MAGIC|TRUNCATED|GZIP)$/);
          continue;
        }
        if (typeof read === 'string') throw new Error(`${length} bytes: ${read}`);
        expect(read.packets, `${length} bytes`).toEqual(all.slice(0, prefixOf(pieces, out).packets));
        expect(read.summary.truncated).toBe(true);
      }
      expect((await readAll(bytes)).summary.truncated).toBe(false);
    }
  });
});
