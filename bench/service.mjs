#!/usr/bin/env node
/**
 * The service on one machine: jobs of one megabyte a second for 1, 2 and 4 processes, megabytes a second with large
 * captures, and the time that a small job takes. The NATS server and the sender are on the same machine.
 *
 *   node bench/service.mjs [--jobs 400] [--large 20] [--latency 300]
 */

import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  captureOf,
  insist,
  openClient,
  quantile,
  root,
  startNats,
  startWorker,
  temporaryFolder,
  waitForMessages,
} from '../scripts/service-storm-lab.mjs';

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '400' },
    large: { type: 'string', default: '20' },
    latency: { type: 'string', default: '300' },
  },
});
const folder = temporaryFolder('networkml-bench-');

function generate(name, bytes, sessions) {
  const packets = String(Math.round(bytes / 600));
  const path = join(folder, name);
  const words = [
    'bench/generate-capture.mjs',
    path,
    '--packets',
    packets,
    '--bytes',
    String(bytes),
    '--sessions',
    String(sessions),
  ];
  execFileSync(process.execPath, words, { cwd: root, stdio: 'ignore' });
  return path;
}

async function withWorkers(count, words, work) {
  const nats = await startNats();
  const workers = Array.from({ length: count }, () =>
    startWorker(nats.url, ['--threads', '1', '--max-in-flight', '4', ...words]),
  );
  await Promise.all(workers.map((worker) => worker.serving));
  const client = await openClient(nats.url);
  try {
    return await work(client);
  } finally {
    await client.connection.close();
    for (const worker of workers) worker.kill('SIGTERM');
    await Promise.all(workers.map((worker) => worker.ended));
    await nats.kill();
  }
}

function send(client, job) {
  return client.jetstream.publish('networkml.jobs.predict', JSON.stringify(job), { msgID: job.id });
}

async function secondsFor(client, jobs, before) {
  const started = performance.now();
  for (let at = 0; at < jobs.length; at += 50) {
    const some = jobs.slice(at, at + 50);
    await Promise.all(some.map((job) => insist(() => send(client, job))));
  }
  const done = await waitForMessages(client, 'NETWORKML_RESULTS', before + jobs.length, 600);
  if (done < before + jobs.length) throw new Error(`${done} results`);
  return (performance.now() - started) / 1000;
}

/** Jobs whose captures are objects; some first ones warm the threads up and are not counted. */
async function objects(processes, path) {
  return withWorkers(processes, [], async (client) => {
    for (let i = 0; i < 8; i += 1) await client.captures.putBlob({ name: `o${i}` }, readFileSync(path));
    const job = (id, number) => ({ id: `${id}${number}`, capture: { object: `o${number % 8}` } });
    await secondsFor(
      client,
      Array.from({ length: 40 }, (_, number) => job('warm', number)),
      0,
    );
    const count = Number(values.jobs);
    return (
      count /
      (await secondsFor(
        client,
        Array.from({ length: count }, (_, number) => job('j', number)),
        40,
      ))
    );
  });
}

async function files(processes, path) {
  return withWorkers(processes, ['--root', folder], async (client) => {
    const job = (id, number) => ({ id: `${id}${number}`, capture: { path } });
    await secondsFor(
      client,
      [0, 1, 2, 3].map((number) => job('warm', number)),
      0,
    );
    const count = Number(values.large);
    const seconds = await secondsFor(
      client,
      Array.from({ length: count }, (_, number) => job('j', number)),
      4,
    );
    return (count * statSync(path).size) / 1e6 / seconds;
  });
}

/** Milliseconds from sending to hearing of the result, one job after another. */
async function latencies() {
  return withWorkers(1, [], async (client) => {
    await client.captures.putBlob({ name: 'small' }, captureOf(0));
    let heard = () => {};
    client.connection.subscribe('networkml.results.*', { callback: () => heard() });
    const times = [];
    for (let number = 0; number < Number(values.latency) + 50; number += 1) {
      const answer = new Promise((resolve) => {
        heard = resolve;
      });
      const started = performance.now();
      await client.jetstream.publish(
        'networkml.jobs.predict',
        JSON.stringify({ id: `l${number}`, capture: { object: 'small' } }),
      );
      await answer;
      if (number >= 50) times.push(performance.now() - started);
    }
    return times;
  });
}

const one = generate('one.pcap', 1e6, 80);
const large = generate('large.pcap', 100e6, 8000);
writeFileSync(join(folder, 'warm'), readFileSync(large));
const load = loadavg()[0].toFixed(1);
console.log(
  `${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores, Node ${process.version}, load ${load}`,
);
console.log('| processes | jobs of 1 MB a second | MB/s with captures of 100 MB |\n|---|---|---|');
for (const processes of [1, 2, 4]) {
  console.log(
    `| ${processes} | ${(await objects(processes, one)).toFixed(0)} | ${(await files(processes, large)).toFixed(0)} |`,
  );
}
const times = await latencies();
console.log(
  `small job (${captureOf(0).length} bytes): median ${quantile(times, 0.5).toFixed(1)} ms, p99 ${quantile(times, 0.99).toFixed(1)} ms`,
);
process.exit(0);
