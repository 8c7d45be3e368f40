/** Bundles from disk. Nothing in a bundle is ever executed: a manifest is JSON, everything else is numbers. */

import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { NetworkmlError } from '../errors.js';
import { type ArrayData, aligned, elementBytes, LITTLE_ENDIAN, swapElements, viewOf } from './arrays.js';
import { createDigest, parseSums, SUMS_FILE, sha256Of } from './digest.js';
import type { ArrayEntry, BundleManifest } from './manifest.js';
import { MAX_MANIFEST_BYTES, validateManifest } from './validate.js';

/** File name of the manifest in every bundle. */
export const MANIFEST_FILE = 'manifest.json';

/** A bundle of which the manifest was read. */
export interface ManifestFile {
  /** The directory it was read from. */
  readonly directory: string;
  readonly manifest: BundleManifest;
  /** Of the manifest's bytes; the manifest holds the digests of all arrays. */
  readonly sha256: string;
}

/** A bundle in memory. */
export interface Bundle extends ManifestFile {
  readonly arrays: BundleArrays;
}

/** Arrays by the name in the manifest, views of one buffer: do not change them. */
export type BundleArrays = ReadonlyMap<string, BundleArrayData>;

/** An array of a bundle, as its manifest describes it. */
export interface BundleArrayData extends Pick<ArrayEntry, 'dtype' | 'shape'> {
  readonly data: ArrayData;
}

/**
 * Reads and checks the manifest of a bundle alone.
 * @param verify compare its digest with the bundle's list of digests
 * @throws NetworkmlError NML_MODEL_MISSING, NML_MODEL_MANIFEST, NML_MODEL_CHECKSUM
 */
export function readManifest(directory: string, options: { verify?: boolean } = {}): ManifestFile {
  const path = join(directory, MANIFEST_FILE);
  const size = manifestSize(directory, path);
  if (size > MAX_MANIFEST_BYTES) {
    throw new NetworkmlError('NML_MODEL_MANIFEST', `longer than ${MAX_MANIFEST_BYTES} bytes`, { file: path });
  }
  const bytes = readFileSync(path);
  const manifest = parseManifest(bytes, path);
  const sha256 = sha256Of(bytes);
  if (options.verify ?? true) checkSum(directory, MANIFEST_FILE, sha256);
  return { directory, manifest, sha256 };
}

/** How arrays are read. */
export interface ReadOptions {
  /** Compare their digests (default true); without it damaged numbers pass unseen. */
  readonly verify?: boolean;
  /** Room for so many bytes, at a multiple of eight bytes; memory of its own unless given. */
  readonly room?: (bytes: number) => Uint8Array;
}

/**
 * Reads a bundle with all of its arrays.
 * @throws NetworkmlError NML_MODEL_MISSING, NML_MODEL_MANIFEST, NML_MODEL_CHECKSUM
 */
export function readBundle(directory: string, options: Pick<ReadOptions, 'verify'> = {}): Bundle {
  const head = readManifest(directory, options);
  const names = head.manifest.arrays.map(({ name }) => name);
  return { ...head, arrays: readArrays(head, names, options) };
}

/**
 * Reads some arrays of a bundle, and nothing else of its data file.
 * @param names those that the manifest does not list are left out
 * @throws NetworkmlError NML_MODEL_CHECKSUM
 */
export function readArrays(
  bundle: ManifestFile,
  names: Iterable<string>,
  { verify = true, room = ownMemory }: ReadOptions = {},
): BundleArrays {
  const stretches = stretchesOf(bundle, names);
  const data = room(stretches.reduce((sum, { start, end }) => sum + aligned(end - start), 0));
  const arrays = new Map<string, BundleArrayData>();
  withDataFile(bundle, (file) => {
    let from = 0;
    for (const { start, end, entries } of stretches) {
      const own = data.subarray(from, from + end - start);
      fill(own, start, file);
      if (verify) checkStretch(entries, own, start, file);
      for (const entry of entries) arrays.set(entry.name, arrayFrom(entry, own, start));
      from += aligned(own.length);
    }
  });
  return arrays;
}

/**
 * Compares the digests of some arrays without keeping the arrays.
 * @throws NetworkmlError NML_MODEL_CHECKSUM
 */
export function checkArrays(bundle: ManifestFile, names: Iterable<string>): void {
  const piece = new Uint8Array(PIECE_BYTES);
  withDataFile(bundle, (file) => {
    for (const { end, entries } of stretchesOf(bundle, names)) {
      entries.forEach((entry, i) => {
        const behind = entry.offset + entry.bytes;
        const digest = createDigest();
        for (let at = entry.offset; at < behind; at += PIECE_BYTES) {
          digest.update(fill(piece.subarray(0, Math.min(PIECE_BYTES, behind - at)), at, file));
        }
        const padding = piece.subarray(0, (entries[i + 1]?.offset ?? end) - behind);
        fill(padding, behind, file);
        if (digest.digest('hex') !== entry.sha256 || isWritten(padding)) throw damaged(entry, file);
      });
    }
  });
}

/** What is looked at together: small enough to stay in the processor's cache. */
const PIECE_BYTES = 65_536;

/**
 * Reads a bundle and compares every digest in it.
 * @returns the bundle, and the size of all its files, bytes
 * @throws NetworkmlError NML_MODEL_MISSING, NML_MODEL_MANIFEST, NML_MODEL_CHECKSUM
 */
