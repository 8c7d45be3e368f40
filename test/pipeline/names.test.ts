/** Names and process codes from packets to verdict: never without being asked, and in words where they are. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  appendTrainingCapture,
  loadBundle,
  predictCapture,
  readCaptures,
  readTrainingTable,
  type TrainingCapture,
  trainBundle,
  trainingBatch,
  trainingColumns,
} from '../../src/pipeline/index.js';
import { splitEnd } from '../../src/pipeline/peer-words.js';
import { tableWriter } from '../../src/report/index.js';
import { bytesOfHex, concat, u8, u16 } from '../support/bytes.js';
import { classicPieces, type FilePacket, fileOf } from '../support/capture-files.js';
import { ethernet } from '../support/frames.js';
import { ipv4, tcp, udp } from '../support/ip-packets.js';
import { testRandom } from '../support/random.js';
import { codeOf } from '../support/read-all.js';

const folder = mkdtempSync(join(tmpdir(), 'networkml-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const plc = { address: '10.0.0.9', mac: '02:20:00:00:00:09' };
const station = { address: '10.0.0.20', mac: '02:20:00:00:00:20' };
const outside = { address: '93.184.216.34', mac: '02:20:00:00:00:01' };
type Host = typeof plc;

interface Said {
  readonly from: Host;
  readonly to: Host;
  readonly ports: [number, number];
  readonly payload: Uint8Array;
  readonly at: number;
  readonly overUdp?: boolean;
}

const modbus = (code: number) => bytesOfHex(`00010000000601${code.toString(16).padStart(2, '0')}0000`);
const question = (name: string, type: number) =>
  concat(
    bytesOfHex('0007 0100 0001 0000 0000 0000'),
    ...name.split('.').map((label) => concat(u8(label.length), new TextEncoder().encode(label))),
    u8(0),
    u16(type),
    u16(1),
  );

/** What a station asks of the controller, minute by minute, and what the controller looks up. */
function ordinary(seed: number): Said[] {
  const random = testRandom(seed);
  return Array.from({ length: 12 }, (_, i): Said[] => {
    const port = random.between(49152, 60000);
    const at = i * 60 + random.below(40);
    const code = random.pick([3, 4]);
    return [
      { from: station, to: plc, ports: [port, 502], payload: modbus(code), at },
      { from: plc, to: station, ports: [502, port], payload: modbus(code), at: at + 1 },
      {
        from: plc,
        to: station,
        ports: [port, 53],
        payload: question('time.example.com', 1),
        at,
        overUdp: true,
      },
    ];
  }).flat();
}

function captureOf(said: readonly Said[]): Uint8Array {
  const packets = said
    .toSorted((a, b) => a.at - b.at)
    .map(({ from, to, ports, payload, at, overUdp = false }): FilePacket => {
      const transport = overUdp ? udp(...ports, payload) : tcp(...ports, 0x18, payload);
      const packet = ipv4(
        { source: from.address, destination: to.address, protocol: overUdp ? 17 : 6 },
        transport,
      );
      return {
        seconds: 1_700_000_000 + Math.floor(at),
        nanoseconds: 0,
        frame: ethernet({ source: from.mac, destination: to.mac }, packet),
      };
    });
  return fileOf(classicPieces(packets));
}

const commands = captureOf([
  ...ordinary(50),
  ...[5, 6, 8, 15, 16, 43, 90].map((code, i) => ({
    from: station,
    to: plc,
    ports: [48_000, 502] as [number, number],
    payload: modbus(code),
    at: 100 + i,
  })),
]);
const tunnel = captureOf([
  ...ordinary(51),
  ...Array.from({ length: 60 }, (_, i) => ({
    from: plc,
    to: station,
    ports: [40_000, 53] as [number, number],
    payload: question(`${testRandom(i).below(1e9).toString(36).padEnd(40, 'q7z')}.evil<b>.example`, 16),
    at: 100 + i,
    overUdp: true,
  })),
]);
const beacon = captureOf([
  ...ordinary(52),
  ...Array.from({ length: 80 }, (_, i) => ({
    from: plc,
    to: outside,
    ports: [30_000 + i, 443] as [number, number],
    payload: new Uint8Array(40),
    at: 10 + i * 10,
  })),
]);

const captures = join(folder, 'captures');
const withAll = join(folder, 'with');
const without = join(folder, 'without');
const device = plc.address;

beforeAll(async () => {
  mkdirSync(captures);
  for (let i = 0; i < 24; i++) {
    writeFileSync(join(captures, `Plc-unit${i % 4}-Mon1200-n${i}.pcap`), captureOf(ordinary(i)));
    writeFileSync(join(captures, `Hmi-unit${i % 4}-Mon1200-n${i}.pcap`), captureOf(ordinary(100 + i)));
  }
  const common = { seed: 1, classifier: 'one-layer' };
  await trainBundle([captures], { ...common, output: withAll, names: true, views: ['port-protocol'] });
  await trainBundle([captures], { ...common, output: without });
});

