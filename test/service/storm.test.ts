/** The scaled-down storms: workers and the server are killed at random moments. The full ones: scripts/service-storm.mjs. */

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { execute, root } from '../cli/run-cli.js';

const script = join(root, 'scripts/service-storm.mjs');

test('100 jobs, 12 killed workers, 3 killed servers: one result each, the one of a calm run', {
  timeout: 120_000,
}, async () => {
  const words = [script, '--jobs', '100', '--kills', '12', '--server-kills', '3'];
  const { code, stdout, stderr } = await execute(process.execPath, words);
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toMatchObject({
    jobs: 100,
    poisons: 5,
    workerKills: 12,
    serverKills: 3,
    devices: 95,
    problems: [],
  });
  expect(code).toBe(0);
});

test('workers that wake up after their deadline: their answers are dropped', {
  timeout: 120_000,
}, async () => {
  const { code, stdout, stderr } = await execute(process.execPath, [
    script,
    '--rounds',
    '4',
    '--ack-wait',
    '1',
  ]);
  expect(stderr).toBe('');
  const summary = JSON.parse(stdout) as { lateCopies: number; problems: string[] };
  expect(summary.problems).toEqual([]);
  expect(summary.lateCopies).toBeGreaterThan(0);
  expect(code).toBe(0);
});
