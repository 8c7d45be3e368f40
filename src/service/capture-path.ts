/** Paths in jobs are names from strangers: only regular files below the root folders are opened. */

import { constants, readlinkSync, realpathSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { isAbsolute, resolve, sep } from 'node:path';
import { NetworkmlError } from '../errors.js';

/** A capture that was opened and may be read. */
export interface OpenedCapture {
  readonly handle: FileHandle;
  /** A name by which the same file, and none that was put in its place meanwhile, is opened again. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * Opens a capture that a job names: absolute, or relative to one of the roots. Links are resolved before the check and
 * may not lead out; pipes, sockets and devices are refused without ever waiting for them.
 * @param roots existing folders
 * @throws NetworkmlError NML_JOB_PATH, always with the same words for what is absent and what may not be seen
 */
export async function openBelow(roots: readonly string[], name: string): Promise<OpenedCapture> {
  const folders = roots.map((root) => realpathSync(root));
  for (const candidate of isAbsolute(name) ? [name] : folders.map((folder) => resolve(folder, name))) {
    const found = realPathOf(candidate);
    if (found === undefined || !isBelow(folders, found)) continue;
    const opened = await openRegular(found, folders);
    if (opened !== undefined) return opened;
  }
  // Whether something exists outside the roots is nobody's business: one sentence for all cases.
  throw new NetworkmlError('NML_JOB_PATH', 'no regular file of this name below a root folder');
}

function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    // Absent, forbidden or a loop of links: no capture in any case.
    return undefined;
  }
}

function isBelow(folders: readonly string[], path: string): boolean {
  return folders.some((folder) => path.startsWith(folder.endsWith(sep) ? folder : folder + sep));
}

async function openRegular(path: string, folders: readonly string[]): Promise<OpenedCapture | undefined> {
  // Without O_NONBLOCK the opening of a pipe would wait for a writer.
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);
  const handle = await open(path, flags).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const stats = await handle.stat();
    const again = reopenable(handle, path);
    if (stats.isFile() && isBelow(folders, again.real)) {
      return { handle, path: again.path, size: stats.size };
    }
  } catch {
    // Vanished between opening and looking: as if it had never been there.
  }
  await handle.close();
  return undefined;
}

/** On Linux the descriptor itself says what was opened, whatever was renamed between the check and the opening. */
function reopenable(handle: FileHandle, path: string): { path: string; real: string } {
  if (process.platform !== 'linux') return { path, real: path };
  const link = `/proc/self/fd/${handle.fd}`;
  return { path: link, real: readlinkSync(link) };
}
