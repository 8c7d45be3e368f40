import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { LabError } from '../errors.js';
import { descendant, pause, pidOf, waitFor } from '../machine/process.js';
import type { HostPlan } from '../plan/types.js';
import { portName } from './host.js';
import type { Site } from './site.js';

export const SNAP_LENGTH_BYTES = 128;

/** A running tcpdump at the switch's port of one host. */
export interface Capturer {
  readonly host: HostPlan;
  readonly file: string;
  readonly child: ChildProcess;
  readonly pid: number;
  stderr: string;
}

export interface CaptureCounts {
  readonly captured: number;
  readonly droppedByKernel: number;
}

/** Starts a capture and waits until it listens. It lies in the site's PID namespace, so it ends with the site. */
export async function startCapture(site: Site, host: HostPlan, file: string): Promise<Capturer> {
  const leg = host.legs[0];
  if (leg === undefined) throw new LabError(`${host.name} has no link to capture at`);
  const child = spawn(
    'nsenter',
    [
      ...['-t', String(site.pid), '-n', '-p', '--', 'tcpdump', '-i', portName(host, leg)],
      ...['-s', String(SNAP_LENGTH_BYTES), '-B', '2048', '-U', '-Z', 'root', '-w', file],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const capturer: Capturer = { host, file, child, pid: 0, stderr: '' };
  child.stderr?.on('data', (piece: Buffer) => {
    capturer.stderr += piece.toString();
  });
  const outer = pidOf(child);
  await waitFor(`the capture of ${host.name}`, 10_000, () =>
    capturer.stderr.includes('listening on') ? true : undefined,
  );
  const pid = await waitFor(`the capture of ${host.name}`, 2000, () => descendant(outer, 1));
  return Object.assign(capturer, { pid });
}

/** libpcap hands blocks over up to a second late, and a stop throws the open block away. */
export const SETTLE_MS = 2000;

/** Stops a capture. @throws LabError when it does not end or does not say what it dropped */
export async function stopCapture(capturer: Capturer): Promise<CaptureCounts> {
  const { child, host } = capturer;
  const ended = child.exitCode === null ? once(child, 'exit') : Promise.resolve();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
    if (child.exitCode !== null) break;
    process.kill(capturer.pid, signal);
    await Promise.race([ended, pause(3000)]);
  }
  await pause(50);
  const captured = /(\d+) packets? captured/.exec(capturer.stderr)?.[1];
  const dropped = /(\d+) packets? dropped by kernel/.exec(capturer.stderr)?.[1];
  if (captured === undefined || dropped === undefined) {
    throw new LabError(`the capture of ${host.name} did not report: ${capturer.stderr.trim()}`);
  }
  return { captured: Number(captured), droppedByKernel: Number(dropped) };
}
