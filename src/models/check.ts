/** Checks of parsed JSON against what it should be. Each failure names the path of the value: `roles[3].id: not a string`. */

import { NetworkmlError } from '../errors.js';

/** Where a value is: text, or a step on from there. It is put into words only when something is wrong there. */
export type Path = string | { readonly parent: Path; readonly key: string | number };

/**
 * Ends a check.
 * @throws NetworkmlError NML_MODEL_MANIFEST, always.
 */
export function reject(path: Path, problem: string): never {
  const where = inWords(path);
  throw new NetworkmlError('NML_MODEL_MANIFEST', where === '' ? problem : `${where}: ${problem}`);
}

/** An object's keys: `true` for one that must be there, `false` for one that may. */
export type Keys = Readonly<Record<string, boolean>>;

/** The value as an object, whatever its keys. */
export function objectOf(value: unknown, path: Path): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) reject(path, 'not an object');
  return value as Record<string, unknown>;
}

/** The value as an object with these keys and no others. */
export function recordOf(value: unknown, path: Path, keys: Keys): Readonly<Record<string, unknown>> {
  const record = objectOf(value, path);
  for (const key in record) if (!Object.hasOwn(keys, key)) reject(join(path, key), 'unknown key');
  for (const key in keys) {
    if (keys[key] === true && !Object.hasOwn(record, key)) reject(join(path, key), 'missing');
  }
  return record;
}

/** The value as a list with a number of items between two bounds, inclusive. */
export function listOf(value: unknown, path: Path, least: number, most: number): readonly unknown[] {
  if (!Array.isArray(value)) reject(path, 'not a list');
  if (value.length < least) reject(path, `fewer than ${least} items`);
  if (value.length > most) reject(path, `more than ${most} items`);
  return value;
}

/** The value as a string that matches a pattern; `expected` says in words what the pattern asks for. */
export function textOf(value: unknown, path: Path, pattern: RegExp, expected: string): string {
  if (typeof value !== 'string') reject(path, 'not a string');
  if (!pattern.test(value)) reject(path, `not ${expected}`);
  return value;
}

/** The value as a finite number between two bounds, inclusive. */
export function numberOf(value: unknown, path: Path, least: number, most: number): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) reject(path, 'not a number');
  if (value < least || value > most) reject(path, `not between ${least} and ${most}`);
  return value;
}

/** The value as a whole number between 0 and a bound, inclusive. */
export function countOf(value: unknown, path: Path, most: number): number {
  const number = numberOf(value, path, 0, most);
  if (!Number.isInteger(number)) reject(path, 'not a whole number');
  return number;
}

/** The value as true or false. */
export function flagOf(value: unknown, path: Path): boolean {
  if (typeof value !== 'boolean') reject(path, 'not true or false');
  return value;
}

/** A path one step further. */
export function join(path: Path, key: string | number): Path {
  return { parent: path, key };
}

/** A path as JavaScript writes it: a key that is no plain word is quoted. */
function inWords(path: Path): string {
  if (typeof path === 'string') return path;
  const { key } = path;
  const parent = inWords(path.parent);
  if (typeof key === 'number') return `${parent}[${key}]`;
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) return `${parent}[${JSON.stringify(key.slice(0, 64))}]`;
  return parent === '' ? key : `${parent}.${key}`;
}
