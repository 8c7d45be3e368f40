import { describe, expect, it } from 'vitest';
import {
  type CollectedBehaviour,
  collectBehaviour,
  netEvidence,
  netNumberNames,
} from '../../src/features/index.js';
import { openCapture } from '../../src/pcap/index.js';
import { addressText, sessionize } from '../../src/sessions/index.js';
import { testRandom } from '../support/random.js';
import { arpFrame, captureOf, icmpFrame, ipFrame, testHost } from './behaviour-frames.js';
import { type SlowFrame, SlowNet } from './slow-net.js';

// Its address lies between those of the others, so that it is either side of a session.
const device = testHost(4);
const others = [1, 2, 3, 5, 6, 7];

async function collect(
  frames: readonly SlowFrame[],
): Promise<CollectedBehaviour & { text: (version: 4 | 6, address: number) => string }> {
  const read = await sessionize(openCapture(captureOf(frames)), {
    device: { ...device, source: 'option' },
  });
  if (read.device === undefined) throw new Error('no device');
  const collected = collectBehaviour(read.table, read.arp, read.device);
  return { ...collected, text: (version, address) => addressText(read.table, version, address) };
}

function randomFrames(seed: number): SlowFrame[] {
  const random = testRandom(seed);
  const next = () => random.below(1e9) / 1e9;
  const { pick } = random;
  const frames: SlowFrame[] = [];
  let seconds = 0;
  for (let i = 0; i < 250; i++) {
    seconds += next() < 0.03 ? 200 * next() : next();
    const peer = testHost(pick(others));
    const out = next() < 0.5;
    const ends = out ? { from: device, to: peer } : { from: peer, to: device };
    const kind = next();
    if (kind < 0.5) {
      const ports = pick([
        [40001, 80],
        [40002, 22],
        [135, 50001],
        [40003, 8081],
        [50007, 50008],
      ] as const);
      const flags = pick([2, 18, 16, 24, 4, 20, 0, 1, 3, 41]);
      const [own, other] = ports;
      frames.push(
        ipFrame({
          ...ends,
          seconds,
          protocol: 6,
          flags,
          payload: pick([0, 0, 5]),
          ports: out ? [own, other] : [other, own],
        }),
      );
    } else if (kind < 0.75) {
      const nameError = !out && next() < 0.5;
      const ports: [number, number] =
        nameError || next() < 0.4 ? (out ? [5353, 53] : [53, 5353]) : [7001, 7002];
      frames.push(ipFrame({ ...ends, seconds, protocol: 17, payload: 12, ports, nameError }));
    } else if (kind < 0.85) frames.push(icmpFrame({ ...ends, seconds, type: pick([8, 0, 3, 11]) }));
    else {
      const claimed = pick([peer.address, testHost(2).address]);
      const asked = pick([device.address, claimed, testHost(8).address]);
      frames.push(
        arpFrame({
          ...ends,
          seconds,
          operation: pick([1, 2]),
          claimed: out ? device.address : claimed,
          asked,
        }),
      );
    }
  }
  return frames;
}

