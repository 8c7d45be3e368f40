/** Which files of a watched folder are complete: nobody writes to them any more. */

import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Sub-folders that files are moved to when they are done with. */
export const DONE_FOLDER = 'done';
export const FAILED_FOLDER = 'failed';

/** Names of captures, as a controller drops them; anything else in the folder is left alone. */
const CAPTURE_NAME = /\.(pcap|pcapng|cap)(\.gz)?$/i;

interface Sighting {
  readonly size: number;
  readonly mtimeMs: number;
  /** When this size and time were seen first, milliseconds since the epoch. */
  readonly sinceMs: number;
}

/** What earlier looks at the folder saw, by file name. */
export type Sightings = Map<string, Sighting>;

/** An empty file is waited for that many times as long: it may have been made a moment before its content. */
const EMPTY_FACTOR = 10;

/**
 * Looks at the folder once.
 * @param seen what earlier looks saw; brought up to date
 * @param settleMs for how long size and time of a file must not have changed, milliseconds
 * @returns names of complete captures, oldest first
 */
export function scanFolder(folder: string, seen: Sightings, settleMs: number, nowMs: number): string[] {
  const names = new Set(
    readdirSync(folder).filter((name) => CAPTURE_NAME.test(name) && !name.startsWith('.')),
  );
  for (const name of seen.keys()) if (!names.has(name)) seen.delete(name);
  const settled: { name: string; mtimeMs: number }[] = [];
  for (const name of names) {
    const stats = lstatSync(join(folder, name), { throwIfNoEntry: false });
    // Links, pipes and folders are no captures, whatever they are called.
    if (stats?.isFile() !== true) continue;
    const { size, mtimeMs } = stats;
    const before = seen.get(name);
    const same = before !== undefined && before.size === size && before.mtimeMs === mtimeMs;
    // A file that was renamed into place is older than its name: it was written to the end elsewhere.
    const sinceMs = same ? before.sinceMs : Math.min(nowMs, Math.max(mtimeMs, 0));
    if (!same) seen.set(name, { size, mtimeMs, sinceMs });
    if (nowMs - sinceMs >= settleMs * (size === 0 ? EMPTY_FACTOR : 1)) settled.push({ name, mtimeMs });
  }
  if (settled.length === 0) return [];
  const written = filesBeingWritten();
  return settled
    .filter(({ name }) => !written.has(fileKey(join(folder, name))))
    .sort((a, b) => a.mtimeMs - b.mtimeMs || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name);
}

/** Access modes of open(2) in /proc/PID/fdinfo: the last octal digit of `flags` is 1 or 2 for a writer. */
const WRITER = /^flags:\s*[0-7]*[12]$/m;

/**
 * Device and inode of files that some process of this machine holds open for writing, as far as we may see that. Only
 * Linux tells; elsewhere, and for processes of others, the settled size must do.
 */
function filesBeingWritten(): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const process of readdirOrNone('/proc')) {
    if (!/^\d+$/.test(process)) continue;
    for (const descriptor of readdirOrNone(`/proc/${process}/fd`)) {
      const path = writtenPath(process, descriptor);
      if (path !== undefined && CAPTURE_NAME.test(path)) keys.add(fileKey(path));
    }
  }
  return keys;
}

function readdirOrNone(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Another system, another user's process, or one that has just ended.
    return [];
  }
}

function writtenPath(process: string, descriptor: string): string | undefined {
  try {
    const path = readlinkSync(`/proc/${process}/fd/${descriptor}`);
    if (!path.startsWith('/') || !CAPTURE_NAME.test(path)) return undefined;
    return WRITER.test(readFileSync(`/proc/${process}/fdinfo/${descriptor}`, 'utf8')) ? path : undefined;
  } catch {
    return undefined;
  }
}

function fileKey(path: string): string {
  const stats = lstatSync(path, { throwIfNoEntry: false, bigint: true });
  return stats === undefined ? path : `${stats.dev}:${stats.ino}`;
}
