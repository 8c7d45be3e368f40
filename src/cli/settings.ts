/** Settings of a run: flags before NETWORKML_* environment before networkml.config.json. */

import { readFileSync } from 'node:fs';
import { NetworkmlError } from '../errors.js';
import { environmentName, type OptionName, type OptionSpec, optionNames, optionSpec } from './options.js';
import { nearest } from './suggest.js';

/** The settings file, looked for in the working directory. */
const SETTINGS_FILE = 'networkml.config.json';

type Value = string | number | boolean | readonly string[];

/** The settings of one run, each checked already. */
export interface Settings {
  text(name: OptionName): string | undefined;
  number(name: OptionName): number | undefined;
  flag(name: OptionName): boolean;
  list(name: OptionName): readonly string[];
}

/** Where settings come from. */
export interface SettingSources {
  /** As given on the command line, by option name. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly environment: NodeJS.ProcessEnv;
  /** The parsed settings file; empty without one. */
  readonly file: Readonly<Record<string, unknown>>;
}

/**
 * Joins the sources.
 * @param formats the formats of the command: one from the environment or the file that it cannot write is passed over
 * @throws NetworkmlError NML_USAGE for a flag, NML_CONFIG for a value from elsewhere that cannot be used
 */
export function resolveSettings(
  names: readonly OptionName[],
  sources: SettingSources,
  formats: readonly string[] | undefined,
): Settings {
  const values = new Map<OptionName, Value>();
  for (const name of names) {
    const spec = optionSpec(name);
    const value = fromFlag(name, spec, sources, formats) ?? fromElsewhere(name, spec, sources, formats);
    if (value !== undefined) values.set(name, value);
  }
  const of = <T extends Value>(name: OptionName, is: (value: Value) => value is T): T | undefined => {
    const value = values.get(name);
    return value !== undefined && is(value) ? value : undefined;
  };
  return {
    text: (name) => of(name, (value) => typeof value === 'string'),
    number: (name) => of(name, (value) => typeof value === 'number'),
    flag: (name) => of(name, (value) => typeof value === 'boolean') ?? false,
    list: (name) => of(name, (value) => Array.isArray(value)) ?? [],
  };
}

function fromFlag(
  name: OptionName,
  spec: OptionSpec,
  { flags }: SettingSources,
  formats: readonly string[] | undefined,
): Value | undefined {
  const all = flags[name];
  // Given twice, the last counts; a list takes all.
  const given: unknown = Array.isArray(all) ? (spec.kind === 'list' ? all.join(',') : all.at(-1)) : all;
  if (given === undefined) return undefined;
  const choices = name === 'format' ? formats : spec.choices;
  return parseValue(spec, given, choices, (problem) => {
    throw new NetworkmlError('NML_USAGE', `--${name}: ${problem}`);
  });
}

function fromElsewhere(
  name: OptionName,
  spec: OptionSpec,
  { environment, file }: SettingSources,
  formats: readonly string[] | undefined,
): Value | undefined {
  if (!spec.setting) return undefined;
  const variable = environmentName(name);
  const given = environment[variable] === '' ? undefined : environment[variable];
  const place = given === undefined ? `${name} in ${SETTINGS_FILE}` : variable;
  const value = given ?? file[name];
  if (value === undefined) return undefined;
  const parsed = parseValue(spec, value, spec.choices, (problem) => {
    throw new NetworkmlError('NML_CONFIG', `${place}: ${problem}`);
  });
  return name === 'format' && formats?.includes(String(parsed)) !== true ? undefined : parsed;
}

const TRUE: ReadonlySet<unknown> = new Set([true, 'true', '1', 'yes', 'on']);
const FALSE: ReadonlySet<unknown> = new Set([false, 'false', '0', 'no', 'off']);

function parseValue(
  spec: OptionSpec,
  given: unknown,
  choices: readonly string[] | undefined,
  fail: (problem: string) => never,
): Value {
  if (spec.kind === 'flag') {
    if (TRUE.has(given)) return true;
    return FALSE.has(given) ? false : fail('neither true nor false');
  }
  if (spec.kind === 'list') {
    const words = Array.isArray(given) ? given : String(given).split(',');
    return words.map((word) => choice(String(word).trim(), choices, fail));
  }
  if (typeof given !== 'string' && typeof given !== 'number') fail('neither a text nor a number');
  const text = String(given);
  if (text === '') fail('empty');
  if (spec.kind === 'text') return choice(text, choices, fail);
  const number = Number(text);
  if (!Number.isFinite(number)) fail(`${JSON.stringify(text)} is not a number`);
  const least = spec.least ?? 0;
  if (spec.kind === 'count' && (!Number.isSafeInteger(number) || number < least)) {
    fail(`${JSON.stringify(text)} is not a whole number of ${least} or more`);
  }
  return number;
}

function choice(
  text: string,
  choices: readonly string[] | undefined,
  fail: (problem: string) => never,
): string {
  if (choices === undefined || choices.includes(text)) return text;
  const meant = nearest(text, choices);
  const help = meant === undefined ? `one of ${choices.join(', ')}` : `did you mean ${meant}?`;
  return fail(`${JSON.stringify(text)} is not known here; ${help}`);
}

/**
 * The settings file of a directory; an absent one is empty.
 * @throws NetworkmlError NML_CONFIG when it is no JSON object or has a key that is no setting
 */
export function readSettingsFile(path: string = SETTINGS_FILE): Readonly<Record<string, unknown>> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return {};
    throw new NetworkmlError('NML_CONFIG', 'the settings file cannot be read', { file: path, cause });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new NetworkmlError('NML_CONFIG', `not JSON: ${said}`, { file: path, cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new NetworkmlError('NML_CONFIG', 'not a JSON object', { file: path });
  }
  const known = optionNames.filter((name) => optionSpec(name).setting);
  for (const key of Object.keys(value)) {
    if (key === '$schema' || known.some((name) => name === key)) continue;
    const meant = nearest(key, known);
    const help = meant === undefined ? {} : { hint: `did you mean ${meant}?` };
    throw new NetworkmlError('NML_CONFIG', `unknown setting ${JSON.stringify(key)}`, { file: path, ...help });
  }
  return value as Readonly<Record<string, unknown>>;
}
