#!/usr/bin/env node
/**
 * One worker for a long time: does anything grow? Windows of many devices are sent a few at a time (soak), or all at
 * once (backlog), while memory, file descriptors, timers, listeners and jobs in flight are watched. At the end of each
 * tenth the garbage is collected and what is left is counted (scripts/soak-probe.cjs).
 *
 *   node scripts/soak-service.mjs [--windows 20000] [--devices 200] [--backlog]
 *
 * Ends with 0 and a line of JSON when all is as promised, else with 1.
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  captureOf,
  metricsOf,
  openClient,
  quantile,
  startNats,
  startWorker,
  temporaryFolder,
  waitForMessages,
} from './service-storm-lab.mjs';

const { values } = parseArgs({
  options: {
    windows: { type: 'string', default: '20000' },
    devices: { type: 'string', default: '200' },
    backlog: { type: 'boolean', default: false },
    tenths: { type: 'boolean', default: false },
  },
});
const windows = Number(values.windows);
const devices = Number(values.devices);
const IN_FLIGHT = 4;
const WINDOW_SECONDS = 900;

const root = temporaryFolder('networkml-soak-');
const nats = await startNats();
const flags = ['--root', root, '--http', '127.0.0.1:0', '--max-in-flight', String(IN_FLIGHT)];
const probe = join(root, 'probe.ndjson');
const worker = startWorker(nats.url, flags, probe);
const { http } = await worker.serving;
const client = await openClient(nats.url);
for (let device = 0; device < devices; device += 1) {
  const bytes = captureOf(device);
  writeFileSync(join(root, `${device}.pcap`), bytes);
  if (device % 2 === 0) await client.captures.putBlob({ name: `device-${device}` }, bytes);
}

/** Half of the devices' captures are objects, half are files. */
function jobOf(number) {
  const device = number % devices;
  const capture = device % 2 === 0 ? { object: `device-${device}` } : { path: `${device}.pcap` };
  return JSON.stringify({ id: `w-${number}`, capture });
}

const samples = [];
const looks = [];
let sampling = true;

async function sample() {
  while (sampling) {
    const page = await metricsOf(http);
    samples.push({
      rss: page.networkml_resident_memory_bytes,
      heap: page.networkml_heap_used_bytes,
      inFlight: page.networkml_jobs_in_flight,
      resources: page.networkml_active_resources,
      descriptors: readdirSync(`/proc/${worker.pid}/fd`).length,
      done: page['networkml_jobs_total{outcome="done"}'] ?? 0,
    });
    await sleep(500);
  }
}

