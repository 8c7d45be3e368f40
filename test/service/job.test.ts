import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { jobIdOf, messageId, parseJob } from '../../src/service/job.js';
import { deviceKey, isJobId } from '../../src/service/subjects.js';
import { expectSchema } from '../cli/schema.js';

const bytes = (value: unknown): Uint8Array =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));

test('jobs of the form that the schema says are read as they are', () => {
  for (const job of [
    { capture: { object: 'a' } },
    { id: 'x_Y-9', capture: { path: 'a/b.pcap' }, file: 'b.pcap', device: '10.0.0.9', priority: 9 },
  ]) {
    expectSchema('job-v1', job);
    expect(parseJob(bytes(job))).toEqual(job);
  }
});

test('everything else is refused with a code', () => {
  const wrong: unknown[] = [
    '',
    'null',
    '[]',
    '{',
    '"x"',
    {},
    { capture: null },
    { capture: 'a.pcap' },
    { capture: {} },
    { capture: { object: '' } },
    { capture: { object: 'a', path: 'b' } },
    { capture: { url: 'http://127.0.0.1/a.pcap' } },
    { capture: { path: 7 } },
    { capture: { path: 'a\0b' } },
    { capture: { path: 'x'.repeat(2000) } },
    { capture: { object: 'a' }, more: 1 },
    { capture: { object: 'a' }, file: 1 },
    { capture: { object: 'a' }, device: '' },
    ...[-1, 10, 0.5, '1', null].map((priority) => ({ capture: { object: 'a' }, priority })),
    ...['', 'a.b', 'a b', '>', '*', 'x'.repeat(129), 'ä', 7, null].map((id) => ({
      id,
      capture: { object: 'a' },
    })),
  ];
  for (const job of wrong) {
    expect(() => parseJob(bytes(job)), JSON.stringify(job)).toThrow(
      expect.objectContaining({ code: 'NML_JOB_INVALID' }),
    );
  }
  expect(() => parseJob(new Uint8Array([0x7b, 0xff, 0x7d]))).toThrow(/not a JSON object/);
});

test('the id of a job follows from capture, bundle and options alone', () => {
  const digest = createHash('sha256').update('x').digest('hex');
  const id = jobIdOf(digest, 'bundle', { file: 'a.pcap' });
  // A change here breaks the promise that the same thing sent again, by another version too, is the same job.
  expect(jobIdOf('c', 'b', { file: 'f', device: 'd' })).toBe(
    createHash('sha256').update('["networkml/job/v1","c","b","f","d"]').digest('hex'),
  );
  expect(isJobId(id)).toBe(true);
  expect(jobIdOf(digest, 'bundle', { file: 'a.pcap' })).toBe(id);
  const others = [
    jobIdOf(digest, 'other', { file: 'a.pcap' }),
    jobIdOf(digest, 'bundle', { file: 'b.pcap' }),
    jobIdOf(digest, 'bundle', { file: 'a.pcap', device: '10.0.0.1' }),
    jobIdOf(digest, 'bundle', {}),
    jobIdOf(digest, 'bundle', { device: 'a.pcap' }),
  ];
  expect(new Set([id, ...others]).size).toBe(6);
  expect(isJobId(messageId(bytes('anything')))).toBe(true);
});

test('devices have keys that are one token of a subject', () => {
  expect(deviceKey({ mac: '00:11:22:AA:bb:cc', addresses: ['10.0.0.1'] })).toBe('00-11-22-aa-bb-cc');
  expect(deviceKey({ mac: null, addresses: ['10.0.0.1', '10.0.0.2'] })).toBe('10-0-0-1');
  expect(deviceKey({ mac: null, addresses: ['fe80::1'] })).toBe('fe80--1');
});