export function verifyBundle(directory: string): Bundle & { readonly bytes: number } {
  const bundle = readBundle(directory);
  const { file } = bundle.manifest.data;
  checkSum(directory, file, sha256Of(readFileSync(join(directory, file))));
  const files = [MANIFEST_FILE, SUMS_FILE, file];
  const bytes = files.reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
  return { ...bundle, bytes };
}

function manifestSize(directory: string, path: string): number {
  let stats: Stats;
  try {
    stats = statSync(path);
  } catch (cause) {
    const found = statSync(directory, { throwIfNoEntry: false });
    const problem = found === undefined ? 'there is no such bundle' : `no bundle: it has no ${MANIFEST_FILE}`;
    throw new NetworkmlError('NML_MODEL_MISSING', problem, { file: directory, cause });
  }
  if (!stats.isFile()) throw new NetworkmlError('NML_MODEL_MANIFEST', 'not a regular file', { file: path });
  return stats.size;
}

function parseManifest(bytes: Uint8Array, path: string): BundleManifest {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new NetworkmlError('NML_MODEL_MANIFEST', 'not JSON in UTF-8', { file: path, cause });
  }
  try {
    return validateManifest(value);
  } catch (error) {
    throw error instanceof NetworkmlError ? error.at(path) : error;
  }
}

function checkSum(directory: string, name: string, found: string): void {
  const path = join(directory, SUMS_FILE);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() !== true || stats.size > MAX_MANIFEST_BYTES) {
    throw new NetworkmlError('NML_MODEL_CHECKSUM', 'the list of digests is missing', { file: path });
  }
  const expected = parseSums(readFileSync(path, 'utf8')).get(name);
  if (expected !== found) {
    throw new NetworkmlError('NML_MODEL_CHECKSUM', `changed: not the file that ${SUMS_FILE} names`, {
      file: join(directory, name),
    });
  }
}

/** Arrays that lie one after another in the data file, in the order of their offsets, with the padding behind each. */
interface Stretch {
  /** Offsets in the file, bytes. */
  readonly start: number;
  end: number;
  readonly entries: ArrayEntry[];
}

function stretchesOf(
  { manifest: { arrays, data } }: ManifestFile,
  names: Iterable<string>,
): readonly Readonly<Stretch>[] {
  const wanted = new Set(names);
  const stretches: Stretch[] = [];
  for (const entry of arrays) {
    if (!wanted.has(entry.name)) continue;
    const end = Math.min(aligned(entry.offset + entry.bytes), data.bytes);
    const last = stretches.at(-1);
    if (last?.end === entry.offset) {
      last.end = end;
      last.entries.push(entry);
    } else {
      stretches.push({ start: entry.offset, end, entries: [entry] });
    }
  }
  return stretches;
}

/** A data file that is open. */
interface DataFile {
  readonly path: string;
  readonly descriptor: number;
}

/** @throws NetworkmlError NML_MODEL_CHECKSUM where it is not there, or has another length than the manifest says */
function withDataFile({ directory, manifest: { data } }: ManifestFile, work: (file: DataFile) => void): void {
  const path = join(directory, data.file);
  let descriptor: number;
  try {
    // A pipe in its place must not be waited for.
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    const isAbsent = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw new NetworkmlError('NML_MODEL_CHECKSUM', isAbsent ? 'missing' : 'cannot be read', {
      file: path,
      cause,
    });
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw new NetworkmlError('NML_MODEL_CHECKSUM', 'no regular file', { file: path });
    if (stats.size !== data.bytes) {
      throw new NetworkmlError('NML_MODEL_CHECKSUM', `${stats.size} bytes instead of ${data.bytes}`, {
        file: path,
      });
    }
    work({ path, descriptor });
  } finally {
    closeSync(descriptor);
  }
}

/** Fills `target` with what lies in the file from `start`, and gives it back. */
function fill(target: Uint8Array, start: number, { path, descriptor }: DataFile): Uint8Array {
  for (let filled = 0; filled < target.length; ) {
    const count = readSync(descriptor, target, filled, target.length - filled, start + filled);
    if (count === 0) throw new NetworkmlError('NML_MODEL_CHECKSUM', 'ends too early', { file: path });
    filled += count;
  }
  return target;
}

function ownMemory(bytes: number): Uint8Array {
  return new Uint8Array(bytes);
}

/** @param data a stretch of the data file, which begins at `start` there */
function checkStretch(entries: readonly ArrayEntry[], data: Uint8Array, start: number, file: DataFile): void {
  entries.forEach((entry, i) => {
    const [from, behind] = [entry.offset - start, entry.offset - start + entry.bytes];
    const next = (entries[i + 1]?.offset ?? start + data.length) - start;
    if (sha256Of(data.subarray(from, behind)) !== entry.sha256 || isWritten(data.subarray(behind, next))) {
      throw damaged(entry, file);
    }
  });
}

function isWritten(padding: Uint8Array): boolean {
  return padding.some((byte) => byte !== 0);
}

function damaged({ name }: ArrayEntry, { path }: DataFile): NetworkmlError {
  return new NetworkmlError('NML_MODEL_CHECKSUM', `array ${name} is damaged`, { file: path });
}

function arrayFrom(
  { dtype, shape, offset, bytes }: ArrayEntry,
  data: Uint8Array,
  start: number,
): BundleArrayData {
  const own = data.subarray(offset - start, offset - start + bytes);
  if (!LITTLE_ENDIAN) swapElements(own, elementBytes(dtype));
  return { dtype, shape, data: viewOf(dtype, own.buffer, own.byteOffset, bytes) };
}
