/**
 * Names and paths from people who mean harm, 500 of them by each way in: jobs over NATS, HTTP, the command line. Nothing
 * outside the root folders is read, no pipe is waited for, and no name gets to a terminal, a subject or a file as it is.
 */

import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { headers } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ResultMessage, Service } from '../../src/service/index.js';
import { desktop, networkml, printer, program, recordsIn, temporaryDirectory } from '../cli/run-cli.js';
import { expectSchema } from '../cli/schema.js';
import { testRandom } from '../support/random.js';
import { type NatsServer, startNatsServer } from './support/nats-server.js';
import { type Client, openClient, startService } from './support/service.js';

const COUNT = 500;

const place = temporaryDirectory();
const root = join(place, 'root');
const outside = join(place, 'secret.pcap');
// What lies outside is a capture too: had it been read, its device would be in a result.
const INSIDE_MAC = macOf(printer);
const OUTSIDE_MAC = macOf(desktop);

mkdirSync(join(root, 'sub'), { recursive: true });
mkdirSync(join(place, 'rootless'));
mkdirSync(join(root, 'folder.pcap'));
for (const path of ['a.pcap', 'sub/b.pcap']) copyFileSync(printer, join(root, path));
for (const path of ['secret.pcap', 'rootless/near.pcap']) copyFileSync(desktop, join(place, path));
writeFileSync(join(place, 'token'), 'token-of-the-operator');
symlinkSync(join(root, 'a.pcap'), join(root, 'link-in.pcap'));
symlinkSync(outside, join(root, 'link-out.pcap'));
symlinkSync('/dev/zero', join(root, 'zero.pcap'));
symlinkSync(place, join(root, 'up'));
symlinkSync(join(root, 'loop'), join(root, 'loop'));
execFileSync('mkfifo', [join(root, 'pipe.pcap'), join(root, 'sub/pipe.pcap'), join(place, 'pipe.pcap')]);

