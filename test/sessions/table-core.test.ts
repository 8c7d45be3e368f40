import { describe, expect, it } from 'vitest';
import { openCapture } from '../../src/pcap/index.js';
import { type SessionTable, sessionize } from '../../src/sessions/index.js';
import { randomFile } from '../support/plain-captures.js';
import { testRandom } from '../support/random.js';

/** All that a table holds. */
function contentsOf(table: SessionTable) {
  const { view, rows, sessions, refused, base, windows, addresses6, macs } = table;
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
    windows,
    addresses6: keysOf(addresses6, addresses6),
    macs: keysOf(macs, macs),
    stacks: table.stacks.of(everybody),
  };
}

/** Reads a capture; where names are read each packet goes the long way. */
async function read(bytes: Uint8Array, names: boolean, tunnels: boolean) {
  const capture = openCapture(bytes, { name: 'x', tunnels, digest: 'never' });
  return sessionize(capture, { names, binSeconds: 2 }).then(
    ({ table, summary: { sha256: _, damage, ...rest } }) => ({
      table: contentsOf(table),
      summary: { ...rest, damage: damage?.toSentence() },
    }),
    (error: Error) => ({ error: error.message }),
  );
}

describe('the short way into the session table', () => {
  it('fills it as the long way does, whatever the bytes are', async () => {
    const random = testRandom(43);
    let rows = 0;
    for (let i = 0; i < 3000; i++) {
      const bytes = randomFile(random);
      const tunnels = random.chance(0.7);
      const short = await read(bytes, false, tunnels);
      expect(short, `capture ${i}`).toEqual(await read(bytes, true, tunnels));
      if ('table' in short) rows += short.table.counts.rows;
    }
    expect(rows).toBeGreaterThan(3000);
  }, 120_000);
});
