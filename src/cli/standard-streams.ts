/**
 * Standard output and standard error by their descriptors. Opening Node's stream of one takes longer than reading a small
 * capture, so that only a terminal's is opened, for what is known about the terminal.
 */

import { fstatSync, writeSync } from 'node:fs';
import { NetworkmlError } from '../errors.js';
import { endQuietly } from './abort.js';

export const STANDARD_OUTPUT = 1;
export const STANDARD_ERROR = 2;

type Standard = typeof STANDARD_OUTPUT | typeof STANDARD_ERROR;

const pause = new Int32Array(new SharedArrayBuffer(4));

/** The terminal that a standard stream is; undefined where it is none. */
export function terminalOf(descriptor: Standard): NodeJS.WriteStream | undefined {
  if (!isCharacterDevice(descriptor)) return undefined;
  const stream = descriptor === STANDARD_OUTPUT ? process.stdout : process.stderr;
  return stream.isTTY === true ? stream : undefined;
}

function isCharacterDevice(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice();
  } catch {
    // It may be closed.
    return false;
  }
}

/**
 * Writes a text to a standard stream; a reader that closed the pipe ends the run silently, as soon as what it began is undone.
 * What standard error does not take is lost: there is no place left to say so.
 * @throws NetworkmlError NML_OUTPUT where standard output takes no more
 */
export function writeText(descriptor: Standard, text: string): void {
  if (text === '') return;
  try {
    if (!writeAll(descriptor, Buffer.from(text))) endQuietly();
  } catch (cause) {
    if (descriptor === STANDARD_OUTPUT) throw outputError(cause, 'standard output');
  }
}

/** Why nothing more can be written. */
export function outputError(cause: unknown, file: string): NetworkmlError {
  const said = cause instanceof Error ? cause.message : String(cause);
  return new NetworkmlError('NML_OUTPUT', said, { file, cause });
}

/**
 * Writes all bytes to an open file.
 * @returns false where it is a pipe whose reader has closed it
 */
export function writeAll(descriptor: number, bytes: Uint8Array): boolean {
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'EPIPE') return false;
      if (code !== 'EAGAIN') throw error;
      // The reader is slow.
      Atomics.wait(pause, 0, 0, 1);
    }
  }
  return true;
}
