import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { LabError } from './errors.js';

/** What a run was asked for. */
export interface RunOptions {
  /** Absolute path of the folder for captures and plan. */
  readonly outFolder: string;
  /** Length of the office work, minutes. */
  readonly minutes: number;
  readonly seed: number;
  /** Finished captures are cut before they would pass this size. Bytes. */
  readonly maxBytes: number;
  /** Keep raw captures and logs in `OUT/work`. */
  readonly keepWork: boolean;
}

export const runUsage = `lab/run --out DIR [--minutes N] [--seed S] [--max-kb K] [--keep-work] --i-am-root-in-a-throwaway-machine

Runs a small office in network namespaces and writes one capture for each of its devices to DIR.
  --out DIR      folder for the captures and plan.json; made if missing, must hold no other run
  --minutes N    length of the office work, 0.5 to 30 (default 2.5)
  --seed S       draws addresses, names and what is done; 0 to 9999 (default 1)
  --max-kb K     cut finished captures at this size (default 300)
  --keep-work    keep raw captures and logs in DIR/work
Packages: lab/install. Leftovers of a killed run: lab/clean --out DIR. More: docs/lab.md.`;

/** @throws LabError when the arguments cannot be understood */
export function parseRunOptions(argv: readonly string[]): RunOptions | 'help' {
  const { values } = parse(argv);
  if (values.help === true) return 'help';
  if (values['i-am-root-in-a-throwaway-machine'] !== true) {
    throw new LabError(
      'this needs root and a machine nobody depends on: say --i-am-root-in-a-throwaway-machine',
    );
  }
  return {
    outFolder: outFolder(values.out),
    minutes: numberWithin('--minutes', values.minutes ?? '2.5', 0.5, 30),
    seed: Math.trunc(numberWithin('--seed', values.seed ?? '1', 0, 9999)),
    maxBytes: 1000 * numberWithin('--max-kb', values['max-kb'] ?? '300', 10, 1_000_000),
    keepWork: values['keep-work'] === true,
  };
}

/** @returns the absolute folder that `lab/clean` shall clean. @throws LabError */
export function parseCleanOptions(argv: readonly string[]): string {
  return outFolder(parse(argv).values.out);
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        out: { type: 'string' },
        minutes: { type: 'string' },
        seed: { type: 'string' },
        'max-kb': { type: 'string' },
        'keep-work': { type: 'boolean' },
        'i-am-root-in-a-throwaway-machine': { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new LabError(error instanceof Error ? error.message : String(error));
  }
}

function outFolder(value: string | undefined): string {
  if (value === undefined || value === '') throw new LabError('--out DIR is missing');
  return resolve(value);
}

function numberWithin(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= least && value <= most)) {
    throw new LabError(`${name} ${text} is not a number from ${least} to ${most}`);
  }
  return value;
}
