import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { readManifest } from '../../src/models/index.js';
import { bundleTitles, loadBundle, predict } from '../../src/pipeline/index.js';
import { codeOf } from '../support/read-all.js';

const root = new URL('../../', import.meta.url).pathname;
const capture = join(root, 'examples/Printer-lab0001print1-Tue1215-135-n00.pcap');
const folder = mkdtempSync(join(tmpdir(), 'networkml-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const bundle = join(folder, 'bundle');

beforeEach(() => cpSync(join(root, 'models/default'), bundle, { recursive: true }));

/** Flips a bit in the middle of an array on disk. */
function damage(name: string): void {
  const { offset, bytes } = readManifest(bundle).manifest.arrays.find((entry) => entry.name === name)!;
  const data = join(bundle, 'arrays.bin');
  const content = readFileSync(data);
  content[offset + (bytes >> 1)]! ^= 4;
  writeFileSync(data, content);
}

it.each(['ensemble.forest/threshold', 'random-forest.threshold', 'one-layer.w1', 'view.sess.betas'])(
  'refuses a bundle whose %s is damaged, whether it is asked about or not',
  async (name) => {
    damage(name);
    expect(await codeOf(() => loadBundle(bundle))).toBe('NML_MODEL_CHECKSUM');
    expect(await codeOf(() => loadBundle(bundle, 'random-forest'))).toBe('NML_MODEL_CHECKSUM');
  },
);

it('reads a classifier when it is first asked for, and no other than the manifest promises', async () => {
  const loaded = await loadBundle(bundle);
  damage('random-forest.threshold');
  const record = await predict(capture, { bundle: loaded });
  expect(record.role.label).toBe('Printer');
  const forest = () => predict(capture, { bundle: loaded, classifier: 'random-forest' });
  expect(await codeOf(forest)).toBe('NML_MODEL_CHECKSUM');
  rmSync(join(bundle, 'arrays.bin'));
  expect((await predict(capture, { bundle: loaded })).role).toEqual(record.role);
  expect(await codeOf(() => predict(capture, { bundle: loaded, classifier: 'one-layer' }))).toBe(
    'NML_MODEL_CHECKSUM',
  );
});

it('knows a wrong name at once, and its titles without any array', async () => {
  expect(await codeOf(() => loadBundle(bundle, 'oracle'))).toBe('NML_MODEL_ROLE');
  rmSync(join(bundle, 'arrays.bin'));
  expect(bundleTitles(bundle).get('IpCamera')).toBe('IP camera');
  expect(await codeOf(() => loadBundle(bundle))).toBe('NML_MODEL_CHECKSUM');
});

it.each([
  ['a forest', '"splits"', '"nodes"', 'splits is not a whole number above 0'],
  ['a view of behaviour', '"layout": "net/1"', '"layout": "net/0"', 'net/0'],
])('says in which bundle %s was made by another version', async (_what, from, to, problem) => {
  const path = join(bundle, 'manifest.json');
  const before = readFileSync(path);
  const after = Buffer.from(before.toString().replaceAll(from, to));
  expect(after.equals(before)).toBe(false);
  const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
  const sums = join(bundle, 'SHA256SUMS');
  writeFileSync(sums, readFileSync(sums, 'utf8').replace(sha256(before), sha256(after)));
  writeFileSync(path, after);
  await expect(loadBundle(bundle)).rejects.toMatchObject({
    message: expect.stringContaining(problem),
    place: { file: bundle },
  });
});