describe('names and process codes', () => {
  it('are not looked at unless asked for', async () => {
    const [all, plain] = [await loadBundle(withAll), await loadBundle(without)];
    for (const capture of [commands, tunnel]) {
      const { anomaly } = await predictCapture(capture, all, { device, role: 'Plc' });
      expect(anomaly).toEqual((await predictCapture(capture, plain, { device, role: 'Plc' })).anomaly);
      expect(['codes', 'names']).not.toContain(anomaly.view);
    }
    for (const wish of [{ names: true }, { view: 'codes' }, { view: 'port-protocol' }]) {
      expect(await codeOf(() => predictCapture(commands, plain, { device, role: 'Plc', ...wish }))).toBe(
        'NML_MODEL_LAYOUT',
      );
    }
  });

  it('have a say beside the other views where they are asked for', async () => {
    const bundle = await loadBundle(withAll);
    const score = async (capture: Uint8Array, wish: object) =>
      (await predictCapture(capture, bundle, { device, role: 'Plc', ...wish })).anomaly.score ?? Number.NaN;
    const usual = captureOf(ordinary(53));
    expect(await score(commands, { names: true })).toBeGreaterThanOrEqual(await score(commands, {}));
    expect(await score(commands, { view: 'codes' })).toBeGreaterThan(
      (await score(usual, { view: 'codes' })) + 1,
    );
  });

  it('show commands that a controller never got, and who gave them', async () => {
    const { anomaly } = await predictCapture(commands, await loadBundle(withAll), {
      device,
      role: 'Plc',
      view: 'codes',
    });
    expect(anomaly).toMatchObject({ verdict: 'anomalous', view: 'codes' });
    const [window] = anomaly.windows ?? [];
    expect(window?.why.join('\n')).toMatch(/7 kinds of messages that were never seen in this role/);
    expect(window?.peers[0]).toMatchObject({ address: station.address, port: 'tcp/502', count: 1 });
    expect(window?.peers.map(({ trait }) => trait)).toContain('Modbus code 5 received');
  });

  it('show a tunnel in names, which are cut short', async () => {
    const { anomaly } = await predictCapture(tunnel, await loadBundle(withAll), {
      device,
      role: 'Plc',
      view: 'names',
    });
    expect(anomaly).toMatchObject({ verdict: 'anomalous', view: 'names' });
    expect(anomaly.windows?.[0]?.why.join('\n')).toMatch(
      /60 names asked for below one domain: evil<b>\.example \(usual in this role: 0\)/,
    );
  });
});

describe('training tables', () => {
  it('hold what was read of names and codes', async () => {
    const read: TrainingCapture[] = [];
    await readCaptures([captures], { deviceFrom: 'labels', names: true }, (capture) => read.push(capture));
    const table = join(folder, 'table.ndjson');
    const parts: Uint8Array[] = [];
    const writer = await tableWriter(
      'ndjson',
      trainingColumns,
      (bytes) => parts.push(Uint8Array.from(bytes)),
      {
        gzip: false,
      },
    );
    const batch = trainingBatch();
    const write = () => {
      writer.write(batch);
      batch.rows = 0;
    };
    for (const capture of read) appendTrainingCapture(batch, capture, write);
    write();
    writer.end();
    writeFileSync(table, Buffer.concat(parts));
    const back = await readTrainingTable(table);
    expect(back).toHaveLength(read.length);
    const kept = ({ units: { contacts, codes, names } }: TrainingCapture) => ({
      contacts: [...contacts.numbers],
      codes: [...(codes?.numbers ?? [])],
      seen: codes?.seen.map((tokens) => [...tokens]),
      names: [...(names?.numbers ?? [])],
    });
    expect(back.map(kept)).toEqual(read.map(kept));
    expect(read.every(({ units }) => (units.codes?.seen[0]?.length ?? 0) >= 2)).toBe(true);
    const other = join(folder, 'from-table');
    await trainBundle([table], {
      seed: 1,
      classifier: 'one-layer',
      output: other,
      names: true,
      views: ['port-protocol'],
    });
    const digest = async (path: string) => (await loadBundle(path)).bundle.sha256;
    expect(await digest(other)).toBe(await digest(withAll));
  });
});

describe('views by name', () => {
  it('judge alone', async () => {
    const bundle = await loadBundle(withAll);
    for (const view of ['net', 'contacts', 'codes', 'port-protocol']) {
      const { anomaly } = await predictCapture(beacon, bundle, { device, role: 'Plc', view });
      expect(anomaly.view).toBe(view);
      expect(anomaly.timeline?.every((slice) => slice.view === view)).toBe(true);
    }
    const { anomaly } = await predictCapture(beacon, bundle, { device, role: 'Plc', view: 'port-protocol' });
    expect(anomaly.windows?.[0]?.why[0]).toMatch(/% of the sessions \(mean in this role: \d+ %\)/);
  });

  it('name the host of a beacon', async () => {
    const { anomaly } = await predictCapture(beacon, await loadBundle(without), {
      device,
      role: 'Plc',
      view: 'contacts',
    });
    expect(anomaly.verdict).toBe('anomalous');
    const [window] = anomaly.windows ?? [];
    expect(window?.why.join('\n')).toMatch(/^80 sessions opened to one outside host at even intervals/m);
    expect(window?.peers).toContainEqual({
      trait: 'regular contacts outside',
      address: outside.address,
      port: 'tcp/443',
      count: 80,
    });
  });
});

describe('splitEnd', () => {
  it('takes ends apart', () => {
    expect(splitEnd('10.0.0.1:53')).toEqual({ address: '10.0.0.1', port: '53' });
    expect(splitEnd('[fe80::1]:443')).toEqual({ address: 'fe80::1', port: '443' });
    expect(splitEnd('fe80::1')).toEqual({ address: 'fe80::1', port: null });
    expect(splitEnd('10.0.0.1')).toEqual({ address: '10.0.0.1', port: null });
  });
});
