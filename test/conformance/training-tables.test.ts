import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { trainBundle } from '../../src/pipeline/index.js';
import { networkml } from '../cli/run-cli.js';
import { devices, hasShared } from '../support/shared.js';

const folder = mkdtempSync(join(tmpdir(), 'networkml-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Every fifth of the development captures, so that it does not take long; labels stay whole. */
function someCaptures(to: string): number {
  mkdirSync(to);
  const names = readdirSync(devices).filter((name) => name.endsWith('.pcap'));
  const chosen = names.filter((_, index) => index % 5 === 0);
  for (const name of [...chosen, 'devices.csv']) copyFileSync(join(devices, name), join(to, name));
  return chosen.length;
}

describe.runIf(hasShared)('training tables of real captures', () => {
  it('train the same bytes as the captures', async () => {
    const captures = join(folder, 'captures');
    const count = someCaptures(captures);
    const table = join(folder, 'rows.parquet');
    const made = await networkml(['features', captures, '--kind', 'training', '-o', table]);
    expect(made).toEqual({ code: 0, stdout: '', stderr: '' });
    const [one, two] = [join(folder, 'one'), join(folder, 'two')];
    const fromCaptures = await trainBundle([captures], { output: one, seed: 1 });
    // Nothing of the captures may be needed any more.
    rmSync(captures, { recursive: true });
    const fromTable = await trainBundle([table], { output: two, seed: 1 });
    expect(fromTable.sha256).toBe(fromCaptures.sha256);
    expect(fromTable.captures).toBeGreaterThan(count * 0.8);
    for (const name of readdirSync(one)) {
      expect(readFileSync(join(two, name)).equals(readFileSync(join(one, name)))).toBe(true);
    }
  }, 600_000);

  it('hold no address of the label table, and no path', async () => {
    const table = join(folder, 'rows.ndjson');
    await networkml(['features', devices, '--kind', 'training', '-o', table]);
    const text = readFileSync(table, 'utf8');
    expect(text).not.toContain(devices);
    const labels = readFileSync(join(devices, 'devices.csv'), 'utf8');
    for (const address of labels.match(/\d+\.\d+\.\d+\.\d+|(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/g) ?? []) {
      expect(text.includes(address)).toBe(false);
    }
    writeFileSync(table, '');
  }, 120_000);
});
