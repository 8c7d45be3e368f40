import { describe, expect, it } from 'vitest';
import { openCapture } from '../../../src/pcap/index.js';
import { type Accounting, SessionMeter } from '../../../src/sessions/index.js';
import { type FilePacket, fileForms, fileOf } from '../../support/capture-files.js';
import { ethernet } from '../../support/frames.js';
import { seedFrames } from '../../support/fuzz.js';
import { echo, ipv4, ipv6, tcp, udp } from '../../support/ip-packets.js';
import { type TestRandom, testRandom } from '../../support/random.js';

const ends4 = { source: '10.0.0.9', destination: '10.0.0.1' };
const ends6 = { source: 'fd00::9', destination: 'fd00::1' };
/** Beside the seeds of the fuzzing, mostly tunnels and oddities: what the short way takes. */
const plainFrames = [
  ethernet({}, ipv4({ ...ends4, protocol: 6 }, tcp(40_000, 80, 0x12, new Uint8Array(30)))),
  ethernet(
    { tags: [{ type: 0x8100, id: 7 }] },
    ipv6({ ...ends6, protocol: 17 }, udp(53, 5353, new Uint8Array(9))),
  ),
  ethernet({}, ipv4({ ...ends4, protocol: 1 }, echo(8, new Uint8Array(4)))),
  ethernet({}, ipv6({ ...ends6, protocol: 58 }, echo(128))),
  ethernet({}, ipv4({ ...ends4, protocol: 17 }, udp(4789, 9, new Uint8Array(3)))),
];
const frames = [
  ...Array.from({ length: 20 }, () => plainFrames).flat(),
  ...(seedFrames.get(1) as Uint8Array[]),
];
const ODD = [0, 1, 2, 4, 5, 6, 17, 20, 40, 41, 43, 44, 47, 58, 60, 64, 69, 70, 96, 127, 128, 132, 255];

function randomFile(random: TestRandom, form: keyof typeof forms): Uint8Array {
  const packets: FilePacket[] = Array.from({ length: random.between(1, 12) }, (_, i) => {
    const frame = random.pick(frames).slice();
    for (let k = random.below(3); k > 0; k--)
      frame[random.below(Math.min(frame.length, 80))] = random.pick(ODD);
    const kept = random.chance(0.2) ? frame.slice(0, random.below(frame.length + 1)) : frame;
    const nanoseconds = random.chance(0.1) ? 2_500_000_000 : random.below(1e6) * 1000;
    return {
      seconds: 1000 + i * random.below(4),
      nanoseconds,
      frame: kept,
      wireBytes: frame.length + random.below(2) * 40,
    };
  });
  const file = fileOf(forms[form](packets, 1));
  return random.chance(0.2) ? file.slice(0, random.below(file.length + 1)) : file;
}

const forms = Object.fromEntries([...fileForms].filter(([name]) => name.startsWith('classic'))) as Record<
  string,
  (packets: readonly FilePacket[], link: number) => ReturnType<Parameters<typeof fileOf>[0]['slice']>
>;

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
      const bytes = randomFile(random, random.pick(Object.keys(forms)));
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
    const bytes = fileOf((forms['classic, little-endian'] as (typeof forms)[string])(packets, 1));
    const found = await read(bytes, 'link', true, true, 0);
    expect(found.sessions.length).toBeGreaterThan(14_000);
    expect(found.short).toBe(50_000);
    const twin = await read(bytes, 'link', true, false, 0);
    expect(found.sessions).toEqual(twin.sessions);
  }, 60_000);

  it('is not taken where a plugin or a filter looks at packets', async () => {
    const packet = { seconds: 1, nanoseconds: 0, frame: plainFrames[0] as Uint8Array, wireBytes: 84 };
    const bytes = fileOf((Object.values(forms)[0] as (typeof forms)[string])([packet], 1));
    expect(new SessionMeter(undefined, { plugins: [{ name: 'p' }] }).plainPackets()).toBeUndefined();
    const meter = new SessionMeter(undefined);
    let seen = 0;
    const capture = openCapture(bytes, { filter: () => true });
    await capture.read(() => seen++, undefined, undefined, meter.plainPackets());
    expect(seen).toBe(1);
  });
});