/** What the probe has written so far. */
function probed() {
  const text = existsSync(probe) ? readFileSync(probe, 'utf8') : '';
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

/** Asks the probe, and waits for its answer, for ten seconds at most. */
async function look() {
  const before = probed().length;
  worker.kill('SIGUSR2');
  for (let i = 0; i < 100 && probed().length === before; i += 1) await sleep(100);
  const last = probed().at(-1);
  if (last !== undefined) last.descriptors = readdirSync(`/proc/${worker.pid}/fd`).length;
  return last;
}

/** Seconds from sending to hearing of the result, in the order of sending. */
async function soak() {
  const latencies = new Float64Array(windows);
  const waiting = new Map();
  const subscription = client.connection.subscribe('networkml.results.*', {
    callback: (_, message) => waiting.get(message.subject)?.(),
  });
  let next = 0;
  const lane = async (end) => {
    while (next < end) {
      const number = next++;
      const subject = `networkml.results.w-${number}`;
      const heard = new Promise((resolve) => waiting.set(subject, resolve));
      const started = performance.now();
      await client.jetstream.publish('networkml.jobs.predict', jobOf(number));
      await heard;
      latencies[number] = (performance.now() - started) / 1000;
      waiting.delete(subject);
    }
  };
  for (let tenth = 1; tenth <= 10; tenth += 1) {
    const end = Math.round((windows * tenth) / 10);
    await Promise.all(Array.from({ length: IN_FLIGHT }, () => lane(end)));
    // Between the tenths nothing is under way: what is alive then is alive for good.
    looks.push(await look());
  }
  subscription.unsubscribe();
  return latencies;
}

async function backlog() {
  for (let number = 0; number < windows; number += 100) {
    const some = Array.from({ length: Math.min(100, windows - number) }, (_, i) => number + i);
    await Promise.all(some.map((each) => client.jetstream.publish('networkml.jobs.predict', jobOf(each))));
  }
  await waitForMessages(client, 'NETWORKML_RESULTS', windows, 3600);
}

/** Medians over the second and the last tenth of the samples: the first holds what is allocated once. */
function growth(name) {
  const tenth = Math.max(1, Math.floor(samples.length / 10));
  const part = (from) =>
    quantile(
      samples.slice(from, from + tenth).map((each) => each[name]),
      0.5,
    );
  return { early: part(tenth), late: part(samples.length - tenth) };
}

/** The second look against the last: whatever a window leaves behind would be there thousands of times. */
function leaks() {
  const [early, late] = [looks[1], looks.at(-1)];
  if (early === undefined || late === undefined) return ['the probe did not answer'];
  const found = ['descriptors', 'timers', 'resources', 'emitters', 'listeners', 'abortListeners'].filter(
    (name) => late[name] > early[name] + 8,
  );
  // A heap that is constant but for what V8 compiles: less than 100 bytes for each window.
  const perWindow = (late.heap - early.heap) / (0.8 * windows);
  return perWindow > 100 ? [...found, `heap (${Math.round(perWindow)} bytes a window)`] : found;
}

const watching = sample();
const started = performance.now();
const latencies = values.backlog ? await backlog() : await soak();
const seconds = (performance.now() - started) / 1000;
sampling = false;
await watching;
const { state } = await client.manager.streams.info('NETWORKML_RESULTS');
await client.connection.close();
worker.kill('SIGTERM');
const code = await worker.ended;
await nats.kill();

const tenth = Math.floor(windows / 10);
const p99 =
  latencies === undefined
    ? undefined
    : [latencies.slice(0, tenth), latencies.slice(-tenth)].map((list) => quantile(list, 0.99));
const tenths =
  latencies === undefined
    ? []
    : Array.from({ length: 10 }, (_, part) =>
        Math.round(1000 * quantile(latencies.slice(part * tenth, (part + 1) * tenth), 0.99)),
      );
const grown = Object.fromEntries(
  ['rss', 'heap', 'descriptors', 'resources'].map((name) => [name, growth(name)]),
);
const mostInFlight = samples.reduce((most, { inFlight }) => Math.max(most, inFlight), 0);
const problems = [
  ...(state.messages === windows ? [] : [`${state.messages} results of ${windows}`]),
  ...(mostInFlight <= IN_FLIGHT ? [] : [`${mostInFlight} in flight`]),
  ...(grown.rss.late <= 1.1 * grown.rss.early ? [] : ['memory grows']),
  ...(grown.descriptors.late <= grown.descriptors.early + 2 ? [] : ['descriptors grow']),
  ...(grown.resources.late <= grown.resources.early + 8 ? [] : ['timers or sockets grow']),
  ...(values.backlog ? [] : leaks().map((name) => `${name} grow`)),
  ...(p99 === undefined || p99[1] <= 1.2 * p99[0] ? [] : ['the last tenth is slower']),
  ...(code === 0 ? [] : [`the worker ended with ${code}`]),
];
console.log(
  JSON.stringify({
    mode: values.backlog ? 'backlog' : 'soak',
    windows,
    seconds: Number(seconds.toFixed(1)),
    jobsPerSecond: Number((windows / seconds).toFixed(1)),
    timesRealTime: Math.round((windows * WINDOW_SECONDS) / seconds),
    ...(p99 === undefined
      ? {}
      : {
          medianMs: 1000 * quantile(latencies, 0.5),
          p99FirstTenthMs: 1000 * p99[0],
          p99LastTenthMs: 1000 * p99[1],
        }),
    mostInFlight,
    grown,
    ...(values.backlog ? {} : { secondTenth: looks[1], lastTenth: looks.at(-1) }),
    ...(values.tenths ? { p99Tenths: tenths } : {}),
    problems,
  }),
);
process.exit(problems.length === 0 ? 0 : 1);
