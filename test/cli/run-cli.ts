import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

export const root = new URL('../../', import.meta.url).pathname;

/** The program as npm links it. */
export const program = join(root, 'dist/cli/main.cjs');

export const examples = join(root, 'examples');
export const printer = join(examples, 'Printer-lab0001print1-Tue1215-135-n00.pcap');
export const desktop = join(examples, 'BusinessWorkstation-lab0001desk1-Tue1215-136-n00.pcap');

export interface CliResult {
  /** Exit code; a signal's number when one ended it. */
  readonly code: number | NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly input?: Uint8Array | string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** An environment without settings that the machine of the tests may have. */
export function cleanEnvironment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(?:NETWORKML_|NATS_|NODE_|VITEST|FORCE_COLOR|NO_COLOR|CI$|COLUMNS$|TERM$)/.test(name),
  );
  return { ...Object.fromEntries(kept), TERM: 'xterm', ...more };
}

/** Runs the built command line as its own process. */
export function networkml(words: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return execute(process.execPath, [program, ...words], options);
}

/** Runs any program to its end. */
export function execute(
  file: string,
  words: readonly string[],
  options: CliOptions = {},
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, words, {
      cwd: options.cwd ?? root,
      env: cleanEnvironment(options.env),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    // A program that does not read its input closes it.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({
        code: code ?? signal,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
      });
    });
  });
}

/** A directory that goes away after the tests of the file; not for use inside of a test, where nothing would remove it. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'networkml-cli-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** The lines of NDJSON. */
export function recordsIn(stdout: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
