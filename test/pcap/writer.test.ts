import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NetworkmlError } from '../../src/errors.js';
import { createPcapWriter, type PcapWriterOptions } from '../../src/pcap/writer.js';

interface WrittenPacket {
  seconds: number;
  nanoseconds: number;
  frame: Uint8Array;
  wireBytes: number;
}

/** The slow twin: the whole file as a list of numbers, byte by byte. */
function slowPcap(options: PcapWriterOptions, packets: readonly WrittenPacket[]): Uint8Array {
  const bytes: number[] = [];
  const put = (value: number, width: number): void => {
    for (let i = 0; i < width; i++) bytes.push(Math.floor(value / 256 ** i) % 256);
  };
  put(options.nanoseconds === true ? 0xa1b23c4d : 0xa1b2c3d4, 4);
  put(2, 2);
  put(4, 2);
  put(0, 8);
  put(options.snaplen, 4);
  put(options.linkType, 4);
  for (const { seconds, nanoseconds, frame, wireBytes } of packets) {
    const kept = [...frame].slice(0, options.snaplen);
    put(seconds, 4);
    put(options.nanoseconds === true ? nanoseconds : Math.floor(nanoseconds / 1000), 4);
    put(kept.length, 4);
    put(wireBytes, 4);
    for (const byte of kept) bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

/** A linear congruential stream (Numerical Recipes): random enough for test input, and the same every time. */
function testNumbers(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

function randomPackets(seed: number, count: number, longest: number): WrittenPacket[] {
  const below = testNumbers(seed);
  return Array.from({ length: count }, () => {
    const frame = Uint8Array.from({ length: below(longest + 1) }, () => below(256));
    return {
      seconds: below(2 ** 32),
      nanoseconds: below(1_000_000_000),
      frame,
      wireBytes: frame.length + below(2000),
    };
  });
}

function writeAll(options: PcapWriterOptions, packets: readonly WrittenPacket[]): Uint8Array {
  const pieces: Buffer[] = [];
  const writer = createPcapWriter({ write: (chunk) => pieces.push(Buffer.from(chunk)) }, options);
  for (const { seconds, nanoseconds, frame, wireBytes } of packets) {
    writer.write(seconds, nanoseconds, frame, wireBytes);
  }
  writer.close();
  const whole = Buffer.concat(pieces);
  expect(writer.packets).toBe(packets.length);
  expect(writer.bytes).toBe(whole.length);
  return new Uint8Array(whole);
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof NetworkmlError) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

describe('createPcapWriter', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'networkml-writer-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('writes the bytes that the format document shows', () => {
    const written = writeAll({ linkType: 1, snaplen: 4 }, [
      {
        seconds: 0x65000001,
        nanoseconds: 2_003_999,
        frame: Uint8Array.of(0xaa, 0xbb, 0xcc, 0xdd, 0xee),
        wireBytes: 60,
      },
    ]);
    const expected =
      'd4c3b2a1020004000000000000000000' +
      '0400000001000000' +
      '01000065d3070000040000003c000000' +
      'aabbccdd';
    expect(Buffer.from(written).toString('hex')).toBe(expected);
  });

  it.each([
    { linkType: 1, snaplen: 128 },
    { linkType: 113, snaplen: 65535, nanoseconds: true },
    { linkType: 0xffff, snaplen: 1 },
  ])('agrees with the slow twin on random packets, %o', (options) => {
    const packets = randomPackets(options.snaplen, 400, 700);
    expect(writeAll(options, packets)).toEqual(slowPcap(options, packets));
  });

  it('passes packets larger than its buffer through in order', () => {
    const options = { linkType: 1, snaplen: 2 ** 20 };
    const packets = [...randomPackets(1, 3, 90), ...randomPackets(2, 2, 150_000), ...randomPackets(3, 3, 90)];
    expect(Buffer.compare(writeAll(options, packets), slowPcap(options, packets))).toBe(0);
  });

  it('replaces a file and has all of it there after close', () => {
    const path = join(folder, 'a.pcap');
    const options = { linkType: 1, snaplen: 96 };
    for (const packets of [randomPackets(5, 900, 200), randomPackets(6, 20, 200)]) {
      const writer = createPcapWriter(path, options);
      for (const { seconds, nanoseconds, frame, wireBytes } of packets) {
        writer.write(seconds, nanoseconds, frame, wireBytes);
      }
      writer.close();
      writer.close();
      expect(new Uint8Array(readFileSync(path))).toEqual(slowPcap(options, packets));
    }
  });

  it('takes the length of the frame as length on the wire', () => {
    const pieces: Buffer[] = [];
    const writer = createPcapWriter(
      { write: (chunk) => pieces.push(Buffer.from(chunk)) },
      { linkType: 1, snaplen: 9 },
    );
    writer.write(1, 0, new Uint8Array(33));
    writer.close();
    expect(Buffer.concat(pieces).readUInt32LE(24 + 12)).toBe(33);
  });

  it('refuses what the format cannot hold', () => {
    const sink = { write: () => {} };
    for (const options of [
      { linkType: -1, snaplen: 96 },
      { linkType: 0x10000, snaplen: 96 },
      { linkType: 1, snaplen: 0 },
      { linkType: 1, snaplen: 2 ** 31 },
    ]) {
      expect(codeOf(() => createPcapWriter(sink, options))).toBe('NML_CONFIG');
    }
    const writer = createPcapWriter(sink, { linkType: 1, snaplen: 96 });
    const frame = new Uint8Array(10);
    expect(codeOf(() => writer.write(2 ** 32, 0, frame))).toBe('NML_CONFIG');
    expect(codeOf(() => writer.write(0.5, 0, frame))).toBe('NML_CONFIG');
    expect(codeOf(() => writer.write(1, 1_000_000_000, frame))).toBe('NML_CONFIG');
    expect(codeOf(() => writer.write(1, 0, frame, 9))).toBe('NML_CONFIG');
    expect(writer.packets).toBe(0);
    expect(writer.bytes).toBe(24);
  });

  it('says where writing failed, and that it is closed', () => {
    expect(
      codeOf(() => createPcapWriter(join(folder, 'no', 'such', 'place.pcap'), { linkType: 1, snaplen: 96 })),
    ).toBe('NML_OUTPUT');
    const writer = createPcapWriter({ write: () => {} }, { linkType: 1, snaplen: 96 });
    writer.close();
    expect(codeOf(() => writer.write(1, 0, new Uint8Array(1)))).toBe('NML_OUTPUT');
  });
});