/** The device of a capture by its file name in the examples: the middle of it is no address, so by its frames. */
function macOf(path: string): string {
  const bytes = readFileSync(path);
  const counts = new Map<string, number>();
  for (let at = 24; at + 16 <= bytes.length; at += 16 + bytes.readUInt32LE(at + 8)) {
    for (const from of [at + 16, at + 22]) {
      const mac = bytes.toString('hex', from, from + 6).replace(/(..)(?=.)/g, '$1:');
      counts.set(mac, (counts.get(mac) ?? 0) + 1);
    }
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '';
}

/** Names that somebody thought of. */
const NAMED = [
  outside,
  '../secret.pcap',
  'link-out.pcap',
  'zero.pcap',
  'up/secret.pcap',
  'up/up/secret.pcap',
  'up/pipe.pcap',
  'up/root/../secret.pcap',
  '../rootless/near.pcap',
  join(place, 'rootless/near.pcap'),
  `${root}less/near.pcap`,
  'pipe.pcap',
  'sub/pipe.pcap',
  join(root, 'pipe.pcap'),
  'socket.pcap',
  'loop',
  'loop/a.pcap',
  'folder.pcap',
  'folder.pcap/',
  'sub',
  '.',
  '..',
  '/',
  root,
  `${root}/`,
  `${root}/.`,
  '/etc/passwd',
  '/etc/shadow',
  '/dev/zero',
  '/dev/full',
  '/dev/random',
  '/dev/tty',
  '/dev/stdin',
  '/dev/stdout',
  '/dev/fd/0',
  '/proc/self/environ',
  '/proc/self/mem',
  '/proc/self/fd/0',
  `/proc/self/root${outside}`,
  `/proc/self/cwd/../../../../../../../..${outside}`,
  '/sys/kernel/debug',
  'file:///etc/passwd',
  `file://${outside}`,
  'http://127.0.0.1/a.pcap',
  'http://169.254.169.254/latest/meta-data/',
  'ftp://127.0.0.1/a.pcap',
  'nats://127.0.0.1/a.pcap',
  '\\\\127.0.0.1\\share\\a.pcap',
  'C:\\Windows\\win.ini',
  '..\\secret.pcap',
  '%2e%2e%2fsecret.pcap',
  '..%2fsecret.pcap',
  '..%c0%afsecret.pcap',
  '....//secret.pcap',
  '..;/secret.pcap',
  'a.pcap/../../secret.pcap',
  'a.pcap\u200b',
  '\u202epacp.a',
  '../secret.pcap#a.pcap',
  '../secret.pcap?a.pcap',
  'a.pcap|cat /etc/passwd',
  '| cat /etc/passwd',
  '`id`',
  '$(id)',
  '$HOME/a.pcap',
  '~root/.ssh/id_ed25519',
  '*',
  '**/*.pcap',
  '>',
  'networkml.results.>',
  '$JS.API.STREAM.DELETE.NETWORKML_RESULTS',
  '$KV.networkml-devices.x',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'undefined',
  '[object Object]',
  '--bundle=/etc',
  '--output=/etc/passwd',
  '-o/etc/passwd',
  '--',
  '-',
  '\u001b]0;owned\u0007.pcap',
  '\u001b[2J\u001b[31m.pcap',
  'a\r\nSet-Cookie: owned=1\r\n\r\n<script>alert(1)</script>',
  '\r\n{"schema":"networkml/prediction/v1"}',
  '=HYPERLINK("http://127.0.0.1/")',
  '"><script>alert(1)</script>',
  "';DROP TABLE devices;--",
  '\ud83d\ude00.pcap',
  '\u0000a.pcap',
  `a.pcap\u0000${outside}`,
  'x'.repeat(255),
  'x'.repeat(1024),
  'x'.repeat(1025),
  `${'a/'.repeat(500)}a`,
  '../'.repeat(300),
  ' ',
  '\t',
  '\n',
  '',
];

const PIECES = [
  ...[
    '..',
    '.',
    'a.pcap',
    'sub',
    'up',
    'secret.pcap',
    'pipe.pcap',
    'folder.pcap',
    'loop',
    '',
    '/',
    '~',
    'etc',
  ],
  ...[
    'passwd',
    'rootless',
    'near.pcap',
    'link-out.pcap',
    'zero.pcap',
    '%2e%2e',
    '..\\',
    '\u202e',
    '\u001b[1m',
    '\n',
  ],
  ...[
    'root',
    'proc',
    'self',
    'fd',
    '0',
    'dev',
    'zero',
    '*',
    '>',
    ' ',
    '\u0000',
    '\u007f',
    'ä',
    '\ud83d\ude00',
  ],
];

/** Those, and others that chance puts together of such pieces. No two are equal. */
function hostileNames(seed: number): string[] {
  const random = testRandom(seed);
  const names = new Set(NAMED);
  while (names.size < COUNT) {
    const pieces = Array.from({ length: random.between(1, 8) }, () => random.pick(PIECES));
    names.add(pieces.join(random.between(0, 5) === 0 ? '' : '/'));
  }
  return [...names];
}

const ends = (result: ResultMessage): string =>
  result.schema === 'networkml/error/v1' ? result.error.code : (result.device.mac ?? 'none');

let nats: NatsServer;
let service: Service;
let client: Client;
const socket = createServer();

beforeAll(async () => {
  await new Promise<void>((resolve) => socket.listen(join(root, 'socket.pcap'), resolve));
  nats = await startNatsServer();
  service = await startService({
    nats: { servers: nats.url },
    http: '127.0.0.1:0',
    roots: [root],
    // One thread and one job at a time: whatever waits for a pipe holds up all the rest.
    maxInFlight: 1,
  });
  client = await openClient(nats);
  await client.put('good', readFileSync(printer));
});

afterAll(async () => {
  await client?.connection.close();
  await service?.stop(2_000);
  await nats?.remove();
  socket.close();
});

/** Sends jobs and gathers their results by id. */
async function answersTo(jobs: ReadonlyMap<string, unknown>): Promise<Map<string, ResultMessage>> {
  const before = (await client.manager.streams.info('NETWORKML_RESULTS')).state.messages;
  for (const job of jobs.values()) await client.send(job);
  await vi.waitFor(
    async () => {
      const { state } = await client.manager.streams.info('NETWORKML_RESULTS');
      expect(state.messages).toBe(before + jobs.size);
    },
    { timeout: 100_000, interval: 200 },
  );
  const answers = new Map<string, ResultMessage>();
  for (const id of jobs.keys()) {
    const last_by_subj = `networkml.results.${id}`;
    const message = await client.manager.streams.getMessage('NETWORKML_RESULTS', { last_by_subj });
    if (message !== null) answers.set(id, message.json<ResultMessage>());
  }
  return answers;
}

describe('over NATS', { timeout: 120_000 }, () => {
  test('paths: only what lies below the root is read, and all refusals are alike', async () => {
    const names = hostileNames(1);
    const ids = new Map(names.map((name, number) => [`path-${number}`, name]));
    const jobs = new Map([...ids].map(([id, path]) => [id, { id, capture: { path } }]));
    const answers = await answersTo(jobs);
    const words = new Set<string>();
    const inside: string[] = [];
    for (const [id, name] of ids) {
      const answer = answers.get(id);
      if (answer === undefined) throw new Error(`no answer to ${JSON.stringify(name)}`);
      if (answer.schema === 'networkml/error/v1') {
        // Names that no file can have do not get as far as the file system.
        const impossible = name === '' || name.length > 1024 || name.includes('\0');
        expect([name, answer.error.code]).toEqual([name, impossible ? 'NML_JOB_INVALID' : 'NML_JOB_PATH']);
        if (!impossible) words.add(`${answer.error.message} ${answer.error.hint}`);
      } else {
        expect([name, ends(answer)]).toEqual([name, INSIDE_MAC]);
        inside.push(name);
      }
    }
    expect(words.size).toBe(1);
    // Some of the names that chance made lead back inside; none of those that somebody thought of does.
    expect(inside.length).toBeGreaterThan(0);
    expect(inside.filter((name) => NAMED.includes(name))).toEqual([]);
  });

  test('names of objects: none is there', async () => {
    const ids = new Map(hostileNames(2).map((name, number) => [`object-${number}`, name]));
    const jobs = new Map([...ids].map(([id, object]) => [id, { id, capture: { object } }]));
    const answers = await answersTo(jobs);
    const codes = new Map([...ids].map(([id, name]) => [name, ends(answers.get(id) as ResultMessage)]));
    for (const [name, code] of codes) {
      expect([name, code]).toEqual([name, expect.stringMatching(/^NML_JOB_(OBJECT|INVALID)$/)]);
    }
    expect([...codes.values()].filter((code) => code === 'NML_JOB_OBJECT').length).toBeGreaterThan(COUNT / 2);
  });

  test('ids: what is not one word never becomes a subject; other members never reach the file system', async () => {
    const random = testRandom(3);
    const names = hostileNames(3);
    const before = readdirSync(place, { recursive: true }).sort();
    const jobs = new Map(
      names.map((name, number) => [`text-${number}`, hostileJob(number, name, random.between(0, 1))]),
    );
    const answers = await answersTo(jobs);
    for (const [number, name] of names.entries()) {
      const answer = answers.get(`text-${number}`);
      if (answer === undefined) continue;
      expect(['NML_JOB_INVALID', 'NML_USAGE', INSIDE_MAC]).toContain(ends(answer));
      // The record says the name as it came, and is what its schema says.
      if (answer.schema === 'networkml/prediction/v1') expect(answer.capture.file).toBe(name);
      expectSchema('result-v1', answer);
    }
    expect(answers.size).toBeGreaterThan(COUNT / 2);
    expect(readdirSync(place, { recursive: true }).sort()).toEqual(before);
    // No stream was deleted, no subject made up: each result has a name of one word.
    const info = await client.manager.streams.info('NETWORKML_RESULTS', { subjects_filter: '>' });
    const subjects = Object.keys(info.state.subjects ?? {});
    expect(subjects.filter((subject) => !/^networkml\.results\.[A-Za-z0-9_-]{1,128}$/.test(subject))).toEqual(
      [],
    );
  });

  /** A third each: as the id, as the file, as the device. */
  function hostileJob(number: number, name: string, which: number): object {
    const capture = { object: 'good' };
    if (number % 3 === 0) return { id: name, capture, file: `${number}` };
    const member = which === 0 ? 'file' : 'device';
    return { id: `text-${number}`, capture, [member]: name };
  }

  test('names in the header of a request are names, nothing else', async () => {
    const names = hostileNames(4).filter((name) => !/[\r\n]/.test(name) && name.length <= 1024);
    for (const name of names.slice(0, 100)) {
      const about = headers();
      about.set('Networkml-File', name);
      const bytes = readFileSync(printer);
      const reply = await client.connection.request('networkml.predict', bytes, {
        timeout: 10_000,
        headers: about,
      });
      expect([name, ends(reply.json<ResultMessage>())]).toEqual([name, INSIDE_MAC]);
    }
  });
});

describe('over HTTP', () => {
  const address = (): [string, number] => {
    const [host = '', port = ''] = (service.http ?? '').split(':');
    return [host, Number(port)];
  };

  /** What comes back for some bytes, to the end of the connection. */
  function exchange(bytes: string): Promise<string> {
    const [host, port] = address();
    return new Promise((resolve, reject) => {
      let said = '';
      const client = connect(port, host, () => client.end(bytes));
      client.setTimeout(20_000, () => reject(new Error(`no end: ${JSON.stringify(bytes)}`)));
      client.on('data', (chunk) => {
        said += chunk.toString('latin1');
      });
      client.on('error', reject);
      client.on('close', () => resolve(said));
    });
  }

  test('there are three pages, and no way to a file', { timeout: 60_000 }, async () => {
    const names = hostileNames(5);
    for (const [number, name] of names.entries()) {
      const verb = number % 7 === 0 ? 'PUT' : 'GET';
      // As it is, encoded, and behind a page that exists.
      const target = [name, `/${encodeURIComponent(name)}`, `/metrics/../${name}`, `/livez/${name}`][
        number % 4
      ];
      const said = await exchange(`${verb} ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      // Broken requests may hold a second one: each of the answers is a refusal.
      const statuses = [...said.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));
      expect([target, statuses.length > 0]).toEqual([target, true]);
      for (const status of statuses)
        expect([target, status]).toEqual([target, expect.toBeOneOf([400, 404, 405, 431])]);
      expect(said).not.toMatch(/root:|token-of-the-operator|Set-Cookie|<script/i);
    }
    expect(await exchange('GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 200/,
    );
  });
});

describe('on the command line', { timeout: 120_000 }, () => {
  // A process cannot be given NUL, and `-` is standard input.
  const words = (seed: number): string[] =>
    hostileNames(seed).filter(
      (name) => !name.includes('\0') && name !== '-' && name !== '/' && !/^\/*$/.test(name),
    );
  /** Control characters beside the ends of lines. */
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;
  /** For the eyes of people also those of the second block, and those that turn the direction of text. */
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const DANGEROUS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

  /** Folders among the names would be searched to the bottom: those of this machine have no place in a test. */
  const notFolders = (seed: number): string[] =>
    words(seed).filter(
      (name) => !/^(\/|~)/.test(name) && !/(^|\/)(\.\.?|up|root|sub|)$/.test(name) && !/\.\.\/?$/.test(name),
    );

  test('predict: each name has its record, no pipe is waited for, nothing dangerous is printed', async () => {
    const names = notFolders(6);
    expect(names.length).toBeGreaterThan(COUNT / 3);
    const given = [
      ...names,
      ...Array.from({ length: COUNT - names.length }, (_, number) => `${names[number]}\u001b[${number}m`),
    ];
    const { code, stdout, stderr } = await networkml(['predict', '--', ...given], { cwd: root });
    expect(code).toBe(5);
    const records = recordsIn(stdout) as unknown as ResultMessage[];
    expect(records.length).toBeGreaterThanOrEqual(given.length);
    const named = new Map(records.map((record) => [record.capture.file, record]));
    for (const name of given) expect(named.has(name), JSON.stringify(name)).toBe(true);
    expect(ends(named.get('pipe.pcap') as ResultMessage)).toBe('NML_INPUT_ACCESS');
    expect(stdout).not.toMatch(CONTROL);
    expect(stderr).not.toMatch(DANGEROUS);
    for (const format of ['table', 'html'] as const) {
      const printed = await networkml(['predict', '--format', format, '--', ...given], { cwd: root });
      expect([format, printed.code]).toEqual([format, 5]);
      if (format === 'table') expect(printed.stdout).not.toMatch(DANGEROUS);
      if (format === 'html') expect(printed.stdout).not.toMatch(/<script>alert/);
    }
  });

  test('submit --by-path: what the sender can read and the service may not is refused', async () => {
    const names = [
      ...new Set([...notFolders(7), '../secret.pcap', 'up/secret.pcap', outside, 'link-out.pcap']),
    ];
    const command = ['submit', '--nats', nats.url, '--by-path', '--timeout', '60', '--', ...names];
    const { code, stdout, stderr } = await networkml(command, { cwd: root });
    expect(code).toBe(5);
    const records = recordsIn(stdout) as unknown as ResultMessage[];
    expect(records.map(ends)).not.toContain(OUTSIDE_MAC);
    const codes = new Map(records.map((record) => [record.capture.file, ends(record)]));
    for (const name of ['../secret.pcap', 'up/secret.pcap', outside, 'link-out.pcap']) {
      expect([name, codes.get(name)]).toEqual([name, 'NML_JOB_PATH']);
    }
    for (const name of ['pipe.pcap', 'zero.pcap'])
      expect([name, codes.get(name)]).toEqual([name, 'NML_INPUT_ACCESS']);
    expect(stdout).not.toMatch(CONTROL);
    expect(stderr).not.toMatch(DANGEROUS);
  });

  test.each([
    ['sessions'],
    ['packets'],
    ['features'],
    ['split', '-o', join(place, 'split')],
    ['submit', '--nats', '-'],
  ])('%s waits for no pipe', async (...command) => {
    const all = command.map((word) => (command[0] === 'submit' && word === '-' ? nats.url : word));
    const { code, stderr } = await networkml([...all, join(root, 'pipe.pcap')]);
    expect([code, stderr]).toEqual([3, expect.stringContaining('[NML_INPUT_ACCESS]')]);
  });

  test('a pipe of the shell is read all the same', async () => {
    const script = `exec "$0" "$1" predict <(cat "$2")`;
    const found = execFileSync('bash', ['-c', script, process.execPath, program, printer], {
      encoding: 'utf8',
    });
    expect(ends(recordsIn(found)[0] as unknown as ResultMessage)).toBe(INSIDE_MAC);
  });
});
