import { describe, expect, it } from 'vitest';
import { admNumberNames, collectBehaviour } from '../../src/features/index.js';
import { openCapture } from '../../src/pcap/index.js';
import { sessionize } from '../../src/sessions/index.js';
import { testRandom } from '../support/random.js';
import { captureOf, ipFrame, type SlowFrame, type TestHost, testHost } from './behaviour-frames.js';

const device = testHost(1);
const administration = [22, 23, 135, 139, 445, 3389, 5900, 5985, 5986];
const directory = [53, 88, 389, 464, 636, 3268, 3269];
const otherPorts = [80, 443, 8080, 5353];

interface Opened {
  readonly from: TestHost;
  readonly to: TestHost;
  readonly port: number;
  readonly seconds: number;
}

async function admOf(opened: readonly Opened[]) {
  const frames: SlowFrame[] = opened.map(({ from, to, port, seconds }, i) =>
    ipFrame({ from, to, seconds, protocol: 6, flags: 2, payload: 0, ports: [20000 + i, port] }),
  );
  const read = await sessionize(openCapture(captureOf(frames)), { device: { ...device, source: 'option' } });
  if (read.device === undefined) throw new Error('no device');
  return collectBehaviour(read.table, read.arp, read.device).units.adm;
}

/** Sets and lists, slice by slice. */
function slowAdm(opened: readonly Opened[]): Map<number, number[]> {
  const bins = new Map<number, Opened[]>();
  for (const one of opened) {
    const bin = Math.floor((one.seconds - (opened[0]?.seconds ?? 0)) / 900);
    bins.set(bin, [...(bins.get(bin) ?? []), one]);
  }
  return new Map(
    [...bins].map(([bin, own]) => {
      const side = (sent: boolean) => {
        const ofSide = own.filter(({ from }) => (from === device) === sent);
        const peers = new Set(ofSide.map(({ from, to }) => (sent ? to : from)));
        const ports = [...peers].map(
          (peer) =>
            new Set(ofSide.filter(({ from, to }) => (sent ? to : from) === peer).map(({ port }) => port)),
        );
        const plain = ports.filter((set) => !directory.some((port) => set.has(port)));
        const dynamic = plain.filter((set) => [...set].some((port) => port >= 49152));
        const reached = plain.filter(
          (set) => administration.some((port) => set.has(port)) || dynamic.includes(set),
        );
        const count = plain.reduce(
          (sum, set) => sum + administration.filter((port) => set.has(port)).length,
          0,
        );
        return { count, reached: reached.length, dynamic: dynamic.length };
      };
      const [sent, received] = [side(true), side(false)];
      return [bin, [sent.count, received.count, sent.reached, received.reached, received.dynamic]];
    }),
  );
}

describe('adm units', () => {
  it('are those of the slow twin on random sessions', async () => {
    for (let seed = 0; seed < 60; seed++) {
      const random = testRandom(seed);
      const opened = Array.from({ length: 120 }, (_, i): Opened => {
        const peer = testHost(2 + random.below(9));
        const list = random.pick([
          administration,
          administration,
          otherPorts,
          random.chance(0.2) ? directory : [49152, 60001],
        ]);
        const port = random.pick(list);
        const seconds = i * 25 + random.below(20);
        return random.chance(0.5)
          ? { from: device, to: peer, port, seconds }
          : { from: peer, to: device, port, seconds };
      });
      const units = await admOf(opened);
      const slow = slowAdm(opened);
      expect([...units.bin], `seed ${seed}`).toEqual([...slow.keys()].sort((a, b) => a - b));
      units.bin.forEach((bin, unit) => {
        const row = units.numbers.subarray(unit * admNumberNames.length, (unit + 1) * admNumberNames.length);
        expect(
          Array.from(row, (value) => Math.round(Math.expm1(value))),
          `seed ${seed}, slice ${bin}`,
        ).toEqual(slow.get(bin));
      });
    }
  });

  it('keep the peers with most ports', async () => {
    const opened = [3, 4, 5].flatMap((host) =>
      administration
        .slice(0, host)
        .map((port, i) => ({ from: device, to: testHost(host), port, seconds: i })),
    );
    const [peers] = (await admOf(opened)).peers;
    expect(peers?.map(({ ports }) => ports.length)).toEqual([5, 4, 3]);
    expect(peers?.[0]).toMatchObject({ sent: true, dynamic: false, ports: administration.slice(0, 5) });
  });
});
