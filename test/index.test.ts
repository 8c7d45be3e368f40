import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as library from '../src/index.js';
import { bytesOf, roleTraffic, trainTestBundle } from './support/role-captures.js';

let folder: string;
const bytes = bytesOf(roleTraffic('Printer', 5, 0));
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'networkml-test-'));
  await trainTestBundle(folder);
  writeFileSync(join(folder, 'printer.pcap'), bytes);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the library', () => {
  it('exports what its guide names', () => {
    expect(Object.keys(library).sort()).toEqual([
      'NetworkmlError',
      'describeDevice',
      'errorTable',
      'forEachDeviceSession',
      'loadBundle',
      'openCapture',
      'predict',
      'sessionize',
    ]);
  });

  const sources = (): library.CaptureSource[] => [
    bytes,
    Buffer.from(bytes),
    join(folder, 'printer.pcap'),
    Readable.from([
      Buffer.from(bytes.slice(0, 100)),
      Buffer.from(bytes.slice(100)),
    ]) as AsyncIterable<Uint8Array>,
  ];

  it('reads packets, joins them to sessions and predicts, from bytes, a path and a stream', async () => {
    const expected = roleTraffic('Printer', 5, 0);
    const ports: number[][] = [];
    const hosts: unknown[] = [];
    const roles: string[] = [];
    for (const source of sources()) {
      const seen: number[] = [];
      const summary = await library.openCapture(source).read((packet) => seen.push(packet.sourcePort));
      expect(summary.packets).toBe(expected.length);
      ports.push(seen);
    }
    for (const source of sources()) {
      const { table, device } = await library.sessionize(library.openCapture(source));
      let sessions = 0;
      library.forEachDeviceSession(table, device!, () => sessions++);
      hosts.push({ ...library.describeDevice(table, device!), sessions });
    }
    const bundle = await library.loadBundle(join(folder, 'bundle'));
    for (const source of sources()) roles.push((await library.predict(source, { bundle })).role.label);
    expect(ports).toEqual(sources().map(() => expected.map(({ sourcePort }) => sourcePort)));
    expect(hosts).toEqual(sources().map(() => hosts[0]));
    expect(hosts[0]).toMatchObject({ addresses: ['10.0.5.9'] });
    expect(roles).toEqual(['Printer', 'Printer', 'Printer', 'Printer']);
  });

  it('opens nothing before it reads, and fails with coded errors', async () => {
    const capture = library.openCapture(join(folder, 'missing.pcap'));
    expect(capture.name).toBe(join(folder, 'missing.pcap'));
    await expect(capture.read(() => {})).rejects.toBeInstanceOf(library.NetworkmlError);
    await expect(
      library.predict(Uint8Array.of(1, 2, 3, 4), { bundle: join(folder, 'bundle') }),
    ).rejects.toMatchObject({
      code: 'NML_PCAP_MAGIC',
    });
  });
});
