#!/usr/bin/env node
/**
 * Live capture under load: packets replayed into one end of a veth pair while `networkml capture` reads the other, for
 * each driver and rate. What was sent, read and dropped is printed as a table. Needs root, ip and tcpreplay.
 *
 *   node bench/live.mjs [--drivers tcpdump,dumpcap] [--rates 1000,10000,50000] [--seconds 5]
 *
 * Ends with 0 when read and dropped are what was sent, and nothing was dropped at 10,000 packets a second and less.
 */

import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { root, temporaryFolder } from '../scripts/service-storm-lab.mjs';

const { values } = parseArgs({
  options: {
    drivers: { type: 'string', default: 'tcpdump,dumpcap' },
    rates: { type: 'string', default: '1000,10000,50000' },
    seconds: { type: 'string', default: '5' },
  },
});
const folder = temporaryFolder('networkml-live-');
const PACKETS = 50_000;
const LOSSLESS_RATE = 10_000;
const spaces = [`nmlbencha${process.pid}`, `nmlbenchb${process.pid}`];
const [near, far] = spaces;
const ip = (...words) => execFileSync('ip', words, { encoding: 'utf8' });

process.on('exit', () => {
  for (const space of spaces) execFileSync('sh', ['-c', `ip netns del ${space} 2>&1 || true`]);
});

for (const space of spaces) {
  ip('netns', 'add', space);
  // Nothing is to be on the wire but what is replayed.
  ip('netns', 'exec', space, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6');
}
ip('link', 'add', 'nml0', 'netns', near, 'type', 'veth', 'peer', 'name', 'nml1', 'netns', far);
for (const [space, name] of [
  [near, 'nml0'],
  [far, 'nml1'],
])
  ip('-n', space, 'link', 'set', name, 'up');

const capture = join(folder, 'replayed.pcap');
const generated = ['--packets', String(PACKETS), '--bytes', String(PACKETS * 586), '--sessions', '2000'];
execFileSync(process.execPath, ['bench/generate-capture.mjs', capture, ...generated], {
  cwd: root,
  stdio: 'ignore',
});

/** Memory that a process had at most so far, bytes (proc(5), VmHWM). */
function peak(pid) {
  const match = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(match?.[1] ?? 0) * 1024;
}

async function run(driver, rate) {
  const program = [
    process.execPath,
    join(root, 'dist/cli/main.cjs'),
    'capture',
    '-i',
    'nml0',
    '--driver',
    driver,
  ];
  const out = join(folder, `${driver}-${rate}`);
  const command = ['netns', 'exec', near, ...program, '--split-dir', out, '--format', 'ndjson'];
  const child = spawn('ip', command, { cwd: root });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  while (!stderr.includes('capturing on')) {
    if (child.exitCode !== null) throw new Error(`${driver}: ${stderr}`);
    await sleep(50);
  }
  const count = Math.round(rate * Number(values.seconds));
  const words = ['--intf1=nml1', `--pps=${rate}`, '--loop=0', `--limit=${count}`, '--preload-pcap', capture];
  const started = performance.now();
  await new Promise((resolve, reject) => {
    const replay = spawn('ip', ['netns', 'exec', far, 'tcpreplay', ...words], { stdio: 'ignore' });
    replay.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`tcpreplay ended with ${code}`)),
    );
  });
  const seconds = (performance.now() - started) / 1000;
  // ip becomes the program it is told to run.
  const memory = peak(child.pid);
  child.kill('SIGINT');
  const code = await ended;
  const live = JSON.parse(stdout.trimEnd().split('\n').at(-1));
  return { driver, rate, count, seconds, memory, code, packets: live.packets, drops: live.drops };
}

console.log(
  `${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores, Node ${process.version}, load ${loadavg()[0].toFixed(1)}`,
);
console.log('| driver | packets/s | sent | read | dropped | memory (peak) |\n|---|---|---|---|---|---|');
const problems = [];
for (const driver of values.drivers.split(',')) {
  for (const rate of values.rates.split(',').map(Number)) {
    const { count, packets, drops, memory, code, seconds } = await run(driver, rate);
    const dropped = (drops.kernel ?? 0) + (drops.interface ?? 0);
    console.log(
      `| ${driver} | ${Math.round(count / seconds)} | ${count} | ${packets} | ${dropped} | ${Math.round(memory / 1e6)} MB |`,
    );
    if (code !== 0) problems.push(`${driver} at ${rate}: ended with ${code}`);
    if (packets + dropped !== count)
      problems.push(`${driver} at ${rate}: ${packets} + ${dropped} of ${count}`);
    if (rate <= LOSSLESS_RATE && dropped > 0) problems.push(`${driver} at ${rate}: ${dropped} dropped`);
  }
}
for (const problem of problems) console.log(problem);
process.exit(problems.length === 0 ? 0 : 1);
