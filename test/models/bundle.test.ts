import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NetworkmlError } from '../../src/errors.js';
import { createRandom } from '../../src/math/index.js';
import { swapElements } from '../../src/models/arrays.js';
import {
  type ArrayData,
  type ArrayToWrite,
  checkArrays,
  readArrays,
  readBundle,
  readManifest,
  undoWrite,
  verifyBundle,
  writeBundle,
} from '../../src/models/index.js';
import { sampleArrays, sampleManifest, temporaryDirectory } from './sample.js';

const directory = temporaryDirectory();

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof NetworkmlError ? error.code : `not coded: ${error}`;
  }
  return 'no error';
}

function filesOf(path: string): Map<string, string> {
  return new Map(readdirSync(path).map((name) => [name, readFileSync(join(path, name)).toString('hex')]));
}

describe('writing and reading', () => {
  it('gives back the manifest and every array, bit by bit', () => {
    const path = join(directory, 'round-trip');
    const arrays = sampleArrays();
    const sha256 = writeBundle(path, sampleManifest(), arrays);
    const bundle = readBundle(path);
    const { data: _, arrays: entries, ...rest } = bundle.manifest;
    expect(rest).toEqual(sampleManifest());
    expect(bundle.sha256).toBe(sha256);
    expect([...bundle.arrays.keys()].sort()).toEqual([...arrays.keys()].sort());
    for (const [name, { data, shape }] of arrays) {
      const read = bundle.arrays.get(name)?.data as ArrayData;
      expect(read.constructor).toBe(data.constructor);
      expect(new Uint8Array(read.buffer, read.byteOffset, read.byteLength)).toEqual(
        new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      );
      expect(entries.find((entry) => entry.name === name)?.shape).toEqual(shape ?? [data.length]);
    }
  });

  it('lays numbers down little-endian, at multiples of eight bytes, with zeros between', () => {
    const path = join(directory, 'bytes');
    const arrays = new Map<string, ArrayToWrite>([
      ['a', { data: Uint8Array.of(9) }],
      ['b', { data: Uint32Array.of(0x01020304) }],
    ]);
    const manifest = { ...sampleManifest(), behaviour: null };
    manifest.classifiers = [{ kind: 'one-layer', layout: 'l', meta: {}, arrays: { a: 'a', b: 'b' } }];
    writeBundle(path, manifest, arrays);
    expect(readFileSync(join(path, 'arrays.bin')).toString('hex')).toBe('0900000000000000' + '04030201');
  });

  it('agrees with random content of random lengths', () => {
    const random = createRandom(5);
    for (let round = 0; round < 40; round += 1) {
      const arrays = new Map<string, ArrayToWrite>();
      const parts: Record<string, string> = {};
      for (let i = random.below(6); i >= 0; i -= 1) {
        const bytes = new Uint8Array(8 * random.below(20)).map(() => random.below(256));
        const types = [Float32Array, Float64Array, Uint32Array, Int32Array, Uint8Array];
        const Type = types[random.below(types.length)]!;
        arrays.set(`array${i}`, { data: new Type(bytes.buffer) });
        parts[`part${i}`] = `array${i}`;
      }
      const path = join(directory, `random-${round}`);
      const manifest = { ...sampleManifest(), behaviour: null };
      manifest.classifiers = [{ kind: 'one-layer', layout: 'l', meta: {}, arrays: parts }];
      writeBundle(path, manifest, arrays);
      const read = readBundle(path).arrays;
      for (const [name, { data }] of arrays) {
        const found = read.get(name)!.data;
        expect(Buffer.from(found.buffer, found.byteOffset, found.byteLength)).toEqual(
          Buffer.from(data.buffer),
        );
      }
    }
  });

  it('writes the same bytes whatever the order of keys and arrays', () => {
    const manifest = sampleManifest();
    const shuffled = Object.fromEntries(Object.entries(manifest).reverse()) as typeof manifest;
    shuffled.classifiers = manifest.classifiers.map((each) => ({
      ...each,
      meta: Object.fromEntries(Object.entries(each.meta).reverse()),
      arrays: Object.fromEntries(Object.entries(each.arrays).reverse()),
    }));
    const [one, two] = [join(directory, 'order-1'), join(directory, 'order-2')];
    const first = writeBundle(one, manifest, sampleArrays());
    const second = writeBundle(two, shuffled, new Map([...sampleArrays()].reverse()));
    expect(second).toBe(first);
    expect(filesOf(two)).toEqual(filesOf(one));
  });

  it('turns elements round where a machine keeps them the other way', () => {
    const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    swapElements(bytes, 4);
    expect([...bytes]).toEqual([4, 3, 2, 1, 8, 7, 6, 5]);
    swapElements(bytes, 1);
    expect([...bytes]).toEqual([4, 3, 2, 1, 8, 7, 6, 5]);
  });
});

