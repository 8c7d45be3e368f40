import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../package-root.js';

/**
 * The table that the build makes of the IEEE registry (package oui-data): lines of hexadecimal digits, a tab and a
 * name, sorted. Large blocks have six digits, medium ones seven, small ones nine.
 */
const TABLE = 'dist/vendors.txt';
const DIGITS = [9, 7, 6];

/** Xerox's since 1980; but who shows it today is a host of an emulator that numbers them (00:00:00:00:00:01). */
const NUMBERED = '000000';

let table: Buffer | null | undefined;

/** Name of the organisation that a MAC address is assigned to; null when that is not known. */
export function vendorOf(mac: string | null): string | null {
  if (mac === null) return null;
  const digits = mac.replaceAll(':', '').toUpperCase();
  // Locally administered addresses (second bit of the first byte) belong to nobody.
  if ((Number.parseInt(digits.slice(0, 2), 16) & 2) !== 0) return null;
  if (digits.startsWith(NUMBERED)) return null;
  table ??= readTable();
  if (table === null) return null;
  for (const length of DIGITS) {
    const name = search(table, digits.slice(0, length));
    if (name !== null) return name;
  }
  return null;
}

function readTable(): Buffer | null {
  const path = join(packageRoot(), TABLE);
  return existsSync(path) ? readFileSync(path) : null;
}

/** Binary search over the lines of the file, without making strings of all of them. */
function search(lines: Buffer, prefix: string): string | null {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const start = middle === 0 ? 0 : lines.lastIndexOf(0x0a, middle - 1) + 1;
    const end = lines.indexOf(0x0a, start);
    const line = lines.toString('utf8', start, end < 0 ? lines.length : end);
    const [key = '', name = ''] = line.split('\t');
    if (key === prefix) return name;
    if (key < prefix) low = end < 0 ? lines.length : end + 1;
    else high = start;
  }
  return null;
}
