/** Bundles to disk: written beside and renamed, so that there is never half a bundle; the same content gives the same bytes. */

import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { NetworkmlError } from '../errors.js';
import { type ArrayData, aligned, dtypeOf, elementBytes, LITTLE_ENDIAN, swapElements } from './arrays.js';
import { formatSums, SUMS_FILE, sha256Of } from './digest.js';
import type {
  ArrayEntry,
  BundleBehaviour,
  BundleClassifier,
  BundleManifest,
  BundleView,
  JsonValue,
} from './manifest.js';
import { MANIFEST_FILE } from './read.js';
import { MAX_DATA_BYTES, validateManifest } from './validate.js';

const DATA_FILE = 'arrays.bin';

const OWN_FILES: ReadonlySet<string> = new Set([MANIFEST_FILE, DATA_FILE, SUMS_FILE]);

/** An array on its way to disk; without a shape it has one dimension. */
export interface ArrayToWrite {
  readonly data: ArrayData;
  /** Row-major; the product is the length of `data`. */
  readonly shape?: readonly number[];
}

/** What there is to say about a bundle besides its arrays. */
export type ManifestToWrite = Omit<BundleManifest, 'data' | 'arrays'>;

/**
 * Writes a bundle. Arrays are stored in the order of their names. A bundle that stands there is replaced, files
 * beside it (a model card) stay; any other directory that is not empty is refused.
 * @returns SHA-256 of the manifest's bytes
 * @throws NetworkmlError NML_MODEL_MANIFEST when the manifest breaks a rule, NML_OUTPUT when it cannot be written
 */
export function writeBundle(
  directory: string,
  manifest: ManifestToWrite,
  arrays: ReadonlyMap<string, ArrayToWrite>,
): string {
  const { entries, data } = pack(arrays);
  const whole: BundleManifest = {
    ...manifest,
    data: { file: DATA_FILE, bytes: data.length },
    arrays: entries,
  };
  validateManifest(whole);
  const text = Buffer.from(`${JSON.stringify(ordered(whole), null, 1)}\n`);
  const sums = new Map([
    [MANIFEST_FILE, sha256Of(text)],
    [DATA_FILE, sha256Of(data)],
  ]);
  const files = new Map<string, Uint8Array>([
    [MANIFEST_FILE, text],
    [DATA_FILE, data],
    [SUMS_FILE, Buffer.from(formatSums(sums))],
  ]);
  try {
    place(resolve(directory), files);
  } catch (error) {
    if (error instanceof NetworkmlError) throw error;
    const problem = error instanceof Error ? error.message : String(error);
    throw new NetworkmlError('NML_OUTPUT', problem, { file: directory, cause: error });
  }
  return sha256Of(text);
}

function pack(arrays: ReadonlyMap<string, ArrayToWrite>): { entries: ArrayEntry[]; data: Uint8Array } {
  const named = [...arrays].sort(([a], [b]) => (a < b ? -1 : 1));
  const bytes = named.reduce((end, [, { data }]) => aligned(end) + data.byteLength, 0);
  if (bytes > MAX_DATA_BYTES) {
    throw new NetworkmlError(
      'NML_MODEL_MANIFEST',
      `arrays of ${bytes} bytes; a bundle holds ${MAX_DATA_BYTES}`,
    );
  }
  const packed = new Uint8Array(bytes);
  let offset = 0;
  const entries = named.map(([name, { data, shape }]): ArrayEntry => {
    offset = aligned(offset);
    const dtype = dtypeOf(data);
    const own = packed.subarray(offset, offset + data.byteLength);
    own.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    if (!LITTLE_ENDIAN) swapElements(own, elementBytes(dtype));
    const entry = {
      name,
      dtype,
      shape: [...(shape ?? [data.length])],
      offset,
      bytes: own.length,
      sha256: sha256Of(own),
    };
    offset += own.length;
    return entry;
  });
  return { entries, data: packed };
}

