import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkCapture } from '../../lab/finish/check.js';
import { finalise } from '../../lab/finish/finalise.js';
import { readFrames } from '../../lab/finish/frames.js';
import { createTimeMap } from '../../lab/finish/time-map.js';
import { inOrder, inParallel } from '../../lab/machine/parallel.js';
import { isFinished, toCsv, writeManifest } from '../../lab/manifest.js';
import { parseCorpusOptions, parseKillCheckOptions, parseRunOptions } from '../../lab/options.js';
import { createPcapWriter } from '../../src/pcap/writer.js';

const SURE = '--i-am-root-in-a-throwaway-machine';
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-corpus-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const capture = (file: string, role: string, problems: string[] = []) => ({
  ...{ file, role, implementation: 'raw-lpd', variant: 'a, "b"', host: 'lp1', flags: 'n00' },
  ...{ mac: '00:21:5a:00:00:01', address: '192.168.20.5', packets: 120, bytes: 9000, seconds: 880.5 },
  ...{ ports: { 'tcp/515': 90 }, sessions: { 'tcp/515': 3, 'udp/161': 1 }, sessionCount: 4 },
  ...{ protocols: ['eth', 'lpd'], sha256: 'ab', problems },
});

function site(seed: number, captures: object[] | undefined): void {
  const name = join(folder, `site-${String(seed).padStart(4, '0')}`);
  mkdirSync(name);
  writeFileSync(join(name, 'plan.json'), JSON.stringify({ seed, seconds: { up: 1, work: 2 }, captures }));
}

