/**
 * Every way to prove who one is against every way to be asked for it: the exit code and the error code are the right ones,
 * and no secret is in anything that is said, be it as talkative as it can be made. (`submit`: auth.test.ts.)
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-code.js';
import { NetworkmlError } from '../../src/errors.js';
import { connectNats, type NatsOptions } from '../../src/service/connect.js';
import { provision } from '../../src/service/provision.js';
import { cleanEnvironment, program, root, temporaryDirectory } from '../cli/run-cli.js';
import { certificates, createUser, makeOperator, seedOf } from './support/credentials.js';
import { type NatsServer, startNatsServer } from './support/nats-server.js';

const place = temporaryDirectory();
const PASSWORD = 'correct-horse-battery';
const WRONG = 'wrong-horse-battery';
const TOKEN = 'token-of-the-operator';
const [user, stranger] = [createUser(), createUser()];
const operator = makeOperator();

const at = (name: string): string => join(place, name);

function file(name: string, text: string): string {
  writeFileSync(at(name), text, { mode: 0o600 });
  return at(name);
}

const { authority, issue } = certificates(place);
for (const name of ['ca', 'other-ca']) authority(name);
for (const name of ['server', 'client']) issue(name, 'ca');
for (const name of ['server-expired', 'client-expired']) issue(name, 'ca', -1);
issue('client-other', 'other-ca');

const tls = (name: string, more = ''): string =>
  `tls { cert_file: "${at(`${name}.pem`)}", key_file: "${at(`${name}.key`)}"${more} }`;
const verify = `, ca_file: "${at('ca.pem')}", verify: true`;

/** How a server asks. */
const SERVERS = {
  open: '',
  password: `authorization { user: worker, password: "${PASSWORD}" }`,
  token: `authorization { token: "${TOKEN}" }`,
  nkey: `authorization { users: [ { nkey: ${user.getPublicKey()} } ] }`,
  jwt: operator.configuration,
  tls: tls('server'),
  'tls, expired': tls('server-expired'),
  'mutual tls': tls('server', verify),
  'tls and password': `${tls('server')}\nauthorization { user: worker, password: "${PASSWORD}" }`,
  denied: `authorization { users: [ { user: worker, password: "${PASSWORD}", permissions: { publish: "none", subscribe: ["_INBOX.>"] } } ] }`,
} as const;

/** What is shown; words of the command line. */
const SHOWN = {
  nothing: [],
  password: ['--user', 'worker', '--password-file', file('password', `${PASSWORD}\n`)],
  'a wrong password': ['--user', 'worker', '--password-file', file('wrong', WRONG)],
  'a wrong user': ['--user', 'somebody', '--password-file', at('password')],
  token: ['--token-file', file('token', TOKEN)],
  'a wrong token': ['--token-file', at('wrong')],
  nkey: ['--nkey', file('user.nk', seedOf(user))],
  'the nkey of a stranger': ['--nkey', file('stranger.nk', seedOf(stranger))],
  'no nkey at all': ['--nkey', at('wrong')],
  'a cut nkey': ['--nkey', file('cut.nk', seedOf(user).slice(0, 40))],
  credentials: ['--creds', file('user.creds', operator.credentials(user))],
  'expired credentials': ['--creds', file('expired.creds', operator.credentials(user, 1_700_000_001))],
  'credentials of another operator': ['--creds', file('other.creds', makeOperator().credentials(user))],
  'no credentials at all': ['--creds', at('wrong')],
  'an absent file': ['--creds', at('absent')],
  authority: ['--tls-ca', at('ca.pem')],
  'another authority': ['--tls-ca', at('other-ca.pem')],
  'no authority at all': ['--tls-ca', at('wrong')],
  'own certificate': own('client', 'client'),
  'own expired certificate': own('client-expired', 'client-expired'),
  'certificate of another authority': own('client-other', 'client-other'),
  'certificate with the key of another': own('client', 'server'),
  'authority and password': ['--tls-ca', at('ca.pem'), '--user', 'worker', '--password-file', at('password')],
  'authority and a wrong password': [
    '--tls-ca',
    at('ca.pem'),
    '--user',
    'worker',
    '--password-file',
    at('wrong'),
  ],
} as const;

