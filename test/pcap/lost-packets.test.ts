import { describe, expect, it } from 'vitest';
import { classicPieces, fileOf, pcapngBlocks, pcapngPieces } from '../support/capture-files.js';
import { ethernet } from '../support/frames.js';
import { ipv4, udp } from '../support/ip-packets.js';
import { readAll } from '../support/read-all.js';

const frame = ethernet({}, ipv4({ source: '10.0.0.1', destination: '10.0.0.2', protocol: 17 }, udp(1, 2)));
const packet = { seconds: 1, nanoseconds: 0, frame };
const droppedIn = async (...pieces: ReturnType<typeof pcapngPieces>): Promise<number | null> =>
  (await readAll(fileOf(pieces))).summary.dropped;

describe.each([false, true])('packets that the capturing program lost (big-endian: %s)', (bigEndian) => {
  const blocks = pcapngBlocks(bigEndian);
  const two = pcapngPieces([packet, packet], { bigEndian, interfaces: 2 });

  it('are not known without statistics, nor of counters that say something else', async () => {
    expect(await droppedIn(...classicPieces([packet], { bigEndian }))).toBeNull();
    expect(await droppedIn(...two)).toBeNull();
    expect(await droppedIn(...two, blocks.statistics(0, { 4: 100n, 6: 3n, 8: 2n }))).toBeNull();
  });

  it('are those of interface and operating system, of all interfaces', async () => {
    expect(await droppedIn(...two, blocks.statistics(0, { 4: 9n, 5: 0n }))).toBe(0);
    const both = [blocks.statistics(0, { 5: 7n, 7: 2n }), blocks.statistics(1, { 7: 30n })];
    expect(await droppedIn(...two, ...both)).toBe(39);
  });

  it('are counted since the start: the last statistics of an interface hold, and sections add up', async () => {
    const section = [...two, blocks.statistics(1, { 5: 3n }), blocks.statistics(1, { 5: 8n })];
    expect(await droppedIn(...section)).toBe(8);
    expect(await droppedIn(...section, ...two, ...section)).toBe(16);
  });

  it('do no harm where they are absurd', async () => {
    const absurd = [
      blocks.statistics(2, { 5: 1n }),
      blocks.other(5, 8),
      blocks.block(5, new Uint8Array(12)),
      blocks.block(5, Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 5, 255, 255])),
    ];
    expect(await droppedIn(...two, ...absurd)).toBeNull();
    const most = 2n ** 64n - 1n;
    expect(await droppedIn(...two, blocks.statistics(0, { 5: most, 7: most }))).toBe(Number.MAX_SAFE_INTEGER);
  });
});
