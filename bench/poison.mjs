#!/usr/bin/env node
/**
 * What jobs that fail do to those that do not: the seconds that the same good jobs take alone, and with 5 per cent of
 * poison among them, in alternating runs on one worker; and the seconds of the processor that the worker takes, which say
 * more on a machine that has other work.
 *
 *   node bench/poison.mjs [--jobs 400] [--poison 0.05] [--pairs 5]
 *
 * Ends with 0 when the median of the slow-downs is less than 10 per cent, else with 1.
 */

import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  captureOf,
  example,
  insist,
  openClient,
  quantile,
  startNats,
  startWorker,
} from '../scripts/service-storm-lab.mjs';

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '400' },
    poison: { type: 'string', default: '0.05' },
    pairs: { type: 'string', default: '5' },
  },
});
const jobs = Number(values.jobs);
const every = Math.round(1 / Number(values.poison));
const DEVICES = 20;

/** Jobs that fail for their own reasons, one sort after another: each costs the worker something else. */
const POISONS = [
  () => ({ capture: { object: 'absent' } }),
  () => ({ capture: { object: 'garbage' } }),
  () => ({ capture: { object: 'cut' } }),
  () => ({ capture: { object: '\u2192'.repeat(300) } }),
  () => ({ capture: { path: '/etc/passwd' } }),
  () => ({ capture: { path: '/dev/zero' } }),
  () => ({ capture: 'nowhere' }),
  () => ({ capture: { object: 'device-0' }, device: 'no address' }),
  () => ({ capture: { object: 'device-0' }, device: '203.0.113.9' }),
  () => ({ capture: { object: 'link' } }),
];

const nats = await startNats();
const worker = startWorker(nats.url, ['--threads', '1', '--max-in-flight', '4', '--root', '/usr/share']);
await worker.serving;
const client = await openClient(nats.url);
for (let device = 0; device < DEVICES; device += 1) {
  await client.captures.putBlob({ name: `device-${device}` }, captureOf(device));
}
await client.captures.putBlob({ name: 'garbage' }, Buffer.alloc(1e6, 'no capture '));
await client.captures.putBlob({ name: 'cut' }, readFileSync(example).subarray(0, 20));
await client.captures.link('link', await client.captures.info('garbage'));

const heard = new Map();
client.connection.subscribe('networkml.results.*', {
  callback: (_, message) => heard.get(message.subject)?.(),
});

/** Sends the good jobs of a run, with poison among them on request. @returns seconds until the last good one is answered */
async function run(name, poisoned) {
  const answers = [];
  const bodies = [];
  let poisons = 0;
  for (let number = 0; number < jobs; number += 1) {
    const id = `${name}-${number}`;
    answers.push(new Promise((resolve) => heard.set(`networkml.results.${id}`, resolve)));
    bodies.push({ id, capture: { object: `device-${number % DEVICES}` } });
    if (poisoned && number % every === every - 1) {
      bodies.push({ id: `${name}-poison-${poisons}`, ...POISONS[poisons % POISONS.length]() });
      poisons += 1;
    }
  }
  const cpu = processorSeconds();
  const started = performance.now();
  for (let at = 0; at < bodies.length; at += 50) {
    const some = bodies.slice(at, at + 50).map((body) => JSON.stringify(body));
    await Promise.all(
      some.map((body) => insist(() => client.jetstream.publish('networkml.jobs.predict', body))),
    );
  }
  await Promise.all(answers);
  const seconds = (performance.now() - started) / 1000;
  heard.clear();
  await settled();
  return { seconds, processor: processorSeconds() - cpu, poisons };
}

/** Of the worker so far: user and system, in ticks of 10 ms (proc(5), fields 14 and 15). */
function processorSeconds() {
  const fields = readFileSync(`/proc/${worker.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Until no job is left over, so that no run begins with the rest of another. */
async function settled() {
  for (;;) {
    const info = await client.manager.consumers.info('NETWORKML_JOBS', 'networkml-workers');
    if (info.num_pending === 0 && info.num_ack_pending === 0) return;
    await sleep(50);
  }
}

await run('warm', true);
const pairs = [];
let dead = (await client.manager.streams.info('NETWORKML_DEAD')).state.messages;
for (let pair = 0; pair < Number(values.pairs); pair += 1) {
  // Who is first changes, so that a machine that becomes slower does not speak for one of them.
  const first = await run(`${pair}a`, pair % 2 === 1);
  const second = await run(`${pair}b`, pair % 2 === 0);
  const [calm, poisoned] = pair % 2 === 0 ? [first, second] : [second, first];
  const letters = (await client.manager.streams.info('NETWORKML_DEAD')).state.messages;
  if (letters - dead !== poisoned.poisons)
    throw new Error(`${letters - dead} of ${poisoned.poisons} dead letters`);
  dead = letters;
  pairs.push({ calm, poisoned });
}
await client.connection.close();
worker.kill('SIGTERM');
await worker.ended;
await nats.kill();

const more = (part) =>
  quantile(
    pairs.map(({ calm, poisoned }) => poisoned[part] / calm[part] - 1),
    0.5,
  );
const percent = (value) => `${(100 * value).toFixed(1)} %`;
console.log(
  `${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores, Node ${process.version}, load ${loadavg()[0].toFixed(1)}`,
);
console.log(`${jobs} good jobs, ${pairs[0].poisoned.poisons} poisoned ones among them every second time`);
console.log('| alone: s | processor s | with poison: s | processor s |\n|---|---|---|---|');
for (const { calm, poisoned } of pairs) {
  const numbers = [calm.seconds, calm.processor, poisoned.seconds, poisoned.processor];
  console.log(`| ${numbers.map((number) => number.toFixed(2)).join(' | ')} |`);
}
console.log(
  `medians of the pairs: good jobs slower by ${percent(more('seconds'))}, processor ${percent(more('processor'))} more`,
);
process.exit(more('seconds') < 0.1 ? 0 : 1);
