/** What yargs says about a command line that it refuses, in our words and with a suggestion. */

import { NetworkmlError } from '../errors.js';
import { nearest } from './suggest.js';

/** What could have been meant. */
export interface KnownWords {
  /** The command line as it was given. */
  readonly given: readonly string[];
  readonly commands: readonly string[];
  /** Flags of the command, long names and aliases, without dashes. */
  readonly flags: readonly string[];
  /** The command in work, if one was recognised. */
  readonly command: string | undefined;
  /** What its first word has to be. */
  readonly needs: string | undefined;
}

/** The refusal as a coded error. */
export function usageError(said: string, known: KnownWords): NetworkmlError {
  const { command } = known;
  const help = command === undefined ? 'see networkml --help' : `see networkml ${command} --help`;
  const unknown = /^Unknown (?:argument|command)s?: ([^,]+)/.exec(said)?.[1] ?? unknownFlag(known);
  if (unknown !== undefined) return unknownWord(unknown, known, help);
  const bare = /^Not enough arguments following: (.+)$/.exec(said)?.[1];
  if (bare !== undefined) return refusal(`${dashed(bare)} needs a value`, help);
  if (said.startsWith('Not enough non-option arguments'))
    return refusal(`${command ?? 'this'} needs ${known.needs ?? 'more words'}`, help);
  const choice = /Argument: ([^,]+), Given: (.+), Choices: (.+)$/m.exec(said);
  if (choice !== null) return unknownChoice(choice[1] ?? '', choice[2] ?? '', choice[3] ?? '');
  return refusal(said.replaceAll('\n', ' '), help);
}

function refusal(message: string, hint: string): NetworkmlError {
  return new NetworkmlError('NML_USAGE', message, { hint });
}

function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}

/** Without a command yargs misses the command before it looks at the flags. */
function unknownFlag({ command, given, flags }: KnownWords): string | undefined {
  const names = given.filter((word) => /^--./.test(word)).map((word) => word.slice(2).split('=')[0] ?? '');
  return command === undefined ? names.find((name) => !flags.includes(name)) : undefined;
}

function unknownWord(
  word: string,
  { command, commands, flags, given }: KnownWords,
  help: string,
): NetworkmlError {
  const of = command === undefined ? '' : ` for networkml ${command}`;
  if (given.includes(word)) {
    const meant = command === undefined ? nearest(word, commands) : undefined;
    const kind = command === undefined ? 'unknown command' : 'unexpected word';
    return refusal(
      `${kind} ${JSON.stringify(word)}${of}`,
      meant === undefined ? help : `did you mean ${meant}?`,
    );
  }
  const meant = nearest(word, flags);
  return refusal(
    `unknown flag ${dashed(word)}${of}`,
    meant === undefined ? help : `did you mean ${dashed(meant)}?`,
  );
}

function unknownChoice(name: string, given: string, choices: string): NetworkmlError {
  const known = [...choices.matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? '');
  const word = given.replaceAll('"', '');
  // Numbers are not mistyped, but meant.
  const meant = Number.isNaN(Number(word)) ? nearest(word, known) : undefined;
  const hint = meant === undefined ? `known are ${known.join(', ')}` : `did you mean ${meant}?`;
  return refusal(`${name}: ${given} is not known`, hint);
}
