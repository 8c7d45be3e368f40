/** A folder that a controller drops captures into: each is answered, then moved out of the way. */

import { accessSync, constants, existsSync, lstatSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { NetworkmlError, toNetworkmlError } from '../errors.js';
import { errorRecord } from '../report/index.js';
import type { PredictionOutcome } from '../types.js';
import type { ServiceBase } from './context.js';
import { DONE_FOLDER, FAILED_FOLDER, type Sightings, scanFolder } from './watch-scan.js';

export interface WatchOptions {
  readonly folder: string;
  /** Folder for result files; undefined when the results are in the stream only. */
  readonly out?: string;
  /** For how long a file must not have changed, milliseconds. */
  readonly settleMs: number;
}

/** Answers one capture. A thrown error is no answer: the file stays and is tried again. */
export type Answerer = (path: string, name: string) => Promise<PredictionOutcome>;

const LOOK_EVERY_MS = 500;

/** Pause before a file that could not be answered is tried again: grows with its failures. */
const RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;

/** The watch in progress. */
export interface Watch {
  /** Takes no more files. @returns when those being answered have ended */
  stop(): Promise<void>;
}

/**
 * Checks the folders and starts watching.
 * @throws NetworkmlError NML_INPUT_NOT_FOUND, NML_OUTPUT when files could not be moved out of the way
 */
export function startWatch(base: ServiceBase, options: WatchOptions, answer: Answerer): Watch {
  prepare(options);
  const state = {
    stopping: false,
    busy: new Map<string, Promise<void>>(),
    seen: new Map() as Sightings,
    retries: new Map<string, { failures: number; notBeforeMs: number }>(),
  };
  const pause = new AbortController();
  const take = (name: string): void => {
    const work = handle(base, options, answer, name)
      .then(() => state.retries.delete(name))
      .catch((error: unknown) => {
        const failures = (state.retries.get(name)?.failures ?? 0) + 1;
        const wait = Math.min(RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS);
        state.retries.set(name, { failures, notBeforeMs: Date.now() + wait });
        const { code, message } = toNetworkmlError(error);
        if (!state.stopping) base.log.warn({ file: name, code, message, failures }, 'not answered yet');
      })
      .then(() => void state.busy.delete(name));
    state.busy.set(name, work);
  };
  const loop = async (): Promise<void> => {
    while (!state.stopping) {
      for (const name of lookOnce(base, options, state.seen)) {
        if (state.busy.size >= base.limits.maxInFlight || state.stopping) break;
        if (state.busy.has(name) || (state.retries.get(name)?.notBeforeMs ?? 0) > Date.now()) continue;
        take(name);
      }
      const anyDone = state.busy.size === 0 ? [] : [Promise.race(state.busy.values())];
      // With a full load the next file is taken as soon as one is done, else at the next look.
      const full = state.busy.size >= base.limits.maxInFlight;
      const next = sleep(LOOK_EVERY_MS, undefined, { signal: pause.signal }).catch(() => {});
      await (full ? Promise.race([next, ...anyDone]) : next);
    }
  };
  const running = loop();
  return {
    stop: async () => {
      state.stopping = true;
      pause.abort();
      await running;
      await Promise.all(state.busy.values());
    },
  };
}

function lookOnce(base: ServiceBase, { folder, settleMs }: WatchOptions, seen: Sightings): string[] {
  try {
    return scanFolder(folder, seen, settleMs, Date.now());
  } catch (error) {
    base.log.warn({ folder, message: toNetworkmlError(error).message }, 'the folder cannot be read');
    return [];
  }
}

function prepare({ folder, out }: WatchOptions): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new NetworkmlError('NML_INPUT_NOT_FOUND', 'no such folder', { file: folder });
  }
  for (const needed of [
    join(folder, DONE_FOLDER),
    join(folder, FAILED_FOLDER),
    ...(out === undefined ? [] : [out]),
  ]) {
    try {
      mkdirSync(needed, { recursive: true });
      accessSync(realpathSync(needed), constants.W_OK);
    } catch (cause) {
      const hint = 'answered captures are moved there: make it writable, or mount the folder so';
      throw new NetworkmlError('NML_OUTPUT', 'cannot be written to', { file: needed, cause, hint });
    }
  }
}

/**
 * Answers one file. First the answer is safe (in the stream, or in the out folder), then the file is moved: after a crash
 * in between the file is found again, and so is its answer.
 */
async function handle(
  base: ServiceBase,
  { folder, out }: WatchOptions,
  answer: Answerer,
  name: string,
): Promise<void> {
  const started = performance.now();
  const path = join(folder, name);
  const before = lstatSync(path);
  const outcome = await answerOrError(answer, path, name);
  const now = lstatSync(path);
  if (now.ino !== before.ino || now.size !== before.size || now.mtimeMs !== before.mtimeMs) {
    throw new NetworkmlError('NML_INPUT_ACCESS', 'another file took its place meanwhile');
  }
  const failed = outcome.schema === 'networkml/error/v1';
  if (out !== undefined) await writeWhole(join(out, `${name}.json`), outcome);
  const target = freeName(join(folder, failed ? FAILED_FOLDER : DONE_FOLDER), name);
  if (failed) await writeWhole(`${target}.error.json`, outcome);
  await rename(path, target);
  base.metrics.watched += 1;
  const ms = Math.round(performance.now() - started);
  const said = failed
    ? { code: outcome.error.code }
    : { role: outcome.role.label, verdict: outcome.anomaly.verdict };
  base.log.info({ file: name, outcome: failed ? 'failed' : 'done', ms, ...said }, 'watched file');
}

async function answerOrError(answer: Answerer, path: string, name: string): Promise<PredictionOutcome> {
  try {
    return await answer(path, name);
  } catch (thrown) {
    const error = toNetworkmlError(thrown);
    const final = error.kind === 'input' || error.kind === 'usage' || error.code === 'NML_JOB_ATTEMPTS';
    if (!final) throw error;
    return errorRecord(error, name);
  }
}

/** A name that no earlier file of that name has there. */
function freeName(folder: string, name: string): string {
  const { name: stem, ext } = parse(name);
  let path = join(folder, name);
  for (let i = 2; existsSync(path); i += 1) path = join(folder, `${stem}.${i}${ext}`);
  return path;
}

/** Beside and renamed, and on the disk before that: never half a file under its name. */
async function writeWhole(path: string, value: unknown): Promise<void> {
  const beside = `${path}.part-${process.pid}`;
  try {
    const handle = await open(beside, 'w');
    try {
      await handle.writeFile(`${JSON.stringify(value)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, path);
  } catch (cause) {
    await rm(beside, { force: true });
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new NetworkmlError('NML_OUTPUT', said, { file: path, cause });
  }
}
