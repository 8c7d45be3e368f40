#!/usr/bin/env node
/**
 * What the classifiers of roles cost in a process that predicts one capture: reading the arrays of the classifier (and
 * comparing their digests), putting it together, and judging the role of the device, all for the first time in a fresh
 * process; then judging again and again. Before these stands what it takes to read all of the bundle, these arrays among
 * it. Code is compiled beforehand, as for the command line (scripts/cli-loader.cjs).
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
import { findBundle, readArrays, readManifest } from './src/models/index.ts';
import { loadBundle, loadedBundle } from './src/pipeline/loaded-bundle.ts';
import { observeHosts } from './src/pipeline/observe.ts';

async function main() {
  if (process.env.WHOLE === '1') {
    const start = performance.now();
    await loadBundle();
    console.log(JSON.stringify([performance.now() - start]));
    return;
  }
  let reading = 0;
  const head = readManifest(findBundle());
  const bundle = loadedBundle(head, (names, room) => {
    const start = performance.now();
    const arrays = readArrays(head, names, room && { room });
    reading = performance.now() - start;
    return arrays;
  });
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
  console.log(JSON.stringify([reading, decoded - start - reading, answered - asked, again[again.length >> 1] ?? 0]));
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

function once(capture, again, whole = 0) {
  const run = spawnSync(process.execPath, [join(folder, 'main.cjs'), capture], {
    encoding: 'utf8',
    env: { ...process.env, AGAIN: String(again), WHOLE: String(whole) },
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout);
}

const sorted = (list) => list.toSorted((a, b) => a - b);
const shown = (list) => `${sorted(list)[list.length >> 1].toFixed(2)} (${sorted(list)[0].toFixed(2)})`;

try {
  await make();
  console.log(
    '| capture | whole bundle ms | read ms | decode ms | judge ms | last two ms | judge again ms |',
  );
  console.log('|---|---|---|---|---|---|---|');
  for (const capture of captures) {
    const runs = Array.from({ length: Number(values.runs) }, () => once(capture, 0));
    const whole = runs.map(() => once(capture, 0, 1)[0]);
    const [, , , again] = once(capture, 2000);
    const steps = [0, 1, 2].map((step) => runs.map((run) => run[step]));
    const both = runs.map(([, decode, judge]) => decode + judge);
    const cells = [whole, ...steps, both].map(shown);
    console.log(`| ${basename(capture)} | ${cells.join(' | ')} | ${again.toFixed(2)} |`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
