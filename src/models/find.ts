/** Where bundles are looked for. */

import { existsSync, readdirSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { NetworkmlError } from '../errors.js';
import { packageRoot } from '../package-root.js';
import { MANIFEST_FILE } from './read.js';

/** The bundle that is used when none is named. */
export const DEFAULT_BUNDLE = 'default';

/**
 * The directory of a bundle: of a path that is given, else of a shipped bundle of that name.
 * @param nameOrDirectory without it the environment's NETWORKML_BUNDLE, else the shipped default
 * @throws NetworkmlError NML_MODEL_MISSING when neither a directory nor a shipped bundle is called so
 */
export function findBundle(nameOrDirectory?: string, environment: NodeJS.ProcessEnv = process.env): string {
  const fromEnvironment = environment.NETWORKML_BUNDLE;
  const wanted = nameOrDirectory ?? (fromEnvironment === '' ? undefined : fromEnvironment) ?? DEFAULT_BUNDLE;
  const shipped = join(shippedBundlesDirectory(), wanted);
  const plain = !wanted.includes('/') && !wanted.includes(sep) && wanted !== '.' && wanted !== '..';
  const chosenByDefault = nameOrDirectory === undefined && wanted === DEFAULT_BUNDLE;
  if (!chosenByDefault && existsSync(join(wanted, MANIFEST_FILE))) return resolve(wanted);
  if (plain && existsSync(join(shipped, MANIFEST_FILE))) return shipped;
  if (existsSync(wanted) && !chosenByDefault) {
    throw new NetworkmlError('NML_MODEL_MISSING', `no bundle: it has no ${MANIFEST_FILE}`, { file: wanted });
  }
  const problem = plain ? 'neither a directory nor a shipped bundle' : 'there is no such bundle';
  throw new NetworkmlError('NML_MODEL_MISSING', problem, { file: wanted });
}

/** The bundles that come with the package, by name. */
export function listShippedBundles(): { name: string; directory: string }[] {
  const directory = shippedBundlesDirectory();
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .sort()
    .filter((name) => existsSync(join(directory, name, MANIFEST_FILE)))
    .map((name) => ({ name, directory: join(directory, name) }));
}

function shippedBundlesDirectory(): string {
  return join(packageRoot(), 'models');
}
