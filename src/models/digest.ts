/** SHA-256, and the list of digests that every bundle carries beside its manifest. */

import { createHash, type Hash, hash } from 'node:crypto';

/** Names the digests of the manifest and of the data file, in the format of coreutils: `sha256sum -c SHA256SUMS`. */
export const SUMS_FILE = 'SHA256SUMS';

/** SHA-256 of some bytes, in lower-case hexadecimal. */
export function sha256Of(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}

/** The same of bytes that come in pieces. */
export function createDigest(): Hash {
  return createHash('sha256');
}

/** The text of the list: one line a file, `<digest>  <name>`. */
export function formatSums(sums: ReadonlyMap<string, string>): string {
  return [...sums].map(([name, digest]) => `${digest}  ${name}\n`).join('');
}

/** File name to digest; lines that are no such pair are left out. */
export function parseSums(text: string): Map<string, string> {
  const sums = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([0-9a-f]{64}) {2}(\S+)$/.exec(line);
    if (match !== null) sums.set(match[2] as string, match[1] as string);
  }
  return sums;
}
