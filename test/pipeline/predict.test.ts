import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { expandInputs, type LoadedBundle, loadBundle, predict } from '../../src/pipeline/index.js';
import type { PredictionRecord } from '../../src/types.js';
import {
  classicPieces,
  fileForms,
  fileOf,
  gzipped,
  pcapngBlocks,
  pcapngPieces,
} from '../support/capture-files.js';
import { codeOf } from '../support/read-all.js';
import { bytesOf, roleTraffic, testRoles, trainTestBundle } from '../support/role-captures.js';
import { shuffledAddresses } from '../support/shuffled-addresses.js';
import { randomTraffic, type TestEnd } from '../support/traffic.js';

let folder: string;
let bundle: LoadedBundle;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'networkml-test-'));
  await trainTestBundle(folder);
  bundle = await loadBundle(join(folder, 'bundle'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const printer = bytesOf(roleTraffic('Printer', 7, 0));

describe('a device in doubt', () => {
  /** The sessions of a role's capture on one side, all with one peer. */
  const twoHosts = (role: string, device: number): Uint8Array => {
    const peer = { address: `10.0.${device}.50`, mac: '02:20:00:00:00:50', kind: 'private' } as const;
    const joined = (end: TestEnd): TestEnd => (end.address === `10.0.${device}.9` ? end : peer);
    return bytesOf(
      roleTraffic(role, device, 0).map((packet) => ({
        ...packet,
        source: joined(packet.source),
        destination: joined(packet.destination),
      })),
    );
  };

  it('is the host whose role is clearer; the record is as if it had been named, the other stands beside', async () => {
    const chosen = new Set<boolean>();
    for (const role of testRoles) {
      for (const device of [11, 12]) {
        const bytes = twoHosts(role, device);
        const record = await predict(bytes, { bundle });
        const [other] = record.alternatives ?? [];
        expect(other, role).toBeDefined();
        const hosts = [`10.0.${device}.9`, `10.0.${device}.50`];
        expect([record.device.addresses[0], other!.device.addresses[0]].toSorted()).toEqual(hosts.toSorted());
        const named = await predict(bytes, { bundle, device: record.device.addresses[0]! });
        for (const part of ['role', 'sessions', 'anomaly'] as const)
          expect(record[part]).toEqual(named[part]);
        const beside = await predict(bytes, { bundle, device: other!.device.addresses[0]! });
        expect(other).toMatchObject({ role: beside.role, sessions: beside.sessions });
        expect(record.warnings.join()).toContain(`${other!.device.addresses[0]} takes part in as many`);
        const serves = record.sessions.received > record.sessions.initiated;
        if (!serves) expect(record.role.confidence).toBeGreaterThan(other!.role.confidence);
        chosen.add(serves);
      }
    }
    // Ties go to the server; where the client is chosen, it was by its role.
    expect(chosen).toEqual(new Set([true, false]));
  });
});

describe('a prediction', () => {
  it('knows the roles of devices that it never saw', async () => {
    for (const role of testRoles) {
      const record = await predict(bytesOf(roleTraffic(role, 8, 3)), { bundle });
      expect(record.role.top[0]?.role, role).toBe(role);
      expect(record.role.top.length).toBe(3);
      expect(record.device).toMatchObject({
        mac: '02:20:00:00:00:09',
        addresses: ['10.0.8.9'],
        vendor: null,
        chosenBy: 'traffic',
      });
    }
  });

  it('holds what can be counted in the capture', async () => {
    const packets = roleTraffic('Plc', 9, 1);
    const bytes = bytesOf(packets);
    const { capture, sessions, model, schema, role } = await predict(bytes, {
      bundle,
      name: '/x/Plc-unit9-Mon1201-n91.pcap',
    });
    const keys = new Map<string, { initiated: boolean; external: boolean }>();
    for (const { source, destination, sourcePort, destinationPort } of packets) {
      const key = [`${source.address} ${sourcePort}`, `${destination.address} ${destinationPort}`]
        .sort()
        .join();
      const external = source.kind === 'external' || destination.kind === 'external';
      if (!keys.has(key)) keys.set(key, { initiated: source.address === '10.0.9.9', external });
    }
    const all = [...keys.values()];
    expect(sessions).toEqual({
      total: all.length,
      initiated: all.filter(({ initiated }) => initiated).length,
      received: all.filter(({ initiated }) => !initiated).length,
      external: all.filter(({ external }) => external).length,
    });
    expect(capture).toMatchObject({
      file: '/x/Plc-unit9-Mon1201-n91.pcap',
      name: { deviceName: 'Plc', deviceId: 'unit9', time: 'Mon1201', duration: null, flags: 'n91' },
      linkType: 'EN10MB',
      packets: packets.length,
      sessions: all.length,
      skipped: {},
      truncated: false,
    });
    expect(schema).toBe('networkml/prediction/v1');
    expect(model).toMatchObject({
      name: 'custom',
      version: '1.0.0',
      classifier: 'ensemble',
      sha256: bundle.bundle.sha256,
    });
    expect(role.why.length).toBeGreaterThan(0);
    expect(role.confidence).toBe(role.top[0]?.confidence);
  });

  it('says how many packets were lost, where the file does', async () => {
    const blocks = pcapngBlocks(false);
    const pieces = pcapngPieces(randomTraffic(5).files);
    const lost = fileOf([...pieces, blocks.statistics(0, { 5: 12n })]);
    const record = await predict(lost, { bundle });
    expect(record.capture.dropped).toBe(12);
    expect(record.warnings).toContainEqual(
      expect.stringMatching(/^12 of \d+ packets were lost while capturing/),
    );
    const none = await predict(fileOf([...pieces, blocks.statistics(0, { 5: 0n })]), { bundle });
    expect(none.capture.dropped).toBe(0);
    expect(none.warnings.join()).not.toMatch(/lost/);
    expect((await predict(fileOf(pieces), { bundle })).capture).not.toHaveProperty('dropped');
  });

  it('is the same from a path, bytes, a stream, compressed, and in any form of file', async () => {
    const plain = join(folder, 'one.pcap');
    writeFileSync(plain, printer);
    const zipped = join(folder, 'one.pcap.gz');
    writeFileSync(zipped, gzipped(printer));
    const name = 'one.pcap';
    const expected = await predict(plain, { bundle, name });
    expect(await predict(printer, { bundle, name })).toEqual(expected);
    expect(await predict(createReadStream(plain, { highWaterMark: 99 }), { bundle, name })).toEqual(expected);
    expect(
      await predict(Readable.from([Buffer.from(printer)]) as AsyncIterable<Uint8Array>, { bundle, name }),
    ).toEqual(expected);
    const other = await predict(zipped, { bundle, name });
    expect(other.capture.sha256).not.toBe(expected.capture.sha256);
    expect(judged(other)).toEqual(judged(expected));
    expect((await predict(plain, { bundle: join(folder, 'bundle') })).capture.file).toBe(plain);
  });

  it('is read from standard input where the path is "-"', async () => {
    const input = vi.spyOn(process, 'stdin', 'get');
    try {
      for (const bytes of [printer, gzipped(printer)]) {
        input.mockReturnValue(Readable.from([Buffer.from(bytes)]) as unknown as typeof process.stdin);
        const record = await predict('-', { bundle });
        expect(record.capture.file).toBe('-');
        expect(judged(record)).toEqual(judged(await predict(printer, { bundle })));
      }
    } finally {
      input.mockRestore();
    }
  });

  it('is made of every capture of a directory', async () => {
    const inputs = [...expandInputs([join(folder, 'captures')])];
    expect(inputs.length).toBe(24);
    for (const { path } of inputs) {
      const record = await predict(path, { bundle });
      expect(record.role.top[0]?.role).toBe(record.capture.name?.deviceName);
    }
  });

  it('is never changed by the name of the capture', async () => {
    for (let seed = 0; seed < 30; seed++) {
      const traffic = randomTraffic(seed);
      const bytes = fileOf([...fileForms.values()][seed % fileForms.size]!(traffic.files));
      const expected = judged(await predict(bytes, { bundle }));
      for (const name of [
        'Printer-x-Mon0000-n00.pcap',
        'Workstation-y-Tue1111-15m-n01.pcapng',
        'trace_ab12_2001-01-01_02_03.pcap',
        'x',
        '/a/b/Plc.pcap',
      ]) {
        expect(judged(await predict(bytes, { bundle, name })), name).toEqual(expected);
      }
    }
  });

  it('is never changed by other addresses of the same kind', async () => {
    for (let seed = 0; seed < 60; seed++) {
      const traffic = randomTraffic(seed, { sessions: 20 });
      const shuffled = shuffledAddresses(traffic, seed + 1);
      expect(shuffled.files.map(({ frame }) => frame)).not.toEqual(traffic.files.map(({ frame }) => frame));
      const form = [...fileForms.values()][seed % fileForms.size]!;
      const before = await predict(fileOf(form(traffic.files)), { bundle });
      const after = await predict(fileOf(form(shuffled.files)), { bundle });
      expect(after.role, `seed ${seed}`).toEqual(before.role);
      expect(after.sessions).toEqual(before.sessions);
      expect([after.anomaly.verdict, after.anomaly.score, after.anomaly.role]).toEqual([
        before.anomaly.verdict,
        before.anomaly.score,
        before.anomaly.role,
      ]);
    }
  });

  it('counts every session, also those that the layout tells nothing of', async () => {
    const known = roleTraffic('Printer', 7, 0);
    const own = known.find(({ source }) => source.address === '10.0.7.9')!.source;
    const tunnel = (there: boolean, number: number): (typeof known)[number] => {
      const peer = { ...own, address: `10.0.7.${100 + number}`, mac: '02:20:00:00:01:01' };
      const ends = there ? { source: own, destination: peer } : { source: peer, destination: own };
      return { ...known[0]!, ...ends, protocol: 47, sourcePort: 0, destinationPort: 0, tcpFlags: 0 };
    };
    const sent = Array.from({ length: 6 }, (_, i) => tunnel(true, i));
    const mixed = Array.from({ length: 6 }, (_, i) => tunnel(i < 4, i));
    const [one, two] = await Promise.all(
      [sent, mixed].map((more) => predict(bytesOf([...known, ...more]), { bundle, classifier: 'one-layer' })),
    );
    // Windows tell sent from received tunnels; the contract's vectors do not.
    expect({ ...two!.role, nearest: null }).toEqual({ ...one!.role, nearest: null });
    const plain = await predict(printer, { bundle, classifier: 'one-layer' });
    expect(one!.role.confidence).not.toBe(plain.role.confidence);
  });

  it('is the same every time', async () => {
    expect(await predict(printer, { bundle })).toEqual(await predict(printer, { bundle }));
  });

  it('takes a device and a role from the caller', async () => {
    const peer = roleTraffic('Printer', 7, 0).find(({ source }) => source.address !== '10.0.7.9')!.source;
    const record = await predict(printer, { bundle, device: peer.address });
    expect(record.device).toMatchObject({ addresses: [peer.address], chosenBy: 'option' });
    expect((await predict(printer, { bundle, role: 'Plc' })).anomaly.role).toBe('Plc');
  });

  it('ends with a code for what it cannot do', async () => {
    expect(await codeOf(() => predict(printer, { bundle, role: 'Toaster' }))).toBe('NML_MODEL_ROLE');
    expect(await codeOf(() => predict(printer, { bundle, classifier: 'crystal-ball' }))).toBe(
      'NML_MODEL_ROLE',
    );
    expect(await codeOf(() => predict(printer, { bundle, device: 'nonsense' }))).toBe('NML_USAGE');
    expect(await codeOf(() => predict(printer, { bundle, device: '10.99.99.99' }))).toBe('NML_DEVICE_ABSENT');
    expect(await codeOf(() => predict(printer, { bundle: join(folder, 'nowhere') }))).toBe(
      'NML_MODEL_MISSING',
    );
    expect(await codeOf(() => predict(fileOf(fileForms.get('pcapng, little-endian')!([])), { bundle }))).toBe(
      'NML_NO_SESSIONS',
    );
    expect(await codeOf(() => predict(join(folder, 'missing.pcap'), { bundle }))).toBe('NML_INPUT_NOT_FOUND');
  });

  it('tells where a capture without sessions was cut off', async () => {
    const silent = fileOf(classicPieces([{ seconds: 1, nanoseconds: 0, frame: new Uint8Array(14) }]));
    const broken = Buffer.concat([silent, Buffer.alloc(16, 0xff)]);
    await expect(predict(silent.subarray(0, 50), { bundle })).rejects.toThrow(
      'reading ended early, in the middle of a record)',
    );
    await expect(predict(broken, { bundle })).rejects.toThrow(/; reading ended early: a record claims .*\)$/);
    await expect(predict(silent, { bundle })).rejects.toThrow(/\(packets: 1, of which skipped: 1 [^;]*\)$/);
  });
});

/** What must not depend on how the capture is called or stored. */
function judged({ capture: _, ...record }: PredictionRecord): Omit<PredictionRecord, 'capture'> {
  return record;
}

const schemaFile = new URL('../../schemas/prediction-v1.schema.json', import.meta.url);

describe('the schema of the record', () => {
  it('accepts the records of many random captures', async () => {
    const ajv = new Ajv({ strict: false, allErrors: true });
    const validate = ajv.compile(JSON.parse(readFileSync(schemaFile, 'utf8')) as object);
    for (let seed = 0; seed < 150; seed++) {
      const traffic = randomTraffic(seed, seed % 3 === 0 ? { linkType: 101 } : {});
      const form = [...fileForms.values()][seed % fileForms.size]!;
      const bytes = fileOf(form(traffic.files, traffic.linkType));
      const cut = seed % 5 === 0 ? bytes.slice(0, bytes.length - 3) : bytes;
      const name = seed % 2 === 0 ? {} : { name: 'Printer-a-Mon0000-n00.pcap' };
      const record: unknown = JSON.parse(JSON.stringify(await predict(cut, { bundle, ...name })));
      if (!validate(record)) expect(validate.errors, `seed ${seed}`).toBeNull();
    }
  });
});
