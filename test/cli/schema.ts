import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect } from 'vitest';
import { root } from './run-cli.js';

const ajv = new Ajv();

/** Expects a record to be as the schema of its kind in schemas/ says. */
export function expectSchema(name: string, record: unknown): void {
  const file = join(root, 'schemas', `${name}.schema.json`);
  const check =
    ajv.getSchema(file) ?? ajv.addSchema(JSON.parse(readFileSync(file, 'utf8')), file).getSchema(file);
  const fits = check?.(record);
  expect(check?.errors ?? null).toBeNull();
  expect(fits).toBe(true);
}
