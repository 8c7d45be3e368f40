import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../cli/run-cli.js';

interface Component {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes: readonly { readonly alg: string; readonly content: string }[];
}

interface Sbom {
  readonly serialNumber: string;
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

const make = (): string =>
  spawnSync(process.execPath, [join(root, 'scripts/sbom.mjs')], { encoding: 'utf8', maxBuffer: 1e8 }).stdout;

const text = make();
const sbom = JSON.parse(text) as Sbom;
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, { version: string; dev?: boolean; integrity: string }>;
};

it('the bill of materials lists every package of the product, and no other of the development', () => {
  const notices = readFileSync(join(root, 'dist/THIRD_PARTY_NOTICES'), 'utf8');
  for (const [path, { version, dev }] of Object.entries(lock.packages)) {
    if (path === '') continue;
    const name = path.replace(/^.*node_modules\//, '');
    const listed = sbom.components.some((one) => one.name === name && one.version === version);
    if (dev !== true)
      expect([name, listed || 'optional' in (lock.packages[path] ?? {})]).toEqual([name, true]);
    else expect([name, listed]).toEqual([name, notices.includes(`\n${name} ${version} (`)]);
  }
});

it('its digests are those of the lock file, its references lead somewhere', () => {
  const noble = sbom.components.find(({ name }) => name === '@noble/hashes');
  expect(noble?.purl).toBe(`pkg:npm/%40noble/hashes@${noble?.version}`);
  const integrity = lock.packages['node_modules/@noble/hashes']?.integrity.replace('sha512-', '') ?? '';
  expect(noble?.hashes).toEqual([
    { alg: 'SHA-512', content: Buffer.from(integrity, 'base64').toString('hex') },
  ]);
  const refs = new Set(sbom.dependencies.map(({ ref }) => ref));
  expect(refs.size).toBe(sbom.components.length + 1);
  for (const { dependsOn } of sbom.dependencies)
    for (const ref of dependsOn) expect(refs.has(ref)).toBe(true);
});

it('is the same every time', () => {
  expect(make()).toBe(text);
  expect(sbom.serialNumber).toMatch(
    /^urn:uuid:[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
  );
});
