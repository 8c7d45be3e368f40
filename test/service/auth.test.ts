/** Who may connect, and what is said when not: exit code 6, a code, and never a secret. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { NetworkmlError } from '../../src/errors.js';
import { connectNats, hasCredentials, isLoopback } from '../../src/service/connect.js';
import { networkml, printer, temporaryDirectory } from '../cli/run-cli.js';
import { certificates, createUser, makeOperator, seedOf } from './support/credentials.js';
import { type NatsServer, startNatsServer } from './support/nats-server.js';
import { startService } from './support/service.js';

const place = temporaryDirectory();
const SECRET = 'correct-horse-battery';
const WRONG = 'wrong-horse-battery';
const servers: NatsServer[] = [];

afterAll(async () => {
  await Promise.all(servers.map((server) => server.remove()));
});

async function server(configuration: string): Promise<NatsServer> {
  const started = await startNatsServer(configuration);
  servers.push(started);
  return started;
}

function file(name: string, text: string): string {
  const path = join(place, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

/** A submit that is expected to fail at the door, or to be let in. */
async function submit(url: string, words: readonly string[], env: Record<string, string> = {}) {
  const result = await networkml(['submit', '--nats', url, '--timeout', '20', printer, ...words], { env });
  for (const text of [result.stdout, result.stderr]) {
    for (const secret of [SECRET, WRONG, 'SUAB', 'BEGIN USER']) expect(text).not.toContain(secret);
  }
  return result;
}

const refused = (code: string) => ({ code: 6, stdout: '', stderr: expect.stringContaining(`[${code}]`) });

test('no server at all: 6', async () => {
  expect(await submit('nats://127.0.0.1:9', [])).toMatchObject(refused('NML_NATS_CONNECT'));
});

describe('passwords and tokens', () => {
  test('come from files, the environment or $NATS_URL', async () => {
    const nats = await server(`authorization { user: worker, password: "${SECRET}" }`);
    const right = file('password', `${SECRET}\n`);
    const service = await startService({ nats: { servers: nats.url, user: 'worker', passwordFile: right } });
    expect((await submit(nats.url, ['--user', 'worker', '--password-file', right])).code).toBe(0);
    const environment = { NETWORKML_NATS_PASSWORD: SECRET };
    expect((await submit(nats.url, ['--user', 'worker'], environment)).code).toBe(0);
    const url = `nats://worker:${SECRET}@127.0.0.1:${nats.port}`;
    const fromEnvironment = await networkml(['submit', printer], { env: { NATS_URL: url } });
    expect(fromEnvironment.code).toBe(0);
    await service.stop(1_000);
    expect(await submit(nats.url, [])).toMatchObject(refused('NML_NATS_AUTH'));
    const wrong = file('wrong', WRONG);
    expect(await submit(nats.url, ['--user', 'worker', '--password-file', wrong])).toMatchObject(
      refused('NML_NATS_AUTH'),
    );
    const absent = await submit(nats.url, ['--user', 'worker', '--password-file', join(place, 'absent')]);
    expect(absent).toMatchObject({ code: 2, stderr: expect.stringContaining('[NML_CONFIG]') });
    const onTheLine = await submit(url, []);
    expect(onTheLine).toMatchObject({ code: 2, stderr: expect.stringContaining('[NML_USAGE]') });
  });

  test('a token', async () => {
    const nats = await server(`authorization { token: "${SECRET}" }`);
    const service = await startService({ nats: { servers: nats.url, tokenFile: file('token', SECRET) } });
    expect((await submit(nats.url, [], { NETWORKML_NATS_TOKEN: SECRET })).code).toBe(0);
    await service.stop(1_000);
    expect(await submit(nats.url, [], { NETWORKML_NATS_TOKEN: WRONG })).toMatchObject(
      refused('NML_NATS_AUTH'),
    );
  });

  test('do not cross a network in the open', async () => {
    expect(['127.0.0.1', '127.1.2.3:4222', 'localhost:1', '[::1]:4222', '::1'].map(isLoopback)).toEqual([
      true,
      true,
      true,
      true,
      true,
    ]);
    expect(['10.0.0.1:4222', 'nats.example', '128.0.0.1', 'localhost.example'].map(isLoopback)).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(hasCredentials('nats://u:p@h:1')).toBe(true);
    expect(hasCredentials('h:1,nats://token@h')).toBe(true);
    expect(hasCredentials('h:1')).toBe(false);
    const nats = await server(`authorization { user: worker, password: "${SECRET}" }`);
    const { hostname } = await import('node:os');
    const name = hostname();
    const options = {
      servers: `nats://${name}:${nats.port}`,
      user: 'worker',
      passwordFile: file('p2', SECRET),
    };
    const error = await connectNats(options, {}).catch((thrown: unknown) => thrown);
    // The name of this machine leads to an address that the server does not listen on, or to one where it has no TLS.
    expect(error).toBeInstanceOf(NetworkmlError);
    expect((error as NetworkmlError).code).toMatch(/^NML_NATS_(TLS|CONNECT)$/);
  });
});

