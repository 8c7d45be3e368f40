/** Where results go: standard output, or a file that is written beside and renamed when it is whole. */

import {
  chmodSync,
  closeSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { NetworkmlError } from '../errors.js';
import { onAbort } from './abort.js';
import { outputError, STANDARD_OUTPUT, terminalOf, writeAll, writeText } from './standard-streams.js';

/** A place for results. */
export interface Output {
  /** Whether a person reads it as it comes. */
  readonly isTerminal: boolean;
  /** Columns of the terminal, or what stands for them. */
  readonly width: number;
  write(text: string): Promise<void>;
  /** The same for bytes, at once: for tables that come faster than a stream would take them. */
  writeBytes(bytes: Uint8Array): void;
  /** All is written: a file gets its name now. */
  commit(): Promise<void>;
  /** Nothing of it shall remain. */
  abandon(): void;
}

/**
 * Opens the place for results.
 * @param path a file, or undefined or `-` for standard output
 * @throws NetworkmlError NML_OUTPUT
 */
export function openOutput(path: string | undefined): Output {
  if (path === undefined || path === '-') return standardOutput();
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory() === true) throw new NetworkmlError('NML_OUTPUT', 'is a directory', { file: path });
  // A pipe or a device has no place beside it to be renamed from.
  return stats !== undefined && !stats.isFile() ? direct(path) : renamed(path, stats);
}

function standardOutput(): Output {
  const terminal = terminalOf(STANDARD_OUTPUT);
  return {
    isTerminal: terminal !== undefined,
    width: terminal?.columns ?? (Number(process.env.COLUMNS) || 80),
    write: async (text) => writeText(STANDARD_OUTPUT, text),
    writeBytes: (bytes) => guarded('standard output', () => writeOrEnd(STANDARD_OUTPUT, bytes)),
    commit: async () => {},
    abandon: () => {},
  };
}

function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      const hint = 'make it first, or correct the path';
      throw new NetworkmlError('NML_OUTPUT', 'there is no directory for it', { file: path, hint, cause });
    }
    throw outputError(cause, path);
  }
}

/** Writes all bytes; a reader that closed the pipe ends the run as it does for text. */
function writeOrEnd(descriptor: number, bytes: Uint8Array): void {
  if (!writeAll(descriptor, bytes)) process.exit(0);
}

function direct(path: string): Output {
  const descriptor = guarded(path, () => openSync(path, 'w'));
  return {
    isTerminal: false,
    width: 80,
    write: async (text) => guarded(path, () => writeOrEnd(descriptor, Buffer.from(text))),
    writeBytes: (bytes) => guarded(path, () => writeOrEnd(descriptor, bytes)),
    commit: async () => guarded(path, () => closeSync(descriptor)),
    abandon: () => {},
  };
}

function renamed(path: string, old: Stats | undefined): Output {
  const target = old === undefined ? path : realpathSync(path);
  const beside = join(dirname(target), `.${basename(target)}.part-${process.pid}`);
  const descriptor = guarded(path, () => openSync(beside, 'w'));
  const forget = onAbort(() => rmSync(beside, { force: true }));
  return {
    isTerminal: false,
    width: 80,
    write: async (text) => guarded(path, () => writeOrEnd(descriptor, Buffer.from(text))),
    writeBytes: (bytes) => guarded(path, () => writeOrEnd(descriptor, bytes)),
    commit: async () =>
      guarded(path, () => {
        fsyncSync(descriptor);
        closeSync(descriptor);
        if (old !== undefined) chmodSync(beside, old.mode & 0o7777);
        renameSync(beside, target);
        forget();
      }),
    abandon: () => {
      rmSync(beside, { force: true });
      forget();
    },
  };
}
