import { describe, expect, it } from 'vitest';
import { openCapture } from '../../src/pcap/index.js';
import { type SessionTable, sessionize } from '../../src/sessions/index.js';
import { MARKED_PACKETS, ROW_BYTES } from '../../src/sessions/row-layout.js';
import { bytesOfHex } from '../support/bytes.js';
import { classicPieces, fileOf } from '../support/capture-files.js';
import { ethernet } from '../support/frames.js';
import { ipv4, ipv6, udp } from '../support/ip-packets.js';
import { dnsAnswer } from '../support/payloads.js';
import { plainFrames, randomFile } from '../support/plain-captures.js';
import { testRandom } from '../support/random.js';

/** All that a table holds. */
function contentsOf(table: SessionTable) {
  const { view, rows, sessions, refused, base, addresses6, macs } = table;
  const keysOf = (
    { size, word }: { size: number; word: (id: number, index: 0 | 1 | 2 | 3) => number },
    at: unknown,
  ) =>
    Array.from({ length: size }, (_, id) => ([0, 1, 2, 3] as const).map((index) => word.call(at, id, index)));
  const everybody = {
    addresses4: new Set(
      Array.from({ length: rows }, (_, row) => [
        view.getInt32(row * 160, true),
        view.getInt32(row * 160 + 4, true),
      ]).flat(),
    ),
    addresses6: new Set(Array.from({ length: addresses6.size }, (_, id) => id)),
  };
  return {
    rows: Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('hex'),
    counts: { rows, sessions, refused, base },
    addresses6: keysOf(addresses6, addresses6),
    macs: keysOf(macs, macs),
    stacks: table.stacks.of(everybody),
  };
}

/** Reads a capture; where names are read each packet goes the long way. */
async function read(bytes: Uint8Array, names: boolean, tunnels: boolean, binSeconds = 2) {
  const capture = openCapture(bytes, { name: 'x', tunnels, digest: 'never' });
  return sessionize(capture, { names, binSeconds }).then(
    ({ table, summary: { sha256: _, damage, ...rest } }) => ({
      table: contentsOf(table),
      summary: { ...rest, damage: damage?.toSentence() },
    }),
    (error: Error) => ({ error: error.message }),
  );
}

const ends4 = { source: '10.0.0.9', destination: '10.0.0.1' };
const ends6 = { source: 'fd00::9', destination: 'fd00::1' };
const noSuchName = udp(53, 5300, dnsAnswer(3));
/** Messages of failure: how much of the frame says so, and the last byte of that. */
const marked = [
  {
    name: 'DNS over IPv4',
    frame: ethernet({}, ipv4({ ...ends4, protocol: 17 }, noSuchName)),
    flags: 34 + 8 + 2,
  },
  {
    name: 'DNS over IPv6',
    frame: ethernet({}, ipv6({ ...ends6, protocol: 17 }, noSuchName)),
    flags: 54 + 8 + 2,
  },
  {
    name: 'ICMP',
    frame: ethernet({}, ipv4({ ...ends4, protocol: 1 }, bytesOfHex('0301 fcfe 00000000'))),
    flags: 34,
  },
  {
    name: 'ICMPv6',
    frame: ethernet({}, ipv6({ ...ends6, protocol: 58 }, bytesOfHex('0100 0000 00000000'))),
    flags: 54,
  },
].map(({ flags, ...rest }) => ({
  ...rest,
  neededBytes: flags + 2,
  nextByte: rest.frame[flags + 1] as number,
}));

describe('the short way into the session table', () => {
  it('fills it as the long way does, whatever the bytes are', async () => {
    const random = testRandom(43);
    let rows = 0;
    for (let i = 0; i < 3000; i++) {
      const bytes = randomFile(random);
      const tunnels = random.chance(0.7);
      const binSeconds = random.pick([2, 900, 0]);
      const short = await read(bytes, false, tunnels, binSeconds);
      expect(short, `capture ${i}`).toEqual(await read(bytes, true, tunnels, binSeconds));
      if ('table' in short) rows += short.table.counts.rows;
    }
    expect(rows).toBeGreaterThan(3000);
  }, 120_000);

  // What lies behind a frame is the next record's time, whose first byte is here what would follow in the frame.
  it.each(marked)(
    'sees in $name that something failed when the bytes that say so are there',
    async (message) => {
      const { frame, neededBytes, nextByte } = message;
      const next = plainFrames[0] as Uint8Array;
      for (let kept = 14; kept <= frame.length; kept++) {
        const bytes = fileOf(
          classicPieces([
            { seconds: 1000, nanoseconds: 0, frame: frame.slice(0, kept), wireBytes: frame.length },
            { seconds: 0x500 + nextByte, nanoseconds: 0, frame: next },
          ]),
        );
        const short = await read(bytes, false, true);
        expect(short, `${kept} bytes`).toEqual(await read(bytes, true, true));
        const rows = 'table' in short ? Buffer.from(short.table.rows, 'hex') : Buffer.alloc(0);
        const marks = Array.from({ length: rows.length / ROW_BYTES }, (_, row) =>
          rows.readInt32LE(row * ROW_BYTES + MARKED_PACKETS),
        );
        expect(marks.filter((mark) => mark !== 0).length, `${kept} bytes`).toBe(kept >= neededBytes ? 1 : 0);
      }
    },
  );
});
