import {
  closeSync,
  createReadStream,
  fstatSync,
  openSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import { createGunzip } from 'node:zlib';
import { NetworkmlError } from '../errors.js';
import type { CaptureReader } from './capture-reader.js';
import { type DigestWish, digestFor } from './digest.js';
import type { CaptureLimits } from './limits.js';

/** Where the bytes of a capture come from: a path, the bytes themselves, or a stream of them. */
export type CaptureSource = string | Uint8Array | AsyncIterable<Uint8Array>;

/** Told after each piece: bytes of the stored file so far, and its size where it is known. */
export type BytesListener = (bytes: number, totalBytes: number | null) => void;

export interface PumpOptions {
  readonly limits: CaptureLimits;
  readonly digest: DigestWish;
  readonly onBytes: BytesListener;
}

export interface Pumped {
  /** Digest of the stored bytes; it may be ready some time after the last packet. */
  readonly sha256: Promise<string | null>;
}

/**
 * Feeds a whole source to the reader. Regular files are read synchronously into the reader's own buffer (the
 * fastest way by measurement, see bench/README.md); everything else is a stream.
 */
export async function pump(
  source: CaptureSource,
  reader: CaptureReader,
  options: PumpOptions,
): Promise<Pumped> {
  if (typeof source === 'string') return pumpPath(source, reader, options);
  if (source instanceof Uint8Array) return pumpStream(singlePiece(source), source.length, reader, options);
  return pumpStream(source, null, reader, options);
}

async function* singlePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}

async function pumpPath(path: string, reader: CaptureReader, options: PumpOptions): Promise<Pumped> {
  const file = openForReading(path);
  try {
    const status = fstatSync(file);
    if (status.isDirectory()) throw new NetworkmlError('NML_INPUT_ACCESS', 'is a directory, not a capture');
    if (!status.isFile() || startsLikeGzip(file)) {
      const stream = createReadStream(path, {
        fd: file,
        autoClose: false,
        ...(status.isFile() ? { start: 0 } : {}),
      });
      return await pumpStream(stream, status.isFile() ? status.size : null, reader, options);
    }
    return pumpFile(file, status.size, reader, options);
  } finally {
    closeSync(file);
  }
}

/**
 * Opens a capture, whatever it is, without ever waiting for a pipe's other end.
 * @returns the descriptor
 * @throws NetworkmlError NML_INPUT_NOT_FOUND, NML_INPUT_ACCESS
 */
export function openForReading(path: string): number {
  try {
    if (isNamedPipe(path, statSync(path))) {
      // The opening would wait, perhaps for ever, for somebody who writes, and could not even be interrupted.
      const hint = 'give a pipe on standard input: networkml predict - < PIPE';
      throw new NetworkmlError('NML_INPUT_ACCESS', 'is a named pipe', { hint });
    }
    return openSync(path, 'r');
  } catch (cause) {
    if (cause instanceof NetworkmlError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new NetworkmlError('NML_INPUT_NOT_FOUND', 'no such file', { cause });
    }
    throw new NetworkmlError('NML_INPUT_ACCESS', `cannot be opened (${code ?? 'unknown reason'})`, { cause });
  }
}

/** A pipe in a folder, not one that a shell made for this process (`<(...)`): that has no path of its own. */
function isNamedPipe(path: string, status: Stats): boolean {
  if (!status.isFIFO() || path.startsWith('/dev/fd/')) return false;
  try {
    realpathSync.native(path);
    return true;
  } catch {
    return false;
  }
}

function startsLikeGzip(file: number): boolean {
  const start = new Uint8Array(2);
  return readSync(file, start, 0, 2, 0) === 2 && isGzip(start);
}

function isGzip(start: Uint8Array): boolean {
  return start[0] === 0x1f && start[1] === 0x8b;
}

/** Exactly the `size` bytes that the file had when it was opened, so that a growing file has one digest. */
function pumpFile(file: number, size: number, reader: CaptureReader, options: PumpOptions): Pumped {
  const digest = digestFor(options.digest, size);
  let total = 0;
  try {
    while (total < size) {
      reader.offerBuffer(digest.buffer());
      const room = reader.room();
      const count = readSync(file, room, 0, Math.min(room.length, size - total), total);
      if (count === 0) break;
      total += count;
      const bytes = room.subarray(0, count);
      reader.commit(count);
      digest.take(bytes);
      options.onBytes(total, size);
    }
    reader.finish();
    return { sha256: digest.hex() };
  } catch (error) {
    digest.abandon();
    throw error;
  }
}

async function pumpStream(
  stream: AsyncIterable<Uint8Array>,
  size: number | null,
  reader: CaptureReader,
  options: PumpOptions,
): Promise<Pumped> {
  const digest = digestFor(options.digest, size);
  let total = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of stream) {
      total += piece.length;
      digest.take(piece);
      options.onBytes(total, size);
      yield piece;
    }
  };
  await feedMaybeGzip(counted(), reader, options.limits, () => total);
  reader.finish();
  return { sha256: digest.hex() };
}

/** Looks at the first two bytes, however they are cut, and decompresses when they are gzip's (RFC 1952). */
async function feedMaybeGzip(
  pieces: AsyncGenerator<Uint8Array>,
  reader: CaptureReader,
  limits: CaptureLimits,
  storedBytes: () => number,
): Promise<void> {
  let start = new Uint8Array(0);
  while (start.length < 2) {
    const next = await pieces.next();
    if (next.done === true) break;
    start = Buffer.concat([start, next.value]);
  }
  if (!isGzip(start)) {
    reader.feed(start);
    for await (const piece of pieces) reader.feed(piece);
    return;
  }
  await feedGunzipped(start, pieces, reader, limits, storedBytes);
}

const RATIO_FROM_BYTES = 16 * 1024 * 1024;

async function feedGunzipped(
  start: Uint8Array,
  pieces: AsyncGenerator<Uint8Array>,
  reader: CaptureReader,
  limits: CaptureLimits,
  storedBytes: () => number,
): Promise<void> {
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  const writing = (async () => {
    await write(gunzip, start);
    for await (const piece of pieces) await write(gunzip, piece);
    gunzip.end();
  })();
  writing.catch((error: unknown) =>
    gunzip.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  try {
    for await (const piece of gunzip as AsyncIterable<Uint8Array>) {
      reader.feed(piece);
      if (reader.bytesRead > RATIO_FROM_BYTES && reader.bytesRead > storedBytes() * limits.gzipRatio) {
        throw new NetworkmlError(
          'NML_PCAP_LIMIT',
          `decompresses to more than ${limits.gzipRatio} times its size`,
        );
      }
    }
    await writing;
  } catch (error) {
    gunzip.destroy();
    meetGzipError(error, reader);
  }
}

function write(gunzip: NodeJS.WritableStream, piece: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    gunzip.write(piece, (error) => (error ? reject(error) : resolve()));
  });
}

/** A compressed file that ends early is a truncated capture; damaged data ends the reading like a corrupt record. */
function meetGzipError(error: unknown, reader: CaptureReader): void {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'Z_BUF_ERROR') {
    reader.cutShort = true;
    return;
  }
  if (code?.startsWith('Z_')) {
    reader.meetDamage(
      new NetworkmlError('NML_PCAP_GZIP', `the compressed data is damaged (${code})`, { cause: error }),
      reader.bytesRead,
    );
    return;
  }
  throw error;
}
