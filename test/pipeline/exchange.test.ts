import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBundle } from '../../src/models/index.js';
import {
  exportClassifier,
  importClassifier,
  loadBundle,
  predict,
  trainBundle,
} from '../../src/pipeline/index.js';
import { refusal } from '../roles/exchange/refusal.js';
import { bytesOf, roleTraffic, trainTestBundle } from '../support/role-captures.js';

const folder = mkdtempSync(join(tmpdir(), 'networkml-exchange-'));
const bundle = join(folder, 'bundle');
const model = join(folder, 'model');
/** A bundle of the network alone. */
const plain = join(folder, 'plain');
beforeAll(async () => {
  await trainTestBundle(folder);
  exportClassifier(bundle, 'tensorflow', model);
  await trainBundle([join(folder, 'captures')], { output: plain, seed: 1, classifier: 'one-layer' });
});
afterAll(() => rmSync(folder, { recursive: true }));

interface LayersJson {
  userDefinedMetadata?: { networkml: { roles: string[]; layout: string } };
  weightsManifest: { weights: { shape: number[] }[] }[];
}

/** A copy of the exported model with something changed in it. */
function changed(name: string, change: (json: LayersJson, weights: DataView) => void): string {
  const copy = join(folder, name);
  cpSync(model, copy, { recursive: true });
  const json = JSON.parse(readFileSync(join(copy, 'model.json'), 'utf8')) as LayersJson;
  const weights = readFileSync(join(copy, 'weights.bin'));
  change(json, new DataView(weights.buffer, weights.byteOffset, weights.length));
  writeFileSync(join(copy, 'model.json'), JSON.stringify(json));
  writeFileSync(join(copy, 'weights.bin'), weights);
  return copy;
}

describe('a model taken out and brought back', () => {
  it('gives the same arrays, cut and temperature', () => {
    const output = join(folder, 'back');
    const summary = importClassifier(model, { bundle, output, name: 'back', version: '7' });
    expect(summary).toMatchObject({ format: 'tensorflow', classifier: 'one-layer', warnings: [] });
    const [before, after] = [readBundle(bundle), readBundle(output)];
    expect(after.manifest).toMatchObject({ name: 'back', version: '7' });
    expect(after.manifest.temperature).toBe(before.manifest.temperature);
    expect(after.manifest.training.figures).toEqual(before.manifest.training.figures);
    expect(after.manifest.arrays).toEqual(before.manifest.arrays);
  });

  it('may list the roles in another order', async () => {
    // The first and the last role change places, and so do their outputs.
    const from = changed('reordered', (json, weights) => {
      const roles = json.userDefinedMetadata!.networkml.roles;
      const last = roles.length - 1;
      [roles[0], roles[last]] = [roles[last]!, roles[0]!];
      const rows = weights.byteLength / 4 / roles.length;
      for (let row = rows - 65; row < rows; row++) {
        const [a, b] = [4 * row * roles.length, 4 * (row * roles.length + last)];
        const kept = weights.getFloat32(a, true);
        weights.setFloat32(a, weights.getFloat32(b, true), true);
        weights.setFloat32(b, kept, true);
      }
    });
    const output = join(folder, 'ordered');
    expect(importClassifier(from, { bundle, output }).warnings).toEqual([]);
    const capture = bytesOf(roleTraffic('Plc', 7, 1));
    const [own, brought] = [
      await predict(capture, { bundle, classifier: 'one-layer' }),
      await predict(capture, { bundle: output, classifier: 'one-layer' }),
    ];
    expect(brought.role).toEqual(own.role);
  });

  it('keeps what was found out about it, and loses that with other weights', async () => {
    const before = (await loadBundle(bundle)).classifier('one-layer');
    const same = join(folder, 'same');
    importClassifier(model, { bundle, output: same });
    const kept = (await loadBundle(same)).classifier('one-layer');
    expect([kept.confidence, kept.unknownBelow]).toEqual([before.confidence, before.unknownBelow]);
    const from = changed('other', (_, weights) => {
      weights.setFloat32(weights.byteLength - 4, 3, true);
    });
    const output = join(folder, 'others');
    const { warnings } = importClassifier(from, { bundle, output });
    expect(warnings.join()).toContain('they are 0.5 and 1');
    const after = (await loadBundle(output)).classifier('one-layer');
    expect([after.confidence, after.unknownBelow]).toEqual([{ temperature: 1, offset: 0 }, 0.5]);
  });

  it('as the default of a bundle, takes its figures along', async () => {
    const from = changed('another', (_, weights) => {
      weights.setFloat32(weights.byteLength - 4, 3, true);
    });
    const output = join(folder, 'default');
    importClassifier(from, { bundle: plain, output });
    const { manifest } = readBundle(output);
    expect(manifest).toMatchObject({ temperature: 1, unknownBelow: 0.5, training: { figures: {} } });
    expect(readBundle(plain).manifest.training.figures).not.toEqual({});
  });
});

describe('what cannot be brought in', () => {
  it('a model of other roles', () => {
    const from = changed('foreign', (json) => {
      json.userDefinedMetadata!.networkml.roles[0] = 'Toaster';
    });
    const error = refusal(() => importClassifier(from, { bundle, output: join(folder, 'never') }));
    expect(error.code).toBe('NML_MODEL_ROLE');
    expect(error.message).toBe('the model does not know MailServer and knows Toaster beyond the bundle');
  });

  it('a model of other vectors', () => {
    const from = changed('layout', (json) => {
      json.userDefinedMetadata!.networkml.layout = 'mine/1';
    });
    expect(refusal(() => importClassifier(from, { bundle, output: join(folder, 'never') })).code).toBe(
      'NML_MODEL_LAYOUT',
    );
  });

  it('a directory without a model, and files that are none', () => {
    const never = { bundle, output: join(folder, 'never') };
    expect(refusal(() => importClassifier(folder, never)).message).toContain('neither model.json nor');
    const from = changed('broken', () => {});
    rmSync(join(from, 'weights.bin'));
    expect(refusal(() => importClassifier(from, never)).message).toBe('no such file');
    writeFileSync(join(from, 'model.json'), '{');
    expect(refusal(() => importClassifier(from, never))).toMatchObject({
      code: 'NML_MODEL_EXCHANGE',
      place: { file: join(from, 'model.json') },
    });
  });

  it('and what cannot be taken out: a classifier that is not there', () => {
    expect(refusal(() => exportClassifier(plain, 'ml-random-forest', join(folder, 'rf'))).code).toBe(
      'NML_MODEL_ROLE',
    );
  });
});
