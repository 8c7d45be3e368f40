/** The watched folder, with NATS and without. */

import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { loadBundle, predictCapture } from '../../src/pipeline/index.js';
import { type Sightings, scanFolder } from '../../src/service/watch-scan.js';
import { desktop, printer, temporaryDirectory } from '../cli/run-cli.js';
import { expectSchema } from '../cli/schema.js';
import { type NatsServer, startNatsServer } from './support/nats-server.js';
import { type Client, openClient, startService } from './support/service.js';

const place = temporaryDirectory();
let folders = 0;

function folder(): { folder: string; out: string } {
  folders += 1;
  const made = { folder: join(place, `watch-${folders}`), out: join(place, `out-${folders}`) };
  mkdirSync(made.folder);
  return made;
}

/** As a controller does it: written elsewhere, then renamed into place. */
function drop(into: string, name: string, bytes: Uint8Array): void {
  const beside = join(place, `part-${name}`);
  writeFileSync(beside, bytes);
  renameSync(beside, join(into, name));
}

const json = (path: string): Record<string, unknown> => JSON.parse(readFileSync(path, 'utf8'));
const soon = { timeout: 20_000, interval: 50 };

describe('a file is complete', () => {
  const at = (path: string, seconds: number): void => utimesSync(path, seconds, seconds);

  test('when its size and time have settled, oldest first; nothing but captures counts', () => {
    const { folder: watched } = folder();
    for (const [name, seconds] of [
      ['b.pcap', 1000],
      ['a.pcap.gz', 990],
      ['c.PCAPNG', 1009],
    ] as const) {
      writeFileSync(join(watched, name), 'x');
      at(join(watched, name), seconds);
    }
    for (const name of ['notes.txt', '.hidden.pcap', 'd.pcap.part']) writeFileSync(join(watched, name), 'x');
    mkdirSync(join(watched, 'folder.pcap'));
    symlinkSync('/etc/passwd', join(watched, 'link.pcap'));
    const seen: Sightings = new Map();
    expect(scanFolder(watched, seen, 5_000, 1_010_000)).toEqual(['a.pcap.gz', 'b.pcap']);
    expect(scanFolder(watched, seen, 5_000, 1_014_000)).toEqual(['a.pcap.gz', 'b.pcap', 'c.PCAPNG']);
    // It grew: the clock starts again.
    writeFileSync(join(watched, 'b.pcap'), 'xx');
    at(join(watched, 'b.pcap'), 1_020);
    expect(scanFolder(watched, seen, 5_000, 1_021_000)).toEqual(['a.pcap.gz', 'c.PCAPNG']);
    expect(scanFolder(watched, seen, 5_000, 1_025_000)).toContain('b.pcap');
    // An empty one is given more time.
    writeFileSync(join(watched, 'empty.pcap'), '');
    at(join(watched, 'empty.pcap'), 1_000);
    expect(scanFolder(watched, seen, 5_000, 1_049_000)).not.toContain('empty.pcap');
    expect(scanFolder(watched, seen, 5_000, 1_050_000)).toContain('empty.pcap');
  });

  test.runIf(process.platform === 'linux')('not while somebody holds it open for writing', () => {
    const { folder: watched } = folder();
    const path = join(watched, 'open.pcap');
    const writer = openSync(path, 'w');
    writeSync(writer, 'x');
    at(path, 1000);
    expect(scanFolder(watched, new Map(), 1_000, 2_000_000)).toEqual([]);
    closeSync(writer);
    const reader = openSync(path, 'r');
    expect(scanFolder(watched, new Map(), 1_000, 2_000_000)).toEqual(['open.pcap']);
    closeSync(reader);
  });
});