test('an nkey', async () => {
  const user = createUser();
  const nats = await server(`authorization { users: [ { nkey: ${user.getPublicKey()} } ] }`);
  const seed = file('user.nk', seedOf(user));
  const service = await startService({ nats: { servers: nats.url, nkeyFile: seed } });
  expect((await submit(nats.url, ['--nkey', seed])).code).toBe(0);
  await service.stop(1_000);
  const other = file('other.nk', seedOf(createUser()));
  expect(await submit(nats.url, ['--nkey', other])).toMatchObject(refused('NML_NATS_AUTH'));
});

test('a credentials file, and one that has expired', async () => {
  const operator = makeOperator();
  const user = createUser();
  const nats = await server(operator.configuration);
  const good = file('user.creds', operator.credentials(user));
  const service = await startService({ nats: { servers: nats.url, credsFile: good } });
  expect((await submit(nats.url, ['--creds', good])).code).toBe(0);
  await service.stop(1_000);
  const expired = file('expired.creds', operator.credentials(user, 1_700_000_001));
  expect(await submit(nats.url, ['--creds', expired])).toMatchObject(refused('NML_NATS_AUTH'));
});

describe('TLS', () => {
  const { authority, issue } = certificates(place);

  test('an authority that is trusted, one that is not, and a certificate of our own', async () => {
    for (const name of ['ca', 'other-ca']) authority(name);
    for (const name of ['server', 'client']) issue(name, 'ca');
    issue('stranger', 'other-ca');
    const at = (name: string): string => join(place, name);
    const tls = (more: string): string =>
      `tls { cert_file: "${at('server.pem')}", key_file: "${at('server.key')}"${more} }`;
    const plain = await server(tls(''));
    const service = await startService({ nats: { servers: plain.url, tlsCa: at('ca.pem') } });
    expect((await submit(plain.url, ['--tls-ca', at('ca.pem')])).code).toBe(0);
    await service.stop(1_000);
    expect(await submit(plain.url, ['--tls-ca', at('other-ca.pem')])).toMatchObject(refused('NML_NATS_TLS'));
    expect(await submit(plain.url, [])).toMatchObject(refused('NML_NATS_TLS'));
    const mutual = await server(tls(`, ca_file: "${at('ca.pem')}", verify: true`));
    const own = (name: string) => [
      '--tls-ca',
      at('ca.pem'),
      '--tls-cert',
      at(`${name}.pem`),
      '--tls-key',
      at(`${name}.key`),
    ];
    const files = { tlsCa: at('ca.pem'), tlsCert: at('client.pem'), tlsKey: at('client.key') };
    const second = await startService({ nats: { servers: mutual.url, ...files } });
    expect((await submit(mutual.url, own('client'))).code).toBe(0);
    await second.stop(1_000);
    const turnedAway = [own('stranger'), ['--tls-ca', at('ca.pem')]].map((words) =>
      submit(mutual.url, words),
    );
    for (const result of await Promise.all(turnedAway)) expect(result).toMatchObject(refused('NML_NATS_TLS'));
    // A server without TLS is not talked to when TLS is asked for.
    const open = await server('');
    expect(await submit(`tls://127.0.0.1:${open.port}`, [])).toMatchObject(refused('NML_NATS_TLS'));
  });
});

test('a subject that is denied: 6, and the permissions of docs/secure.md are enough', async () => {
  const page = readFileSync(new URL('../../docs/secure.md', import.meta.url), 'utf8');
  const permissions = /```nats\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  expect(permissions).toContain('worker');
  const nats = await server(
    permissions
      .replaceAll('$WORKER_PASSWORD', `"${SECRET}"`)
      .replaceAll('$SUBMITTER_PASSWORD', `"${SECRET}"`)
      .replaceAll('$ADMIN_PASSWORD', `"${SECRET}"`),
  );
  const passwordFile = file('p3', SECRET);
  // The administrator provisions once; from then on the worker's own permissions do.
  const first = await startService({ nats: { servers: nats.url, user: 'admin', passwordFile } });
  await first.stop(1_000);
  const service = await startService({ nats: { servers: nats.url, user: 'worker', passwordFile } });
  const words = ['--user', 'submitter', '--password-file', passwordFile];
  expect((await submit(nats.url, words)).code).toBe(0);
  await service.stop(1_000);
  const denied = await server(
    `authorization { users: [ { user: nobody, password: "${SECRET}", permissions: { publish: "none", subscribe: ["_INBOX.>"] } } ] }`,
  );
  const result = await submit(denied.url, [
    '--user',
    'nobody',
    '--password-file',
    passwordFile,
    '--timeout',
    '2',
  ]);
  expect(result).toMatchObject(refused('NML_NATS_AUTH'));
});