describe('net units', () => {
  it('are those of the slow twin on random traffic', async () => {
    for (let seed = 0; seed < 60; seed++) {
      const frames = randomFrames(seed);
      if (!frames.some(({ kind, from, to }) => kind !== 'arp' && (from === device || to === device)))
        continue;
      const { units } = await collect(frames);
      const slow = new SlowNet(frames, device).units();
      expect([...units.net.window], `seed ${seed}`).toEqual(slow.map(({ window }) => window));
      slow.forEach(({ window, numbers }, row) => {
        netNumberNames.forEach((name, column) => {
          const value = units.net.numbers[row * netNumberNames.length + column];
          expect(value, `seed ${seed}, minute ${window}, ${name}`).toBeCloseTo(numbers[name] ?? 0, 5);
        });
        expect(units.net.bin[row]).toBe(Math.floor(window / 15));
      });
    }
  });

  it('have minutes of ARP alone, between those of sessions and behind them', async () => {
    const peer = testHost(2);
    const ends = { from: device, to: peer };
    const words = { protocol: 17, payload: 4, ports: [4000, 4001] } as const;
    const ask = { operation: 1, claimed: device.address, asked: peer.address } as const;
    const { units, activity } = await collect([
      ipFrame({ ...ends, ...words, seconds: 0 }),
      arpFrame({ ...ends, ...ask, seconds: 200 }),
      ipFrame({ ...ends, ...words, seconds: 400 }),
      arpFrame({ ...ends, ...ask, seconds: 401 }),
      arpFrame({ ...ends, ...ask, seconds: 700 }),
      arpFrame({ ...ends, ...ask, seconds: 1000 }),
    ]);
    expect([...units.net.window]).toEqual([0, 3, 6, 11, 16]);
    expect([...units.net.bin]).toEqual([0, 0, 0, 0, 1]);
    const column = (name: (typeof netNumberNames)[number]) =>
      Array.from({ length: 5 }, (_, unit) =>
        Math.round(
          Math.expm1(units.net.numbers[unit * netNumberNames.length + netNumberNames.indexOf(name)] ?? 0),
        ),
      );
    expect(column('sessions')).toEqual([1, 0, 1, 0, 0]);
    expect(column('ARP request peers')).toEqual([0, 1, 1, 1, 1]);
    expect(Array.from(activity.ends, (end, unit) => end - (activity.starts[unit] ?? 0))).toEqual([
      1, 0, 1, 0, 0,
    ]);
  });

  it('name the host and the ports behind a scan', async () => {
    const target = testHost(5);
    const frames = Array.from({ length: 40 }, (_, i) => [
      ipFrame({
        from: device,
        to: target,
        seconds: i / 10,
        protocol: 6,
        flags: 2,
        payload: 0,
        ports: [45000, 1 + i],
      }),
      ipFrame({
        from: target,
        to: device,
        seconds: i / 10 + 0.01,
        protocol: 6,
        flags: 20,
        payload: 0,
        ports: [1 + i, 45000],
      }),
    ]).flat();
    const { units, activity, text } = await collect(frames);
    expect(units.net.count).toBe(1);
    const column = netNumberNames.indexOf('most ports with one peer sent');
    expect(Math.expm1(units.net.numbers[column] ?? 0)).toBeCloseTo(40, 3);
    const [first] = netEvidence(activity, 0, column, 3);
    expect([
      first?.count,
      first?.peer === null || first === undefined ? '' : text(first.peer.version, first.peer.address),
    ]).toEqual([40, target.address]);
    const resets = netEvidence(activity, 0, netNumberNames.indexOf('resets to sent'), 99);
    expect(resets.map(({ service }) => service?.port).sort((a = 0, b = 0) => a - b)).toEqual(
      Array.from({ length: 40 }, (_, i) => 1 + i),
    );
  });

  it('count what an address spoofer does, and name the contested address', async () => {
    const gateway = testHost(2);
    const liar = testHost(3);
    const frames = [
      ipFrame({ from: device, to: gateway, seconds: 0, protocol: 17, payload: 4, ports: [4000, 4001] }),
      arpFrame({
        from: device,
        to: gateway,
        seconds: 1,
        operation: 1,
        claimed: device.address,
        asked: gateway.address,
      }),
      arpFrame({
        from: gateway,
        to: device,
        seconds: 1.1,
        operation: 2,
        claimed: gateway.address,
        asked: device.address,
      }),
      ...[2, 3, 4].map((seconds) =>
        arpFrame({
          from: liar,
          to: device,
          seconds,
          operation: 2,
          claimed: gateway.address,
          asked: device.address,
        }),
      ),
    ];
    const { units, activity, text } = await collect(frames);
    const at = (name: (typeof netNumberNames)[number]) =>
      Math.round(Math.expm1(units.net.numbers[netNumberNames.indexOf(name)] ?? 0));
    expect([at('ARP request peers'), at('ARP unsolicited replies'), at('ARP conflicts')]).toEqual([1, 3, 1]);
    const [behind] = netEvidence(activity, 0, netNumberNames.indexOf('ARP conflicts'), 3);
    expect(text(4, behind?.peer?.address ?? 0)).toBe(gateway.address);
  });
});
