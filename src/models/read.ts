/** Bundles from disk. Nothing in a bundle is ever executed: a manifest is JSON, everything else is numbers. */

import { closeSync, openSync, readFileSync, readSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { NetworkmlError } from '../errors.js';
import { type ArrayData, elementBytes, LITTLE_ENDIAN, swapElements, viewOf } from './arrays.js';
import { parseSums, SUMS_FILE, sha256Of } from './digest.js';
import type { ArrayEntry, BundleManifest } from './manifest.js';
import { MAX_MANIFEST_BYTES, validateManifest } from './validate.js';

/** File name of the manifest in every bundle. */
export const MANIFEST_FILE = 'manifest.json';

/** A bundle in memory. */
export interface Bundle {
  /** The directory it was read from. */
  readonly directory: string;
  readonly manifest: BundleManifest;
  /** Of the manifest's bytes; the manifest holds the digests of all arrays. */
  readonly sha256: string;
  /** By the name in the manifest. The arrays are views of one buffer: do not change them. */
  readonly arrays: ReadonlyMap<string, BundleArrayData>;
}

/** An array of a bundle, as its manifest describes it. */
export interface BundleArrayData extends Pick<ArrayEntry, 'dtype' | 'shape'> {
  readonly data: ArrayData;
}

/** A manifest and the digest of its bytes. */
export interface ManifestFile {
  readonly manifest: BundleManifest;
  readonly sha256: string;
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
  return { manifest, sha256 };
}

/** How a bundle is read. */
export interface ReadOptions {
  /** Compare the digests of its files (default true); without it damaged numbers pass unseen. */
  readonly verify?: boolean;
  /** Room for so many bytes of its arrays, at a multiple of eight bytes; memory of its own unless given. */
  readonly room?: (bytes: number) => Uint8Array;
}

/**
 * Reads a bundle.
 * @throws NetworkmlError NML_MODEL_MISSING, NML_MODEL_MANIFEST, NML_MODEL_CHECKSUM
 */
export function readBundle(directory: string, options: ReadOptions = {}): Bundle {
  const { verify = true, room } = options;
  const { manifest, sha256 } = readManifest(directory, { verify });
  const data = readData(join(directory, manifest.data.file), manifest.data.bytes, room);
  if (verify) checkData(directory, manifest, data);
  return { directory, manifest, sha256, arrays: arraysFrom(manifest, data) };
}

/**
 * Reads a bundle and compares every digest in it, those of single arrays included.
 * @returns the bundle, and the size of all its files, bytes
 * @throws NetworkmlError NML_MODEL_MISSING, NML_MODEL_MANIFEST, NML_MODEL_CHECKSUM
 */
export function verifyBundle(directory: string): Bundle & { readonly bytes: number } {
  const { manifest, sha256 } = readManifest(directory);
  const { file } = manifest.data;
  const data = readData(join(directory, file), manifest.data.bytes);
  checkArrays(manifest, data, join(directory, file));
  checkData(directory, manifest, data);
  const files = [MANIFEST_FILE, SUMS_FILE, file];
  const bytes = files.reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
  return { directory, manifest, sha256, arrays: arraysFrom(manifest, data), bytes };
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

/** The data file in one piece; its length is known beforehand, so one allocation and one read do. */
function readData(path: string, bytes: number, room: ReadOptions['room'] = ownMemory): Uint8Array {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() !== true) throw new NetworkmlError('NML_MODEL_CHECKSUM', 'missing', { file: path });
  if (stats.size !== bytes) {
    throw new NetworkmlError('NML_MODEL_CHECKSUM', `${stats.size} bytes instead of ${bytes}`, { file: path });
  }
  const target = room(bytes);
  const descriptor = openSync(path, 'r');
  try {
    let filled = 0;
    while (filled < bytes) {
      const count = readSync(descriptor, target, filled, bytes - filled, filled);
      if (count === 0) throw new NetworkmlError('NML_MODEL_CHECKSUM', 'ends too early', { file: path });
      filled += count;
    }
  } finally {
    closeSync(descriptor);
  }
  return target;
}

function ownMemory(bytes: number): Uint8Array {
  return new Uint8Array(bytes);
}

/** One digest over all numbers, which is much faster than one for each array; those say which array it is. */
function checkData(directory: string, manifest: BundleManifest, data: Uint8Array): void {
  const { file } = manifest.data;
  try {
    checkSum(directory, file, sha256Of(data));
  } catch (error) {
    checkArrays(manifest, data, join(directory, file));
    throw error;
  }
}

function checkArrays(manifest: BundleManifest, data: Uint8Array, path: string): void {
  let end = 0;
  for (const { name, offset, bytes, sha256 } of manifest.arrays) {
    const damaged =
      data.subarray(end, offset).some((padding) => padding !== 0) ||
      sha256Of(data.subarray(offset, offset + bytes)) !== sha256;
    if (damaged) throw new NetworkmlError('NML_MODEL_CHECKSUM', `array ${name} is damaged`, { file: path });
    end = offset + bytes;
  }
}

function arraysFrom({ arrays }: BundleManifest, data: Uint8Array): Map<string, BundleArrayData> {
  return new Map(arrays.map((entry) => [entry.name, arrayFrom(entry, data)]));
}

function arrayFrom({ dtype, shape, offset, bytes }: ArrayEntry, data: Uint8Array): BundleArrayData {
  if (!LITTLE_ENDIAN) swapElements(data.subarray(offset, offset + bytes), elementBytes(dtype));
  return { dtype, shape, data: viewOf(dtype, data.buffer, data.byteOffset + offset, bytes) };
}
