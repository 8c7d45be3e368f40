import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findBundle, listShippedBundles, verifyBundle, writeBundle } from '../../src/models/index.js';
import { sampleArrays, sampleManifest, temporaryDirectory } from './sample.js';

const directory = temporaryDirectory();
const bundle = join(directory, 'mine');
writeBundle(bundle, sampleManifest(), sampleArrays());
mkdirSync(join(directory, 'empty'));

const root = new URL('../../', import.meta.url).pathname;

describe('finding a bundle', () => {
  it('takes a directory, then the environment, then the shipped default', () => {
    expect(findBundle(bundle, { NETWORKML_BUNDLE: '/nowhere' })).toBe(bundle);
    expect(findBundle(undefined, { NETWORKML_BUNDLE: bundle })).toBe(bundle);
    expect(findBundle(undefined, { NETWORKML_BUNDLE: '' })).toBe(join(root, 'models/default'));
    expect(findBundle(undefined, {})).toBe(join(root, 'models/default'));
  });

  it('knows shipped bundles by name', () => {
    expect(findBundle('default', {})).toBe(join(root, 'models/default'));
    const shipped = listShippedBundles();
    expect(shipped.map(({ name }) => name)).toContain('default');
    for (const each of shipped) expect(verifyBundle(each.directory).manifest.name).not.toBe('');
  });

  it.each([
    ['nothing-of-that-name', 'neither a directory nor a shipped bundle'],
    [join(directory, 'nowhere'), 'there is no such bundle'],
    [join(directory, 'empty'), 'no bundle: it has no manifest.json'],
    ['.', 'no bundle: it has no manifest.json'],
    // No way into the folder of the shipped ones; and nothing beside the checkout has a say here.
    ['./default', 'there is no such bundle'],
  ])('does not find %s', (name, message) => {
    expect(() => findBundle(name, {})).toThrow(
      expect.objectContaining({ code: 'NML_MODEL_MISSING', message }),
    );
  });
});
