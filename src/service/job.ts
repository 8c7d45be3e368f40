/** A job as it comes: from strangers, so nothing about it is taken for granted. */

import { createHash } from 'node:crypto';
import { NetworkmlError } from '../errors.js';
import type { CaptureReference, JobMessage } from './messages.js';
import { isJobId } from './subjects.js';

/** Longest name that is taken over into records, characters. */
const LONGEST_NAME = 1024;

const KEYS: ReadonlySet<string> = new Set(['id', 'capture', 'file', 'device', 'priority']);

/**
 * Reads a job.
 * @throws NetworkmlError NML_JOB_INVALID
 */
export function parseJob(data: Uint8Array): JobMessage {
  const given = objectOf(data);
  for (const key of Object.keys(given)) if (!KEYS.has(key)) refuse(`unknown member ${JSON.stringify(key)}`);
  const { id, file, device, priority } = given;
  if (id !== undefined && (typeof id !== 'string' || !isJobId(id))) refuse('id is not one word of a subject');
  if (
    priority !== undefined &&
    !(Number.isInteger(priority) && Number(priority) >= 0 && Number(priority) <= 9)
  ) {
    refuse('priority is not a whole number from 0 to 9');
  }
  return {
    ...(typeof id === 'string' ? { id } : {}),
    capture: referenceOf(given.capture),
    ...optional('file', file),
    ...optional('device', device),
    ...(typeof priority === 'number' ? { priority } : {}),
  };
}

function refuse(problem: string): never {
  throw new NetworkmlError('NML_JOB_INVALID', problem);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectOf(data: Uint8Array): Record<string, unknown> {
  const value = jsonOf(data);
  return isObject(value) ? value : refuse('not a JSON object');
}

/** The value of some JSON text; null when it is none. */
export function jsonOf(data: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data));
  } catch {
    // Not UTF-8, or not JSON: the sender is told that it is no JSON object.
    return null;
  }
}

function referenceOf(value: unknown): CaptureReference {
  if (isObject(value) && Object.keys(value).length === 1) {
    const { object, path } = value;
    if (isName(object)) return { object };
    if (isName(path)) return { path };
  }
  return refuse('capture is neither { "object": name } nor { "path": name }');
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME && !value.includes('\0');
}

function optional<K extends 'file' | 'device'>(key: K, value: unknown): { [name in K]?: string } {
  if (value === undefined) return {};
  if (!isName(value)) return refuse(`${key} is no text of 1 to ${LONGEST_NAME} characters`);
  return { [key]: value } as { [name in K]: string };
}

/** What, beside capture and bundle, an answer depends on. */
export interface JobOptions {
  readonly file?: string;
  readonly device?: string;
}

/**
 * The id that a job has by default: SHA-256 over the capture's digest, the bundle's digest and the options, in
 * hexadecimal. The same capture asked the same way of the same bundle is the same job.
 */
export function jobIdOf(captureSha256: string, bundleSha256: string, options: JobOptions): string {
  const text = JSON.stringify([
    'networkml/job/v1',
    captureSha256,
    bundleSha256,
    options.file ?? null,
    options.device ?? null,
  ]);
  return createHash('sha256').update(text).digest('hex');
}

/** The id of a message that no better id can be found for: SHA-256 of its bytes, in hexadecimal. */
export function messageId(data: Uint8Array): string {
  return createHash('sha256').update('networkml/message/v1\0').update(data).digest('hex');
}
