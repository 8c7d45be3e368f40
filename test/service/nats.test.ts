/** The service against a real NATS server: what goes over the wire, and what is left when things go wrong. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kvm } from '@nats-io/kv';
import { headers } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { loadBundle, predictCapture } from '../../src/pipeline/index.js';
import { recordSighting } from '../../src/service/device-store.js';
import type { Service } from '../../src/service/index.js';
import { examples, printer } from '../cli/run-cli.js';
import { expectSchema } from '../cli/schema.js';
import { type NatsServer, startNatsServer } from './support/nats-server.js';
import { predictionRecord } from './support/records.js';
import {
  type Client,
  failure,
  laterCapture,
  openClient,
  prediction,
  startService,
} from './support/service.js';

const files = join(examples, 'DistrFileShare-lab0001files1-Tue1215-136-n00.pcap');

let nats: NatsServer;
let service: Service;
let client: Client;

beforeAll(async () => {
  nats = await startNatsServer();
  service = await startService({
    nats: { servers: nats.url },
    http: '127.0.0.1:0',
    roots: [examples],
    legacy: true,
    maxCaptureBytes: 1_000_000,
  });
  client = await openClient(nats);
});

afterAll(async () => {
  await client?.connection.close();
  await service?.stop(2_000);
  await nats?.remove();
});

async function page(path: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://${service.http}${path}`);
  return { status: response.status, text: await response.text() };
}

describe('a job', () => {
  test('has the prediction that the library gives, and what is known of the device', async () => {
    await client.put('one', readFileSync(printer));
    const job = { id: 'one', capture: { object: 'one' }, file: 'Printer-x-Tue1215-n00.pcap' };
    expectSchema('job-v1', job);
    await client.send(job);
    const { history, ...record } = prediction(await client.result('one'));
    const direct = await predictCapture(readFileSync(printer), await loadBundle(), { name: job.file });
    expect(record).toEqual(direct);
    expect(history?.captures).toBe(1);
    expect(history?.role.label).toBe(record.role.label);
    expect(history?.role.top).toEqual(record.role.top);
  });

  test('leaves the state of the device and its events behind', async () => {
    const record = prediction(await client.result('one'));
    const key = record.device.mac?.replaceAll(':', '-') ?? '';
    const state = await client.device(key);
    expectSchema('device-v1', state);
    expect(state).toMatchObject({ device: key, captures: 1, lastSeen: record.capture.lastPacket });
    const events = await client.stored('NETWORKML_EVENTS', `networkml.events.*.${key}`);
    for (const event of events) expectSchema('event-v1', event);
    expect(events[0]).toMatchObject({ kind: 'new-device', jobId: 'one', previousRole: null });
  });

  test('sent again, under the same name or with the same bytes, has no second result', async () => {
    const before = (await client.manager.streams.info('NETWORKML_RESULTS')).state.messages;
    const bytes = readFileSync(files);
    await client.put('same-a', bytes);
    await client.put('same-b', bytes);
    for (const object of ['same-a', 'same-b', 'same-a']) {
      await client.send({ capture: { object }, file: 'x.pcap' });
    }
    await client.send({ id: 'one', capture: { object: 'same-a' } });
    await vi.waitFor(async () => {
      expect((await client.manager.streams.info('NETWORKML_JOBS')).state.messages).toBe(0);
    });
    expect((await client.manager.streams.info('NETWORKML_RESULTS')).state.messages).toBe(before + 1);
  });

  test('may name a file below a root folder', async () => {
    await client.send({ id: 'by-path', capture: { path: files } });
    expect(prediction(await client.result('by-path')).capture.file).toBe(files);
  });

  test('may name an object in any writing, as other clients of NATS store it, or as this one does', async () => {
    const bytes = readFileSync(printer);
    // ADR-20: the base64 of the UTF-8. This is what the clients for Go, Python and Rust do.
    const names = ['Büro-→-プリンター-😀.pcap', 'Café.pcap'];
    for (const name of names) await client.put(Buffer.from(name).toString('latin1'), bytes);
    await client.put('Übersee.pcap', bytes);
    for (const [number, object] of [...names, 'Übersee.pcap'].entries()) {
      await client.send({ id: `writing-${number}`, capture: { object } });
      expect(prediction(await client.result(`writing-${number}`)).capture.file).toBe(object);
    }
  });

  test('of the same device adds to its average', async () => {
    await client.put('later', laterCapture(files, 86_400));
    await client.send({ id: 'later', capture: { object: 'later' } });
    const { history } = prediction(await client.result('later'));
    // The same bytes came as the default id and by path: three captures by now.
    expect(history?.captures).toBe(3);
  });

  test('of two workers at a time on one device loses neither', async () => {
    const other = await startService({ nats: { servers: nats.url } });
    const before = prediction(await client.result('later'));
    const key = before.device.mac?.replaceAll(':', '-') ?? '';
    const ids = Array.from({ length: 12 }, (_, number) => `many-${number}`);
    for (const [number, id] of ids.entries())
      await client.put(id, laterCapture(files, 100_000 + number * 1000));
    await Promise.all(ids.map((id) => client.send({ id, capture: { object: id } })));
    for (const id of ids) prediction(await client.result(id));
    const state = await client.device(key);
    expect(state?.captures).toBe(15);
    expect(ids.every((id) => state?.sightings.some(({ jobId }) => jobId === id))).toBe(true);
    await other.stop(2_000);
  });
});

test('large objects, several at a time, are read piece by piece, and are whole', async () => {
  const server = await startNatsServer();
  const own = await startService({ nats: { servers: server.url }, maxInFlight: 6 });
  const sender = await openClient(server);
  const bytes = readFileSync(files);
  // Together more than a server keeps for one connection before it hangs up (64 MB).
  const repeats = Math.ceil(20e6 / bytes.length);
  const big = Buffer.concat([bytes, ...Array.from({ length: repeats }, () => bytes.subarray(24))]);
  const direct = await predictCapture(big, await loadBundle(), { name: 'big' });
  const ids = Array.from({ length: 6 }, (_, number) => `big-${number}`);
  await sender.put('big', big);
  for (const id of ids) await sender.send({ id, capture: { object: 'big' }, file: 'big' });
  for (const id of ids) expect(prediction(await sender.result(id)).capture).toEqual(direct.capture);
  expect(own.metrics.reconnects).toBe(0);
  await vi.waitFor(async () => {
    const info = await sender.manager.streams.info('OBJ_networkml-captures');
    expect(info.state.consumer_count).toBe(0);
  });
  await sender.connection.close();
  await own.stop(2_000);
  await server.remove();
});

test('writers of one device at the same moment lose nothing: each reads, and writes only if nobody else did', async () => {
  const devices = await new Kvm(client.connection).open('networkml-devices', { allow_direct: false });
  const numbers = Array.from({ length: 12 }, (_, number) => number);
  const seen = await Promise.all(
    numbers.map((number) => {
      const at = new Date(Date.UTC(2026, 0, 1, number)).toISOString();
      const top = [{ role: 'Printer', confidence: 0.5 }];
      return recordSighting(
        devices,
        `at-once-${number}`,
        predictionRecord({ label: 'Printer', top, first: at, last: at }),
      );
    }),
  );
  const state = await client.device('02-00-00-00-00-01');
  expect(state?.captures).toBe(12);
  expect(state?.sightings.map(({ jobId }) => jobId)).toEqual(numbers.map((number) => `at-once-${number}`));
  // The device was new to one of them only.
  expect(seen.filter(({ sighting }) => sighting.events.includes('new-device'))).toHaveLength(1);
});

describe('a job that fails for its own reasons', () => {
  const poisons: [string, unknown, string][] = [
    ['not-a-capture', { capture: { object: 'garbage' } }, 'NML_PCAP_MAGIC'],
    ['no-object', { capture: { object: 'absent' } }, 'NML_JOB_OBJECT'],
    ['no-file', { capture: { path: 'absent.pcap' } }, 'NML_JOB_PATH'],
    ['outside', { capture: { path: '/etc/passwd' } }, 'NML_JOB_PATH'],
    ['device', { capture: { path: printer }, device: 'no address' }, 'NML_USAGE'],
    ['absent-device', { capture: { path: printer }, device: '203.0.113.9' }, 'NML_DEVICE_ABSENT'],
    ['too-large', { capture: { object: 'large' } }, 'NML_JOB_LIMIT'],
    ['linked', { capture: { object: 'link' } }, 'NML_JOB_OBJECT'],
    ['no-job', { capture: 'nothing' }, 'NML_JOB_INVALID'],
  ];

  test('ends at once as an error result and a dead letter', async () => {
    await client.put('garbage', new TextEncoder().encode('{"not": "a capture"}'));
    await client.put('large', new Uint8Array(1_000_001));
    const bucket = await client.captures();
    const info = await bucket.info('garbage');
    if (info === null) throw new Error('the object is gone');
    await bucket.link('link', info);
    for (const [id, job] of poisons) await client.send({ id, ...(job as object) });
    for (const [id, job, code] of poisons) {
      const { error } = failure(await client.result(id));
      expect(error.code, id).toBe(code);
      const [letter, ...more] = await vi.waitFor(async () => {
        const letters = await client.stored('NETWORKML_DEAD', `networkml.dead.${id}`);
        expect(letters.length).toBeGreaterThan(0);
        return letters;
      });
      expect(more).toEqual([]);
      expectSchema('dead-letter-v1', letter);
      expect(letter).toMatchObject({ jobId: id, attempts: 1, error, job: { id, ...(job as object) } });
    }
  });

  test('has a result even when nothing about it can be read', async () => {
    await client.send('not even JSON');
    await vi.waitFor(async () => {
      const letters = (await client.stored('NETWORKML_DEAD', 'networkml.dead.*')) as {
        job: unknown;
        jobId: string;
      }[];
      const nameless = letters.filter(({ job }) => job === null);
      expect(nameless).toHaveLength(1);
      failure(await client.result(nameless[0]?.jobId ?? ''));
    });
  });
});

describe('the legacy message', () => {
  test('has the shape of the original, with the address from a name of the trace convention', async () => {
    const messages: unknown[] = [];
    const subscription = client.connection.subscribe('poseidon.algos.decider', {
      callback: (_, message) => {
        messages.push(message.json());
      },
    });
    await client.connection.flush();
    const file = 'trace_ab12_2026-01-01_00_00_00-client-ip-10-77-10-137.pcap';
    await client.put('trace', readFileSync(files));
    await client.send({ id: 'trace', capture: { object: 'trace' }, file });
    const record = prediction(await client.result('trace'));
    expect(record.capture.name?.deviceId).toBe('ab12');
    await vi.waitFor(() => expect(messages).toHaveLength(1));
    expect(messages[0]).toMatchObject({
      data: {
        ab12: {
          decisions: { behavior: expect.any(String), investigate: expect.any(Boolean) },
          classification: { labels: expect.any(Array), confidences: expect.any(Array) },
          timestamp: expect.any(Number),
          valid: true,
          source_ip: record.device.addresses[0],
          source_mac: record.device.mac,
          pcap_labels: 'ip-10-77-10-137',
        },
        pcap: file,
      },
      id: '',
      file_path: file,
      type: 'metadata',
      results: { tool: 'networkml', version: '0.4.5' },
    });
    subscription.unsubscribe();
  });
});

describe('discovery', () => {
  const ask = async (verb: string): Promise<Record<string, unknown>> =>
    (await client.connection.request(`$SRV.${verb}`, '', { timeout: 2_000 })).json();

  test('answers ping, info and statistics by the services protocol', async () => {
    const ping = await ask('PING');
    expect(ping).toMatchObject({ type: 'io.nats.micro.v1.ping_response', name: 'networkml', metadata: {} });
    expect(ping.version).toMatch(/^\d+\.\d+\.\d+/);
    for (const verb of ['PING.networkml', `PING.networkml.${ping.id}`]) expect(await ask(verb)).toEqual(ping);
    const info = await ask('INFO.networkml');
    expect(info).toMatchObject({
      type: 'io.nats.micro.v1.info_response',
      endpoints: [
        { name: 'predict', subject: 'networkml.predict', queue_group: 'q' },
        { name: 'models', subject: 'networkml.models', queue_group: 'q' },
      ],
    });
  });

  test('serves predictions and models, and counts them', async () => {
    const about = headers();
    about.set('Networkml-File', 'Printer-x-Tue1215-n00.pcap');
    const options = { timeout: 10_000, headers: about };
    const reply = await client.connection.request('networkml.predict', readFileSync(printer), options);
    expectSchema('prediction-v1', reply.json());
    expect(reply.json<{ capture: { file: string } }>().capture.file).toBe('Printer-x-Tue1215-n00.pcap');
    const models = (await client.connection.request('networkml.models', '', { timeout: 2_000 })).json();
    expectSchema('models-v1', models);
    const refused = await client.connection.request('networkml.predict', 'nonsense', { timeout: 10_000 });
    expect(refused.headers?.get('Nats-Service-Error-Code')).toBe('400');
    expect(refused.headers?.get('Nats-Service-Error')).toMatch(/^NML_PCAP_MAGIC/);
    expectSchema('error-v1', refused.json());
    const stats = await ask('STATS.networkml');
    expect(stats).toMatchObject({
      type: 'io.nats.micro.v1.stats_response',
      endpoints: [
        { name: 'predict', num_requests: 2, num_errors: 1, last_error: expect.stringMatching(/^400:/) },
        { name: 'models', num_requests: 1, num_errors: 0 },
      ],
    });
  });
});

describe('HTTP', () => {
  test('says that it lives, that it is ready, and how much was done', async () => {
    expect(await page('/livez')).toEqual({ status: 200, text: 'ok\n' });
    expect(await page('/readyz?x=1')).toEqual({ status: 200, text: 'ok\n' });
    expect((await page('/../../etc/passwd')).status).toBe(404);
    const { text } = await page('/metrics');
    const value = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
    expect(value('networkml_jobs_total\\{outcome="done"\\}')).toBeGreaterThan(3);
    expect(value('networkml_jobs_total\\{outcome="failed"\\}')).toBe(10);
    expect(value('networkml_jobs_total\\{outcome="duplicate"\\}')).toBe(3);
    expect(value('networkml_dead_letters_total')).toBe(10);
    expect(value('networkml_jobs_in_flight')).toBe(0);
    expect(value('networkml_packets_read_total')).toBeGreaterThan(1000);
    expect(text).toMatch(
      /^networkml_bundle_info\{name="default",version="[^"]+",sha256="[0-9a-f]{64}"\} 1$/m,
    );
    // Every line is a comment or a sample, every family has its type, buckets only grow.
    for (const line of text.trimEnd().split('\n')) {
      expect(line).toMatch(/^(# (HELP|TYPE) networkml_\w+ .+|networkml_\w+(\{.*\})? -?[\d.e+-]+)$/);
    }
    const buckets = [...text.matchAll(/^networkml_job_seconds_bucket\{le="[^"]+"\} (\d+)$/gm)].map(([, n]) =>
      Number(n),
    );
    expect(buckets).toEqual([...buckets].sort((a, b) => a - b));
    expect(buckets.at(-1)).toBe(value('networkml_job_seconds_count'));
    expect((await fetch(`http://${service.http}/livez`, { method: 'POST' })).status).toBe(405);
  });
});

describe('provisioning', () => {
  test('is done once however many workers start, and keeps what an operator has set', async () => {
    const { manager } = client;
    const before = await manager.streams.info('NETWORKML_RESULTS');
    await manager.streams.update('NETWORKML_RESULTS', { max_bytes: 123_456_789 });
    const other = await startService({ nats: { servers: nats.url } });
    await other.stop(1_000);
    const after = await manager.streams.info('NETWORKML_RESULTS');
    expect(after.config).toEqual({ ...before.config, max_bytes: 123_456_789 });
    expect(after.created).toBe(before.created);
  });

  test('refuses a stream that the promises cannot be kept with, and does not touch it', async () => {
    const own = await startNatsServer();
    const mine = await openClient(own);
    await mine.manager.streams.add({ name: 'NETWORKML_JOBS', subjects: ['networkml.jobs.>'] });
    const before = await mine.manager.streams.info('NETWORKML_JOBS');
    await expect(startService({ nats: { servers: own.url } })).rejects.toMatchObject({
      code: 'NML_NATS_STREAM',
      message: expect.stringMatching(/does not take networkml\.jobs\.predict and its retention is limits/),
    });
    expect((await mine.manager.streams.info('NETWORKML_JOBS')).config).toEqual(before.config);
    await mine.connection.close();
    await own.remove();
  });
});

describe('a server that is gone', () => {
  test('is waited for: not ready meanwhile, nothing lost', async () => {
    await client.put('after', readFileSync(files));
    await nats.kill();
    await vi.waitFor(async () => expect((await page('/readyz')).status).toBe(503));
    expect((await page('/readyz')).text).toMatch(/NATS is not connected/);
    expect((await page('/livez')).status).toBe(200);
    await nats.start();
    await vi.waitFor(async () => expect((await page('/readyz')).status).toBe(200), { timeout: 15_000 });
    await vi.waitFor(() => client.send({ id: 'after', capture: { object: 'after' } }), { timeout: 10_000 });
    prediction(await client.result('after'));
    expect((await page('/metrics')).text).toMatch(/^networkml_nats_reconnects_total [1-9]/m);
  });
});