/** The keys of the manifest in the order of its declaration, those of free objects by name. */
function ordered(manifest: BundleManifest): JsonValue {
  const { behaviour, training } = manifest;
  return {
    schema: manifest.schema,
    name: manifest.name,
    version: manifest.version,
    library: manifest.library,
    roles: manifest.roles.map(({ id, title, group, devices, devicesBesides, captures, thin }) => ({
      id,
      title,
      ...(group === undefined ? {} : { group }),
      devices,
      ...(devicesBesides === undefined ? {} : { devicesBesides }),
      captures,
      thin,
    })),
    classifiers: manifest.classifiers.map((classifier) => ({
      kind: classifier.kind,
      ...orderedPart(classifier),
    })),
    defaultClassifier: manifest.defaultClassifier,
    behaviour: behaviour === null ? null : orderedBehaviour(behaviour),
    unknownBelow: manifest.unknownBelow,
    temperature: manifest.temperature,
    training: {
      captures: training.captures,
      devices: training.devices,
      seed: training.seed,
      digest: training.digest,
      figures: sorted(training.figures),
      options: sorted(training.options),
    },
    data: { file: manifest.data.file, bytes: manifest.data.bytes },
    arrays: manifest.arrays.map((entry) => ({ ...entry })),
  };
}

function orderedBehaviour({ views, calibration }: BundleBehaviour): JsonValue {
  return {
    views: views.map((view) => ({ id: view.id, ...orderedPart(view) })),
    calibration: sorted(calibration),
  };
}

function orderedPart({ layout, meta, arrays }: BundleClassifier | BundleView): { [key: string]: JsonValue } {
  return { layout, meta: sorted(meta), arrays: sorted(arrays) };
}

function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key] as JsonValue)]));
}

function place(directory: string, files: ReadonlyMap<string, Uint8Array>): void {
  const replaced = existsSync(directory);
  if (replaced) refuseStranger(directory);
  const { beside, old } = passing(directory);
  mkdirSync(dirname(directory), { recursive: true });
  rmSync(beside, { recursive: true, force: true });
  try {
    mkdirSync(beside);
    for (const [name, bytes] of files) writeSynced(join(beside, name), bytes);
    if (replaced) {
      renameSync(directory, old);
      keepStrangers(old, beside);
    }
    renameSync(beside, directory);
  } catch (error) {
    undoWrite(directory);
    throw error;
  }
  rmSync(old, { recursive: true, force: true });
}

/** Where a new bundle is made, and where the one it replaces waits meanwhile. */
function passing(directory: string): { beside: string; old: string } {
  const beside = join(dirname(directory), `.${basename(directory)}.part-${process.pid}`);
  return { beside, old: `${beside}.old` };
}

/**
 * Puts things right after this process was stopped in the middle of `writeBundle`: the old bundle is back if the new
 * one is not in its place, and nothing lies beside.
 */
export function undoWrite(directory: string): void {
  const target = resolve(directory);
  const { beside, old } = passing(target);
  if (existsSync(old)) {
    if (!existsSync(target)) {
      for (const name of existsSync(beside) ? readdirSync(beside) : []) {
        if (!OWN_FILES.has(name)) renameSync(join(beside, name), join(old, name));
      }
      renameSync(old, target);
    }
    rmSync(old, { recursive: true, force: true });
  }
  rmSync(beside, { recursive: true, force: true });
}

function refuseStranger(directory: string): void {
  const isDirectory = statSync(directory).isDirectory();
  if (isDirectory && (existsSync(join(directory, MANIFEST_FILE)) || readdirSync(directory).length === 0))
    return;
  throw new NetworkmlError('NML_OUTPUT', 'exists and is not a bundle, so it is not replaced', {
    file: directory,
    hint: 'name a new directory, or one that holds a bundle',
  });
}

/** Files that are not the bundle's own go over to the new one. */
function keepStrangers(from: string, to: string): void {
  for (const name of readdirSync(from)) {
    if (!OWN_FILES.has(name)) renameSync(join(from, name), join(to, name));
  }
}

function writeSynced(path: string, bytes: Uint8Array): void {
  const descriptor = openSync(path, 'wx');
  try {
    let written = 0;
    while (written < bytes.length) written += writeSync(descriptor, bytes, written);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
