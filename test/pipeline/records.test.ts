import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LoadedBundle, loadBundle, predict } from '../../src/pipeline/index.js';
import { formatMoment, protocolName, secondsBetween } from '../../src/pipeline/records.js';
import { vendorOf } from '../../src/pipeline/vendor.js';
import { concat } from '../support/bytes.js';
import { classicPieces, type FilePacket, fileOf, pcapngBlocks } from '../support/capture-files.js';
import { ethernet } from '../support/frames.js';
import { ipv4, udp } from '../support/ip-packets.js';
import { bytesOf, roleTraffic, trainTestBundle } from '../support/role-captures.js';

describe('moments', () => {
  it.each([
    [0, 0, '1970-01-01T00:00:00.000000Z'],
    [1_767_314_160, 1000, '2026-01-02T00:36:00.000001Z'],
    [1_767_314_160, 1, '2026-01-02T00:36:00.000000001Z'],
    [1_767_314_160, 999_999_999, '2026-01-02T00:36:00.999999999Z'],
    [1_767_314_160, 500_000_000, '2026-01-02T00:36:00.500000Z'],
    [0xffffffff, 0, '2106-02-07T06:28:15.000000Z'],
    [-1, 0, '1969-12-31T23:59:59.000000Z'],
    [1e15, 7, '1000000000000000.000000007'],
  ])('%d s and %d ns are %s', (seconds, nanoseconds, text) => {
    expect(formatMoment({ seconds, nanoseconds })).toBe(text);
  });

  it('lie seconds apart, exactly', () => {
    const at = (seconds: number, nanoseconds: number) => ({ seconds, nanoseconds });
    expect(secondsBetween(at(5, 999_999_999), at(6, 0))).toBe(0.000000001);
    expect(secondsBetween(at(1_700_000_000, 100), at(1_700_000_899, 200_000_100))).toBe(899.2);
    expect(secondsBetween(at(3, 0), at(3, 0))).toBe(0);
    expect(secondsBetween(null, null)).toBe(0);
  });

  it('protocols have names', () => {
    expect([6, 17, 1, 58, 250].map(protocolName)).toEqual(['tcp', 'udp', 'icmp', 'icmpv6', '250']);
  });
});

describe('vendors', () => {
  it('are unknown without a MAC, and of addresses that their owners made up', () => {
    expect(vendorOf(null)).toBeNull();
    for (const mac of ['02:00:00:00:00:01', '0a:11:22:33:44:55', 'ff:ff:ff:ff:ff:ff', 'fe:54:00:00:00:01'])
      expect(vendorOf(mac), mac).toBeNull();
  });

  it('of assigned blocks are those of the registry, of large, medium and small ones', () => {
    // The table is made by the build, which runs before the tests.
    expect(existsSync(new URL('../../dist/vendors.txt', import.meta.url))).toBe(true);
    expect(vendorOf('00:00:0c:12:34:56')).toMatch(/Cisco/);
    // Hosts of an emulator, not machines by Xerox.
    expect(vendorOf('00:00:00:00:00:01')).toBeNull();
    expect(vendorOf('9c:93:4e:00:00:01')).toMatch(/Xerox/);
    expect(vendorOf('3c:d9:2b:00:00:00')).toMatch(/Hewlett|HP/);
    expect(vendorOf('B8:27:EB:FF:FF:FF')).toMatch(/Raspberry/);
  });
});

describe('warnings', () => {
  let folder: string;
  let bundle: LoadedBundle;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'networkml-test-'));
    await trainTestBundle(folder);
    bundle = await loadBundle(join(folder, 'bundle'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const packet = (source: string, destination: string, seconds: number, port = 5000): FilePacket => ({
    seconds,
    nanoseconds: 0,
    frame: ethernet(
      { source: `02:00:00:00:00:0${source.at(-1)}`, destination: `02:00:00:00:00:0${destination.at(-1)}` },
      ipv4({ source, destination, protocol: 17 }, udp(port, 53)),
    ),
  });
  const warningsOf = async (bytes: Uint8Array): Promise<string[]> =>
    (await predict(bytes, { bundle })).warnings;
  const short = (packets: readonly FilePacket[]): Promise<string[]> =>
    warningsOf(fileOf(classicPieces(packets)));

  it('tell of captures that are short', async () => {
    const two = (seconds: number): FilePacket[] => [
      packet('10.0.0.1', '10.0.0.2', 1000),
      packet('10.0.0.1', '10.0.0.3', 1000 + seconds),
    ];
    const about = async (seconds: number): Promise<string | undefined> =>
      (await short(two(seconds))).find((text) => text.startsWith('only'));
    expect(await about(42)).toBe('only 42 s of traffic: 15 minutes or more are recommended');
    expect(await about(0)).toBe('only 0 s of traffic: 15 minutes or more are recommended');
    expect(await about(300)).toBe('only 5 min of traffic: 15 minutes or more are recommended');
    expect(await about(839)).toMatch(/^only 14 min/);
    expect(await about(840)).toBeUndefined();
    expect(await about(900)).toBeUndefined();
  });

  it('tell of a second host that is as likely', async () => {
    const answer: FilePacket = {
      ...packet('10.0.0.2', '10.0.0.1', 1000),
      frame: ethernet(
        { source: '02:00:00:00:00:02', destination: '02:00:00:00:00:01' },
        ipv4({ source: '10.0.0.2', destination: '10.0.0.1', protocol: 17 }, udp(53, 5000)),
      ),
    };
    const one = [packet('10.0.0.1', '10.0.0.2', 1000), answer];
    expect(await short(one)).toContain(
      '10.0.0.1 takes part in as many sessions as the chosen device and is reported beside it: name the device with --device',
    );
    expect((await short([...one, packet('10.0.0.3', '10.0.0.2', 1000)])).join()).not.toMatch(
      /as many sessions/,
    );
  });

  it('tell of files that are cut or damaged', async () => {
    const whole = bytesOf(roleTraffic('Plc', 1, 1));
    expect((await warningsOf(whole)).join()).not.toMatch(/file ends|reading ended/);
    expect(await warningsOf(whole.slice(0, -1))).toContain(
      'the file ends in the middle of a record: what was there before it was used',
    );
    const blocks = pcapngBlocks(false);
    const good = concat(
      blocks.section().bytes,
      blocks.interface(1).bytes,
      blocks.enhanced(0, 1n, packet('10.0.0.1', '10.0.0.2', 0)).bytes,
    );
    const bad = concat(good, Uint8Array.from([5, 0, 0, 0, 9, 0, 0, 0, 9, 0, 0, 0]));
    expect(await warningsOf(bad)).toContain(
      `reading ended early at byte ${good.length}: a block claims 9 bytes [NML_PCAP_CORRUPT]`,
    );
  });
});
