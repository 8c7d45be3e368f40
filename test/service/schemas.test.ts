/** The AsyncAPI document: whole, and about the subjects that are really used (nats.test.ts checks the messages). */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import * as subjects from '../../src/service/subjects.js';
import { root } from '../cli/run-cli.js';

interface Channel {
  readonly address: string;
  readonly parameters?: Record<string, unknown>;
  readonly messages: Record<string, { $ref: string }>;
}

interface Document {
  readonly asyncapi: string;
  readonly channels: Record<string, Channel>;
  readonly operations: Record<string, unknown>;
  readonly components: { messages: Record<string, { payload: { schema?: object } }> };
}

const document = JSON.parse(readFileSync(join(root, 'schemas/service.asyncapi.json'), 'utf8')) as Document;

function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => (key === '$ref' ? [String(each)] : references(each)));
}

test('the document is one by the schema of AsyncAPI 3.0.0 itself', () => {
  const path = createRequire(import.meta.url).resolve('@asyncapi/specs/schemas/3.0.0-without-$id.json');
  // The schema is in draft 7 with names of formats that mean nothing to Ajv.
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const isDocument = ajv.compile(JSON.parse(readFileSync(path, 'utf8')) as object);
  expect([isDocument(document), isDocument.errors]).toEqual([true, null]);
  const [name, operation] = Object.entries(document.operations)[0] ?? [];
  const shouted = {
    ...document,
    operations: { [String(name)]: { ...(operation as object), action: 'shout' } },
  };
  expect(isDocument(shouted)).toBe(false);
});

test('every reference leads somewhere inside', () => {
  const found = references(document);
  expect(found.length).toBeGreaterThan(20);
  for (const reference of found) {
    const steps = reference.replace('#/', '').split('/');
    const target = steps.reduce<unknown>(
      (value, step) => (value as Record<string, unknown> | undefined)?.[step],
      document,
    );
    expect(target, reference).toBeDefined();
  }
});

test('channels have the addresses of the code, and all their parameters are described', () => {
  expect(document.asyncapi).toBe('3.0.0');
  const addresses = Object.values(document.channels).map(({ address }) => address);
  expect(addresses).toContain(subjects.JOBS_SUBJECT);
  expect(addresses).toContain(subjects.resultSubject('{jobId}'));
  expect(addresses).toContain(subjects.eventSubject('{kind}', '{device}'));
  for (const { address, parameters = {} } of Object.values(document.channels)) {
    const names = [...address.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(Object.keys(parameters)).toEqual(names);
  }
  expect(Object.keys(document.operations)).toEqual(Object.keys(document.channels));
});

test('the schemas of the messages can be used as they stand', () => {
  const ajv = new Ajv();
  for (const [name, { payload }] of Object.entries(document.components.messages)) {
    if (payload.schema === undefined) continue;
    expect(() => ajv.compile(payload.schema ?? {}), name).not.toThrow();
  }
  const job = ajv.compile(document.components.messages.job?.payload.schema ?? {});
  expect(job({ capture: { object: 'a' } })).toBe(true);
  expect(job({ capture: { url: 'a' } })).toBe(false);
});
