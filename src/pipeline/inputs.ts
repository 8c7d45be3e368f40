import { closeSync, opendirSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { NetworkmlError } from '../errors.js';

/** A capture to read, or a path that leads to none. */
export type Input = { readonly path: string } | { readonly path: string; readonly error: NetworkmlError };

/**
 * The captures behind what a user names, in the order given: files as they are, `-` for standard input, directories
 * searched to the bottom (sorted by name) for files that start like a capture. Symbolic links inside directories are
 * not followed.
 */
export function* expandInputs(paths: readonly string[]): Generator<Input> {
  for (const path of paths) {
    if (path === '-') {
      yield { path };
      continue;
    }
    const error = problemOf(path);
    if (error !== undefined) yield { path, error };
    else if (statSync(path).isDirectory()) yield* directoryInputs(path);
    else yield { path };
  }
}

function problemOf(path: string): NetworkmlError | undefined {
  try {
    statSync(path);
    return undefined;
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    return code === 'ENOENT' || code === 'ENOTDIR'
      ? new NetworkmlError('NML_INPUT_NOT_FOUND', 'no such file or directory', { file: path, cause })
      : new NetworkmlError('NML_INPUT_ACCESS', `cannot be read (${code ?? 'unknown reason'})`, {
          file: path,
          cause,
        });
  }
}

function* directoryInputs(directory: string): Generator<Input> {
  let found = 0;
  for (const path of walk(directory)) {
    found++;
    yield { path };
  }
  if (found === 0) {
    const error = new NetworkmlError('NML_INPUT_EMPTY', 'no capture in this directory', { file: directory });
    yield { path: directory, error };
  }
}

function* walk(directory: string): Generator<string> {
  const folder = opendirSync(directory);
  const entries = [];
  for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) entries.push(entry);
  folder.closeSync();
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else if (entry.isFile() && startsLikeCapture(path)) yield path;
  }
}

/** First four bytes of pcapng, of classic pcap in both byte orders and all variants, and of gzip (two bytes). */
const magics: ReadonlySet<number> = new Set([
  0x0a0d0d0a, 0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1, 0xa1b2cd34, 0x34cdb2a1,
]);

function startsLikeCapture(path: string): boolean {
  const start = Buffer.alloc(4);
  try {
    const file = openSync(path, 'r');
    const count = readSync(file, start, 0, 4, 0);
    closeSync(file);
    if (count < 4) return false;
  } catch {
    // Unreadable files in a searched directory were not asked for by name.
    return false;
  }
  const magic = start.readUInt32BE(0);
  return magics.has(magic) || (magic >>> 16 === 0x1f8b && /\.(pcap|pcapng|cap)\.gz$/i.test(path));
}
