#!/usr/bin/env node
/**
 * Whole-process time, processor time and memory of `networkml features` and `networkml packets` on one capture. Runs
 * of all commands alternate; medians are shown. Processor time and memory come from /usr/bin/time.
 *
 *   node bench/generate-capture.mjs /tmp/big.pcap --bytes 657e6 --sessions 53000
 *   node bench/features.mjs /tmp/big.pcap --packets 1000000 [--runs 5]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '5' }, packets: { type: 'string' } },
});
const [capture] = positionals;
const packets = Number(values.packets);
if (capture === undefined || !(packets > 0)) {
  throw new Error('usage: features.mjs BIG.pcap --packets N [--runs N]');
}
const cli = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist/cli/main.cjs');
const folder = mkdtempSync(join(tmpdir(), 'networkml-bench-'));

const commands = [
  'features --format ndjson',
  'features --unit window --format ndjson',
  'features --layout networkml-0.4 --format ndjson',
  'features --kind stats --format csv',
  'features --kind iat --format csv',
  'features --kind iat --fft --header --format csv',
  'features --kind samp-num --compat netml --format csv',
  'packets --format csv',
  'packets --format ndjson',
  'packets --format parquet',
];

/** Wall seconds, processor seconds and kilobytes of one run. */
function once(command) {
  const words = [cli, ...command.split(' '), '--quiet', '-o', join(folder, 'out'), capture];
  const run = spawnSync('/usr/bin/time', ['-f', '%e %U %S %M', process.execPath, ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (run.status !== 0) throw new Error(`${command}: ${run.stderr}`);
  const [wall, user, system, kilobytes] = run.stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return { wall, processor: user + system, kilobytes };
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

const figures = new Map(commands.map((command) => [command, []]));
try {
  for (let run = 0; run < Number(values.runs); run++) {
    for (const command of commands) figures.get(command).push(once(command));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(
  '| command | seconds | processor seconds | packets / processor second | MB |\n|---|---|---|---|---|',
);
for (const [command, list] of figures) {
  const processor = median(list.map((one) => one.processor));
  const cells = [
    `\`${command}\``,
    median(list.map(({ wall }) => wall)).toFixed(2),
    processor.toFixed(2),
    Math.round(packets / processor),
    Math.round(median(list.map(({ kilobytes }) => kilobytes)) / 1000),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}
