/** One run of the command line, from its words to its exit code. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type NetworkmlError, toNetworkmlError } from '../errors.js';
import { packageRoot } from '../package-root.js';
import { watchForAborts } from './abort.js';
import type { CommandEntry } from './command.js';
import { commandList } from './commands.js';
import { exitCodeOf } from './exit-code.js';
import { sayError } from './messages.js';
import { commonOptions } from './options.js';
import { parseCommandLine } from './parser.js';
import { readSettingsFile, resolveSettings } from './settings.js';
import { STANDARD_OUTPUT, writeText } from './standard-streams.js';

/**
 * Runs a command line.
 * @param words as in `process.argv.slice(2)`
 * @param commands all that there are
 * @returns the exit code
 */
export async function run(
  words: readonly string[],
  commands: readonly CommandEntry[] = commandList,
): Promise<number> {
  watchForAborts();
  try {
    const parsed = await parseCommandLine(words, commands, packageVersion());
    if ('shows' in parsed) {
      writeText(STANDARD_OUTPUT, parsed.shows);
      return 0;
    }
    const { command, flags } = parsed;
    const sources = { flags, environment: process.env, file: readSettingsFile() };
    const settings = resolveSettings([...command.options, ...commonOptions], sources, command.formats);
    return await command.run({ words: parsed.words, settings });
  } catch (error) {
    const coded: NetworkmlError = toNetworkmlError(error);
    sayError(coded, debugWanted(words));
    return exitCodeOf(coded);
  }
}

/** Known before the settings are: an error in them is to be shown like any other. */
function debugWanted(words: readonly string[]): boolean {
  return words.includes('--debug') || ['1', 'true', 'yes', 'on'].includes(process.env.NETWORKML_DEBUG ?? '');
}

function packageVersion(): string {
  const description: unknown = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  const known = typeof description === 'object' && description !== null && 'version' in description;
  return known ? String(description.version) : '0';
}
