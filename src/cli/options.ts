/** Every option of the command line, in one table: flags, environment, settings file, help and docs come from it. */

import { predictionFormats } from '../report/index.js';
import { behaviourOptionTable } from './behaviour-options.js';
import { captureOptionTable } from './capture-options.js';
import { detectOptionTable } from './detect-options.js';
import { featureOptionTable } from './feature-options.js';
import { serviceOptionTable } from './service-options.js';
import { sessionOptionTable } from './session-options.js';
import { trainingOptionTable } from './training-options.js';

/** What an option takes. `flag` takes nothing; `list` takes words between commas. */
export type OptionKind = 'text' | 'flag' | 'number' | 'count' | 'list';

export interface OptionSpec {
  readonly kind: OptionKind;
  readonly describe: string;
  /** What stands for the value in the help. */
  readonly value?: string;
  readonly alias?: string;
  readonly choices?: readonly string[];
  /** Smallest value of a `count`. */
  readonly least?: number;
  /** True when it may also come from the environment or the settings file. */
  readonly setting: boolean;
}

/** Formats of records that are no predictions. */
export const recordFormats = ['table', 'json', 'ndjson'] as const;

export const optionTable = {
  format: {
    kind: 'text',
    value: 'NAME',
    describe: 'how results are written; a terminal gets a table, a pipe gets NDJSON',
    choices: [...predictionFormats, 'parquet'],
    setting: true,
  },
  output: {
    kind: 'text',
    value: 'FILE',
    alias: 'o',
    describe: 'write there instead of standard output: beside it first, then renamed',
    setting: false,
  },
  bundle: {
    kind: 'text',
    value: 'DIR|NAME',
    describe: 'the bundle to use; without it the shipped one',
    setting: true,
  },
  classifier: {
    kind: 'text',
    value: 'NAME',
    describe: 'one of the classifiers of the bundle',
    setting: true,
  },
  role: {
    kind: 'text',
    value: 'NAME',
    describe: 'the role, where it is known: behaviour is judged by it',
    setting: true,
  },
  device: {
    kind: 'text',
    value: 'MAC|IP',
    describe: 'the device that the captures are about, instead of finding it',
    setting: true,
  },
  digest: {
    kind: 'flag',
    describe: 'SHA-256 of captures above 256 MB, too: it takes longer than all the rest',
    setting: true,
  },
  'alarm-rate': {
    kind: 'text',
    value: 'SHARE',
    describe: 'share of normal devices that may be called anomalous',
    choices: ['0.01', '0.05'],
    setting: true,
  },
  'fail-on': {
    kind: 'list',
    value: 'WHAT',
    describe: 'exit with 10 for an anomalous device, with 11 for an unknown one; both between commas',
    choices: ['anomalous', 'unknown'],
    setting: true,
  },
  jobs: { kind: 'count', value: 'N', least: 1, describe: 'captures worked on at a time', setting: true },
  ...trainingOptionTable,
  ...featureOptionTable,
  ...sessionOptionTable,
  ...captureOptionTable,
  ...serviceOptionTable,
  ...behaviourOptionTable,
  ...detectOptionTable,
  'no-tunnels': {
    kind: 'flag',
    describe: 'tunnels stay closed: what is around a packet counts, not what is inside',
    setting: true,
  },
  filter: {
    kind: 'text',
    value: 'EXPRESSION',
    describe: "only packets that match, in tcpdump's language; see docs/packets.md",
    setting: true,
  },
  'explain-skipped': {
    kind: 'flag',
    describe: 'list the packets that could not be used, with the reason, on standard error',
    setting: true,
  },
  names: {
    kind: 'flag',
    describe:
      'read names (DNS, TLS) and codes of process protocols and remote procedure calls, too, which are payload',
    setting: true,
  },
  hints: {
    kind: 'flag',
    describe:
      'count what the maker of a device is known for, and read what devices say of themselves (DHCP, multicast DNS, NetBIOS, SSDP, HTTP) and ask for (DNS, TLS), which is payload',
    setting: true,
  },
  'by-device': {
    kind: 'flag',
    describe: 'one answer for each device, over all captures of it: the mean of their confidences',
    setting: true,
  },
  quiet: { kind: 'flag', alias: 'q', describe: 'no progress and no messages but the results', setting: true },
  verbose: { kind: 'flag', alias: 'v', describe: 'say what is being done', setting: true },
  'no-color': { kind: 'flag', describe: 'no colours on the terminal', setting: true },
  debug: { kind: 'flag', describe: 'show the stack of an error', setting: true },
} as const satisfies Record<string, OptionSpec>;

export type OptionName = keyof typeof optionTable;

/** All option names. */
export const optionNames = Object.keys(optionTable) as OptionName[];

/** The description of an option. */
export function optionSpec(name: OptionName): OptionSpec {
  return optionTable[name];
}

/** Options that every command has. */
export const commonOptions: readonly OptionName[] = ['quiet', 'verbose', 'no-color', 'debug'];

/** The environment variable of an option. */
export function environmentName(name: OptionName): string {
  return `NETWORKML_${name.replaceAll('-', '_').toUpperCase()}`;
}
