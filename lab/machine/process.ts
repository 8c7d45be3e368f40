import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { LabError } from '../errors.js';

/** How a bounded command ended. */
export interface Finished {
  /** Exit code; null when a signal or the time limit ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const KEPT_OUTPUT_CHARACTERS = 64 * 1024;

/** Runs a command to its end, or for `timeoutMs` at most. Never throws: a command that cannot start has code null. */
export function run(argv: readonly string[], timeoutMs: number): Promise<Finished> {
  const [command, ...rest] = argv as readonly [string, ...string[]];
  return new Promise((resolve) => {
    const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.stdout.on('data', (piece: Buffer) => {
      if (stdout.length < KEPT_OUTPUT_CHARACTERS) stdout += piece.toString();
    });
    child.stderr.on('data', (piece: Buffer) => {
      if (stderr.length < KEPT_OUTPUT_CHARACTERS) stderr += piece.toString();
    });
    const end = (code: number | null, problem = ''): void => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr: stderr + problem });
    };
    child.on('error', (error) => end(null, error.message));
    // "exit", not "close": a daemon that the command leaves behind may hold the pipes open.
    child.on('exit', (code) => setImmediate(() => end(code)));
  });
}

/** The same for a command that has to succeed. @returns its standard output. @throws LabError */
export async function mustRun(argv: readonly string[], timeoutMs = 10_000): Promise<string> {
  const { code, stdout, stderr } = await run(argv, timeoutMs);
  if (code !== 0) throw new LabError(`"${argv.join(' ')}" ended with ${code}: ${stderr.trim().slice(-400)}`);
  return stdout;
}

/** Starts a command that stays; both its outputs go to `logFile`. */
export function startLogged(argv: readonly string[], logFile: string): ChildProcess {
  const [command, ...rest] = argv as readonly [string, ...string[]];
  const log = openSync(logFile, 'a');
  try {
    const child = spawn(command, rest, { stdio: ['ignore', log, log] });
    child.on('error', () => {});
    return child;
  } finally {
    closeSync(log);
  }
}

/** Process id of a started child. @throws LabError when it did not start */
export function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new LabError(`${child.spawnfile} did not start`);
  return child.pid;
}

/** Follows only children, `depth` generations down (as unshare and nsenter fork). Undefined until they exist. */
export function descendant(pid: number, depth: number): number | undefined {
  let current = pid;
  for (let i = 0; i < depth; i++) {
    const children = readOrEmpty(`/proc/${current}/task/${current}/children`).trim();
    if (children === '') return undefined;
    current = Number(children.split(' ')[0]);
  }
  return current;
}

/** Start time of a process in clock ticks since boot, with which a reused number is told; undefined when it is gone. */
export function startTicks(pid: number): string | undefined {
  const status = readOrEmpty(`/proc/${pid}/stat`);
  // The name, in parentheses, may hold spaces; field 22 is the 20th after it.
  return status === '' ? undefined : status.slice(status.lastIndexOf(')') + 2).split(' ')[19];
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Asks again and again until the answer is not undefined. @throws LabError after `timeoutMs` */
export async function waitFor<T>(what: string, timeoutMs: number, ask: () => T | undefined): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const answer = ask();
    if (answer !== undefined) return answer;
    if (performance.now() > end) throw new LabError(`waited ${timeoutMs} ms in vain for ${what}`);
    await pause(50);
  }
}

export function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
