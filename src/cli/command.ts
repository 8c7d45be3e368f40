/** What a command is. */

import type { OptionName } from './options.js';
import type { Settings } from './settings.js';

/** What a command is given. */
export interface Invocation {
  /** Words that are no options, in their order. */
  readonly words: readonly string[];
  readonly settings: Settings;
}

/** One command; its file is loaded only when it is called. */
export interface Command {
  readonly options: readonly OptionName[];
  /** Formats it can write, where it has `--format`. */
  readonly formats?: readonly string[];
  /** What the option means here, where the common words say too little. */
  readonly describe?: Readonly<Partial<Record<OptionName, string>>>;
  /** The words that the option takes here, where these are fewer. */
  readonly choices?: Readonly<Partial<Record<OptionName, readonly string[]>>>;
  readonly examples: readonly (readonly [line: string, does: string])[];
  /** @returns the exit code */
  run(invocation: Invocation): Promise<number>;
}

/** How a command is listed before its file is loaded. */
export interface CommandEntry {
  readonly name: string;
  /** As yargs reads it: `predict <captures..>`. */
  readonly usage: string;
  readonly summary: string;
  /** What its words are. */
  readonly words: Readonly<Record<string, { describe: string; choices?: readonly string[] }>>;
  load(): Promise<Command>;
}
