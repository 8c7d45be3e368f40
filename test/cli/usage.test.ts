import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandList } from '../../src/cli/commands.js';
import { execute, networkml, printer, program, root, temporaryDirectory } from './run-cli.js';

describe('help', () => {
  it('lists all commands', async () => {
    const { code, stdout, stderr } = await networkml(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const { name } of commandList) expect(stdout).toContain(`networkml ${name}`);
    expect(stdout).toContain('Examples:');
  });

  it.each(commandList.map(({ name }) => name))('of %s has an example and fits the width', async (name) => {
    const { code, stdout, stderr } = await networkml([name, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`Examples:\\n {2}networkml ${name} `));
    expect(stdout).not.toMatch(/\[(?:string|boolean|array)\]/);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('names the words of options that take several of them, and of no other command', async () => {
    const helpOf = async (name: string) => (await networkml([name, '--help'])).stdout.replace(/\s+/g, ' ');
    expect(await helpOf('evaluate')).toContain('[WHAT: unknown-roles,learning-curve]');
    expect(await helpOf('predict')).toContain('[WHAT: anomalous,unknown]');
    const detect = await helpOf('detect');
    expect(detect).toContain('[choices: "iat", "size", "iat-size", "stats", "samp-num", "samp-size"]');
    expect(await helpOf('sessions')).toContain('[choices: "nfstream"]');
  });

  it('tells the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(await networkml(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });
});

describe('a command line that cannot be understood', () => {
  it.each([
    [[], 'a command is missing; see networkml --help [NML_USAGE]'],
    [['predcit', 'x'], 'unknown command "predcit"; did you mean predict? [NML_USAGE]'],
    [['xyzzy'], 'unknown command "xyzzy"; see networkml --help [NML_USAGE]'],
    [['--verison'], 'unknown flag --verison; did you mean --version? [NML_USAGE]'],
    [
      ['predict'],
      'predict needs capture files, directories of them, or - for standard input; see networkml predict --help [NML_USAGE]',
    ],
    [
      ['models'],
      'models needs one of list, show, verify, export, import; see networkml models --help [NML_USAGE]',
    ],
    [
      ['predict', 'x', '--alarm-rate', '0.1'],
      'alarm-rate: "0.1" is not known; known are 0.01, 0.05 [NML_USAGE]',
    ],
    [
      ['predict', 'x', '--frmat', 'csv'],
      'unknown flag --frmat for networkml predict; did you mean --format? [NML_USAGE]',
    ],
    [
      ['predict', 'x', '--fail'],
      'unknown flag --fail for networkml predict; did you mean --fail-on? [NML_USAGE]',
    ],
    [
      ['predict', 'x', '-z'],
      'unknown flag -z for networkml predict; see networkml predict --help [NML_USAGE]',
    ],
    [
      ['predict', 'x', '--grouped', '3'],
      'unknown flag --grouped for networkml predict; see networkml predict --help [NML_USAGE]',
    ],
    [['predict', 'x', '--format'], '--format needs a value; see networkml predict --help [NML_USAGE]'],
    [['predict', 'x', '--format', 'cvs'], 'format: "cvs" is not known; did you mean csv? [NML_USAGE]'],
    [
      ['evaluate', 'x', '--format', 'legacy'],
      'format: "legacy" is not known; known are table, json, ndjson, html [NML_USAGE]',
    ],
    [['predict', 'x', '--jobs', 'many'], '--jobs: "many" is not a number; see networkml --help [NML_USAGE]'],
    [
      ['predict', 'x', '--jobs', '0'],
      '--jobs: "0" is not a whole number of 1 or more; see networkml --help [NML_USAGE]',
    ],
    [
      ['predict', 'x', '--fail-on', 'anomalus'],
      '--fail-on: "anomalus" is not known here; did you mean anomalous?; see networkml --help [NML_USAGE]',
    ],
    [['models', 'lst'], 'action: "lst" is not known; did you mean list? [NML_USAGE]'],
    [
      ['doctor', 'please'],
      'unexpected word "please" for networkml doctor; see networkml doctor --help [NML_USAGE]',
    ],
    [['train', 'x'], 'train needs a directory for the bundle; name it with -o DIR [NML_USAGE]'],
    [['completion', 'tcsh'], 'shell: "tcsh" is not known; known are bash, zsh, fish [NML_USAGE]'],
  ] as const)('%j', async (words, sentence) => {
    expect(await networkml([...words])).toEqual({ code: 2, stdout: '', stderr: `${sentence}\n` });
  });
});

describe('settings', () => {
  const directory = temporaryDirectory();
  const run = (words: string[], env: Record<string, string>, file?: string) => {
    writeFileSync(join(directory, 'networkml.config.json'), file ?? '{}');
    return networkml(['predict', printer, ...words], { cwd: directory, env });
  };

  it.each(['-q', '--quiet', '-v', '--verbose', '--no-color', '--debug'])(
    'of every command may stand before it: %s',
    async (flag) => {
      const after = await networkml(['models', 'show', 'default', flag]);
      expect(await networkml([flag, 'models', 'show', 'default'])).toEqual(after);
      expect(after.code).toBe(0);
    },
  );

  it('come from the flag, then the environment, then the file, then the default', async () => {
    const formatOf = ({ stdout }: { stdout: string }) =>
      stdout.startsWith('[')
        ? 'json'
        : stdout.startsWith('file,')
          ? 'csv'
          : stdout.startsWith('<!')
            ? 'html'
            : 'ndjson';
    expect(formatOf(await run([], {}))).toBe('ndjson');
    expect(formatOf(await run([], {}, '{ "format": "html" }'))).toBe('html');
    expect(formatOf(await run([], { NETWORKML_FORMAT: 'csv' }, '{ "format": "html" }'))).toBe('csv');
    expect(
      formatOf(await run(['--format', 'json'], { NETWORKML_FORMAT: 'csv' }, '{ "format": "html" }')),
    ).toBe('json');
    expect(formatOf(await run(['--format', 'csv', '--format', 'json'], {}))).toBe('json');
  });

  it.each([
    [
      '{ "fromat": "csv" }',
      {},
      'networkml.config.json: unknown setting "fromat"; did you mean format? [NML_CONFIG]',
    ],
    [
      '{ "output": "x" }',
      {},
      'networkml.config.json: unknown setting "output"; see docs/settings.md [NML_CONFIG]',
    ],
    [
      '{ "jobs": 0 }',
      {},
      'jobs in networkml.config.json: "0" is not a whole number of 1 or more; see docs/settings.md [NML_CONFIG]',
    ],
    [
      '{ "quiet": "perhaps" }',
      {},
      'quiet in networkml.config.json: neither true nor false; see docs/settings.md [NML_CONFIG]',
    ],
    ['[]', {}, 'networkml.config.json: not a JSON object; see docs/settings.md [NML_CONFIG]'],
    ['{}', { NETWORKML_FORMAT: 'xml' }, /^NETWORKML_FORMAT: "xml" is not known here; .* \[NML_CONFIG\]$/],
    ['{ "format": ', {}, /^networkml\.config\.json: not JSON: .* \[NML_CONFIG\]$/],
  ] as const)('%s %j is refused', async (file, env, sentence) => {
    const { code, stdout, stderr } = await run([], env, file);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    if (typeof sentence === 'string') expect(stderr.trimEnd()).toBe(sentence);
    else expect(stderr.trimEnd()).toMatch(sentence);
  });

  it('pass over a format that the command cannot write', async () => {
    writeFileSync(join(directory, 'networkml.config.json'), '{ "format": "csv" }');
    const { code, stdout } = await networkml(['models', 'list'], { cwd: directory });
    expect(code).toBe(0);
    expect(JSON.parse(stdout.split('\n')[0]!)).toMatchObject({ schema: 'networkml/bundle-info/v1' });
  });
});

describe('completion', () => {
  const directory = temporaryDirectory();
  symlinkSync(program, join(directory, 'networkml'));
  const PATH = `${directory}:${process.env.PATH}`;

  it.each(['bash', 'zsh', 'fish'])('has a script for %s', async (shell) => {
    const { code, stdout, stderr } = await networkml(['completion', shell]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('--get-yargs-completions');
    expect(await networkml(['completion'], { env: { SHELL: `/usr/bin/${shell}` } })).toMatchObject({
      stdout,
    });
  });

  it.each([
    [['networkml', 'pre'], ['predict']],
    [
      ['networkml', 'models', ''],
      ['list', 'show', 'verify'],
    ],
    [['networkml', 'predict', '--fo'], ['--format']],
    [
      ['networkml', 'predict', '--'],
      ['--format', '--fail-on', '--help'],
    ],
    [['networkml', 'predict', 'x', '--format', 'n'], ['ndjson']],
    [
      ['networkml', 'evaluate', 'x', '--device-from', ''],
      ['traffic', 'labels'],
    ],
  ])('in bash completes %j', async (words, expected) => {
    const script = `source <(networkml completion bash)
      COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _networkml
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = await execute('bash', ['--norc', '-c', script], { env: { PATH } });
    expect(stderr).toBe('');
    const found = stdout.trim().split('\n');
    for (const word of expected) expect(found).toContain(word);
    expect(found.every((word) => word.startsWith(words.at(-1)!))).toBe(true);
  });

  it('offers no flag of another command', async () => {
    const { stdout } = await networkml(['--get-yargs-completions', 'networkml', 'predict', '--']);
    expect(stdout.split('\n')).not.toContain('--grouped');
    expect(stdout.split('\n')).toContain('--fail-on');
  });
});
