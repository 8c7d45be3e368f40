/** The command line as yargs reads it: built from the tables of commands and options. */

import yargs, { type Argv } from 'yargs';
import { toNetworkmlError } from '../errors.js';
import type { Command, CommandEntry } from './command.js';
import { commonOptions, type OptionName, optionSpec } from './options.js';
import { STANDARD_OUTPUT, terminalOf } from './standard-streams.js';
import { usageError } from './usage-error.js';

/** What a command line asks for: text to be shown (help, version, completions), or a command to be run. */
export type Parsed =
  | { readonly shows: string }
  | {
      readonly command: Command;
      readonly words: readonly string[];
      readonly flags: Readonly<Record<string, unknown>>;
    };

type Chosen = { entry: CommandEntry; command: Command };

/**
 * Reads a command line; the file of the command it names is loaded, no other.
 * @throws NetworkmlError NML_USAGE
 */
export async function parseCommandLine(
  words: readonly string[],
  commands: readonly CommandEntry[],
  version: string,
): Promise<Parsed> {
  let chosen: Chosen | undefined;
  let parsed: Parsed | undefined;
  const parser = bareParser(version);
  keepNoHelp(parser);
  for (const entry of commands) {
    parser.command(
      entry.usage,
      entry.summary,
      async (builder: Argv) => {
        chosen = { entry, command: await entry.load() };
        return configure(builder, chosen);
      },
      (given: Record<string, unknown>) => {
        if (chosen === undefined) return;
        const flags = Object.fromEntries(
          Object.entries(given).map(([name, value]) => [name, restored(value)]),
        );
        parsed = { command: chosen.command, words: wordsOf(chosen.entry, flags), flags };
      },
    );
  }
  const refuse = (said: string): never => {
    throw usageError(said.replaceAll(KEEP, ''), {
      given: words,
      commands: commands.map(({ name }) => name),
      flags: flagNames(chosen?.command),
      command: chosen?.entry.name,
      needs: chosen === undefined ? undefined : needsOf(chosen.entry),
    });
  };
  parser.fail((said, error) => refuse(said ?? error.message));
  return await parse(parser, kept(words), refuse, () => parsed);
}

function bareParser(version: string): Argv {
  return (
    yargs()
      .scriptName('networkml')
      .locale('en')
      .usage(
        '$0 <command>\n\nTells the role of a device from its packet capture, and whether it behaves like others of that role.',
      )
      .parserConfiguration({
        'boolean-negation': false,
        'camel-case-expansion': false,
        'dot-notation': false,
        'parse-numbers': false,
        'parse-positional-numbers': false,
      })
      // Before the command, too: the word behind one is not its value.
      .boolean(commonOptions.flatMap((name) => [name, optionSpec(name).alias ?? []].flat()))
      .exitProcess(false)
      .showHelpOnFail(false)
      .strict()
      .demandCommand(1, 'a command is missing')
      .help()
      .alias('help', 'h')
      .version(version)
      .example('$0 predict printer.pcap', 'role and behaviour of the device in a capture')
      .epilogue('networkml <command> --help tells more about a command.')
      .wrap(helpWidth())
  );
}

/**
 * yargs makes the help of every command that it runs, in case somebody asks for it afterwards; that takes longer than all the
 * rest of reading the words, and nobody asks.
 */
function keepNoHelp(parser: Argv): void {
  const { getInternalMethods } = parser as unknown as YargsInside;
  getInternalMethods.call(parser).getUsageInstance().cacheHelpMessage = () => {};
}

/** What is used of yargs that its types do not declare. */
interface YargsInside {
  getInternalMethods(): { getUsageInstance(): { cacheHelpMessage: () => void } };
}

