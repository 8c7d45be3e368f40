import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { LabError } from './errors.js';
import { type AttackRequest, attackKinds } from './plan/attacks.js';

/** What a run was asked for. */
export interface RunOptions {
  /** Absolute path of the folder for captures and plan. */
  readonly outFolder: string;
  /** Length of the office work, minutes. */
  readonly minutes: number;
  readonly seed: number;
  /** Names of implementations and roles, `NAME*COUNT`; null for a whole site. */
  readonly only: readonly string[] | null;
  /** Folder with layers made by lab/layer; null for none. */
  readonly layersFolder: string | null;
  /** Finished captures span this time; null leaves the recording's. Seconds. */
  readonly spanSeconds: number | null;
  /** Finished captures are cut before they would pass this size. Bytes. */
  readonly maxBytes: number;
  /** Captures with fewer packets are faulty. */
  readonly leastPackets: number;
  /** Keep raw captures and logs in `OUT/work`. */
  readonly keepWork: boolean;
  readonly attacks: AttackRequest;
}

export const runUsage = `lab/run --out DIR [OPTIONS] --i-am-root-in-a-throwaway-machine

Runs a small office in network namespaces and writes one capture for each of its devices to DIR.
  --out DIR        folder for the captures and plan.json; made if missing, must hold no other run
  --seed S         draws servers, addresses, names and what is done; 0 to 9999 (default 1)
  --minutes N      length of the office work, 0.1 to 30 (default 0.75)
  --seconds N      the same in seconds
  --only A,B*2     a part of a site: names of roles and implementations
  --layers DIR     folder with layers made by lab/layer
  --span SECONDS   stretch pauses so that captures span this time; 0 keeps the recording's (default 900)
  --max-kb K       cut finished captures at this size (default 4000)
  --least N        fewest packets of a good capture (default 100)
  --attacks K      K hosts also make traffic as of an attack, each of one kind (default 0)
  --attack-kinds A,B  only these: ${attackKinds.join(', ')}
  --keep-work      keep raw captures and logs in DIR/work
  --list           print the catalogue and what is missing here
Packages: lab/install. Leftovers of a killed run: lab/clean --out DIR. More: docs/lab.md.`;

/** @throws LabError when the arguments cannot be understood */
export function parseRunOptions(
  argv: readonly string[],
): RunOptions | 'help' | { readonly listWithLayers: string | null } {
  const { values } = parse(argv);
  if (values.help === true) return 'help';
  const layersFolder = values.layers === undefined ? null : folder('--layers', values.layers);
  if (values.list === true) return { listWithLayers: layersFolder };
  assertThrowaway(values['i-am-root-in-a-throwaway-machine']);
  const span = numberWithin('--span', values.span ?? '900', 0, 86_400);
  return {
    outFolder: folder('--out', values.out),
    minutes: minutesOf(values.minutes, values.seconds),
    seed: Math.trunc(numberWithin('--seed', values.seed ?? '1', 0, 9999)),
    only: values.only === undefined ? null : values.only.split(','),
    layersFolder,
    spanSeconds: span === 0 ? null : span,
    maxBytes: 1000 * numberWithin('--max-kb', values['max-kb'] ?? '4000', 10, 1_000_000),
    leastPackets: numberWithin('--least', values.least ?? '100', 1, 1_000_000),
    keepWork: values['keep-work'] === true,
    attacks: attacksOf(values.attacks, values['attack-kinds']),
  };
}

function attacksOf(count: string | undefined, kinds: string | undefined): AttackRequest {
  const named = kinds === undefined ? [] : kinds.split(',');
  const known = named.map((name) => attackKinds.find((kind) => kind === name));
  if (known.includes(undefined)) throw new LabError(`--attack-kinds are ${attackKinds.join(', ')}`);
  return {
    count: Math.trunc(numberWithin('--attacks', count ?? String(named.length), 0, 100)),
    kinds: known.flatMap((kind) => kind ?? []),
  };
}

function minutesOf(minutes: string | undefined, seconds: string | undefined): number {
  if (seconds !== undefined) return numberWithin('--seconds', seconds, 6, 1800) / 60;
  return numberWithin('--minutes', minutes ?? '0.75', 0.1, 30);
}

/** What a corpus was asked for. */
export interface CorpusOptions {
  readonly outFolder: string;
  readonly runs: number;
  /** Seed of the first site; the others count on. */
  readonly seed: number;
  /** Stops starting sites after this time; 0 for never. Seconds. */
  readonly budgetSeconds: number;
  /** Options handed to every lab/run. */
  readonly forwarded: readonly string[];
}

