/** Addresses that can be told apart but not read: keyed BLAKE2b of their text. */

import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { NetworkmlError } from '../errors.js';

/** Bytes of a key, and of a digest. */
const KEY_BYTES = 64;

/** Addresses that are remembered: a digest costs as much as all the rest of a session. */
const REMEMBERED = 65_536;

/**
 * A function from the text of an address to 128 hexadecimal digits: BLAKE2b-512 (RFC 7693), as NFStream's.
 * @param key 1 to 64 bytes, hexadecimal
 */
export async function anonymizer(key: string): Promise<(text: string) => string> {
  const { blake2b } = await import('@noble/hashes/blake2.js');
  const bytes = Uint8Array.from(Buffer.from(key, 'hex'));
  const known = new Map<string, string>();
  return (text) => {
    let sealed = known.get(text);
    if (sealed === undefined) {
      sealed = Buffer.from(blake2b(Buffer.from(text), { key: bytes, dkLen: KEY_BYTES })).toString('hex');
      if (known.size >= REMEMBERED) known.clear();
      known.set(text, sealed);
    }
    return sealed;
  };
}

/** A key for this run alone. */
export function freshKey(): string {
  return randomBytes(KEY_BYTES).toString('hex');
}

/**
 * The key in a file of 128 hexadecimal digits; a file that is not there is made, readable by its owner alone.
 * @returns the key, and whether it was made now
 * @throws NetworkmlError NML_CONFIG when the file holds no key, NML_OUTPUT when it cannot be made
 */
export function keyFromFile(path: string): { readonly key: string; readonly made: boolean } {
  try {
    const file = openSync(path, 'wx', 0o600);
    const key = freshKey();
    writeSync(file, `${key}\n`);
    closeSync(file);
    return { key, made: true };
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code !== 'EEXIST') {
      throw new NetworkmlError('NML_OUTPUT', 'the key file cannot be made', { file: path, cause });
    }
  }
  let text: string;
  try {
    text = readFileSync(path, 'latin1').trim();
  } catch (cause) {
    throw new NetworkmlError('NML_CONFIG', 'the key file cannot be read', { file: path, cause });
  }
  if (!/^[0-9a-fA-F]+$/.test(text) || text.length !== KEY_BYTES * 2) {
    throw new NetworkmlError('NML_CONFIG', `not a key of ${KEY_BYTES * 2} hexadecimal digits`, {
      file: path,
      hint: 'name a file that is not there yet to have one made',
    });
  }
  return { key: text.toLowerCase(), made: false };
}
