#!/usr/bin/env node
/**
 * Makes the reference pages that come from tables in the code, docs/errors.md and docs/settings.md, and the example in
 * README.md, which is what the command prints today.
 *
 *   node scripts/make-docs.mjs [--check]    with --check nothing is written; exits with 1 if a file is out of date
 */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { writeOrCheck } from './write-or-check.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The exports of a TypeScript module. */
async function load(source) {
  const { outputFiles } = await build({
    entryPoints: [join(root, source)],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    write: false,
  });
  return await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
  );
}

const EXIT_CODES = {
  usage: 2,
  input: '3, or 5 beside captures that worked',
  bundle: 4,
  internal: 1,
  service: 6,
};

function cell(text) {
  return String(text).replaceAll('|', '\\|');
}

function table(head, rows) {
  const line = (cells) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

function errorsPage({ errorTable }) {
  const rows = Object.entries(errorTable).map(([code, { kind, meaning, hint }]) => [
    `\`${code}\``,
    meaning,
    hint,
    EXIT_CODES[kind],
  ]);
  return `# Error codes

<!-- Made by scripts/make-docs.mjs from src/errors.ts: change it there. -->

Every error has a code that stays the same for ever, so scripts may match on it. On the command line an error is one
sentence with the place, what happened, what can be done, and the code; in JSON and NDJSON the record of a failed capture
holds the same parts. The library throws \`NetworkmlError\` with \`code\`, \`place\`, \`hint\` and \`cause\`.

${table(['code', 'meaning', 'what to do', 'exit code'], rows)}
`;
}

function settingsPage({ optionTable, environmentName }) {
  const options = Object.entries(optionTable);
  const settings = options.filter(([, { setting }]) => setting);
  const rows = settings.map(([name, { kind, describe, choices }]) => [
    `\`${name}\``,
    `\`${environmentName(name)}\``,
    kind === 'flag'
      ? '`true` or `false`'
      : (choices?.map((choice) => `\`${choice}\``).join(', ') ?? KINDS[kind]),
    describe,
  ]);
  const flagsOnly = options.filter(([, { setting }]) => !setting).map(([name]) => `\`--${name}\``);
  return `# Settings

<!-- Made by scripts/make-docs.mjs from src/cli/options.ts: change it there. -->

A setting is taken from the first of these that has it: the flag of that name (\`--seed 7\`), the environment
(\`NETWORKML_SEED=7\`), the file \`networkml.config.json\` in the working directory (\`{ "seed": 7 }\`), the default. A key
in the file that is none of these is an error; so is a value that cannot be used, wherever it comes from. A \`format\` from
the environment or the file that a command cannot write is passed over.

${table(['setting', 'environment', 'values', 'meaning'], rows)}

Only as flags: ${flagsOnly.join(', ')}. Besides, \`NO_COLOR\` turns colours off, \`CI\` turns progress off, and \`NATS_URL\`
names the NATS server of \`serve\` and \`submit\`, which \`doctor\` tries to reach. Secrets have no setting of their own but in
files and in \`NETWORKML_NATS_PASSWORD\` and \`NETWORKML_NATS_TOKEN\` (docs/secure.md).
`;
}

const KINDS = { text: 'a text', number: 'a number', count: 'a whole number', list: 'words between commas' };

/** README.md with what `predict` prints of the example that it names, from the role to the device. */
function readme() {
  const text = readFileSync(join(root, 'README.md'), 'utf8');
  const example = /npx networkml predict (\S+)$/m.exec(text)?.[1];
  const block = /(?<=^```text\n).*?(?=^```$)/ms;
  if (example === undefined || !block.test(text)) throw new Error('README.md has no example');
  run('bash', ['scripts/build-if-old.sh', '--no-types']);
  const printed = run(process.execPath, ['dist/cli/main.cjs', 'predict', example, '--format', 'table']);
  const end = printed.indexOf('\n  traffic ');
  if (end < 0) throw new Error(`predict prints no line of traffic:\n${printed}`);
  return text.replace(block, () => `${printed.slice(0, end)}\n  ...\n`);
}

/** What a program prints, without settings that the machine may have. */
function run(program, words) {
  const env = { PATH: process.env.PATH };
  const { status, stdout } = spawnSync(program, words, {
    cwd: root,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${program} ${words.join(' ')} failed`);
  return stdout;
}

const files = [
  { path: join(root, 'README.md'), text: readme() },
  { path: join(root, 'docs/errors.md'), text: errorsPage(await load('src/errors.ts')) },
  { path: join(root, 'docs/settings.md'), text: settingsPage(await load('src/cli/options.ts')) },
];
process.exitCode = writeOrCheck(files, 'node scripts/make-docs.mjs');
