/** The arrays of the parts of a bundle by their names. */
import { NetworkmlError } from '../errors.js';
import type { Bundle, BundleArrays, BundleClassifier } from '../models/index.js';

/** Reads arrays by their names, into some memory of their own unless `room` gives it. */
export type ArrayReader = (names: readonly string[], room?: (bytes: number) => Uint8Array) => BundleArrays;

/** Names of the arrays of some parts. */
export function namesOf(parts: readonly Pick<BundleClassifier, 'arrays'>[]): string[] {
  return parts.flatMap(({ arrays }) => Object.values(arrays));
}

/** The arrays of one model by the names of its parts. */
export function partsOf<T>(bundle: Bundle, names: Record<string, string>): Record<string, T> {
  const parts: Record<string, T> = {};
  for (const [part, name] of Object.entries(names)) {
    const array = bundle.arrays.get(name);
    if (array === undefined) {
      throw new NetworkmlError('NML_MODEL_MANIFEST', `no array ${name}`, { file: bundle.directory });
    }
    // The decoder of each model checks type, shape and values again: nothing in a bundle is trusted.
    parts[part] = array as T;
  }
  return parts;
}

/** Does some work; what is refused names the bundle. */
export function inBundle<T>({ directory }: Pick<Bundle, 'directory'>, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof NetworkmlError ? error.at(directory) : error;
  }
}
