/** `networkml enroll` with the shipped bundle and a printer of the examples. */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PredictionRecord } from '../../src/types.js';
import {
  type CliResult,
  desktop,
  networkml,
  printer,
  recordsIn,
  root,
  temporaryDirectory,
} from './run-cli.js';

const directory = temporaryDirectory();
const enrolled = join(directory, 'mine');
const shipped = join(root, 'models/default');

async function scoreOf(capture: string, bundle: string): Promise<number> {
  const { stdout } = await networkml(['predict', capture, '--role', 'Printer', '--bundle', bundle]);
  const [record] = recordsIn(stdout) as unknown as PredictionRecord[];
  return record?.anomaly.score as number;
}

function digestsOf(bundle: string): string[] {
  return readdirSync(bundle).map((name) =>
    createHash('sha256')
      .update(readFileSync(join(bundle, name)))
      .digest('hex'),
  );
}

describe('enroll', () => {
  let result: CliResult;
  let before: string[];

  beforeAll(async () => {
    before = digestsOf(shipped);
    result = await networkml(['enroll', printer, '--role', 'Printer', '-o', enrolled]);
  });

  it('makes a bundle that is intact, names what was added, and leaves the other as it was', async () => {
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const [summary] = recordsIn(result.stdout);
    const manifest = JSON.parse(readFileSync(join(enrolled, 'manifest.json'), 'utf8'));
    expect(summary).toMatchObject({
      role: 'Printer',
      enrolled: [
        { file: expect.stringMatching(/^Printer-/), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      ],
      skipped: [],
    });
    expect(manifest.training.options.enrolments).toEqual([
      expect.objectContaining({ role: 'Printer', base: summary?.base, enrolled: summary?.enrolled }),
    ]);
    expect((await networkml(['models', 'verify', enrolled])).code).toBe(0);
    expect(digestsOf(shipped)).toEqual(before);
  });

  it('makes the captures less strange, others hardly other, and answers of roles stay', async () => {
    const [plain, own] = [await scoreOf(printer, shipped), await scoreOf(printer, enrolled)];
    expect(plain).toBeGreaterThan(0);
    expect(own).toBeLessThan(plain);
    const other = (await scoreOf(desktop, enrolled)) - (await scoreOf(desktop, shipped));
    expect(other).toBeLessThan((plain - own) / 10);
    const roles = await Promise.all(
      [shipped, enrolled].map(async (bundle) => {
        const { stdout } = await networkml(['predict', desktop, '--bundle', bundle]);
        return (recordsIn(stdout) as unknown as PredictionRecord[])[0]?.role;
      }),
    );
    expect(roles[0]).toEqual(roles[1]);
  });

  it('gives the same bytes again', async () => {
    const again = join(directory, 'again');
    await networkml(['enroll', printer, '--role', 'Printer', '-o', again]);
    expect(digestsOf(again)).toEqual(digestsOf(enrolled));
  });

  it('passes over what is no capture, and says so', async () => {
    const to = join(directory, 'some');
    const text = join(root, 'README.md');
    const { code, stdout, stderr } = await networkml([
      'enroll',
      printer,
      text,
      '--role',
      'Printer',
      '-o',
      to,
    ]);
    expect(code).toBe(5);
    expect(stderr).toContain('NML_PCAP_MAGIC');
    expect(recordsIn(stdout)[0]).toMatchObject({ enrolled: [{}], skipped: [{ file: text }] });
  });

  it.each([
    [[printer, '--role', 'Prnter'], 'NML_MODEL_ROLE'],
    [['README.md', '--role', 'Printer'], 'NML_TRAIN_DATA'],
    [[printer], 'NML_USAGE'],
  ])('refuses %j without leaving a bundle', async (words, code) => {
    const to = join(directory, 'none');
    const answer = await networkml(['enroll', ...words, '-o', to]);
    expect(answer.code).not.toBe(0);
    expect(answer.stderr).toContain(code);
    expect(readdirSync(directory)).not.toContain('none');
  });
});
