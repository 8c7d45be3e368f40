/** Every option of the command line, in one table: flags, environment, settings file, help and docs come from it. */

import { predictionFormats } from '../report/index.js';
import { behaviourOptionTable } from './behaviour-options.js';
import { detectOptionTable } from './detect-options.js';
import { serviceOptionTable } from './service-options.js';

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
  labels: {
    kind: 'text',
    value: 'FILE',
    describe: 'a table of labels that overrides the file names',
    setting: true,
  },
  seed: {
    kind: 'count',
    value: 'N',
    least: 0,
    describe: 'start of all random numbers (default 1)',
    setting: true,
  },
  name: { kind: 'text', value: 'NAME', describe: 'the name of the new bundle', setting: false },
  'bundle-version': {
    kind: 'text',
    value: 'VERSION',
    describe: 'the version of the new bundle',
    setting: false,
  },
  to: {
    kind: 'text',
    value: 'FORMAT',
    describe: 'format of another library: the one-layer network goes to the first, the forest to the second',
    choices: ['tensorflow', 'ml-random-forest'],
    setting: false,
  },
  backend: {
    kind: 'text',
    value: 'NAME',
    describe: 'what trains the one-layer network; tensorflow has to be installed beside networkml',
    choices: ['own', 'tensorflow'],
    setting: true,
  },
  grouped: {
    kind: 'count',
    value: 'K',
    least: 2,
    describe: 'train anew K times with whole devices left out, instead of scoring a bundle',
    setting: false,
  },
  behaviour: {
    kind: 'list',
    value: 'DIRS',
    describe:
      'measure behaviour instead of roles, with the attack captures in these directories or training tables',
    setting: false,
  },
  by: {
    kind: 'text',
    value: 'WHAT',
    describe:
      'what is left out as a whole: device, family, site, implementation, or single captures (with a warning)',
    choices: ['device', 'family', 'site', 'implementation', 'capture'],
    setting: false,
  },
  also: {
    kind: 'list',
    value: 'PATHS',
    describe: 'learn from these captures or training tables, too; figures and cuts are those of the others',
    setting: false,
  },
  'map-roles': {
    kind: 'text',
    value: 'FILE',
    describe: 'a table of roles that mean the same: captures of role "from" count as "to"',
    setting: false,
  },
  'family-of': {
    kind: 'text',
    value: 'PATTERN',
    describe: 'regular expression: what it finds in the name of a device is its family',
    setting: true,
  },
  with: {
    kind: 'list',
    value: 'WHAT',
    describe: 'measure more, training many times: recognise roles never trained, learn from fewer devices',
    choices: ['unknown-roles', 'learning-curve'],
    setting: false,
  },
  control: {
    kind: 'list',
    value: 'WHAT',
    describe:
      'deal out the roles anew (must land at chance), exchange addresses and names (must change nothing)',
    choices: ['shuffle', 'addresses'],
    setting: false,
  },
  'device-from': {
    kind: 'text',
    value: 'WHERE',
    describe: 'take the device of each capture from the traffic or from the label table',
    choices: ['traffic', 'labels'],
    setting: true,
  },
  groups: {
    kind: 'text',
    value: 'RULE',
    describe:
      'who gets the broadcasts and multicasts of others: those whom they concern, all, the sender alone',
    choices: ['members', 'all', 'sender'],
    setting: true,
  },
  'min-packets': {
    kind: 'count',
    value: 'N',
    least: 1,
    describe: 'fewest packets of a capture that is kept (default 1)',
    setting: true,
  },
  ...serviceOptionTable,
  ...behaviourOptionTable,
  ...detectOptionTable,
  kind: {
    kind: 'text',
    value: 'FAMILY',
    describe:
      'what the vectors hold (default port-protocol); training: all that train and evaluate need of labelled ' +
      'captures; all others are of directed flows',
    choices: ['port-protocol', 'iat', 'size', 'iat-size', 'stats', 'samp-num', 'samp-size', 'training'],
    setting: true,
  },
  layout: {
    kind: 'text',
    value: 'NAME',
    describe: 'order and meaning of the 4,104 values; networkml-0.4: bins as NetworkML 0.4.5 made them',
    choices: ['port-protocol-4104/1', 'networkml-0.4'],
    setting: true,
  },
  unit: {
    kind: 'text',
    value: 'WHAT',
    describe: 'a vector for each session (default) or for each window of time',
    choices: ['session', 'window'],
    setting: true,
  },
  weight: {
    kind: 'text',
    value: 'WHAT',
    describe: 'what counts the same within a window (default packets)',
    choices: ['packets', 'sessions'],
    setting: true,
  },
  window: {
    kind: 'number',
    value: 'SECONDS',
    describe: 'length of a window (default 900); 0 is the whole capture',
    setting: true,
  },
  'warm-up': {
    kind: 'number',
    value: 'SECONDS',
    describe:
      'leave out sessions that begin so soon after the first packet (default 0; NetworkML 0.4.5: 120)',
    setting: true,
  },
  wide: { kind: 'flag', describe: 'tables with a column for each of the 4,104 values', setting: true },
  fft: { kind: 'flag', describe: 'real part of the Fourier transform of the values', setting: true },
  header: { kind: 'flag', describe: 'TCP flag counts and hop limits in front of the values', setting: true },
  'q-interval': {
    kind: 'number',
    value: 'SHARE',
    describe: 'share of flows that are not cut, and of pieces that vectors have room for (default 0.9)',
    setting: true,
  },
  'flow-pkts-threshold': {
    kind: 'count',
    value: 'N',
    least: 1,
    describe: 'flows of fewer packets are left out (default 2, which is the least)',
    setting: true,
  },
  interval: {
    kind: 'number',
    value: 'SECONDS',
    describe: 'length at which flows are cut, instead of the one that --q-interval gives',
    setting: true,
  },
  shape: {
    kind: 'text',
    value: 'FILE',
    describe: 'take kind, cuts and lengths from there, so that vectors are like those of another run',
    setting: false,
  },
  'save-shape': {
    kind: 'text',
    value: 'FILE',
    describe: 'write kind, cuts and lengths there, for --shape',
    setting: false,
  },
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
  compat: {
    kind: 'text',
    value: 'PROGRAM',
    describe: 'do as another program does, its faults included',
    choices: ['nfstream', 'netml'],
    setting: true,
  },
  stats: {
    kind: 'flag',
    describe: '48 more columns: sizes, intervals and TCP flags of each direction',
    setting: true,
  },
  splt: {
    kind: 'count',
    value: 'N',
    least: 0,
    describe: 'direction, size and interval of the first N packets of each session, as lists',
    setting: true,
  },
  'idle-timeout': {
    kind: 'number',
    value: 'SECONDS',
    describe: 'a session ends when nothing was seen for so long (default 120)',
    setting: true,
  },
  'active-timeout': {
    kind: 'number',
    value: 'SECONDS',
    describe: 'a session is cut into parts of so long (default 1800)',
    setting: true,
  },
  accounting: {
    kind: 'text',
    value: 'WHAT',
    describe: 'what counts as the size of a packet (default link)',
    choices: ['link', 'ip', 'transport', 'payload'],
    setting: true,
  },
  'end-on': {
    kind: 'list',
    value: 'WHAT',
    describe: "end TCP sessions at both sides' FIN, at an RST; both between commas",
    choices: ['fin', 'rst'],
    setting: true,
  },
  'max-sessions': {
    kind: 'count',
    value: 'N',
    least: 1,
    describe: 'live sessions at most; the one not seen for longest makes room (default 6000000)',
    setting: true,
  },
  anonymize: {
    kind: 'flag',
    describe: 'keyed BLAKE2b digests in place of IP and MAC addresses',
    setting: true,
  },
  'key-file': {
    kind: 'text',
    value: 'FILE',
    describe: 'the key for --anonymize, so that exports match; made when the file is not there',
    setting: true,
  },
  'community-id': {
    kind: 'flag',
    describe: 'a column with the Community ID, version 1',
    setting: true,
  },
  'community-seed': {
    kind: 'count',
    value: 'N',
    least: 0,
    describe: 'the seed of the Community ID (default 0); brings the column, too',
    setting: true,
  },
  frames: {
    kind: 'flag',
    describe: 'a column with the numbers of the frames of each session',
    setting: true,
  },
  plugin: {
    kind: 'text',
    value: 'FILE',
    describe: 'a module with a plugin that adds columns or ends sessions; see docs/sessions.md',
    setting: false,
  },
  join: { kind: 'flag', describe: 'all captures are one stream', setting: false },
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
  interface: {
    kind: 'text',
    value: 'NAME',
    alias: 'i',
    describe: 'the interface to capture from',
    setting: true,
  },
  'split-dir': {
    kind: 'text',
    value: 'DIR',
    describe: 'keep a capture for each device and window there',
    setting: true,
  },
  predict: { kind: 'flag', describe: 'role and behaviour of each device in each window', setting: true },
  step: {
    kind: 'number',
    value: 'SECONDS',
    describe: 'from the start of one window to the next; less than the window makes them overlap',
    setting: true,
  },
  duration: { kind: 'number', value: 'SECONDS', describe: 'stop after so long', setting: true },
  driver: {
    kind: 'text',
    value: 'NAME',
    describe: 'what captures; without it the first that works: tcpdump, dumpcap, the package cap',
    choices: ['tcpdump', 'dumpcap', 'cap'],
    setting: true,
  },
  snaplen: {
    kind: 'count',
    value: 'BYTES',
    least: 64,
    describe: 'bytes kept of each packet (default 256: headers are all that is looked at)',
    setting: true,
  },
  'kernel-buffer': {
    kind: 'count',
    value: 'MIB',
    least: 1,
    describe: 'room in the kernel for packets that nobody has taken yet (default 32)',
    setting: true,
  },
  'max-window': {
    kind: 'count',
    value: 'MB',
    least: 1,
    describe: 'largest size of the captures of one window together (default 16384)',
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