async function parse(
  parser: Argv,
  words: readonly string[],
  refuse: (said: string) => never,
  result: () => Parsed | undefined,
): Promise<Parsed> {
  let shown = '';
  let failure: Error | undefined;
  try {
    await parser.parseAsync([...words], {}, (error, _flags, output) => {
      if (error instanceof Error) failure ??= error;
      if (output !== '') shown = output;
    });
  } catch (error) {
    failure ??= toNetworkmlError(error);
  }
  if (shown !== '') return { shows: `${tidy(shown)}\n` };
  // The one refusal that does not come by `fail`.
  if (failure?.message.startsWith('Not enough arguments following') === true) refuse(failure.message);
  if (failure !== undefined) throw failure;
  return result() ?? refuse('this cannot be understood');
}

/** Help without what tells a person nothing, completions without one-letter flags in a long flag's clothes. */
function tidy(shown: string): string {
  const lines = shown.replace(/^--[a-z](?::.*)?$\n?/gm, '').split('\n');
  const kept = lines.flatMap((line) => {
    const rest = line.replace(/\[(?:string|boolean|array|required|default: \[\])\] ?/g, '').trimEnd();
    return rest === '' && line !== '' ? [] : [rest];
  });
  return kept.join('\n');
}

/** Put before a word that yargs must not read as a flag; no word from outside can hold it. */
const KEEP = '\0';

/** Standard input's `-` and every word after `--`, kept from being read as flags. */
function kept(words: readonly string[]): string[] {
  // The start of a flag, for a shell that asks what may follow.
  if (words[0] === '--get-yargs-completions') return words.map((word) => (word === '--' ? '-' : word));
  const end = words.indexOf('--');
  const before = end < 0 ? words : words.slice(0, end);
  const after = end < 0 ? [] : words.slice(end + 1);
  return [...before.map((word) => (word === '-' ? KEEP + word : word)), ...after.map((word) => KEEP + word)];
}

function restored(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(restored);
  return typeof value === 'string' && value.startsWith(KEEP) ? value.slice(KEEP.length) : value;
}

function configure(builder: Argv, { entry, command }: Chosen): Argv {
  for (const [word, { describe, choices }] of Object.entries(entry.words)) {
    builder.positional(word, { type: 'string', describe, ...(choices === undefined ? {} : { choices }) });
  }
  for (const name of [...command.options, ...commonOptions]) {
    const { kind, alias, value, describe, ...spec } = optionSpec(name);
    const choices = command.choices?.[name] ?? spec.choices;
    const offered = name === 'format' ? command.formats : kind === 'list' ? undefined : choices;
    // Several of them between commas cannot be told to yargs.
    const words = kind === 'list' && choices !== undefined ? `: ${choices.join(',')}` : '';
    builder.option(name, {
      type: kind === 'flag' ? 'boolean' : 'string',
      describe: command.describe?.[name] ?? `${describe}${value === undefined ? '' : ` [${value}${words}]`}`,
      group: commonOptions.includes(name) ? 'Common options:' : 'Options:',
      requiresArg: kind !== 'flag',
      ...(alias === undefined ? {} : { alias }),
      ...(offered === undefined ? {} : { choices: offered }),
    });
  }
  for (const [line, does] of command.examples) builder.example(`$0 ${line}`, does);
  return builder.group(['help', 'version'], 'Common options:').epilogue('');
}

/** What the first word of a command is. */
function needsOf({ words }: CommandEntry): string | undefined {
  const [first] = Object.values(words);
  return first?.choices === undefined ? first?.describe : `one of ${first.choices.join(', ')}`;
}

/** The words of a command in the order of its usage. */
function wordsOf(entry: CommandEntry, flags: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(entry.words).flatMap((word) => {
    const value = flags[word];
    if (Array.isArray(value)) return value.map(String);
    return value === undefined ? [] : [String(value)];
  });
}

function flagNames(command: Command | undefined): string[] {
  const names: readonly OptionName[] = [...(command?.options ?? []), ...commonOptions];
  const aliases = names.map((name) => optionSpec(name).alias).filter((alias) => alias !== undefined);
  return [...names, ...aliases, 'help', 'version'];
}

function helpWidth(): number {
  return Math.min(100, terminalOf(STANDARD_OUTPUT)?.columns ?? 80);
}
