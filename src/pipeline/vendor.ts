import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../package-root.js';

/**
 * The table that the build makes of the IEEE registry (package oui-data): lines of six hexadecimal digits and a name,
 * sorted by the digits.
 */
const TABLE = 'dist/vendors.txt';

let table: Buffer | null | undefined;

/** Name of the organisation that the first three bytes of a MAC address are assigned to; null when not known. */
export function vendorOf(mac: string | null): string | null {
  if (mac === null) return null;
  const prefix = mac.replaceAll(':', '').slice(0, 6).toUpperCase();
  // Locally administered addresses (second bit of the first byte) belong to nobody.
  if ((Number.parseInt(prefix.slice(0, 2), 16) & 2) !== 0) return null;
  table ??= readTable();
  return table === null ? null : search(table, prefix);
}

function readTable(): Buffer | null {
  const path = join(packageRoot(), TABLE);
  return existsSync(path) ? readFileSync(path) : null;
}

/** Binary search over the lines of the file, without making strings of them. */
function search(lines: Buffer, prefix: string): string | null {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const start = middle === 0 ? 0 : lines.lastIndexOf(0x0a, middle - 1) + 1;
    const end = lines.indexOf(0x0a, start);
    const line = lines.toString('latin1', start, start + 6);
    if (line === prefix) return lines.toString('utf8', start + 7, end < 0 ? lines.length : end);
    if (line < prefix) low = (end < 0 ? lines.length : end) + 1;
    else high = start;
  }
  return null;
}
