import { describe, expect, it } from 'vitest';
import type { Frame } from '../../lab/finish/frames.js';
import { createTimeMap, LEAST_PAUSE_SECONDS, mapTime, secondsAfter } from '../../lab/finish/time-map.js';
import { unitTeller } from '../../lab/finish/units.js';
import { drawSitePlan } from '../../lab/plan/site-plan.js';
import { createRandom } from '../../src/math/index.js';

const ORIGIN = 1_700_000_000;
const at = (time: number): Frame => ({
  seconds: ORIGIN + Math.floor(time),
  nanoseconds: Math.round((time % 1) * 1e9),
  bytes: new Uint8Array(0),
  wireBytes: 0,
});
const framesOf = (units: Record<string, number[]>) =>
  Object.entries(units).flatMap(([unit, times]) => times.map((time) => ({ unit, frame: at(time) })));

/** The slow twin: walks back from a moment over its unit's sorted times to the start of its burst. */
function slowMap(times: readonly number[], factor: number, moment: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  let start = moment;
  for (const time of sorted.filter((t) => t <= moment).reverse()) {
    if (start - time > LEAST_PAUSE_SECONDS) break;
    start = time;
  }
  return start * factor + (moment - start);
}

function randomUnits(seed: number): Record<string, number[]> {
  const random = createRandom(seed);
  const units: Record<string, number[]> = { first: [0] };
  for (let unit = 0; unit < 6; unit++) {
    let time = random.uniform() * 3;
    units[`unit${unit}`] = Array.from({ length: 60 }, () => {
      time += random.uniform() < 0.15 ? 1 + random.uniform() * 6 : random.uniform() * 0.9;
      // As a capture has it: whole nanoseconds.
      return secondsAfter(at(time), ORIGIN);
    });
  }
  return units;
}

describe('createTimeMap', () => {
  it('maps as walking back over the packets does', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const units = randomUnits(seed);
      const map = createTimeMap(framesOf(units), 900);
      for (const [unit, times] of Object.entries(units)) {
        for (const time of times) {
          expect(mapTime(map, unit, time)).toBeCloseTo(slowMap(times, map.factor, time), 5);
        }
      }
    }
  });

  it('keeps distances inside bursts, the order inside units, and stretches every pause', () => {
    const units = randomUnits(77);
    const map = createTimeMap(framesOf(units), 900);
    expect(map.factor).toBeGreaterThan(2);
    for (const [unit, times] of Object.entries(units)) {
      for (let i = 1; i < times.length; i++) {
        const before = times[i]! - times[i - 1]!;
        const after = mapTime(map, unit, times[i]!) - mapTime(map, unit, times[i - 1]!);
        if (before > LEAST_PAUSE_SECONDS) expect(after).toBeGreaterThan(before);
        else expect(after).toBeCloseTo(before, 6);
      }
    }
  });

  it('ends at the span and never after it', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const units = randomUnits(seed);
      const map = createTimeMap(framesOf(units), 900);
      const ends = Object.entries(units).map(([unit, times]) => mapTime(map, unit, times.at(-1)!));
      expect(Math.max(...ends)).toBeCloseTo(900, 5);
    }
  });

  it('moves bursts that start together in different units together', () => {
    const map = createTimeMap(framesOf({ a: [0, 5, 5.5], b: [2, 5, 9] }), 90);
    expect(mapTime(map, 'a', 5)).toBe(mapTime(map, 'b', 5));
  });

  it('compresses nothing, and keeps what cannot be moved', () => {
    const map = createTimeMap(framesOf({ a: [0, 10, 20] }), 5);
    expect(map.factor).toBe(1);
    expect([0, 10, 20].map((time) => mapTime(map, 'a', time))).toEqual([0, 10, 20]);
    expect(createTimeMap(framesOf({ a: [0, 0.5] }), 900).factor).toBe(1);
  });
});

describe('unitTeller', () => {
  const { plan } = drawSitePlan({
    ...{ seed: 3, minutes: 0.2, spanSeconds: null, missing: new Set<string>() },
    only: ['samba-alone', 'ganesha-rsync', 'office-clerk*2'],
  });
  const unitOf = unitTeller(plan.hosts);
  const [files, share, desk, desk2] = plan.hosts.filter(({ segment }) => segment !== null);
  const router = plan.hosts.find(({ name }) => name === 'router')!;
  const macOf = (host: typeof router, leg = 0): number[] =>
    host.legs[leg]!.mac.split(':').map((octet) => Number.parseInt(octet, 16));
  const ip = (from: string, to: string, source: number[], destination: number[]): Uint8Array => {
    const frame = new Uint8Array(54);
    frame.set([...destination, ...source, 8, 0, 0x45]);
    frame.set(from.split('.').map(Number), 26);
    frame.set(to.split('.').map(Number), 30);
    return frame;
  };

  it('says the same on both sides of the router and in both directions', () => {
    const atDesk = ip(desk!.address, files!.address, macOf(desk!), macOf(router, 1));
    const atServer = ip(desk!.address, files!.address, macOf(router), macOf(files!));
    const back = ip(files!.address, desk!.address, macOf(files!), macOf(router));
    expect(new Set([atDesk, atServer, back].map(unitOf))).toEqual(new Set([desk!.name]));
  });

  it('tells pairs of servers and pairs of workstations the same both ways', () => {
    for (const [one, other] of [
      [files!, share!],
      [desk!, desk2!],
    ] as const) {
      const there = unitOf(ip(one.address, other.address, macOf(one), macOf(other)));
      expect(unitOf(ip(other.address, one.address, macOf(other), macOf(one)))).toBe(there);
    }
    const servers = unitOf(ip(files!.address, share!.address, macOf(files!), macOf(share!)));
    expect(servers).toBe([files!.name, share!.name].sort().join(' and '));
  });

  it('knows workstations by the IPv6 addresses they make of their MAC addresses', () => {
    const frame = (source: number[], destination: number[], from: number[], to: number[]): Uint8Array => {
      const bytes = new Uint8Array(74);
      bytes.set([...destination, ...source, 0x86, 0xdd]);
      bytes.set([0xfd, 0x77, 0, 0x10, 0, 0, 0, 0, ...from], 22);
      bytes.set([0xfd, 0x77, 0, 0, 0, 0, 0, 0, ...to], 38);
      return bytes;
    };
    const [a, b, c, d, e, f] = macOf(desk!) as [number, number, number, number, number, number];
    const own = [a ^ 2, b, c, 0xff, 0xfe, d, e, f];
    const server = [0, 0, 0, 0, 0, 0, 0, 9];
    expect(unitOf(frame(macOf(router), macOf(files!), own, server))).toBe(desk!.name);
    expect(unitOf(frame(macOf(files!), macOf(router), server, own))).toBe(desk!.name);
  });

  it('gives group frames to their sender', () => {
    const frame = ip(files!.address, '224.0.0.251', macOf(files!), [1, 0, 0x5e, 0, 0, 0xfb]);
    expect(unitOf(frame)).toBe(`${files!.name} to all`);
  });
});