describe('the place of a bundle', () => {
  it('replaces a bundle and keeps what lies beside it', () => {
    const path = join(directory, 'replaced');
    writeBundle(path, sampleManifest(), sampleArrays());
    writeFileSync(join(path, 'MODELCARD.md'), 'card');
    writeBundle(path, { ...sampleManifest(), version: '2' }, sampleArrays());
    expect(readBundle(path).manifest.version).toBe('2');
    expect(readFileSync(join(path, 'MODELCARD.md'), 'utf8')).toBe('card');
    expect(readdirSync(directory).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('does not replace a directory that is no bundle', () => {
    const path = join(directory, 'stranger');
    mkdirSync(path);
    writeFileSync(join(path, 'thesis.txt'), 'years of work');
    expect(codeOf(() => writeBundle(path, sampleManifest(), sampleArrays()))).toBe('NML_OUTPUT');
    expect(readdirSync(path)).toEqual(['thesis.txt']);
  });

  it('leaves the old bundle and nothing else when the new one breaks a rule', () => {
    const path = join(directory, 'refused');
    writeBundle(path, sampleManifest(), sampleArrays());
    const before = filesOf(path);
    const broken = { ...sampleManifest(), temperature: Number.NaN };
    expect(codeOf(() => writeBundle(path, broken, sampleArrays()))).toBe('NML_MODEL_MANIFEST');
    const misshapen = sampleArrays().set('bytes', { data: new Uint8Array(5), shape: [6] });
    expect(codeOf(() => writeBundle(path, sampleManifest(), misshapen))).toBe('NML_MODEL_MANIFEST');
    expect(filesOf(path)).toEqual(before);
  });

  it('is put right after a stop at any step of writing', () => {
    const path = join(directory, 'stopped');
    const beside = join(directory, `.stopped.part-${process.pid}`);
    const old = `${beside}.old`;
    writeBundle(path, sampleManifest(), sampleArrays());
    writeFileSync(join(path, 'MODELCARD.md'), 'card');
    const before = filesOf(path);
    const stops: (() => void)[] = [
      () => mkdirSync(beside),
      () => {
        mkdirSync(beside);
        writeFileSync(join(beside, 'manifest.json'), 'half');
      },
      () => {
        mkdirSync(beside);
        writeFileSync(join(beside, 'manifest.json'), 'new');
        renameSync(path, old);
      },
      () => {
        mkdirSync(beside);
        renameSync(path, old);
        renameSync(join(old, 'MODELCARD.md'), join(beside, 'MODELCARD.md'));
      },
    ];
    for (const stop of stops) {
      stop();
      undoWrite(path);
      expect(filesOf(path)).toEqual(before);
      expect(readdirSync(directory).filter((name) => name.startsWith('.'))).toEqual([]);
    }
    // The new bundle is in its place: it stays, the old one goes.
    cpSync(path, old, { recursive: true });
    undoWrite(path);
    expect(filesOf(path)).toEqual(before);
    expect(existsSync(old)).toBe(false);
  });

  it('says when it cannot be written', () => {
    writeFileSync(join(directory, 'a-file'), '');
    const path = join(directory, 'a-file', 'bundle');
    expect(codeOf(() => writeBundle(path, sampleManifest(), sampleArrays()))).toBe('NML_OUTPUT');
  });
});

describe('what is wrong with a bundle', () => {
  const path = join(directory, 'damaged');
  const fresh = (): void => {
    rmSync(path, { recursive: true, force: true });
    writeBundle(path, sampleManifest(), sampleArrays());
  };

  it('is missing', () => {
    expect(codeOf(() => readBundle(join(directory, 'nowhere')))).toBe('NML_MODEL_MISSING');
    const empty = join(directory, 'empty');
    mkdirSync(empty);
    expect(codeOf(() => readBundle(empty))).toBe('NML_MODEL_MISSING');
  });

  it('is cut short, longer, or without a file', () => {
    fresh();
    const data = join(path, 'arrays.bin');
    const bytes = readFileSync(data);
    for (const wrong of [bytes.subarray(1), Buffer.concat([bytes, Buffer.of(0)]), Buffer.alloc(0)]) {
      writeFileSync(data, wrong);
      expect(codeOf(() => readBundle(path))).toBe('NML_MODEL_CHECKSUM');
      expect(codeOf(() => readBundle(path, { verify: false }))).toBe('NML_MODEL_CHECKSUM');
    }
    rmSync(data);
    expect(codeOf(() => readBundle(path))).toBe('NML_MODEL_CHECKSUM');
    // Neither a folder nor a pipe, which nobody ever writes to, is read.
    for (const command of ['mkdir', 'mkfifo']) {
      execFileSync(command, [data]);
      expect(codeOf(() => readBundle(path))).toBe('NML_MODEL_CHECKSUM');
      rmSync(data, { recursive: true });
    }
    fresh();
    rmSync(join(path, 'SHA256SUMS'));
    expect(codeOf(() => readManifest(path))).toBe('NML_MODEL_CHECKSUM');
    expect(readManifest(path, { verify: false }).manifest.name).toBe('sample');
  });

  it('is a flipped bit anywhere in the arrays or between them', () => {
    fresh();
    const data = join(path, 'arrays.bin');
    const bytes = readFileSync(data);
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1 << (at % 8);
      writeFileSync(data, changed);
      expect(codeOf(() => readBundle(path))).toBe('NML_MODEL_CHECKSUM');
      expect(codeOf(() => readBundle(path, { verify: false }))).toBe('no error');
    }
    writeFileSync(data, bytes);
    expect(verifyBundle(path)).toEqual({
      ...readBundle(path),
      bytes: readdirSync(path).reduce((sum, name) => sum + readFileSync(join(path, name)).length, 0),
    });
  });

  it('is a flipped bit, whichever arrays are read and whichever only checked', () => {
    fresh();
    const data = join(path, 'arrays.bin');
    const bytes = readFileSync(data);
    const head = readManifest(path);
    const names = head.manifest.arrays.map(({ name }) => name);
    const whole = readBundle(path).arrays;
    for (let chosen = 0; chosen < 2 ** names.length; chosen++) {
      const [some, others] = [1, 0].map((bit) => names.filter((_, i) => ((chosen >> i) & 1) === bit));
      const read = readArrays(head, [...some!, 'no such array'].reverse());
      expect([...read.keys()]).toEqual(some);
      for (const [name, array] of read) expect(array).toEqual(whole.get(name));
      expect(codeOf(() => checkArrays(head, others!))).toBe('no error');
      for (let at = chosen % 3; at < bytes.length; at += 3) {
        const changed = Buffer.from(bytes);
        changed[at]! ^= 1 << (at % 8);
        writeFileSync(data, changed);
        const codes = [() => readArrays(head, some!), () => checkArrays(head, others!)].map(codeOf);
        expect(codes.sort()).toEqual(['NML_MODEL_CHECKSUM', 'no error']);
      }
      writeFileSync(data, bytes);
    }
    writeFileSync(data, bytes.subarray(1));
    expect(codeOf(() => readArrays(head, ['bytes']))).toBe('NML_MODEL_CHECKSUM');
    expect(codeOf(() => checkArrays(head, ['bytes']))).toBe('NML_MODEL_CHECKSUM');
  });

  it('is a flipped bit in an array that is checked in pieces', () => {
    const long = Uint8Array.from({ length: 150_000 }, (_, i) => i * i);
    writeBundle(path, sampleManifest(), sampleArrays().set('long', { data: long }));
    const data = join(path, 'arrays.bin');
    const bytes = readFileSync(data);
    const head = readManifest(path);
    const { offset } = head.manifest.arrays.find(({ name }) => name === 'long')!;
    expect(codeOf(() => checkArrays(head, ['long']))).toBe('no error');
    for (const at of [0, 65_535, 65_536, 131_071, 131_072, 149_999]) {
      const changed = Buffer.from(bytes);
      changed[offset + at]! ^= 1;
      writeFileSync(data, changed);
      expect(codeOf(() => checkArrays(head, ['long']))).toBe('NML_MODEL_CHECKSUM');
    }
  });

  it('is a flipped bit anywhere in the manifest or the list of digests', () => {
    fresh();
    const before = readBundle(path).manifest;
    const random = createRandom(11);
    for (const name of ['manifest.json', 'SHA256SUMS']) {
      const file = join(path, name);
      const bytes = readFileSync(file);
      for (let at = 0; at < bytes.length; at += 1) {
        const changed = Buffer.from(bytes);
        changed[at]! ^= 1 + random.below(255);
        writeFileSync(file, changed);
        let read: unknown;
        const code = codeOf(() => {
          verifyBundle(path);
          read = readBundle(path).manifest;
        });
        if (code === 'no error') expect(read).toEqual(before);
        else expect(['NML_MODEL_MANIFEST', 'NML_MODEL_CHECKSUM']).toContain(code);
        if (name === 'manifest.json') expect(code).not.toBe('no error');
      }
      writeFileSync(file, bytes);
    }
    expect(codeOf(() => verifyBundle(path))).toBe('no error');
  });

  it('leads out of its directory', () => {
    fresh();
    const file = join(path, 'manifest.json');
    for (const name of ['../arrays.bin', '..', '/etc/passwd', 'a/b', '', '.hidden', 'a\\b']) {
      writeFileSync(
        file,
        readFileSync(file, 'utf8').replace(
          /"file": "[^"]*"/,
          `"file": ${JSON.stringify(name).replaceAll('$', '$$$$')}`,
        ),
      );
      expect(codeOf(() => readBundle(path, { verify: false }))).toBe('NML_MODEL_MANIFEST');
    }
    expect(existsSync(path)).toBe(true);
  });
});
