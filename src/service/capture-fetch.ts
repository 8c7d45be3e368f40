/** The capture behind a job: an object that is copied out of the bucket, or a file below a root folder. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ObjectStore, setSha256Backend } from '@nats-io/obj';
import { NetworkmlError } from '../errors.js';
import { openBelow } from './capture-path.js';
import type { CaptureReference } from './messages.js';

export interface FetchOptions {
  readonly roots: readonly string[];
  /** Folder for objects that are too large to be kept in memory. */
  readonly spool: string;
  /** Largest capture that is taken, bytes. */
  readonly maxCaptureBytes: number;
}

/** A capture at hand. */
export interface FetchedCapture {
  readonly source: string | Uint8Array<ArrayBuffer>;
  /** SHA-256 of the stored bytes, hexadecimal. Known already for objects, else computed when asked for. */
  digest(): Promise<string>;
  /** Bytes. */
  readonly size: number;
  /** Closes and removes what was needed. */
  release(): Promise<void>;
}

// The client's own SHA-256 is written in JavaScript unless it is told otherwise.
setSha256Backend('native');

/** Objects up to this size are kept in memory. */
const IN_MEMORY_BYTES = 4 * 1024 ** 2;

/**
 * Gets the capture of a job.
 * @throws NetworkmlError NML_JOB_OBJECT, NML_JOB_PATH, NML_JOB_LIMIT: the job's own fault. Whatever else is thrown is not.
 */
export async function fetchCapture(
  reference: CaptureReference,
  bucket: ObjectStore | undefined,
  options: FetchOptions,
): Promise<FetchedCapture> {
  if ('path' in reference) return fetchPath(reference.path, options);
  if (bucket === undefined) throw new NetworkmlError('NML_JOB_OBJECT', 'there is no bucket');
  return fetchObject(reference.object, bucket, options);
}

async function fetchPath(name: string, { roots, maxCaptureBytes }: FetchOptions): Promise<FetchedCapture> {
  const { handle, path, size } = await openBelow(roots, name);
  if (size > maxCaptureBytes) {
    await handle.close();
    throw tooLarge(size, maxCaptureBytes);
  }
  return { source: path, size, digest: () => fileDigest(path), release: () => handle.close() };
}

function absent(): NetworkmlError {
  return new NetworkmlError('NML_JOB_OBJECT', 'no such object in the bucket');
}

function tooLarge(size: number, limit: number): NetworkmlError {
  return new NetworkmlError('NML_JOB_LIMIT', `${size} bytes, the limit is ${limit}`);
}

async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece as Buffer);
  return hash.digest('hex');
}

async function fetchObject(
  name: string,
  bucket: ObjectStore,
  { spool, maxCaptureBytes }: FetchOptions,
): Promise<FetchedCapture> {
  const info = await bucket.info(name);
  // A link would lead into a bucket that the sender may not be meant to reach.
  if (info === null || info.deleted || info.options?.link !== undefined) throw absent();
  const { size } = info;
  if (size > maxCaptureBytes) throw tooLarge(size, maxCaptureBytes);
  const found = await bucket.get(name);
  if (found === null) throw absent();
  const hash = createHash('sha256');
  const sink = size <= IN_MEMORY_BYTES ? memorySink(size) : await fileSink(spool);
  try {
    let total = 0;
    for await (const piece of found.data) {
      total += piece.length;
      if (total > size) throw new Error(`the object is longer than the ${size} bytes it says`);
      hash.update(piece);
      await sink.write(piece);
    }
    const problem = await found.error;
    // The client says undefined where its types say null.
    if (problem instanceof Error) throw problem;
    if (total < size) throw new Error(`the object ended after ${total} of ${size} bytes`);
  } catch (error) {
    await sink.release();
    throw error;
  }
  const sha256 = hash.digest('hex');
  return { source: sink.source, size, digest: async () => sha256, release: sink.release };
}

interface Sink {
  readonly source: string | Uint8Array<ArrayBuffer>;
  write(piece: Uint8Array): Promise<void>;
  release(): Promise<void>;
}

function memorySink(size: number): Sink {
  const source = new Uint8Array(size);
  let at = 0;
  return {
    source,
    write: async (piece) => {
      source.set(piece, at);
      at += piece.length;
    },
    release: async () => {},
  };
}

async function fileSink(spool: string): Promise<Sink> {
  const folder = await mkdtemp(join(spool, 'networkml-'));
  const source = join(folder, 'capture');
  const handle: FileHandle = await open(source, 'wx', 0o600);
  return {
    source,
    write: async (piece) => {
      await handle.write(piece);
    },
    release: async () => {
      await handle.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
