#!/usr/bin/env node

/**
 * Kills workers and the NATS server at random moments while jobs are answered, then looks whether each job has exactly
 * one result, and the one it has when nobody is killed. Random moments come from a seed.
 *
 *   node scripts/service-storm.mjs [--jobs 1000] [--workers 3] [--kills 100] [--server-kills 20] [--poison 0.05]
 *   node scripts/service-storm.mjs --rounds 200      workers stopped beyond their deadline and continued
 *
 * Ends with 0 and a line of JSON when all is as promised, else with 1.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  captureOf,
  insist,
  messagesOf,
  openClient,
  randomFrom,
  startNats,
  startWorker,
  waitForMessages,
} from './service-storm-lab.mjs';

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '1000' },
    workers: { type: 'string', default: '3' },
    kills: { type: 'string', default: '100' },
    'server-kills': { type: 'string', default: '20' },
    poison: { type: 'string', default: '0.05' },
    rounds: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    'ack-wait': { type: 'string', default: '2' },
  },
});
const settings = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Number(value)]));
const random = randomFrom(settings.seed);

/** Sorts of jobs that fail for their own reasons. */
const POISONS = ['garbage', 'absent', 'not-json', 'outside'];

/** The jobs of a storm: an id, what is to be sent, and the object it speaks of. */
function makeJobs(count) {
  const poisonEvery = settings.poison > 0 ? Math.round(1 / settings.poison) : Number.POSITIVE_INFINITY;
  return Array.from({ length: count }, (_, number) => {
    const id = `job-${number}`;
    const poison = number % poisonEvery === poisonEvery - 1 ? POISONS[number % POISONS.length] : undefined;
    const job = { id, capture: { object: id }, file: `device-${number}.pcap` };
    if (poison === 'garbage')
      return { id, poison, object: Buffer.from(`no capture ${number}`), body: JSON.stringify(job) };
    if (poison === 'absent') return { id, poison, body: JSON.stringify(job) };
    if (poison === 'outside')
      return { id, poison, body: JSON.stringify({ ...job, capture: { path: '/etc/passwd' } }) };
    if (poison === 'not-json') return { id, poison, body: JSON.stringify({ ...job, capture: 'nowhere' }) };
    return { id, object: captureOf(number), body: JSON.stringify(job) };
  });
}

async function send(client, { id, object, body }) {
  if (object !== undefined) await insist(() => client.captures.putBlob({ name: id }, object));
  await insist(() => client.jetstream.publish('networkml.jobs.predict', body, { msgID: id, timeout: 2_000 }));
}

const flags = [
  '--ack-wait',
  String(settings['ack-wait']),
  '--max-in-flight',
  '4',
  '--threads',
  '1',
  '--grace',
  '1',
];

/** Results as they are without any kill. */
async function calmRun(jobs) {
  const nats = await startNats();
  const worker = startWorker(nats.url, flags);
  await worker.serving;
  const client = await openClient(nats.url);
  const started = performance.now();
  for (const job of jobs) await send(client, job);
  await waitForMessages(client, 'NETWORKML_RESULTS', jobs.length, 120);
  const seconds = (performance.now() - started) / 1000;
  const results = await messagesOf(client, 'NETWORKML_RESULTS');
  await client.connection.close();
  worker.kill('SIGTERM');
  const code = await worker.ended;
  await nats.kill();
  return { results, seconds, code };
}

/** What is to be killed after which job, in a random order. */
function killPlan(count) {
  const plan = [
    ...Array.from({ length: settings.kills }, () => 'worker'),
    ...Array.from({ length: settings['server-kills'] }, () => 'server'),
  ];
  return plan
    .map((victim) => ({ victim, after: Math.floor(random() * count), order: random() }))
    .sort((a, b) => a.after - b.after || a.order - b.order);
}

async function stormRun(jobs) {
  const nats = await startNats();
  const workers = Array.from({ length: settings.workers }, () => startWorker(nats.url, flags));
  await Promise.all(workers.map((worker) => worker.serving));
  const client = await openClient(nats.url);
  const plan = killPlan(jobs.length);
  const done = { workers: 0, servers: 0 };
  for (const [number, job] of jobs.entries()) {
    await send(client, job);
    while (plan[0]?.after === number) {
      const { victim } = plan.shift();
      await sleep(random() * 150);
      if (victim === 'worker') {
        await killWorker(workers, nats.url);
        done.workers += 1;
      } else {
        await nats.kill();
        await sleep(random() * 300);
        await nats.start();
        done.servers += 1;
      }
    }
  }
  await waitForMessages(client, 'NETWORKML_RESULTS', jobs.length, 120);
  await jobsGone(client);
  const shownAgain = (await client.manager.streams.info('NETWORKML_JOBS')).state.messages;
  const results = await messagesOf(client, 'NETWORKML_RESULTS');
  const dead = await messagesOf(client, 'NETWORKML_DEAD');
  const devices = (await client.manager.streams.info('KV_networkml-devices')).state.messages;
  await client.connection.close();
  for (const worker of workers) worker.kill('SIGTERM');
  const codes = await Promise.all(workers.map((worker) => worker.ended));
  await nats.kill();
  return { results, dead, devices, done, codes, shownAgain };
}

