import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorTable } from '../../src/errors.js';
import { trainTestBundle } from '../support/role-captures.js';
import { capturesIn, hasShared, shared } from '../support/shared.js';

/** Of the built command line: `npm run build` comes first. */
const main = resolve('dist/cli/main.cjs');
const LIMIT_KB = 512 * 1024;

interface Outcome {
  readonly schema: string;
  readonly capture: { readonly file: string };
  readonly error?: { readonly code: string; readonly message: string };
}

describe.runIf(hasShared)('odd and broken captures', () => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'networkml-test-'));
    await trainTestBundle(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('all end with a record or a coded error, in bounded memory', () => {
    expect(existsSync(main), `${main} is made by npm run build`).toBe(true);
    const files = capturesIn(join(shared, 'data', 'malformed'));
    expect(files.length).toBe(284);
    const peak = join(folder, 'peak');
    const child = spawnSync(
      '/usr/bin/time',
      [
        '-f',
        '%M',
        '-o',
        peak,
        process.execPath,
        '--max-old-space-size=256',
        main,
        'predict',
        '--format',
        'ndjson',
        '--quiet',
        '--jobs',
        '2',
        '--bundle',
        join(folder, 'bundle'),
        ...files,
      ],
      { encoding: 'utf8', maxBuffer: 2 ** 28, timeout: 600_000 },
    );
    expect(child.error).toBeUndefined();
    // 5: some inputs failed, the others are done.
    expect([0, 5], child.stderr.slice(-2000)).toContain(child.status);
    const outcomes = child.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Outcome);
    expect(outcomes.map(({ capture }) => capture.file)).toEqual(files);
    const codes = new Map<string, number>();
    for (const { schema, error, capture } of outcomes) {
      expect(schema).toBe(error === undefined ? 'networkml/prediction/v1' : 'networkml/error/v1');
      const code = error?.code ?? 'record';
      codes.set(code, (codes.get(code) ?? 0) + 1);
      if (error === undefined) continue;
      expect(Object.keys(errorTable), capture.file).toContain(error.code);
      expect(error.code, `${capture.file}: ${error.message}`).not.toBe('NML_INTERNAL');
    }
    const peakKb = Number(readFileSync(peak, 'utf8').trim().split('\n').at(-1));
    console.log(
      `malformed: ${JSON.stringify(Object.fromEntries(codes))}, peak ${Math.round(peakKb / 1024)} MiB`,
    );
    expect(peakKb).toBeLessThan(LIMIT_KB);
  });
});
