import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openBelow } from '../../src/service/capture-path.js';
import { temporaryDirectory } from '../cli/run-cli.js';
import { testRandom } from '../support/random.js';

const place = temporaryDirectory();
const root = join(place, 'root');
const secret = join(place, 'secret.pcap');
mkdirSync(join(root, 'sub'), { recursive: true });
mkdirSync(join(place, 'rootless'));
writeFileSync(secret, 'outside');
writeFileSync(join(place, 'rootless/near.pcap'), 'outside');
writeFileSync(join(root, 'a.pcap'), 'inside');
writeFileSync(join(root, 'sub/b.pcap'), 'inside');
writeFileSync(join(root, 'odd \n; $(x) ü.pcap'), 'inside');
symlinkSync(join(root, 'a.pcap'), join(root, 'link-in.pcap'));
symlinkSync(secret, join(root, 'link-out.pcap'));
symlinkSync(place, join(root, 'up'));
symlinkSync(join(root, 'loop'), join(root, 'loop'));
execFileSync('mkfifo', [join(root, 'pipe.pcap')]);

async function read(name: string, roots = [root]): Promise<string> {
  const { handle, path, size } = await openBelow(roots, name);
  const text = readFileSync(path, 'utf8');
  await handle.close();
  expect(size).toBe(text.length);
  return text;
}

test('files below a root are opened: by absolute and relative names, through links that stay inside', async () => {
  for (const name of [
    'a.pcap',
    'sub/b.pcap',
    'sub/../a.pcap',
    './a.pcap',
    'link-in.pcap',
    'odd \n; $(x) ü.pcap',
  ]) {
    expect(await read(name), name).toBe('inside');
    expect(await read(join(root, name)), name).toBe('inside');
  }
  expect(await read('b.pcap', [join(root), join(root, 'sub')])).toBe('inside');
});

test('nothing else is, always with the same words, and nothing ever waits', async () => {
  const socket = createServer().listen(join(root, 'socket.pcap'));
  const random = testRandom(5);
  const pieces = [
    '..',
    '.',
    'a.pcap',
    'sub',
    'up',
    'secret.pcap',
    '',
    '/',
    '%2e%2e',
    '..\\',
    '~',
    'etc',
    'passwd',
    '\u202e',
  ];
  const made = Array.from({ length: 500 }, () => {
    const count = random.between(1, 8);
    return Array.from({ length: count }, () => random.pick(pieces)).join('/');
  });
  const named = [
    secret,
    '../secret.pcap',
    'link-out.pcap',
    'up/secret.pcap',
    '../rootless/near.pcap',
    join(place, 'rootless/near.pcap'),
    'pipe.pcap',
    'socket.pcap',
    'loop',
    'sub',
    '.',
    root,
    '/etc/passwd',
    '/dev/zero',
    '/dev/stdin',
    '/proc/self/environ',
    '/proc/self/fd/0',
    'file:///etc/passwd',
    'http://127.0.0.1/a.pcap',
    'absent.pcap',
  ];
  const words = new Set<string>();
  for (const name of [...named, ...made]) {
    const text = await read(name).catch((error: Error & { code?: string }) => {
      expect(error.code, name).toBe('NML_JOB_PATH');
      words.add(error.message);
      return 'refused';
    });
    // Some of the made names lead back inside: that is allowed, anything outside is not.
    expect(['refused', 'inside'], name).toContain(text);
    if (named.includes(name)) expect(text, name).toBe('refused');
  }
  expect(words.size).toBe(1);
  await expect(read('a.pcap', [])).rejects.toThrow();
  socket.close();
});
