/** A NATS server that is not there yet: waited for, where waiting is of use. */

import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { JetStreamApiError } from '@nats-io/jetstream';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { NetworkmlError } from '../../src/errors.js';
import { firstContact } from '../../src/service/first-contact.js';
import {
  cleanEnvironment,
  networkml,
  printer,
  program,
  recordsIn,
  root,
  temporaryDirectory,
} from '../cli/run-cli.js';
import { type NatsServer, startNatsServer } from './support/nats-server.js';

const place = temporaryDirectory();
const apiError = (code: number): JetStreamApiError =>
  new JetStreamApiError({ code: 503, err_code: code, description: 'unavailable' });

describe('contact', () => {
  const missing = new NetworkmlError('NML_NATS_CONNECT', 'refused');

  test('is made at last, and each try in vain is told of', async () => {
    const failures = [
      missing,
      new NetworkmlError('NML_NATS_STREAM', 'no leader', { cause: apiError(10_008) }),
      new NetworkmlError('NML_NATS_STREAM', 'no stream', { cause: apiError(10_059) }),
    ];
    const told: [NetworkmlError, number][] = [];
    const contact = vi.fn(async () => {
      const failure = failures[contact.mock.calls.length - 1];
      if (failure !== undefined) throw failure;
      return 'here';
    });
    const onPause = (error: NetworkmlError, pauseMs: number): void => void told.push([error, pauseMs]);
    expect(await firstContact(contact, { timeoutMs: 60_000, onPause })).toBe('here');
    expect(told.map(([error]) => error)).toEqual(failures);
    // Each pause is half fixed, half chance, and at most twice as long as the one before.
    for (const [index, [, pauseMs]] of told.entries()) {
      expect(pauseMs).toBeGreaterThanOrEqual(50 * 2 ** index);
      expect(pauseMs).toBeLessThanOrEqual(100 * 2 ** index);
    }
  });

  test.each([
    ['wrong credentials', new NetworkmlError('NML_NATS_AUTH', 'no')],
    ['a wrong certificate', new NetworkmlError('NML_NATS_TLS', 'no')],
    ['a stream that does not fit', new NetworkmlError('NML_NATS_STREAM', 'no')],
    ['a limit of the account', new NetworkmlError('NML_NATS_STREAM', 'no', { cause: apiError(10_002) })],
    ['an error of ours', new TypeError('x is not a function')],
  ])('is not tried again after %s', async (_, error) => {
    const contact = vi.fn(async () => {
      throw error;
    });
    await expect(firstContact(contact, { timeoutMs: 60_000 })).rejects.toBe(error);
    expect(contact).toHaveBeenCalledTimes(1);
  });

  test('is tried once where nobody wants to wait, and no more once it is stopped', async () => {
    const contact = vi.fn(async () => {
      throw missing;
    });
    await expect(firstContact(contact, { timeoutMs: 0 })).rejects.toBe(missing);
    expect(contact).toHaveBeenCalledTimes(1);
    const stop = new AbortController();
    const onPause = (): void => stop.abort();
    const waiting = firstContact(contact, { timeoutMs: 1e9, signal: stop.signal, onPause });
    await expect(waiting).rejects.toBe(missing);
    expect(contact).toHaveBeenCalledTimes(2);
  });
});

describe('a service that is started before its server', () => {
  let nats: NatsServer;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    // Its port is known and nobody listens there.
    nats = await startNatsServer();
    await nats.kill();
  });
  afterEach(async () => nats.remove());
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL');
  });

  function serve(words: readonly string[]) {
    const command = [program, 'serve', '--nats', nats.url, '--http', '127.0.0.1:0', ...words];
    const child = spawn(process.execPath, command, {
      cwd: root,
      env: cleanEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
      child.once('exit', (code, signal) => resolve(code ?? signal));
    });
    const logged = (message: string): Record<string, unknown>[] =>
      recordsIn(said.slice(0, said.lastIndexOf('\n') + 1)).filter(({ msg }) => msg === message);
    return { child, ended, logged, said: () => said };
  }

  const soon = { timeout: 20_000, interval: 20 };

  test('waits for it and says so, then takes jobs; submit waits likewise, for the streams too', {
    timeout: 60_000,
  }, async () => {
    const service = serve([]);
    const vain = 'NATS is not there yet; trying again';
    await vi.waitFor(() => expect(service.logged(vain).length).toBeGreaterThan(1), soon);
    expect(service.logged(vain)[0]).toMatchObject({
      level: 40,
      code: 'NML_NATS_CONNECT',
      pauseMs: expect.any(Number),
    });
    const { http } = service.logged('waiting for NATS')[0] as { http: string };
    expect((await fetch(`http://${http}/livez`)).status).toBe(200);
    const ready = await fetch(`http://${http}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([503, 'NATS is not there yet\n']);
    expect(await (await fetch(`http://${http}/metrics`)).text()).toMatch(/^networkml_nats_connected 0$/m);
    const submitted = networkml(['submit', '--nats', nats.url, '--connect-timeout', '30', printer]);
    await nats.start();
    expect((await submitted).code).toBe(0);
    expect((await fetch(`http://${http}/readyz`)).status).toBe(200);
    service.child.kill('SIGTERM');
    expect(await service.ended).toBe(0);
  });

  test('gives up with 6 when its time is over', async () => {
    const service = serve(['--connect-timeout', '0.3']);
    expect(await service.ended).toBe(6);
    expect(service.said()).toContain('[NML_NATS_CONNECT]');
  });

  test('ends with 0 when it is told to end while it waits', async () => {
    const service = serve(['--connect-timeout', '3600']);
    await vi.waitFor(() => expect(service.said()).toContain('trying again'), soon);
    service.child.kill('SIGTERM');
    expect(await service.ended).toBe(0);
  });

  test('does not wait for credentials to become right', async () => {
    const guarded = await startNatsServer('authorization { user: worker, password: "right" }');
    const passwordFile = join(place, 'wrong');
    writeFileSync(passwordFile, 'wrong');
    const words = ['serve', '--nats', guarded.url, '--user', 'worker', '--password-file', passwordFile];
    const { code, stderr } = await networkml([...words, '--connect-timeout', '3600']);
    await guarded.remove();
    expect([code, stderr]).toEqual([6, expect.stringContaining('[NML_NATS_AUTH]')]);
    expect(stderr).not.toContain('trying again');
  });
});
