import { describe, expect, it } from 'vitest';
import { openCapture } from '../../../src/pcap/index.js';
import { type Accounting, SessionMeter } from '../../../src/sessions/index.js';
import { type FilePacket, fileOf } from '../../support/capture-files.js';
import { ethernet } from '../../support/frames.js';
import { ipv4, udp } from '../../support/ip-packets.js';
import { classicForms, plainFrames, randomFile } from '../../support/plain-captures.js';
import { testRandom } from '../../support/random.js';

type Form = (typeof classicForms)[string];

interface Found {
  readonly sessions: string[];
  readonly summary: unknown;
  readonly short: number;
}

async function read(
  bytes: Uint8Array,
  accounting: Accounting,
  tunnels: boolean,
  isShort: boolean,
  pieces: number,
): Promise<Found> {
  const sessions: string[] = [];
  const meter = new SessionMeter((session) => sessions.push(JSON.stringify(session)), {
    statistics: true,
    splt: 3,
    frames: true,
    accounting,
    endOnFin: true,
  });
  const plain = isShort ? meter.plainPackets() : undefined;
  let seen = 0;
  const source = pieces === 0 ? bytes : inPieces(bytes, pieces);
  const capture = openCapture(source, { name: 'x', tunnels, digest: 'never' });
  const summary = await capture
    .read(
      (packet) => {
        seen++;
        meter.add(packet);
      },
      undefined,
      undefined,
      plain,
    )
    .then(
      ({ sha256: _, damage, ...rest }) => ({ ...rest, damage: damage?.toSentence() }),
      (error: Error) => ({ error: error.message, skipped: {}, packets: 0 }),
    );
  meter.finish();
  const used = summary.packets - Object.values(summary.skipped).reduce((sum, count) => sum + (count ?? 0), 0);
  return { sessions, summary, short: used - seen };
}

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('the short way for plain packets', () => {
  const accountings: Accounting[] = ['link', 'ip', 'transport', 'payload'];

  it('finds what the long way finds, whatever the bytes are', async () => {
    const random = testRandom(41);
    let short = 0;
    for (let i = 0; i < 4000; i++) {
      const bytes = randomFile(random);
      const accounting = random.pick(accountings);
      const tunnels = random.chance(0.7);
      const pieces = random.pick([0, 0, 1, 7, 100]);
      const found = await read(bytes, accounting, tunnels, true, pieces);
      const { short: none, ...twin } = await read(bytes, accounting, tunnels, false, pieces);
      expect({ sessions: found.sessions, summary: found.summary }).toEqual(twin);
      short += found.short;
    }
    expect(short).toBeGreaterThan(3000);
  }, 120_000);

  it('finds the same among so many live sessions that packets are read ahead', async () => {
    const random = testRandom(42);
    const packets: FilePacket[] = Array.from({ length: 50_000 }, (_, i) => {
      const k = random.below(16_000);
      const ends = { source: `10.1.${k >> 8}.${k & 255}`, destination: '10.9.9.9' };
      const frame = ethernet({}, ipv4({ ...ends, protocol: 17 }, udp(40_000, 53, new Uint8Array(k % 50))));
      return {
        seconds: 1000 + Math.floor(i / 5000),
        nanoseconds: (i % 5000) * 1000,
        frame,
        wireBytes: frame.length,
      };
    });
    const bytes = fileOf((classicForms['classic, little-endian'] as Form)(packets, 1));
    const found = await read(bytes, 'link', true, true, 0);
    expect(found.sessions.length).toBeGreaterThan(14_000);
    expect(found.short).toBe(50_000);
    const twin = await read(bytes, 'link', true, false, 0);
    expect(found.sessions).toEqual(twin.sessions);
  }, 60_000);

  it('is not taken where a plugin or a filter looks at packets', async () => {
    const packet = { seconds: 1, nanoseconds: 0, frame: plainFrames[0] as Uint8Array, wireBytes: 84 };
    const bytes = fileOf((Object.values(classicForms)[0] as Form)([packet], 1));
    expect(new SessionMeter(undefined, { plugins: [{ name: 'p' }] }).plainPackets()).toBeUndefined();
    const meter = new SessionMeter(undefined);
    let seen = 0;
    const capture = openCapture(bytes, { filter: () => true });
    await capture.read(() => seen++, undefined, undefined, meter.plainPackets());
    expect(seen).toBe(1);
  });
});
