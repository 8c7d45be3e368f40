/** A pair of interfaces in two network namespaces of our own, and traffic between them. */

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { cleanEnvironment, program, root } from '../cli/run-cli.js';

/** Why there can be no namespaces here; undefined where there can. */
export function namespaceProblem(): string | undefined {
  if (process.getuid?.() !== 0) return 'making network namespaces needs root';
  const name = `nmltry${process.pid}`;
  const made = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' });
  if (made.status !== 0) return `no network namespace can be made: ${made.error?.message ?? made.stderr}`;
  spawnSync('ip', ['netns', 'del', name]);
  return undefined;
}

export interface VethPair {
  /** Interface on which is captured, and its namespace. */
  readonly near: string;
  readonly nearSpace: string;
  readonly far: string;
  readonly farSpace: string;
  remove(): void;
}

let made = 0;

/** MAC addresses of the far end, and of a host that does not exist: frames to it get no answer. */
export const FAR_MAC = '02:00:00:00:fa:01';
export const NOBODY_MAC = '02:00:00:00:00:99';
export const FAR_ADDRESS = '10.231.7.2';

export function vethPair(): VethPair {
  made++;
  const id = `${process.pid}x${made}`;
  const [nearSpace, farSpace] = [`nmla${id}`, `nmlb${id}`];
  const [near, far] = ['nml0', 'nml1'];
  const ip = (...words: string[]): void => {
    execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'pipe'] });
  };
  ip('netns', 'add', nearSpace);
  ip('netns', 'add', farSpace);
  const quiet = (space: string): void => {
    const command =
      'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6';
    ip('netns', 'exec', space, 'sh', '-c', command);
  };
  quiet(nearSpace);
  quiet(farSpace);
  ip('link', 'add', near, 'netns', nearSpace, 'type', 'veth', 'peer', 'name', far, 'netns', farSpace);
  ip('-n', farSpace, 'link', 'set', far, 'address', FAR_MAC);
  ip('-n', nearSpace, 'addr', 'add', '10.231.7.1/24', 'dev', near);
  ip('-n', farSpace, 'addr', 'add', `${FAR_ADDRESS}/24`, 'dev', far);
  ip('-n', nearSpace, 'link', 'set', near, 'up');
  ip('-n', farSpace, 'link', 'set', far, 'up');
  ip('-n', farSpace, 'neigh', 'add', '10.231.7.99', 'lladdr', NOBODY_MAC, 'dev', far, 'nud', 'permanent');
  return {
    near,
    nearSpace,
    far,
    farSpace,
    remove: () => {
      spawnSync('ip', ['netns', 'del', nearSpace]);
      spawnSync('ip', ['netns', 'del', farSpace]);
    },
  };
}

const SENDER = `
const [count, everyMs, each] = process.argv.slice(1).map(Number);
const socket = require('node:dgram').createSocket('udp4');
socket.bind(40000, () => {
  let sent = 0;
  let done = 0;
  const burst = () => {
    for (let i = 0; i < each && sent < count; i++, sent++) {
      const payload = Buffer.from(String(sent).padStart(20, '0'));
      socket.send(payload, 5353, '10.231.7.99', (error) => {
        if (error) throw error;
        if (++done === count) socket.close();
      });
    }
    if (sent < count) setTimeout(burst, everyMs);
  };
  burst();
});`;

/** Sends numbered UDP packets from the far end, so many every few milliseconds. */
export function sendPackets({ farSpace }: VethPair, count: number, everyMs: number, each: number): void {
  const words = [process.execPath, '-e', SENDER, String(count), String(everyMs), String(each)];
  execFileSync('ip', ['netns', 'exec', farSpace, ...words], { env: cleanEnvironment() });
}

/** Sends a text as one UDP packet from the far end. */
export function sendText({ farSpace }: VethPair, port: number, text: string): void {
  const code =
    "const socket = require('node:dgram').createSocket('udp4');" +
    "socket.send(process.argv[1], Number(process.argv[2]), '10.231.7.99', () => socket.close());";
  const words = [process.execPath, '-e', code, text, String(port)];
  execFileSync('ip', ['netns', 'exec', farSpace, ...words], { env: cleanEnvironment() });
}

/** A capture that runs. */
export interface RunningCapture {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Exit code, or the signal that ended it. */
  readonly end: Promise<number | NodeJS.Signals | null>;
}

/** Starts `networkml capture` at the near end and waits until it captures. */
export async function startCapture(
  { near, nearSpace }: VethPair,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningCapture> {
  const command = ['netns', 'exec', nearSpace, process.execPath, program, 'capture', '-i', near, ...words];
  const child = spawn('ip', command, { cwd: root, env: cleanEnvironment(environment) });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  const end = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal));
  });
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      if (stderr.includes('capturing on')) resolve();
    });
    void end.then(() => reject(new Error(`capture ended at once: ${stderr}`)));
  });
  return { child, stdout: () => stdout, stderr: () => stderr, end };
}