describe('writeManifest', () => {
  it('lists the captures of finished sites and sums roles up', () => {
    site(1, [
      capture('Printer-a.pcap', 'Printer'),
      capture('Printer-b.pcap', 'Printer', ['no tcp/631', 'x']),
    ]);
    site(2, undefined);
    site(3, [capture('PKIServer-c.pcap', 'PKIServer')]);
    expect(isFinished(join(folder, 'site-0002'))).toBe(false);
    const { rows, roles } = writeManifest(folder);
    expect(rows.map(({ file, site: seed, problems }) => [file, seed, problems])).toEqual([
      ['site-0001/Printer-a.pcap', 1, ''],
      ['site-0001/Printer-b.pcap', 1, 'no tcp/631; x'],
      ['site-0003/PKIServer-c.pcap', 3, ''],
    ]);
    expect(roles.Printer).toEqual({
      ...{ captures: 2, good: 1, implementations: { 'raw-lpd': 2 }, protocols: { eth: 1, lpd: 1 } },
      sessionShares: { 'tcp/515': 0.75, 'udp/161': 0.25 },
    });
    const lines = readFileSync(join(folder, 'manifest.csv'), 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^file,role,implementation,variant,site,host,flags,mac,address,/);
    expect(lines[1]).toContain('"a, ""b"""');
    expect(JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8'))).toMatchObject({ sites: 2 });
  });

  it('gives an empty table for no rows', () => {
    expect(toCsv([])).toBe('');
  });
});

describe('options', () => {
  it('are understood, with their bounds', () => {
    expect(
      parseRunOptions(['--out', '/x', '--seconds', '30', '--only', 'a,b*2', '--span', '0', SURE]),
    ).toMatchObject({
      ...{ outFolder: '/x', minutes: 0.5, only: ['a', 'b*2'], spanSeconds: null, seed: 1, keepWork: false },
    });
    expect(() => parseRunOptions(['--out', '/x'])).toThrow(/throwaway/);
    expect(() => parseRunOptions([SURE])).toThrow(/--out/);
    expect(() => parseRunOptions(['--out', '/x', '--seed', '10000', SURE])).toThrow(/0 to 9999/);
    expect(parseRunOptions(['--list', '--layers', '/l'])).toEqual({ listWithLayers: '/l' });
  });

  it('are handed on to the runs of a corpus and of kill-check', () => {
    const words = ['--out', '/c', '--runs', '3', '--seconds', '45', '--layers', '/l', SURE];
    expect(parseCorpusOptions(words)).toMatchObject({
      ...{ outFolder: '/c', runs: 3, seed: 1, forwarded: ['--seconds', '45', '--layers', '/l'] },
    });
    expect(parseCorpusOptions(['--out', '/c', '--manifest-only'])).toMatchObject({ runs: 0 });
    expect(parseKillCheckOptions(['--out', '/k', '--times', '4', '--only', 'a', SURE])).toMatchObject({
      ...{ times: 4, forwarded: ['--only', 'a'] },
    });
  });
});

describe('inOrder and inParallel', () => {
  it('starts items when those before them are done, a few at a time', async () => {
    const log: string[] = [];
    let now = 0;
    let most = 0;
    const items = [
      { name: 'c', after: ['b', 'nobody'] },
      { name: 'b', after: ['a'] },
      { name: 'a', after: [] },
      { name: 'd', after: ['d'] },
      { name: 'e', after: [] },
    ];
    await inOrder(2, items, async ({ name }) => {
      most = Math.max(most, ++now);
      log.push(`+${name}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      log.push(`-${name}`);
      now--;
    });
    expect(most).toBe(2);
    expect(log.indexOf('+b')).toBeGreaterThan(log.indexOf('-a'));
    expect(log.indexOf('+c')).toBeGreaterThan(log.indexOf('-b'));
    expect(log).toHaveLength(10);
  });

  it('ends circles, and passes failures on', async () => {
    const done: string[] = [];
    const circle = [
      { name: 'a', after: ['b'] },
      { name: 'b', after: ['a'] },
    ];
    await inOrder(3, circle, async ({ name }) => {
      done.push(name);
    });
    expect(done).toEqual(['a', 'b']);
    await expect(inOrder(3, circle, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await inParallel(2, [3, 1, 2], async (x) => x * 2)).toEqual([6, 2, 4]);
  });
});

describe('finalise', () => {
  const MAC = '02:00:00:00:00:01';
  const frame = (unit: number, destination: number): Uint8Array => {
    const bytes = new Uint8Array(60);
    bytes.set([2, 0, 0, 0, 0, destination, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 46, 0, 0, 0, 0, 64, 17]);
    bytes.set([10, 77, 0, 1, 10, 77, 0, unit, 0, 100, 0, 53, 0, 26], 26);
    return bytes;
  };

  it('stretches, leaves out what came before, cuts at the size, and keeps packets of one moment in order', async () => {
    const raw = join(folder, 'raw.pcap');
    const writer = createPcapWriter(raw, { linkType: 1, snaplen: 128 });
    const times = [0, 5, 5.25, 9, 9, 13];
    times.forEach((time, i) => {
      writer.write(1000 + Math.floor(time), (time % 1) * 1e9, frame(i, 9));
    });
    writer.close();
    const unitOf = (): string => 'one';
    const all = readFrames(raw).filter(({ seconds }) => seconds >= 1005);
    const made = finalise({
      ...{ raw, mac: MAC, maxBytes: 24 + 4 * 76, addressMap: () => undefined, wireAddresses: [], unitOf },
      ...{
        time: createTimeMap(
          all.map((one) => ({ unit: 'one', frame: one })),
          80,
        ),
        clockSeconds: 5000,
      },
      ...{ fromSeconds: 1004.5, nameFor: (seconds: number) => join(folder, `${Math.round(seconds)}.pcap`) },
    });
    expect(made).toMatchObject({
      packets: 4,
      cutFrames: 1,
      foreignFrames: 1,
      seconds: 40,
      recordedSeconds: 8,
    });
    const finished = readFrames(made.path);
    expect(finished.map(({ seconds, nanoseconds }) => seconds + nanoseconds / 1e9)).toEqual([
      5000, 5000.25, 5040, 5040,
    ]);
    expect(finished.map(({ bytes }) => bytes[33])).toEqual([1, 2, 3, 4]);
  });

  it('puts packets of units that were moved past each other into the order of their new times', () => {
    const raw = join(folder, 'raw.pcap');
    const writer = createPcapWriter(raw, { linkType: 1, snaplen: 128 });
    // Unit 0 is one burst; what unit 1 does in the middle of it begins a burst of its own.
    const packets = [0, 0.5, 0.9, 10];
    const units = [0, 1, 0, 1];
    packets.forEach((time, i) => {
      writer.write(1000 + Math.floor(time), (time % 1) * 1e9, frame(units[i]!, 9));
    });
    writer.close();
    const unitOf = (bytes: Uint8Array): string => String(bytes[33]);
    const all = readFrames(raw).map((one) => ({ unit: unitOf(one.bytes), frame: one }));
    const { path } = finalise({
      ...{ raw, mac: MAC, maxBytes: 10_000, addressMap: () => undefined, wireAddresses: [], unitOf },
      ...{ time: createTimeMap(all, 100), clockSeconds: 0, fromSeconds: 0 },
      nameFor: () => join(folder, 'made.pcap'),
    });
    const made = readFrames(path).map(({ seconds, nanoseconds, bytes }) => [
      bytes[33],
      seconds + nanoseconds / 1e9,
    ]);
    expect(made).toEqual([
      [0, 0],
      [0, 0.9],
      [1, 5],
      [1, 100],
    ]);
  });

  it('is checked for what its role has to show', async () => {
    const raw = join(folder, 'raw.pcap');
    const writer = createPcapWriter(raw, { linkType: 1, snaplen: 128 });
    for (let i = 0; i < 5; i++) writer.write(1000 + i, 0, frame(2, 9));
    writer.close();
    const check = (change: object) =>
      checkCapture({
        ...{
          path: raw,
          mac: MAC,
          mustSee: ['udp/53'],
          machineAddresses: [],
          maxBytes: 10_000,
          leastPackets: 5,
        },
        ...change,
      });
    const good = await check({});
    expect(good).toMatchObject({
      problems: [],
      ports: { 'udp/53': 5 },
      sessions: { 'udp/53': 1 },
      sessionCount: 1,
    });
    const faults = { mustSee: ['tcp/25'], machineAddresses: ['10.77.0.2'], maxBytes: 100, leastPackets: 6 };
    const { problems } = await check({ ...faults, mac: '02:00:00:00:00:07' });
    expect(problems).toEqual([
      '5 packets, 6 are the least',
      'larger than allowed',
      expect.stringContaining('only 0 % of the packets'),
      'no tcp/25',
      "holds the machine's own address",
    ]);
  });
});
