#!/usr/bin/env node
/**
 * What the classifiers of roles cost in a process that predicts one capture: putting the classifier together out of the
 * bundle, and judging the role of the device, both for the first time in a fresh process; then judging again and again.
 * Code is compiled beforehand, as for the command line (scripts/cli-loader.cjs).
 *
 *   npm run build
 *   node bench/classify.mjs [CAPTURE ...] [--runs 21]
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '21' } },
});
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const captures =
  positionals.length > 0
    ? positionals
    : [
        'Printer-lab0001print2-Tue1215-136-n00.pcap',
        'BusinessWorkstation-lab0001desk1-Tue1215-136-n00.pcap',
      ].map((name) => join(root, 'examples', name));
const folder = join(root, '.tmp', `classify-${process.pid}`);

/** Prints the milliseconds of each step; the last argument is the capture. */
const program = `
import { judgeRole } from './src/pipeline/judge-role.ts';
import { loadBundle } from './src/pipeline/loaded-bundle.ts';
import { observeHosts } from './src/pipeline/observe.ts';

async function main() {
  const bundle = await loadBundle();
  const start = performance.now();
  const classifier = bundle.classifier();
  const decoded = performance.now();
  const seen = await observeHosts(process.argv.at(-1));
  const asked = performance.now();
  judgeRole(seen, bundle, classifier);
  const answered = performance.now();
  const again = Array.from({ length: Number(process.env.AGAIN ?? 0) }, () => {
    const from = performance.now();
    judgeRole(seen, bundle, classifier);
    return performance.now() - from;
  }).sort((a, b) => a - b);
  console.log(JSON.stringify([decoded - start, answered - asked, again[again.length >> 1] ?? 0]));
}
void main();
`;

async function make() {
  mkdirSync(folder, { recursive: true });
  await build({
    stdin: { contents: program, resolveDir: root, loader: 'ts' },
    absWorkingDir: root,
    outfile: join(folder, 'app.cjs'),
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'cjs',
    charset: 'ascii',
    logLevel: 'error',
    define: { 'import.meta.url': 'ownUrl' },
    banner: { js: 'const ownUrl = require("node:url").pathToFileURL(__filename).href;' },
  });
  copyFileSync(join(root, 'scripts/cli-loader.cjs'), join(folder, 'main.cjs'));
  spawnSync(process.execPath, [join(root, 'scripts/make-code-cache.cjs'), folder, captures[0]]);
}

function once(capture, again) {
  const run = spawnSync(process.execPath, [join(folder, 'main.cjs'), capture], {
    encoding: 'utf8',
    env: { ...process.env, AGAIN: String(again) },
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout);
}

const sorted = (list) => list.toSorted((a, b) => a - b);
const shown = (list) => `${sorted(list)[list.length >> 1].toFixed(2)} (${sorted(list)[0].toFixed(2)})`;

try {
  await make();
  console.log('| capture | decode ms | judge ms | both ms | judge again ms |\n|---|---|---|---|---|');
  for (const capture of captures) {
    const runs = Array.from({ length: Number(values.runs) }, () => once(capture, 0));
    const [, , again] = once(capture, 2000);
    const both = runs.map(([decode, judge]) => decode + judge);
    const cells = [runs.map(([decode]) => decode), runs.map(([, judge]) => judge), both].map(shown);
    console.log(`| ${basename(capture)} | ${cells.join(' | ')} | ${again.toFixed(2)} |`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
