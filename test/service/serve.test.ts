/** The commands `serve` and `submit` as processes. */

import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  cleanEnvironment,
  desktop,
  networkml,
  printer,
  program,
  recordsIn,
  root,
  temporaryDirectory,
} from '../cli/run-cli.js';
import { expectSchema } from '../cli/schema.js';
import { type NatsServer, startNatsServer } from './support/nats-server.js';
import { type Client, openClient } from './support/service.js';

let nats: NatsServer;
const place = temporaryDirectory();

beforeAll(async () => {
  nats = await startNatsServer();
});

afterAll(async () => {
  await nats?.remove();
});

interface Running {
  readonly child: ChildProcess;
  readonly log: () => Record<string, unknown>[];
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

async function serve(words: readonly string[]): Promise<Running> {
  const child = spawn(process.execPath, [program, 'serve', '--nats', nats.url, ...words], {
    cwd: root,
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal));
  });
  const log = (): Record<string, unknown>[] => recordsIn(said.slice(0, said.lastIndexOf('\n') + 1));
  await vi.waitFor(() => expect(log().some(({ msg }) => msg === 'serving')).toBe(true), { timeout: 10_000 });
  return { child, log, ended };
}

test('submit prints what predict prints, with the history of the device, in the order of the captures', async () => {
  const service = await serve([]);
  const files = [printer, '/nonexistent.pcap', desktop, printer];
  const submitted = await networkml(['submit', '--nats', nats.url, ...files]);
  const predicted = await networkml(['predict', ...files]);
  expect(submitted.code).toBe(5);
  const [one, absent, two, again] = recordsIn(submitted.stdout);
  const [direct, , second] = recordsIn(predicted.stdout);
  const plain = (record: Record<string, unknown> | undefined): unknown => ({ ...record, history: undefined });
  expect(plain(one)).toEqual(plain(direct));
  expect(plain(two)).toEqual(plain(second));
  expect(again).toEqual(one);
  expect(absent).toMatchObject({ error: { code: 'NML_INPUT_NOT_FOUND' } });
  for (const record of [one, two]) expectSchema('prediction-v1', record);
  service.child.kill('SIGTERM');
  expect(await service.ended).toBe(0);
  const jobs = service.log().filter(({ msg }) => msg === 'job');
  // One line for each job, with what one looks for in a log.
  expect(jobs).toHaveLength(2);
  for (const line of jobs) {
    expect(line).toMatchObject({
      outcome: 'done',
      attempt: 1,
      job: expect.stringMatching(/^[0-9a-f]{64}$/),
      ms: expect.any(Number),
    });
  }
});

test('by path, the service reads the file itself, below its roots only', async () => {
  const service = await serve(['--root', `${root}examples`]);
  const inside = await networkml([
    'submit',
    '--nats',
    nats.url,
    '--by-path',
    desktop,
    '--device',
    '10.77.10.144',
  ]);
  expect(inside.code).toBe(0);
  expect(recordsIn(inside.stdout)[0]).toMatchObject({ device: { chosenBy: 'option' } });
  const outside = await networkml(['submit', '--nats', nats.url, '--by-path', `${root}package.json`]);
  expect(outside.code).toBe(3);
  expect(outside.stderr).toContain('[NML_JOB_PATH]');
  service.child.kill('SIGINT');
  expect(await service.ended).toBe(0);
});

test('nobody serves: the job waits, submit ends with 6', async () => {
  const result = await networkml([
    'submit',
    '--nats',
    nats.url,
    '--timeout',
    '1',
    '--device',
    '10.77.10.1',
    printer,
  ]);
  expect(result).toMatchObject({ code: 6, stderr: expect.stringContaining('[NML_SERVICE_TIMEOUT]') });
});

test('SIGTERM: what is not done within the grace is handed back and answered by the next', async () => {
  const client: Client = await openClient(nats);
  const captureBytes = readFileSync(desktop);
  const service = await serve([
    '--threads',
    '1',
    '--max-in-flight',
    '8',
    '--grace',
    '0.001',
    '--ack-wait',
    '30',
  ]);
  const ids = Array.from({ length: 40 }, (_, number) => `handed-${number}`);
  for (const id of ids) await client.put(id, captureBytes);
  for (const id of ids) await client.send({ id, capture: { object: id } });
  service.child.kill('SIGTERM');
  expect(await service.ended).toBe(0);
  const outcomes = service
    .log()
    .filter(({ msg }) => msg === 'job')
    .map(({ outcome }) => outcome);
  expect(outcomes).toContain('handed-back');
  const next = await serve([]);
  // Far less than the 30 s after which the server itself would have given them to another.
  for (const id of ids) expect((await client.result(id)).schema).toBe('networkml/prediction/v1');
  next.child.kill('SIGTERM');
  expect(await next.ended).toBe(0);
  await client.connection.close();
});

test('a second signal ends it at once', async () => {
  const client = await openClient(nats);
  const service = await serve(['--threads', '1', '--max-in-flight', '8', '--grace', '60']);
  const bytes = readFileSync(desktop);
  const ids = Array.from({ length: 40 }, (_, number) => `slow-${number}`);
  for (const id of ids) await client.put(id, bytes);
  for (const id of ids) await client.send({ id, capture: { object: id } });
  await vi.waitFor(() => expect(service.log().some(({ msg }) => msg === 'job')).toBe(true), { interval: 5 });
  // Without a server the jobs in flight cannot end: the grace alone would last a minute.
  await nats.kill();
  service.child.kill('SIGTERM');
  await vi.waitFor(() => expect(service.log().some(({ msg }) => msg === 'stopping')).toBe(true));
  const stopping = service.log().find(({ msg }) => msg === 'stopping');
  expect(stopping?.inFlight).toBeGreaterThan(0);
  service.child.kill('SIGTERM');
  expect(await service.ended).toBe(143);
  await nats.start();
  await client.connection.close();
});

test('usage: what cannot be served is said before anything is', async () => {
  const nothing = await networkml(['serve']);
  expect(nothing).toMatchObject({ code: 2, stderr: expect.stringContaining('[NML_USAGE]') });
  const noOut = await networkml(['serve', '--watch', place]);
  expect(noOut).toMatchObject({ code: 2, stderr: expect.stringContaining('--out') });
  const noWatch = await networkml(['serve', '--out', place]);
  expect(noWatch.code).toBe(2);
  const badHttp = await networkml(['serve', '--watch', place, '--out', place, '--http', 'nowhere']);
  expect(badHttp).toMatchObject({ code: 2, stderr: expect.stringContaining('[NML_CONFIG]') });
  const badBundle = await networkml(['serve', '--nats', nats.url, '--bundle', '/nonexistent']);
  expect(badBundle.code).toBe(4);
  const input = await networkml(['submit', '--nats', nats.url, '-'], { input: 'x' });
  expect(input.code).toBe(2);
  const noServer = await networkml(['submit', printer]);
  expect(noServer).toMatchObject({ code: 2, stderr: expect.stringContaining('NATS_URL') });
});
