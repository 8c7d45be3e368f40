import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  cleanEnvironment,
  desktop,
  examples,
  execute,
  networkml,
  printer,
  program,
  temporaryDirectory,
} from './run-cli.js';

const directory = temporaryDirectory();

describe('-o', () => {
  it('writes the whole file and nothing beside it', async () => {
    const own = join(directory, 'plain');
    mkdirSync(own);
    const { stdout } = await networkml(['predict', printer, desktop]);
    const result = await networkml(['predict', printer, desktop, '-o', join(own, 'out.ndjson')]);
    expect(result).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(readFileSync(join(own, 'out.ndjson'), 'utf8')).toBe(stdout);
    expect(readdirSync(own)).toEqual(['out.ndjson']);
  });

  it('keeps the mode of a file it replaces, and follows a link', async () => {
    const own = join(directory, 'replaced');
    mkdirSync(own);
    const file = join(own, 'out');
    writeFileSync(file, 'old');
    chmodSync(file, 0o640);
    symlinkSync('out', join(own, 'link'));
    await networkml(['predict', printer, '-o', join(own, 'link')]);
    expect(lstatSync(join(own, 'link')).isSymbolicLink()).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ schema: 'networkml/prediction/v1' });
  });

  it('leaves the old file when the run fails', async () => {
    const own = join(directory, 'failed');
    mkdirSync(own);
    writeFileSync(join(own, 'out'), 'old');
    const { code } = await networkml(['predict', printer, '--role', 'Toaster', '-o', join(own, 'out')]);
    expect(code).toBe(2);
    expect(readdirSync(own)).toEqual(['out']);
    expect(readFileSync(join(own, 'out'), 'utf8')).toBe('old');
  });

  it('writes into a pipe instead of replacing it', async () => {
    const fifo = join(directory, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const reader = execute('cat', [fifo]);
    const { code } = await networkml(['predict', printer, '-o', fifo]);
    expect(code).toBe(0);
    expect(JSON.parse((await reader).stdout)).toMatchObject({ schema: 'networkml/prediction/v1' });
    expect(lstatSync(fifo).isFIFO()).toBe(true);
  });

  it.each([
    [
      'no/such/directory/out',
      /out: there is no directory for it; make it first, or correct the path \[NML_OUTPUT\]\n$/,
    ],
    ['.', /is a directory; .* \[NML_OUTPUT\]\n$/],
  ])('%s cannot be written', async (path, sentence) => {
    const { code, stderr } = await networkml(['predict', printer, '-o', path], { cwd: directory });
    expect(code).toBe(1);
    expect(stderr).toMatch(sentence);
  });
});

describe('a stream that takes no more', () => {
  const into = async (words: string) => {
    const { code, stderr } = await execute('bash', ['-c', `'${process.execPath}' '${program}' ${words}`]);
    return { code, stderr };
  };

  it.each([
    ['results', `predict '${printer}'`],
    ['tables', `packets '${printer}' --format csv`],
    ['help', '--help'],
  ])('of %s on standard output is told in one sentence', async (_what, words) => {
    const { code, stderr } = await into(`${words} > /dev/full`);
    expect(stderr).toMatch(/^standard output: ENOSPC[^\n]*; check space and rights there \[NML_OUTPUT\]\n$/);
    expect(code).toBe(1);
  });

  it('on standard error changes nothing else', async () => {
    expect((await into('predict no/such.pcap 2> /dev/full')).code).toBe(3);
  });
});

