/** The command line on every capture there is: a record for each, as the schemas say, in the order given. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { networkml, recordsIn } from '../cli/run-cli.js';
import { expectSchema } from '../cli/schema.js';
import { devices, shared } from '../support/shared.js';

const malformed = join(shared, 'data', 'malformed');

function checkAll(files: readonly string[], stdout: string): { errors: number } {
  const records = recordsIn(stdout);
  expect(records.map((record) => (record.capture as { file: string }).file)).toEqual(files);
  let errors = 0;
  for (const record of records) {
    if (record.schema === 'networkml/error/v1') {
      expectSchema('error-v1', record);
      expect((record.error as { code: string }).code).not.toBe('NML_INTERNAL');
      errors += 1;
    } else expectSchema('prediction-v1', record);
  }
  return { errors };
}

describe('predict', () => {
  it('ends every malformed capture with a record or a coded error', async () => {
    const files = readdirSync(malformed)
      .filter((name) => name !== 'README.md')
      .sort()
      .map((name) => join(malformed, name));
    const { code, stdout, stderr } = await networkml(['predict', ...files]);
    expect(files).toHaveLength(284);
    const { errors } = checkAll(files, stdout);
    expect(code).toBe(5);
    expect(stderr.trimEnd().split('\n')).toHaveLength(errors);
    expect(stderr).not.toMatch(/[^\P{Cc}\n]/u);
  });

  it('predicts every device and attack capture, with the same bytes from two threads', async () => {
    const attacks = join(devices, 'anomalies');
    const files = [devices, attacks].flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.endsWith('.pcap'))
        .sort()
        .map((name) => join(folder, name)),
    );
    const one = await networkml(['predict', ...files, '--jobs', '1']);
    expect(files).toHaveLength(526 + 67);
    expect(checkAll(files, one.stdout)).toEqual({ errors: 0 });
    expect({ code: one.code, stderr: one.stderr }).toEqual({ code: 0, stderr: '' });
    const two = await networkml(['predict', ...files, '--jobs', '2']);
    expect(two.stdout === one.stdout).toBe(true);
  });
});
