import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeVersion } from '../../src/cli/doctor.js';
import { readBundle, writeBundle } from '../../src/models/index.js';
import { examples, networkml, recordsIn, root, temporaryDirectory } from './run-cli.js';
import { expectSchema } from './schema.js';

const directory = temporaryDirectory();
const bundle = join(directory, 'mine');
const damaged = join(directory, 'damaged');

beforeAll(async () => {
  const { code, stderr } = await networkml([
    'train',
    examples,
    '-o',
    bundle,
    '--name',
    'mine',
    '--bundle-version',
    '3',
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  cpSync(bundle, damaged, { recursive: true });
  const file = join(damaged, 'arrays.bin');
  const bytes = readFileSync(file);
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(file, bytes);
});

describe('a bundle of right digests', () => {
  it('does not pass when numbers of behaviour are none', async () => {
    const { manifest, arrays } = readBundle(bundle);
    const { data: _, arrays: __, ...rest } = manifest;
    const nonsense = join(directory, 'nonsense');
    const copies = new Map(structuredClone([...arrays]));
    copies.get('view.sess.numbers')?.data.fill(Number.NaN, -1);
    writeBundle(nonsense, rest, copies);
    const { code, stdout } = await networkml(['models', 'verify', nonsense]);
    expect(code).toBe(4);
    expect(recordsIn(stdout)[0]).toMatchObject({
      intact: false,
      problem: expect.stringContaining('a reference with numbers that are none'),
    });
    expect((await networkml(['models', 'verify', bundle])).code).toBe(0);
  });
});

describe('train', () => {
  it('gives the same bytes for the same seed, others for another', async () => {
    const again = join(directory, 'again');
    const other = join(directory, 'other');
    const words = ['--name', 'mine', '--bundle-version', '3'];
    const { stdout } = await networkml(['train', examples, '-o', again, ...words, '--seed', '1']);
    await networkml(['train', examples, '-o', other, ...words, '--seed', '2']);
    for (const name of readdirSync(bundle)) {
      expect(readFileSync(join(again, name)).equals(readFileSync(join(bundle, name)))).toBe(true);
    }
    expect(readFileSync(join(other, 'arrays.bin')).equals(readFileSync(join(bundle, 'arrays.bin')))).toBe(
      false,
    );
    expect(recordsIn(stdout)[0]).toMatchObject({
      path: again,
      captures: 6,
      devices: 6,
      roles: 3,
      skipped: [],
    });
  });

  it('makes a bundle that predict uses', async () => {
    const { stdout } = await networkml(['predict', examples, '--bundle', bundle]);
    for (const record of recordsIn(stdout)) {
      expect(record).toMatchObject({
        model: { name: 'mine', version: '3' },
        role: { top: expect.anything() },
      });
    }
  });

  it('has a summary for people', async () => {
    const words = ['train', examples, '-o', join(directory, 'summed'), '--format', 'table'];
    const { stdout } = await networkml(words);
    expect(stdout).toMatch(/^trained on +6 captures of 6 devices in 3 roles$/m);
  });

  it('does not replace what is no bundle', async () => {
    const { code, stderr } = await networkml(['train', examples, '-o', directory]);
    expect(code).toBe(1);
    expect(stderr).toContain('is not a bundle');
  });

  it.each([
    [3, [join(root, 'schemas'), '-o', join(directory, 'nothing')], 'NML_TRAIN_DATA'],
    [2, [examples, '-o', join(directory, 'nothing'), '--labels', '/nowhere.csv'], 'NML_LABELS'],
  ])('exits with %i: %j', async (expected, words, error) => {
    const { code, stdout, stderr } = await networkml(['train', ...words]);
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
    expect(stderr).toContain(`[${error}]`);
    expect(readdirSync(directory)).not.toContain('nothing');
  });
});

describe('a bundle that judges by no names', () => {
  it.each([
    ['capture', ['-i', 'lo', '--predict']],
    ['serve', ['--watch', directory]],
    // A capture that is not there would be an error of its own.
    ['predict', ['no/such.pcap']],
  ])('is refused by %s --names before anything is done', async (command, words) => {
    const { code, stdout, stderr } = await networkml([command, ...words, '--names', '--bundle', bundle]);
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    expect(stderr).toContain('[NML_MODEL_LAYOUT]');
  });
});

describe('evaluate', () => {
  it.each([
    ['bundle', ['--bundle', bundle]],
    ['leave-devices-out', ['--grouped', '2']],
  ])('writes a record of mode %s', async (mode, words) => {
    const { code, stdout, stderr } = await networkml(['evaluate', examples, ...words]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [record] = recordsIn(stdout);
    expectSchema('evaluation-v1', record);
    expect(record).toMatchObject({ mode, captures: 6, devices: 6, failed: 0 });
  });

  it('has a table', async () => {
    const { stdout } = await networkml(['evaluate', examples, '--bundle', bundle, '--format', 'table']);
    expect(stdout).toMatch(/^accuracy +[\d.]+$/m);
    expect(stdout).toMatch(/^Distributed file share +2 +2 /m);
  });
});

describe('models', () => {
  it('lists what is shipped and what is in use', async () => {
    const shipped = recordsIn((await networkml(['models', 'list'])).stdout);
    expect(shipped.map(({ path }) => path)).toContain(join(root, 'models/default'));
    const both = recordsIn((await networkml(['models', 'list', '--bundle', bundle])).stdout);
    expect(both.map(({ path }) => path)).toEqual([...shipped.map(({ path }) => path), bundle]);
    const inside = recordsIn((await networkml(['models', 'list', directory])).stdout);
    expect(inside.map(({ path }) => path)).toEqual(expect.arrayContaining([bundle, damaged]));
    for (const record of [...both, ...inside]) expectSchema('bundle-info-v1', record);
  });

  it('shows what is in one', async () => {
    const { code, stdout } = await networkml(['models', 'show', bundle]);
    expect(code).toBe(0);
    expect(recordsIn(stdout)[0]).toMatchObject({
      name: 'mine',
      version: '3',
      intact: true,
      classifiers: ['ensemble', 'random-forest', 'one-layer'],
      roles: [{ id: 'BusinessWorkstation' }, { id: 'DistrFileShare' }, { id: 'Printer' }],
    });
    const table = (await networkml(['models', 'show', bundle, '--format', 'table'])).stdout;
    expect(table).toMatch(/^Printer +2 +2 +thin$/m);
  });

  it('verifies them', async () => {
    expect((await networkml(['models', 'verify'])).code).toBe(0);
    const { code, stdout } = await networkml(['models', 'verify', bundle, damaged, '--format', 'table']);
    expect(code).toBe(4);
    expect(stdout).toMatch(/^intact +mine .*\ndamaged +mine .* is damaged; .* \[NML_MODEL_CHECKSUM\]\n$/);
    const predicted = await networkml(['predict', examples, '--bundle', damaged]);
    expect(predicted).toMatchObject({ code: 4, stdout: '' });
    expect(predicted.stderr).toContain('[NML_MODEL_CHECKSUM]');
  });

  it('tells of one that cannot be read at all', async () => {
    const broken = join(directory, 'broken');
    cpSync(bundle, broken, { recursive: true });
    writeFileSync(join(broken, 'manifest.json'), '{');
    const { code, stdout } = await networkml(['models', 'verify', broken]);
    expect(code).toBe(4);
    expect(recordsIn(stdout)[0]).toMatchObject({ path: broken, intact: false, roles: [] });
    expectSchema('bundle-info-v1', recordsIn(stdout)[0]);
  });
});

describe('doctor', () => {
  it('has a line for each thing, and fails only for what is needed', async () => {
    const { code, stdout, stderr } = await networkml(['doctor']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(8);
    for (const line of lines)
      expect(line).toMatch(
        /^(?:ok|missing) +(?:Node\.js|bundle|interfaces|capture: \w+|capture rights|NATS) /,
      );
    const broken = await networkml(['doctor', '--bundle', damaged]);
    expect(broken.code).toBe(4);
    expect(broken.stdout).toMatch(/^failed +bundle .* \[NML_MODEL_CHECKSUM\]$/m);
  });

  it('reaches for the NATS server without telling its password', async () => {
    const server = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const url = `nats://user:secret@127.0.0.1:${port}`;
    const up = await networkml(['doctor'], { env: { NATS_URL: url } });
    await new Promise((resolve) => server.close(resolve));
    const down = await networkml(['doctor'], { env: { NATS_URL: url } });
    expect(up.stdout).toMatch(new RegExp(`^ok +NATS +127\\.0\\.0\\.1:${port} answers$`, 'm'));
    expect(down.stdout).toMatch(/^missing +NATS +.*ECONNREFUSED; start the server or correct NATS_URL$/m);
    expect(down.code).toBe(0);
    expect(up.stdout + down.stdout).not.toContain('secret');
  });

  it.each([
    ['20.18.3', 'failed'],
    ['18.20.0', 'failed'],
    ['20.19.0', 'ok'],
    ['22.1.0', 'ok'],
  ])('Node.js %s: %s', (version, state) => {
    expect(nodeVersion(version).state).toBe(state);
  });
});