describe('a pipe that does not block', () => {
  it('gets every byte, however slowly it is read', async () => {
    const command = `'${process.execPath}' '${program}' packets '${desktop}' --quiet`;
    // As programs leave it that read without waiting: Node's own children get pipes that block.
    const unblocked = `perl -MFcntl -e 'fcntl(STDOUT, F_SETFL, O_WRONLY | O_NONBLOCK) or die; exec @ARGV or die' ${command}`;
    const line = `set -o pipefail; ${unblocked} | (sleep 0.5; cat) | cksum; ${command} | cksum`;
    const { code, stdout, stderr } = await execute('bash', ['-c', line]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [slow, whole] = stdout.trim().split('\n');
    expect(slow).toBe(whole);
    // More than a pipe holds.
    expect(Number(whole!.split(' ')[1])).toBeGreaterThan(2 ** 17);
  });
});

describe('a run that is cut off', () => {
  it('by a closed pipe ends silently', async () => {
    const captures = Array.from({ length: 40 }, () => `'${printer}'`).join(' ');
    const line = `set -o pipefail; '${process.execPath}' '${program}' predict ${captures} | head -n 1 | wc -l`;
    const { code, stdout, stderr } = await execute('bash', ['-c', line]);
    expect({ code, stdout: stdout.trim(), stderr }).toEqual({ code: 0, stdout: '1', stderr: '' });
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s ends with %i and leaves no half file', async (signal, code) => {
    const own = join(directory, signal);
    mkdirSync(own);
    const out = join(own, 'out.json');
    const child = spawn(process.execPath, [program, 'predict', printer, '-', '--format', 'json', '-o', out], {
      env: cleanEnvironment(),
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.stdin.on('error', () => {});
    // Half a capture: the run waits for the rest when the signal comes.
    child.stdin.write(readFileSync(desktop).subarray(0, 5000));
    const ended = new Promise((resolve) => child.on('close', (exit, by) => resolve(exit ?? by)));
    while (!readdirSync(own).some((name) => statSync(join(own, name)).size > 100)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    child.kill(signal);
    expect(await ended).toBe(code);
    expect(stderr).toBe('');
    expect(readdirSync(own)).toEqual([]);
  });
});

describe('a long computation', () => {
  const many = Array.from({ length: 60 }, () => examples);

  it.each([
    ['train', ['-o', 'bundle']],
    ['evaluate', ['--grouped', '6', '-o', 'figures.json']],
    ['predict', ['-o', 'out.json']],
  ])('of %s hears a signal at once', async (command, words) => {
    const own = join(directory, `long-${command}`);
    mkdirSync(own);
    const child = spawn(process.execPath, [program, command, ...many, ...words], {
      cwd: own,
      env: cleanEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const ended = new Promise((resolve) => child.on('close', (exit, by) => resolve(exit ?? by)));
    await new Promise((resolve) => setTimeout(resolve, 700));
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(stderr).toBe('');
    expect(readdirSync(own)).toEqual([]);
  });
});

describe('a terminal', () => {
  /** Runs a line of shell with a terminal as standard output and error. */
  const onTerminal = (line: string, env: Record<string, string> = {}) =>
    execute('script', ['-qec', `stty cols 80; ${line}`, '/dev/null'], { env });
  const command = `'${process.execPath}' '${program}'`;

  it('gets a table in colours', async () => {
    const { stdout } = await onTerminal(`${command} predict '${printer}'`);
    expect(stdout).toContain('\u001b[2mdevice');
    expect(stdout.replaceAll(/\p{Cc}\[\d+m/gu, '').replaceAll('\r', '')).toContain(
      '  device     10.77.20.172',
    );
  });

  it.each([
    ['--no-color', {}],
    ['', { NO_COLOR: '1' }],
    ['', { NETWORKML_NO_COLOR: 'true' }],
    ['', { TERM: 'dumb' }],
  ])('has no colours with %s %j', async (flag, env) => {
    const { stdout } = await onTerminal(
      `${command} predict '${printer}' ${flag}`,
      env as Record<string, string>,
    );
    expect(stdout).toContain('  device     10.77.20.172');
    expect(stdout).not.toContain('\u001b');
  });

  const slowly = `(head -c 100000 '${printer}'; sleep 0.9; tail -c +100001 '${printer}') | ${command} predict - `;

  it('sees progress after half a second, and no trace of it afterwards', async () => {
    const { stdout } = await onTerminal(`${slowly} --format ndjson`);
    expect(stdout).toMatch(/\r\p{Cc}\[K[\d.]+ kB, [\d,]+ packets\/s/u);
    const [, after] = stdout.split('\r\u001b[K{');
    expect(JSON.parse(`{${after}`)).toMatchObject({ schema: 'networkml/prediction/v1' });
  });

  it.each([
    ['in CI', '', { CI: 'true' }],
    ['with --quiet', '--quiet', {}],
  ])('sees none %s', async (_, flag, env) => {
    const { stdout } = await onTerminal(`${slowly} --format ndjson ${flag}`, env as Record<string, string>);
    expect(stdout).not.toContain('packets/s');
    expect(JSON.parse(stdout)).toMatchObject({ capture: { file: '-' } });
  });

  it('has a line for each of many captures', async () => {
    const words = `'${examples}' '${examples}'`;
    // A busy machine shows progress on the same terminal.
    const { stdout } = await onTerminal(`${command} predict ${words} --no-color --quiet`);
    const lines = stdout.trimEnd().split('\r\n');
    expect(lines).toHaveLength(12 + 3);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });
});
