/**
 * The completion scripts in the shells themselves, those that this machine has: bash, fish and zsh are started, given the
 * script, and asked what they would offer.
 */

import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { execute, program, temporaryDirectory } from './run-cli.js';

const directory = temporaryDirectory();
symlinkSync(program, join(directory, 'networkml'));
const env = { PATH: `${directory}:${process.env.PATH}`, HOME: directory };

/** A line to complete, and some of what may follow. */
const LINES: readonly (readonly [line: string, offered: readonly string[]])[] = [
  ['networkml pre', ['predict']],
  ['networkml models ', ['list', 'show', 'verify']],
  ['networkml predict --fo', ['--format']],
  ['networkml predict x --format n', ['ndjson']],
  ['networkml serve --connect', ['--connect-timeout']],
];

/** What fish would offer, without the descriptions. */
async function fish(line: string): Promise<string[]> {
  const script = 'networkml completion fish | source; complete -C $argv[1]';
  const { stdout, stderr } = await execute('fish', ['--no-config', '-c', script, line], { env });
  expect(stderr).toBe('');
  return stdout.split('\n').map((offer) => offer.split('\t')[0] ?? '');
}

/** bash, as its own completion calls the function: words, the last one being completed. */
async function bash(line: string): Promise<string[]> {
  const words = line.split(' ').map((word) => `'${word}'`);
  const script = `source <(networkml completion bash)
    COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}
    $(complete -p networkml | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = await execute('bash', ['--norc', '-c', script], { env });
  expect(stderr).toBe('');
  return stdout.split('\n');
}

/** A shell in a terminal of its own: the line is typed, the tabulator pressed, and what appears is read. */
const ZSH = `
zmodload zsh/zpty
typeset -F SECONDS
until_seen() {
  local out= chunk=
  local -F end=$((SECONDS + 30))
  while (( SECONDS < end )); do
    if zpty -rt shell chunk 2>/dev/null; then out+=$chunk; [[ $out == *$1* ]] && break; else sleep 0.02; fi
  done
  print -r -- "$out"
}
zpty -b shell zsh -f -i
zpty -w shell 'PS1= PS2=; unsetopt beep zle_bracketed_paste; stty cols 200 rows 100 -echo; autoload -Uz compinit; compinit -u -D'
zpty -w shell 'source <(networkml completion zsh); LISTMAX=1000; mark() { print -r -- " sho""wn" }; zle -N mark'
zpty -w shell 'bindkey "^I" complete-word "^T" mark; print -r -- "rea""dy"'
until_seen ready >/dev/null
# The key behind the tabulator is looked at when completion is over.
zpty -w -n shell "$1"$'\\t\\x14'
until_seen shown
zpty -d shell
`;

async function zsh(line: string): Promise<string[]> {
  const { stdout, stderr } = await execute('zsh', ['-f', '-c', ZSH, 'zsh', line], { env, cwd: directory });
  expect(stderr).toBe('');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escapes of the terminal
  return stdout.replaceAll(/\u001b\[[0-9;?]*[a-zA-Z]/g, ' ').split(/\s+/);
}

const SHELLS = { bash, fish, zsh };

for (const [name, offersOf] of Object.entries(SHELLS)) {
  const there = spawnSync(name, ['-c', 'true']).status === 0;
  if (!there) continue;
  describe(`${name} offers`, { timeout: 60_000 }, () => {
    it.each(LINES)('after "%s"', async (line, offered) => {
      const offers = await offersOf(line);
      for (const word of offered) expect(offers).toContain(word);
      expect(offers).not.toContain('sessions');
    });
  });
}
