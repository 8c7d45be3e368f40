import { statSync } from 'node:fs';

/** Size of a file, bytes; null for what has none beforehand. */
export function sizeOf(path: string): number | null {
  const stats = path === '-' ? undefined : statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true ? stats.size : null;
}
