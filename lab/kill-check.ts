import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '../src/math/index.js';
import { LabError } from './errors.js';
import { pause, pidOf, readOrEmpty, startTicks } from './machine/process.js';
import { differences, viewMachine } from './machine/safety.js';
import { type KillCheckOptions, killCheckUsage, parseKillCheckOptions } from './options.js';

const NAMESPACE_KINDS = ['net', 'mnt', 'pid', 'uts', 'ipc'] as const;
/** The site looks for its driver once a second; ending thirty hosts takes about two. */
const GRACE_MS = 8000;

/** What belongs to a run at one moment. */
interface Belongings {
  readonly processes: ReadonlyMap<number, string>;
  readonly namespaces: ReadonlySet<string>;
}

/** Kills runs at random moments and looks for what they leave. @returns the exit code */
async function main(options: KillCheckOptions): Promise<number> {
  const random = createRandom(options.seed);
  mkdirSync(options.outFolder, { recursive: true });
  let faults = 0;
  for (let i = 0; i < options.times; i++) {
    const moment = 0.3 + random.uniform() * options.withinSeconds;
    const left = await killOnce(options, i, moment);
    if (left.length > 0) faults++;
    console.log(
      `${i + 1}: SIGKILL after ${moment.toFixed(1)} s, ${left.length === 0 ? 'nothing left' : `LEFT: ${left.join('; ')}`}`,
    );
  }
  console.log(`${options.times} runs killed, ${faults} left something`);
  return faults === 0 ? 0 : 1;
}

async function killOnce(options: KillCheckOptions, i: number, moment: number): Promise<string[]> {
  const out = join(options.outFolder, `killed-${i}`);
  rmSync(out, { recursive: true, force: true });
  const before = await viewMachine();
  const words = ['--out', out, '--seed', String(options.seed + i), ...options.forwarded];
  const driver = spawn(join(labFolder(), 'run'), [...words, '--i-am-root-in-a-throwaway-machine'], {
    stdio: 'ignore',
  });
  const exited = once(driver, 'exit');
  const pid = pidOf(driver);
  const end = performance.now() + moment * 1000;
  while (performance.now() < end && driver.exitCode === null) await pause(20);
  if (driver.exitCode !== null)
    return [`the run ended by itself with ${driver.exitCode} before it was killed`];
  const mine = belongingsOf(pid);
  driver.kill('SIGKILL');
  await exited;
  const killed = performance.now();
  let left = leftOf(mine, out);
  while (left.length > 0 && performance.now() < killed + GRACE_MS) {
    await pause(100);
    left = leftOf(mine, out);
  }
  console.log(
    `   ${mine.processes.size} processes in ${mine.namespaces.size} namespaces were gone after ${Math.round(performance.now() - killed)} ms`,
  );
  const changed = differences(before, await viewMachine()).map((what) => `the machine's ${what} changed`);
  rmSync(out, { recursive: true, force: true });
  return [...left, ...changed];
}

function allProcesses(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function namespacesOf(pid: number): string[] {
  return NAMESPACE_KINDS.flatMap((kind) => {
    try {
      return [readlinkSync(`/proc/${pid}/ns/${kind}`)];
    } catch {
      return [];
    }
  });
}

/** The driver's descendants, and the namespaces that they have and this process has not. */
function belongingsOf(driver: number): Belongings {
  const parents = new Map(
    allProcesses().map((pid) => [
      pid,
      Number(/^PPid:\s*(\d+)/m.exec(readOrEmpty(`/proc/${pid}/status`))?.[1]),
    ]),
  );
  const isBelow = (pid: number): boolean => {
    for (let at = pid; at > 1; at = parents.get(at) ?? 0) if (at === driver) return true;
    return false;
  };
  const own = new Set(namespacesOf(process.pid));
  const pids = [...parents.keys()].filter(isBelow);
  return {
    processes: new Map(pids.map((pid) => [pid, startTicks(pid) ?? ''])),
    namespaces: new Set(pids.flatMap(namespacesOf).filter((name) => !own.has(name))),
  };
}

/** Processes known from before, processes in the run's namespaces, processes that name the run's folder. */
function leftOf(mine: Belongings, outFolder: string): string[] {
  return allProcesses()
    .filter((pid) => pid !== process.pid)
    .flatMap((pid) => {
      const command = readOrEmpty(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
      const isKnown = mine.processes.has(pid) && mine.processes.get(pid) === startTicks(pid);
      const isInside = namespacesOf(pid).some((name) => mine.namespaces.has(name));
      const isAbout = command.includes(`${outFolder}/`);
      return isKnown || isInside || isAbout ? [`process ${pid} (${command.slice(0, 80)})`] : [];
    });
}

function labFolder(): string {
  const folder = process.env.NETWORKML_LAB;
  if (folder === undefined) throw new LabError('start this with lab/kill-check');
  return folder;
}

try {
  const options = parseKillCheckOptions(process.argv.slice(2));
  if (options === 'help') console.log(killCheckUsage);
  else process.exit(await main(options));
} catch (error) {
  console.error(`lab/kill-check: ${error instanceof LabError ? error.message : error}`);
  process.exit(1);
}
