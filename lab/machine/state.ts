import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../errors.js';
import { pause, startTicks } from './process.js';

/** One process that the lab started, with its start time, so that a reused number is never ended. */
export interface RecordedProcess {
  readonly what: string;
  readonly pid: number;
  readonly startTicks: string;
}

/** What a killed run may leave; `OUT/work/state.json`. Hosts are not listed: the site's end is theirs. */
export interface LabState {
  readonly schema: 'networkml/lab-state/v1';
  readonly processes: RecordedProcess[];
}

/** The folder inside OUT that belongs to the running lab alone. */
export function workFolderOf(outFolder: string): string {
  return join(outFolder, 'work');
}

function stateFileOf(outFolder: string): string {
  return join(workFolderOf(outFolder), 'state.json');
}

/** Adds a running process to the state file. */
export function recordProcess(outFolder: string, what: string, pid: number): void {
  const ticks = startTicks(pid);
  if (ticks === undefined) throw new LabError(`${what} (process ${pid}) ended at once`);
  const state = loadState(outFolder) ?? { schema: 'networkml/lab-state/v1', processes: [] };
  const processes = [...state.processes, { what, pid, startTicks: ticks }];
  const path = stateFileOf(outFolder);
  writeFileSync(`${path}.new`, `${JSON.stringify({ ...state, processes }, null, 2)}\n`);
  renameSync(`${path}.new`, path);
}

/** The recorded state; undefined where there is none. @throws LabError when the file is not one of ours */
export function loadState(outFolder: string): LabState | undefined {
  const path = stateFileOf(outFolder);
  if (!existsSync(path)) return undefined;
  const state = JSON.parse(readFileSync(path, 'utf8')) as LabState;
  if (state.schema !== 'networkml/lab-state/v1') throw new LabError(`${path} is no state of the lab`);
  return state;
}

/** Processes of the state that still run. */
export function stillRunning(state: LabState): RecordedProcess[] {
  return state.processes.filter(({ pid, startTicks: ticks }) => startTicks(pid) === ticks);
}

/**
 * Ends what is recorded, waits until it is gone, and forgets it. Ending the site's first process ends everything
 * in its PID namespace.
 * @returns what had to be ended
 * @throws LabError when a process outlives its SIGKILL by five seconds
 */
export async function endRecorded(outFolder: string): Promise<string[]> {
  const state = loadState(outFolder);
  if (state === undefined) return [];
  const running = stillRunning(state);
  for (const { pid } of running) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself between the look and the signal.
    }
  }
  for (let i = 0; i < 100 && stillRunning(state).length > 0; i++) await pause(50);
  const left = stillRunning(state);
  if (left.length > 0)
    throw new LabError(`still running: ${left.map(({ what, pid }) => `${what} ${pid}`).join(', ')}`);
  rmSync(stateFileOf(outFolder), { force: true });
  return running.map(({ what }) => what);
}