export const corpusUsage = `lab/corpus --out DIR --runs K [--seed S] [--budget SECONDS] [OPTIONS of lab/run] --i-am-root-in-a-throwaway-machine

Runs K sites with the seeds S, S+1, ... one after the other into DIR/site-SEED, and writes DIR/manifest.csv,
DIR/manifest.json and DIR/summary.json over all sites there. A site that is finished is kept; started again, the
corpus goes on where it ended.
  --budget N       starts no further site after N seconds
  --manifest-only  only writes the manifest and the summary of what is there`;

/** @throws LabError when the arguments cannot be understood */
export function parseCorpusOptions(argv: readonly string[]): CorpusOptions | 'help' {
  const { values } = parse(argv);
  if (values.help === true) return 'help';
  const only = values['manifest-only'] === true;
  if (!only) assertThrowaway(values['i-am-root-in-a-throwaway-machine']);
  return {
    outFolder: folder('--out', values.out),
    runs: only ? 0 : Math.trunc(numberWithin('--runs', values.runs ?? '', 1, 1000)),
    seed: Math.trunc(numberWithin('--seed', values.seed ?? '1', 0, 9999)),
    budgetSeconds: numberWithin('--budget', values.budget ?? '0', 0, 864_000),
    forwarded: forwardedTo(values),
  };
}

/** What a check of killed runs was asked for. */
export interface KillCheckOptions {
  readonly outFolder: string;
  readonly times: number;
  readonly seed: number;
  /** Runs are killed at a random moment of this time. */
  readonly withinSeconds: number;
  /** Options handed to every lab/run. */
  readonly forwarded: readonly string[];
}

export const killCheckUsage = `lab/kill-check --out DIR [--times K] [--within SECONDS] [--seed S] [OPTIONS of lab/run] --i-am-root-in-a-throwaway-machine

Starts lab/run K times (default 10), kills its driver with SIGKILL at a random moment of the first SECONDS (default 40),
and looks for processes, namespaces, mounts and links of it that are still there 8 s later. Exit code 0: none.`;

/** @throws LabError when the arguments cannot be understood */
export function parseKillCheckOptions(argv: readonly string[]): KillCheckOptions | 'help' {
  const { values } = parse(argv);
  if (values.help === true) return 'help';
  assertThrowaway(values['i-am-root-in-a-throwaway-machine']);
  return {
    outFolder: folder('--out', values.out),
    times: Math.trunc(numberWithin('--times', values.times ?? '10', 1, 1000)),
    seed: Math.trunc(numberWithin('--seed', values.seed ?? '1', 0, 9000)),
    withinSeconds: numberWithin('--within', values.within ?? '40', 1, 600),
    forwarded: forwardedTo(values),
  };
}

/** @returns the absolute folder that `lab/clean` shall clean. @throws LabError */
export function parseCleanOptions(argv: readonly string[]): string {
  return folder('--out', parse(argv).values.out);
}

/** The options of lab/run among others, as words again. */
function forwardedTo(values: ReturnType<typeof parse>['values']): string[] {
  const passed = [
    ...(['minutes', 'seconds', 'only', 'layers', 'span', 'max-kb', 'least'] as const),
    ...(['attacks', 'attack-kinds'] as const),
  ];
  return [
    ...passed.flatMap((name) => {
      const value = values[name];
      return value === undefined ? [] : [`--${name}`, name === 'layers' ? folder('--layers', value) : value];
    }),
    ...(values['keep-work'] === true ? ['--keep-work'] : []),
  ];
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        out: { type: 'string' },
        minutes: { type: 'string' },
        seconds: { type: 'string' },
        seed: { type: 'string' },
        only: { type: 'string' },
        layers: { type: 'string' },
        span: { type: 'string' },
        'max-kb': { type: 'string' },
        least: { type: 'string' },
        attacks: { type: 'string' },
        'attack-kinds': { type: 'string' },
        runs: { type: 'string' },
        times: { type: 'string' },
        within: { type: 'string' },
        budget: { type: 'string' },
        'keep-work': { type: 'boolean' },
        'manifest-only': { type: 'boolean' },
        'i-am-root-in-a-throwaway-machine': { type: 'boolean' },
        list: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new LabError(error instanceof Error ? error.message : String(error));
  }
}

function assertThrowaway(said: boolean | undefined): void {
  if (said === true) return;
  throw new LabError(
    'this needs root and a machine nobody depends on: say --i-am-root-in-a-throwaway-machine',
  );
}

function folder(name: string, value: string | undefined): string {
  if (value === undefined || value === '') throw new LabError(`${name} DIR is missing`);
  return resolve(value);
}

function numberWithin(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= least && value <= most)) {
    throw new LabError(`${name} ${text} is not a number from ${least} to ${most}`);
  }
  return value;
}
