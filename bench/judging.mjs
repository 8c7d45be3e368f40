#!/usr/bin/env node
/**
 * What judging the behaviour in one capture takes in a fresh process: clock and processor milliseconds of `judgeCapture` by
 * three roles (compilers of other threads included while it runs), and of a second time in the same process.
 *
 *   node bench/judging.mjs CAPTURE [RUNS]       9 runs unless told otherwise
 */
import { spawnSync } from 'node:child_process';
import { judgeCapture } from '../dist/anomaly/index.js';
import { loadBundle, observe } from '../dist/pipeline/index.js';

const [capture, given = '9'] = process.argv.slice(2);

async function once() {
  const { behaviour } = await loadBundle();
  const { units } = (await observe(capture, { name: capture })).behaviour;
  const ranking = [...behaviour.roles.keys()].slice(0, 3).map((role) => ({ role, confidence: 0.3 }));
  const judged = () => {
    const before = process.cpuUsage();
    const start = performance.now();
    judgeCapture(behaviour, units, { ranking });
    const clock = performance.now() - start;
    const { user, system } = process.cpuUsage(before);
    return [clock, (user + system) / 1e3];
  };
  const first = judged();
  // Another object: what was judged last is remembered.
  Object.assign(units, { sess: { ...units.sess } });
  console.log(JSON.stringify([...first, ...judged(), units.sess.count]));
}

if (given === '--once') await once();
else {
  const runs = Array.from({ length: Number(given) }, () => {
    const { stdout, stderr } = spawnSync(process.execPath, [import.meta.filename, capture, '--once'], {
      encoding: 'utf8',
    });
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout);
  });
  const names = ['clock, ms', 'processor, ms', 'again: clock, ms', 'again: processor, ms'];
  console.log(`${runs[0][4]} sessions, three roles\n\n| | least | median |\n|---|---|---|`);
  for (const [which, name] of names.entries()) {
    const sorted = runs.map((run) => run[which]).sort((a, b) => a - b);
    console.log(`| ${name} | ${sorted[0].toFixed(1)} | ${sorted[sorted.length >> 1].toFixed(1)} |`);
  }
}