function own(certificate: string, key: string): readonly string[] {
  return ['--tls-ca', at('ca.pem'), '--tls-cert', at(`${certificate}.pem`), '--tls-key', at(`${key}.key`)];
}

const CASES: readonly (readonly [keyof typeof SERVERS, keyof typeof SHOWN, 0 | 2 | 6, string])[] = [
  ['open', 'nothing', 0, ''],
  ['open', 'password', 0, ''],
  ['open', 'authority', 6, 'NML_NATS_TLS'],
  ['password', 'nothing', 6, 'NML_NATS_AUTH'],
  ['password', 'password', 0, ''],
  ['password', 'a wrong password', 6, 'NML_NATS_AUTH'],
  ['password', 'a wrong user', 6, 'NML_NATS_AUTH'],
  ['password', 'token', 6, 'NML_NATS_AUTH'],
  ['password', 'nkey', 6, 'NML_NATS_AUTH'],
  ['password', 'credentials', 6, 'NML_NATS_AUTH'],
  ['token', 'nothing', 6, 'NML_NATS_AUTH'],
  ['token', 'token', 0, ''],
  ['token', 'a wrong token', 6, 'NML_NATS_AUTH'],
  ['token', 'password', 6, 'NML_NATS_AUTH'],
  ['nkey', 'nothing', 6, 'NML_NATS_AUTH'],
  ['nkey', 'nkey', 0, ''],
  ['nkey', 'the nkey of a stranger', 6, 'NML_NATS_AUTH'],
  ['nkey', 'no nkey at all', 2, 'NML_CONFIG'],
  ['nkey', 'a cut nkey', 2, 'NML_CONFIG'],
  ['nkey', 'password', 6, 'NML_NATS_AUTH'],
  ['jwt', 'nothing', 6, 'NML_NATS_AUTH'],
  ['jwt', 'credentials', 0, ''],
  ['jwt', 'expired credentials', 6, 'NML_NATS_AUTH'],
  ['jwt', 'credentials of another operator', 6, 'NML_NATS_AUTH'],
  ['jwt', 'no credentials at all', 2, 'NML_CONFIG'],
  ['jwt', 'an absent file', 2, 'NML_CONFIG'],
  ['jwt', 'nkey', 6, 'NML_NATS_AUTH'],
  ['tls', 'nothing', 6, 'NML_NATS_TLS'],
  ['tls', 'authority', 0, ''],
  ['tls', 'another authority', 6, 'NML_NATS_TLS'],
  ['tls', 'no authority at all', 6, 'NML_NATS_TLS'],
  ['tls, expired', 'authority', 6, 'NML_NATS_TLS'],
  ['mutual tls', 'authority', 6, 'NML_NATS_TLS'],
  ['mutual tls', 'own certificate', 0, ''],
  ['mutual tls', 'own expired certificate', 6, 'NML_NATS_TLS'],
  ['mutual tls', 'certificate of another authority', 6, 'NML_NATS_TLS'],
  ['mutual tls', 'certificate with the key of another', 6, 'NML_NATS_TLS'],
  ['tls and password', 'authority and password', 0, ''],
  ['tls and password', 'authority and a wrong password', 6, 'NML_NATS_AUTH'],
  ['tls and password', 'authority', 6, 'NML_NATS_AUTH'],
  ['tls and password', 'password', 6, 'NML_NATS_TLS'],
  ['denied', 'password', 6, 'NML_NATS_AUTH'],
];

