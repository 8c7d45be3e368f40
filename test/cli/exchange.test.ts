import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { networkml, printer, recordsIn, temporaryDirectory } from './run-cli.js';

const directory = temporaryDirectory();
const model = join(directory, 'model');
const bundle = join(directory, 'bundle');

describe('models export and import', () => {
  it('take the network of the shipped bundle to TensorFlow.js and back', async () => {
    const out = await networkml(['models', 'export', 'default', '--to', 'tensorflow', '-o', model]);
    expect({ code: out.code, stderr: out.stderr }).toEqual({ code: 0, stderr: '' });
    expect(recordsIn(out.stdout)[0]).toMatchObject({ format: 'tensorflow', classifier: 'one-layer' });
    expect(readdirSync(model).sort()).toEqual(['model.json', 'networkml.json', 'weights.bin']);
    const back = await networkml(['models', 'import', model, '--bundle', 'default', '-o', bundle]);
    expect(back.code).toBe(0);
    expect((await networkml(['models', 'verify', bundle])).code).toBe(0);
    const words = ['predict', printer, '--classifier', 'one-layer'];
    const [own, brought] = await Promise.all([
      networkml([...words, '--bundle', 'default']),
      networkml([...words, '--bundle', bundle]),
    ]);
    expect(recordsIn(brought.stdout)[0]?.role).toEqual(recordsIn(own.stdout)[0]?.role);
  });

  it('have a summary for people', async () => {
    const words = ['models', 'export', '--classifier', 'one-layer', '-o', model, '--format', 'table'];
    expect((await networkml(words)).stdout).toMatch(/^model +one-layer \(tensorflow\)$/m);
  });

  it.each([
    [2, ['export', '--to', 'tensorflow'], 'NML_USAGE'],
    [2, ['export', '-o', join(directory, 'no')], 'NML_USAGE'],
    [2, ['export', '--to', 'tensorflow', '--classifier', 'random-forest', '-o', 'no'], 'NML_USAGE'],
    [2, ['import', '-o', join(directory, 'no')], 'NML_USAGE'],
    [4, ['import', directory, '-o', join(directory, 'no')], 'NML_MODEL_EXCHANGE'],
  ])('exits with %i: models %j', async (expected, words, error) => {
    const { code, stdout, stderr } = await networkml(['models', ...words]);
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
    expect(stderr).toContain(`[${error}]`);
    expect(existsSync(join(directory, 'no'))).toBe(false);
  });
});
