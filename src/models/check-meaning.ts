/** Rules of a manifest that tie several of its values together, and limits on its free parts. */

import { aligned, elementBytes } from './arrays.js';
import { join, type Path, reject } from './check.js';
import type { ArrayEntry, BundleManifest, JsonValue } from './manifest.js';

const MAX_DEPTH = 32;

/**
 * Checks what a schema cannot say: unique ids, references that lead somewhere, arrays that fill the data file.
 * @throws NetworkmlError NML_MODEL_MANIFEST
 */
export function checkMeaning(manifest: BundleManifest): void {
  const { roles, classifiers, behaviour, training } = manifest;
  for (const [i, role] of roles.entries()) {
    if (role.id === 'Unknown') reject(`roles[${i}].id`, 'Unknown is a verdict, not a role');
  }
  unique(roles, 'roles', 'id');
  unique(classifiers, 'classifiers', 'kind');
  if (!classifiers.some((classifier) => classifier.kind === manifest.defaultClassifier)) {
    reject('defaultClassifier', 'not the kind of any classifier');
  }
  unique(manifest.arrays, 'arrays', 'name');
  const names = new Set(manifest.arrays.map((entry) => entry.name));
  for (const [i, { meta, arrays }] of classifiers.entries())
    checkParts(`classifiers[${i}]`, meta, arrays, names);
  if (behaviour !== null) {
    unique(behaviour.views, 'behaviour.views', 'id');
    for (const [i, { meta, arrays }] of behaviour.views.entries()) {
      checkParts(`behaviour.views[${i}]`, meta, arrays, names);
    }
    checkFree(behaviour.calibration, 'behaviour.calibration');
  }
  checkFree(training.figures, 'training.figures');
  checkFree(training.options, 'training.options');
  checkPlaces(manifest.arrays, manifest.data.bytes);
}

function unique<K extends string>(items: readonly Record<K, string>[], path: Path, key: K): void {
  const seen = new Set<string>();
  items.forEach((item, i) => {
    if (seen.has(item[key])) reject(join(join(path, i), key), 'there twice');
    seen.add(item[key]);
  });
}

function checkParts(
  path: Path,
  meta: JsonValue,
  parts: Readonly<Record<string, string>>,
  names: ReadonlySet<string>,
): void {
  checkFree(meta, join(path, 'meta'));
  checkFree(parts, join(path, 'arrays'));
  for (const [part, name] of Object.entries(parts)) {
    if (!names.has(name)) reject(join(join(path, 'arrays'), part), 'no array of that name');
  }
}

/** Free JSON: bounded depth, finite numbers, and no key that means something else to JavaScript. */
function checkFree(value: JsonValue, path: Path): void {
  // Only where something is wrong does it matter where: places take longer to write down than values to look at.
  if (!isFree(value, 0)) findUnfree(value, path, 0);
}

function isFree(value: JsonValue, depth: number): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth > MAX_DEPTH) return false;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const item = value[i] as JsonValue;
      // Most are names.
      if (typeof item !== 'string' && !isFree(item, depth + 1)) return false;
    }
    return true;
  }
  for (const key in value) {
    if (key === '__proto__' || !isFree(value[key] as JsonValue, depth + 1)) return false;
  }
  return true;
}

function findUnfree(value: JsonValue, path: Path, depth: number): void {
  if (typeof value === 'number' && !Number.isFinite(value)) reject(path, 'not a finite number');
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_DEPTH) reject(path, `nested deeper than ${MAX_DEPTH}`);
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) findUnfree(item, join(path, i), depth + 1);
    return;
  }
  for (const [key, item] of Object.entries(value)) {
    if (key === '__proto__') reject(join(path, key), 'a key of this name is not allowed');
    findUnfree(item, join(path, key), depth + 1);
  }
}

/** Arrays follow each other with nothing but alignment between, and end where the file ends. */
function checkPlaces(entries: readonly ArrayEntry[], dataBytes: number): void {
  let end = 0;
  entries.forEach(({ dtype, shape, offset, bytes }, i) => {
    const size = shape.reduce((product, length) => product * length, elementBytes(dtype));
    if (size !== bytes) reject(`arrays[${i}].bytes`, `${bytes}, but its shape and element type need ${size}`);
    if (offset !== aligned(end)) reject(`arrays[${i}].offset`, `${offset} instead of ${aligned(end)}`);
    end = offset + bytes;
  });
  if (end !== dataBytes) reject('data.bytes', `${dataBytes}, but the arrays end at ${end}`);
}
