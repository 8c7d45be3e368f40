#!/usr/bin/env node
/**
 * Writes the software bill of materials (CycloneDX 1.5, JSON) of the product: the packages that are installed with it and
 * those whose code is bundled into dist/. Made from package-lock.json and dist/THIRD_PARTY_NOTICES alone, so that the same
 * commit gives the same bytes.
 *
 *   node scripts/sbom.mjs [-o FILE]    standard output without it
 */

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Package URL (package-url/purl-spec, type npm). */
function purl(name, version) {
  return `pkg:npm/${name.replace(/^@/, '%40')}@${version}`;
}

/** Digests as CycloneDX writes them, from Subresource Integrity. */
function hashes(integrity = '') {
  return integrity
    .split(' ')
    .filter((part) => part.startsWith('sha512-'))
    .map((part) => ({ alg: 'SHA-512', content: Buffer.from(part.slice(7), 'base64').toString('hex') }));
}

function licence(license) {
  if (typeof license !== 'string') return {};
  return { licenses: [/^[\w.+-]+$/.test(license) ? { license: { id: license } } : { expression: license }] };
}

/** Name and version of each package whose code is in dist/. */
function bundled() {
  const notices = join(root, 'dist/THIRD_PARTY_NOTICES');
  if (!existsSync(notices)) throw new Error('dist/ is not built: its notices tell what is bundled');
  const titles = readFileSync(notices, 'utf8').matchAll(/^-{80}\n(\S+) (\S+) \(.*\)$/gm);
  return new Set([...titles].map(([, name, version]) => `${name}@${version}`));
}

/** Packages of the lock file: where they lie, and what they are. */
function lockedPackages(lock) {
  return Object.entries(lock.packages)
    .filter(([path]) => path.includes('node_modules/'))
    .map(([path, entry]) => ({ path, name: path.replace(/^.*node_modules\//, ''), ...entry }));
}

/** The package that a name means for one that lies at `from`: the nearest on the way up. */
function resolvePackage(byPath, from, name) {
  for (let folder = from; ; folder = folder.replace(/\/?node_modules\/(?:@[^/]+\/)?[^/]+$/, '')) {
    const found = byPath.get(folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`);
    if (found !== undefined || folder === '') return found;
  }
}

/** The bill of materials. */
export function makeSbom(description, lock, bundledPackages) {
  const all = lockedPackages(lock);
  const byPath = new Map(all.map((entry) => [entry.path, entry]));
  const chosen = all
    .filter((entry) => entry.dev !== true && entry.devOptional !== true)
    .concat(
      all.filter((entry) => entry.dev === true && bundledPackages.has(`${entry.name}@${entry.version}`)),
    )
    .sort((a, b) => (purl(a.name, a.version) < purl(b.name, b.version) ? -1 : 1));
  const refs = new Set(chosen.map(({ name, version }) => purl(name, version)));
  const dependsOn = (entry) =>
    Object.keys(entry.dependencies ?? {})
      .map((name) => resolvePackage(byPath, entry.path ?? '', name))
      .filter((found) => found !== undefined)
      .map(({ name, version }) => purl(name, version))
      .filter((ref) => refs.has(ref))
      .sort();
  const own = purl(description.name, description.version);
  const seen = new Set();
  const components = [];
  const dependencies = [{ ref: own, dependsOn: dependsOn(lock.packages['']) }];
  for (const entry of chosen) {
    const ref = purl(entry.name, entry.version);
    if (seen.has(ref)) continue;
    seen.add(ref);
    components.push({
      type: 'library',
      'bom-ref': ref,
      name: entry.name,
      version: entry.version,
      scope: 'required',
      purl: ref,
      hashes: hashes(entry.integrity),
      ...licence(entry.license),
      ...(entry.dev === true
        ? { properties: [{ name: 'networkml:bundled', value: 'its code is in dist/' }] }
        : {}),
    });
    dependencies.push({ ref, dependsOn: dependsOn(entry) });
  }
  const body = { components, dependencies };
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify([own, body]))}`,
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': own,
        name: description.name,
        version: description.version,
        purl: own,
        ...licence(description.license),
      },
    },
    ...body,
  };
}

/** A UUID of version 8 (RFC 9562, 5.8) made of the content: no time, no chance. */
function uuidOf(text) {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes[6] = (bytes[6] & 0x0f) | 0x80;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function main() {
  const read = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'));
  const text = `${JSON.stringify(makeSbom(read('package.json'), read('package-lock.json'), bundled()), null, 2)}\n`;
  const to = process.argv.indexOf('-o');
  if (to < 0) process.stdout.write(text);
  else writeFileSync(process.argv[to + 1], text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