describe('without NATS', () => {
  test('each capture has a result file and is moved; a bad one says why', async () => {
    const watch = { ...folder(), settleMs: 100 };
    const service = await startService({ watch });
    const bytes = readFileSync(printer);
    const trace = 'trace_ab12_2026-01-01_00_00_00-client-ip-10-77-10-137.pcap';
    drop(watch.folder, 'one.pcap', bytes);
    drop(watch.folder, 'bad.pcap', new TextEncoder().encode('no capture'));
    drop(watch.folder, trace, readFileSync(desktop));
    await vi.waitFor(() => expect(readdirSync(watch.folder).sort()).toEqual(['done', 'failed']), soon);
    const record = json(join(watch.out, 'one.pcap.json'));
    expect(record).toEqual(await predictCapture(bytes, await loadBundle(), { name: 'one.pcap' }));
    expect(json(join(watch.out, `${trace}.json`))).toMatchObject({ capture: { name: { deviceId: 'ab12' } } });
    expect(readdirSync(join(watch.folder, 'done')).sort()).toEqual(['one.pcap', trace]);
    const problem = json(join(watch.folder, 'failed/bad.pcap.error.json'));
    expectSchema('error-v1', problem);
    expect(problem).toMatchObject({ error: { code: 'NML_PCAP_MAGIC' } });
    expect(json(join(watch.out, 'bad.pcap.json'))).toEqual(problem);
    // The same name again: nothing that was kept is overwritten.
    drop(watch.folder, 'one.pcap', readFileSync(desktop));
    await vi.waitFor(() => expect(existsSync(join(watch.folder, 'done/one.2.pcap'))).toBe(true), soon);
    expect(readFileSync(join(watch.folder, 'done/one.pcap')).equals(bytes)).toBe(true);
    await service.stop(2_000);
  });

  test('what a device says of itself counts where it is asked for', async () => {
    const watch = { ...folder(), settleMs: 100 };
    const service = await startService({ watch, hints: true });
    const bytes = readFileSync(printer);
    drop(watch.folder, 'one.pcap', bytes);
    await vi.waitFor(() => expect(existsSync(join(watch.folder, 'done/one.pcap'))).toBe(true), soon);
    const record = json(join(watch.out, 'one.pcap.json'));
    expect(record.hints).toBeDefined();
    const asked = { name: 'one.pcap', hints: true };
    expect(record).toEqual(await predictCapture(bytes, await loadBundle(), asked));
    await service.stop(2_000);
  });

  test('names and process codes have a say where that is asked for', async () => {
    const watch = { ...folder(), settleMs: 100 };
    const service = await startService({ watch, names: true });
    const bytes = readFileSync(desktop);
    drop(watch.folder, 'one.pcap', bytes);
    await vi.waitFor(() => expect(existsSync(join(watch.folder, 'done/one.pcap'))).toBe(true), soon);
    const record = json(join(watch.out, 'one.pcap.json'));
    const bundle = await loadBundle();
    expect(record).toEqual(await predictCapture(bytes, bundle, { name: 'one.pcap', names: true }));
    expect(record).not.toEqual(await predictCapture(bytes, bundle, { name: 'one.pcap' }));
    await service.stop(2_000);
  });

  test('what was dropped while nobody watched is answered at the next start', async () => {
    const watch = { ...folder(), settleMs: 100 };
    const first = await startService({ watch });
    await first.stop(1_000);
    drop(watch.folder, 'late.pcap', readFileSync(printer));
    const second = await startService({ watch });
    await vi.waitFor(() => expect(existsSync(join(watch.folder, 'done/late.pcap'))).toBe(true), soon);
    await second.stop(2_000);
  });

  test('a folder that nothing can be moved in is refused at the start', async () => {
    const { out } = folder();
    const watch = { folder: join(place, 'absent'), out, settleMs: 100 };
    await expect(startService({ watch })).rejects.toMatchObject({ code: 'NML_INPUT_NOT_FOUND' });
    const { folder: blocked } = folder();
    writeFileSync(join(blocked, 'done'), 'a file');
    await expect(startService({ watch: { folder: blocked, out, settleMs: 100 } })).rejects.toMatchObject({
      code: 'NML_OUTPUT',
    });
  });
});

describe('with NATS', () => {
  let nats: NatsServer;
  let client: Client;

  beforeAll(async () => {
    nats = await startNatsServer();
    client = await openClient(nats);
  });

  afterAll(async () => {
    await client?.connection.close();
    await nats?.remove();
  });

  test('each capture becomes a job, is moved after its result is stored, and leaves no object behind', async () => {
    const watch = { ...folder(), settleMs: 100 };
    const service = await startService({ watch, nats: { servers: nats.url } });
    drop(watch.folder, 'one.pcap', readFileSync(printer));
    drop(watch.folder, 'bad.pcap', new TextEncoder().encode('no capture'));
    await vi.waitFor(() => expect(readdirSync(watch.folder).sort()).toEqual(['done', 'failed']), soon);
    expect(existsSync(join(watch.folder, 'done/one.pcap'))).toBe(true);
    expect(json(join(watch.folder, 'failed/bad.pcap.error.json'))).toMatchObject({
      error: { code: 'NML_PCAP_MAGIC' },
    });
    const results = (await client.stored('NETWORKML_RESULTS', 'networkml.results.*')) as { schema: string }[];
    expect(results.map(({ schema }) => schema).sort()).toEqual([
      'networkml/error/v1',
      'networkml/prediction/v1',
    ]);
    await vi.waitFor(async () => {
      expect((await (await client.captures()).list()).filter(({ deleted }) => !deleted)).toEqual([]);
    }, soon);
    await service.stop(2_000);
  });

  test('after a crash between result and move, nothing is answered twice', async () => {
    const watch = { ...folder(), settleMs: 100 };
    const options = { watch, nats: { servers: nats.url } };
    const first = await startService(options);
    drop(watch.folder, 'twice.pcap', readFileSync(desktop));
    await vi.waitFor(() => expect(existsSync(join(watch.folder, 'done/twice.pcap'))).toBe(true), soon);
    await first.stop(1_000);
    const before = (await client.manager.streams.info('NETWORKML_RESULTS')).state.messages;
    // As a crash before the move leaves it: the file still there, the result stored.
    renameSync(join(watch.folder, 'done/twice.pcap'), join(watch.folder, 'twice.pcap'));
    const second = await startService(options);
    await vi.waitFor(() => expect(existsSync(join(watch.folder, 'done/twice.pcap'))).toBe(true), soon);
    expect(second.metrics.packets).toBe(0);
    expect((await client.manager.streams.info('NETWORKML_RESULTS')).state.messages).toBe(before);
    await second.stop(1_000);
  });
});