/** Whatever must never be said: what the files hold that only their owner may read. */
const SECRETS = [
  PASSWORD,
  WRONG,
  TOKEN,
  seedOf(user),
  seedOf(user).slice(0, 40),
  seedOf(stranger),
  ...['user.creds', 'expired.creds', 'other.creds'].map(
    (name) => readFileSync(at(name), 'utf8').split('\n')[1] ?? '',
  ),
  ...['client', 'client-expired', 'client-other', 'server'].flatMap((name) =>
    readFileSync(at(`${name}.key`), 'utf8')
      .split('\n')
      .slice(1, -2),
  ),
];

const servers = new Map<string, NatsServer>();
const children = new Set<ChildProcess>();

beforeAll(async () => {
  for (const [name, configuration] of Object.entries(SERVERS)) {
    servers.set(name, await startNatsServer(configuration));
  }
}, 60_000);

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all([...servers.values()].map((server) => server.remove()));
});

function withoutSecrets(said: string): void {
  for (const secret of SECRETS)
    expect(said.includes(secret), `${secret.slice(0, 8)}... was said`).toBe(false);
}

/** Runs `serve` until it serves, then stops it; or until it gives up. */
async function serve(url: string, words: readonly string[]): Promise<{ code: unknown; said: string }> {
  const command = [program, 'serve', '--nats', url, '--debug', '--verbose', '--threads', '1', ...words];
  const child = spawn(process.execPath, command, { cwd: root, env: cleanEnvironment(), stdio: 'pipe' });
  children.add(child);
  let said = '';
  let stopped = false;
  const take = (chunk: Buffer): void => {
    said += chunk.toString();
    if (stopped || !said.includes('"msg":"serving"')) return;
    stopped = true;
    child.kill('SIGTERM');
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const code = await new Promise((resolve) =>
    child.once('close', (status, signal) => resolve(status ?? signal)),
  );
  children.delete(child);
  return { code, said };
}

const OPTIONS: Readonly<Record<string, keyof NatsOptions>> = {
  '--user': 'user',
  '--password-file': 'passwordFile',
  '--token-file': 'tokenFile',
  '--nkey': 'nkeyFile',
  '--creds': 'credsFile',
  '--tls-ca': 'tlsCa',
  '--tls-cert': 'tlsCert',
  '--tls-key': 'tlsKey',
};

function natsOptions(url: string, words: readonly string[]): NatsOptions {
  const pairs = words.flatMap((word, i) => {
    const name = OPTIONS[word];
    return name === undefined ? [] : [[name, words[i + 1]]];
  });
  return { servers: url, ...Object.fromEntries(pairs) };
}

const urlOf = (asks: string): string => servers.get(asks)?.url ?? '';

test.each(CASES)('a server that asks for %s, shown %s: %d %s', async (asks, shows, exitCode, errorCode) => {
  const contact = async (): Promise<void> => {
    const connection = await connectNats(natsOptions(urlOf(asks), SHOWN[shows]), {});
    await provision(connection, { replicas: 1, ackWaitMs: 2_000 }).finally(() => connection.close());
  };
  const error = await contact().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (exitCode === 0) return expect(error).toBeUndefined();
  if (!(error instanceof NetworkmlError)) throw error;
  expect([exitCodeOf(error), error.code]).toEqual([exitCode, errorCode]);
  // All that is ever printed of an error: its sentence; with --debug its stack and those of its causes.
  withoutSecrets(`${error.toSentence()} ${inspect(error, { depth: 20 })}`);
});

/** Some of each sort as processes of their own: whole commands, with all that they say on the way. */
const COMMANDS: readonly number[] = CASES.map((_, i) => i).filter((i) => i % 4 === 1 || CASES[i]?.[2] === 2);

test.each(COMMANDS.map((i) => CASES[i] as (typeof CASES)[number]))(
  'serve, asked for %s, shown %s, ends with %d %s',
  { timeout: 60_000 },
  async (asks, shows, exitCode, errorCode) => {
    const { code, said } = await serve(urlOf(asks), SHOWN[shows]);
    withoutSecrets(said);
    const expected = errorCode === '' ? 'serving' : `[${errorCode}]`;
    expect([code, said]).toEqual([exitCode, expect.stringContaining(expected)]);
  },
);
