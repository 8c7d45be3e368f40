/** The capture behind a job: an object that is copied out of the bucket, or a file below a root folder. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { JetStreamClient } from '@nats-io/jetstream';
import { type ObjectInfo, type ObjectStore, setSha256Backend } from '@nats-io/obj';
import { NetworkmlError } from '../errors.js';
import { openBelow } from './capture-path.js';
import type { CaptureReference } from './messages.js';
import { CAPTURES_BUCKET } from './subjects.js';

export interface FetchOptions {
  readonly roots: readonly string[];
  /** Folder for objects that are too large to be kept in memory. */
  readonly spool: string;
  /** Largest capture that is taken, bytes. */
  readonly maxCaptureBytes: number;
}

/** Where objects are. */
export interface Objects {
  readonly jetstream: JetStreamClient;
  readonly captures: ObjectStore;
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
  objects: Objects,
  options: FetchOptions,
): Promise<FetchedCapture> {
  return 'path' in reference
    ? fetchPath(reference.path, options)
    : fetchObject(reference.object, objects, options);
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
  { jetstream, captures }: Objects,
  { spool, maxCaptureBytes }: FetchOptions,
): Promise<FetchedCapture> {
  const { stored, info } = await findObject(captures, name);
  const { size } = info;
  if (size > maxCaptureBytes) throw tooLarge(size, maxCaptureBytes);
  const hash = createHash('sha256');
  const small = size <= IN_MEMORY_BYTES;
  const pieces = small ? await smallObject(captures, stored) : largeObject(jetstream, info);
  const sink = small ? memorySink(size) : await fileSink(spool);
  try {
    let total = 0;
    for await (const piece of pieces) {
      total += piece.length;
      if (total > size) throw new Error(`the object is longer than the ${size} bytes it says`);
      hash.update(piece);
      await sink.write(piece);
    }
    if (total < size) throw new Error(`the object ended after ${total} of ${size} bytes`);
  } catch (error) {
    await sink.release();
    throw error;
  }
  const sha256 = hash.digest('hex');
  return { source: sink.source, size, digest: async () => sha256, release: sink.release };
}

/** What is known of an object, and the name by which the client finds it. */
async function findObject(
  captures: ObjectStore,
  name: string,
): Promise<{ stored: string; info: ObjectInfo }> {
  for (const stored of storedNames(name)) {
    const info = await captures.info(stored);
    // A link would lead into a bucket that the sender may not be meant to reach.
    if (info !== null && !info.deleted && info.options?.link === undefined) return { stored, info };
  }
  throw absent();
}

/**
 * By subject, an object is the base64 of its name's UTF-8 (ADR-20 of the NATS architecture documents). Our client takes
 * each character for one byte instead, and fails at those that are none: it is given the bytes as such characters, then,
 * where it is one, the name as another such client would have stored it.
 */
function storedNames(name: string): string[] {
  const bytes = Buffer.from(name, 'utf8').toString('latin1');
  const asOneByteEach = Buffer.from(name, 'latin1').toString('latin1') === name;
  return asOneByteEach && bytes !== name ? [bytes, name] : [bytes];
}

/** Everything at once: the quickest way for few pieces. */
async function smallObject(captures: ObjectStore, name: string): Promise<AsyncIterable<Uint8Array>> {
  const found = await captures.get(name);
  if (found === null) throw absent();
  return found.data;
}

/** Pieces that are under way at a time: 4 MB of the usual ones. */
const PIECES_AT_A_TIME = 32;

/**
 * Piece after piece as they are taken: sent all at once, large objects would pile up at the server until it takes us for
 * a slow consumer and hangs up.
 */
async function* largeObject(jetstream: JetStreamClient, info: ObjectInfo): AsyncGenerator<Uint8Array> {
  const consumer = await jetstream.consumers.get(`OBJ_${CAPTURES_BUCKET}`, {
    filter_subjects: `$O.${CAPTURES_BUCKET}.C.${info.nuid}`,
  });
  const hash = createHash('sha256');
  try {
    for (let left = info.chunks; left > 0; ) {
      const batch = await consumer.fetch({ max_messages: Math.min(left, PIECES_AT_A_TIME), expires: 5_000 });
      const before = left;
      for await (const { data } of batch) {
        left -= 1;
        hash.update(data);
        yield data;
      }
      if (left === before) throw new Error(`no piece of the object came, ${left} are missing`);
    }
  } finally {
    await consumer.delete().catch(() => {});
  }
  const digest = `SHA-256=${hash.digest('base64url')}`;
  if (info.digest.replace(/=+$/, '') !== digest) throw new Error('the object is not what its digest says');
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