/** A worker that was started and gave up because the server was just gone is started again, as an orchestrator does. */
async function killWorker(workers, url) {
  const index = Math.floor(random() * workers.length);
  workers[index].kill('SIGKILL');
  await workers[index].ended;
  const restart = () => {
    const worker = startWorker(url, flags);
    workers[index] = worker;
    worker.ended.then((code) => {
      if (workers[index] === worker && typeof code === 'number' && code !== 0) restart();
    });
  };
  restart();
}

/**
 * Until every job is acknowledged, for a minute at most. The stream itself is not asked: after it was killed, nats-server
 * 2.9 can show messages again that the consumer has acknowledged (it delivers them to nobody).
 */
async function jobsGone(client) {
  let info;
  for (let i = 0; i < 600; i += 1) {
    info = await insist(() => client.manager.consumers.info('NETWORKML_JOBS', 'networkml-workers'));
    if (info.num_pending === 0 && info.num_ack_pending === 0) return;
    await sleep(100);
  }
  throw new Error(`jobs are left over: ${JSON.stringify(info)}`);
}

/** What is not as promised. */
function problemsOf(jobs, calm, storm) {
  const problems = [];
  for (const { id, poison } of jobs) {
    const subject = `networkml.results.${id}`;
    const got = storm.results.get(subject) ?? [];
    if (got.length !== 1) problems.push(`${id} has ${got.length} results`);
    else if (got[0] !== calm.results.get(subject)?.[0]) {
      problems.push(`${id} has another result than in calm: ${got[0].slice(0, 300)}`);
    }
    const dead = storm.dead.get(`networkml.dead.${id}`) ?? [];
    if (dead.length !== (poison === undefined ? 0 : 1))
      problems.push(`${id} has ${dead.length} dead letters`);
    const schema = poison === undefined ? 'networkml/prediction/v1' : 'networkml/error/v1';
    if (got[0] !== undefined && JSON.parse(got[0]).schema !== schema) problems.push(`${id} is no ${schema}`);
  }
  if (storm.results.size !== jobs.length)
    problems.push(`${storm.results.size} results of ${jobs.length} jobs`);
  return problems;
}

async function storm() {
  const jobs = makeJobs(settings.jobs);
  const calm = await calmRun(jobs);
  const started = performance.now();
  const run = await stormRun(jobs);
  const problems = problemsOf(jobs, calm, run);
  const poisons = jobs.filter(({ poison }) => poison !== undefined).length;
  return {
    jobs: jobs.length,
    poisons,
    workerKills: run.done.workers,
    serverKills: run.done.servers,
    devices: run.devices,
    shownAgain: run.shownAgain,
    calmSeconds: Number(calm.seconds.toFixed(1)),
    stormSeconds: Number(((performance.now() - started) / 1000).toFixed(1)),
    problems,
  };
}

/** Workers that sleep through their deadline and wake up with an answer: each job has one result all the same. */
async function rounds(count) {
  const nats = await startNats();
  const workers = [startWorker(nats.url, flags), startWorker(nats.url, flags)];
  await Promise.all(workers.map((worker) => worker.serving));
  const client = await openClient(nats.url);
  const jobs = makeJobs(count * 2).filter(({ poison }) => poison === undefined);
  let next = 0;
  for (let round = 0; round < count; round += 1) {
    const sleeper = workers[round % 2];
    for (let i = 0; i < 2 && next < jobs.length; i += 1, next += 1) await send(client, jobs[next]);
    await sleep(random() * 20);
    sleeper.kill('SIGSTOP');
    await sleep(settings['ack-wait'] * 1000 * (1.1 + random() * 0.4));
    sleeper.kill('SIGCONT');
  }
  await waitForMessages(client, 'NETWORKML_RESULTS', next, 120);
  await jobsGone(client);
  const results = await messagesOf(client, 'NETWORKML_RESULTS');
  const events = await messagesOf(client, 'NETWORKML_EVENTS');
  const logs = workers.map(({ log }) => log).join('');
  const problems = jobs
    .slice(0, next)
    .filter(({ id }) => results.get(`networkml.results.${id}`)?.length !== 1)
    .map(({ id }) => `${id} has ${results.get(`networkml.results.${id}`)?.length ?? 0} results`);
  for (const [subject, list] of events) {
    if (subject.includes('new-device') && list.length !== 1) problems.push(`${subject} ${list.length} times`);
  }
  await client.connection.close();
  for (const worker of workers) worker.kill('SIGTERM');
  await Promise.all(workers.map((worker) => worker.ended));
  await nats.kill();
  return {
    rounds: count,
    jobs: next,
    lateCopies: (logs.match(/"outcome":"duplicate"/g) ?? []).length,
    problems,
  };
}

const summary = settings.rounds > 0 ? await rounds(settings.rounds) : await storm();
console.log(JSON.stringify({ ...summary, problems: summary.problems.slice(0, 10) }));
process.exit(summary.problems.length === 0 ? 0 : 1);
