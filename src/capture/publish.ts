import { existsSync, linkSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { NetworkmlError } from '../errors.js';

/** Tries for a free name; a directory with more captures of one name is not one of ours. */
const MOST_NAMES = 1000;

/**
 * Gives a finished file its name in a directory of the same file system. A file that is there already is never replaced:
 * the next name is taken.
 * @param name the name for the n-th try, from 0
 * @returns the path
 * @throws NetworkmlError NML_OUTPUT
 */
export function publish(file: string, directory: string, name: (before: number) => string): string {
  for (let before = 0; before < MOST_NAMES; before++) {
    const target = join(directory, name(before));
    try {
      if (moveToNew(file, target)) return target;
    } catch (cause) {
      throw new NetworkmlError('NML_OUTPUT', cause instanceof Error ? cause.message : String(cause), {
        file: target,
        cause,
      });
    }
  }
  throw new NetworkmlError('NML_OUTPUT', `${MOST_NAMES} captures have this name already`, {
    file: join(directory, name(0)),
  });
}

/** A link fails when the name is taken, which a renaming does not. */
function moveToNew(file: string, target: string): boolean {
  try {
    linkSync(file, target);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EEXIST') return false;
    // File systems without links (FAT, some mounts of containers).
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'EMLINK') throw error;
    if (existsSync(target)) return false;
    renameSync(file, target);
    return true;
  }
  rmSync(file);
  return true;
}
