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
  const named = nameOrDirectory ?? (environment.NETWORKML_BUNDLE || undefined);
  if (named !== undefined && existsSync(join(named, MANIFEST_FILE))) return resolve(named);
  const name = named ?? DEFAULT_BUNDLE;
  const plain = !name.includes('/') && !name.includes(sep) && name !== '.' && name !== '..';
  const shipped = join(shippedBundlesDirectory(), name);
  if (plain && existsSync(join(shipped, MANIFEST_FILE))) return shipped;
  throw new NetworkmlError('NML_MODEL_MISSING', missing(named, plain), { file: named ?? shipped });
}

function missing(named: string | undefined, plain: boolean): string {
  if (named === undefined) return 'the shipped bundle is not there';
  if (existsSync(named)) return `no bundle: it has no ${MANIFEST_FILE}`;
  return plain ? 'neither a directory nor a shipped bundle' : 'there is no such bundle';
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
