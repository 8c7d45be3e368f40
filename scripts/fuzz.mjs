#!/usr/bin/env node
/**
 * Reads mutated captures by the million, for a release; `npm test` reads 100,000. To every five of them comes one of
 * mutated messages whose names and hints are read; `npm test` reads 20,000. Needs the development dependencies and a dist/.
 * Ends with 1 at the first uncaught error, at a capture that takes more than 2 s, and when memory in use grows by 64 MiB.
 * A long run can be cut in pieces: `--from 500000 --count 500000` reads what one run of a million reads second.
 *
 *   node scripts/fuzz.mjs [--count 2000000] [--from 0] [--seed 1]
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '2000000' },
    from: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
  },
});
const root = dirname(dirname(fileURLToPath(import.meta.url)));
// Inside the checkout: what is read looks for dist/ of the package that it is in.
mkdirSync(join(root, '.tmp'), { recursive: true });
const folder = mkdtempSync(join(root, '.tmp/fuzz-'));
const BATCH = 50_000;
/** Captures to one of messages. */
const MESSAGES_EVERY = 5;
const MOST_GROWTH_MIB = 64;

/** What mutates and reads, and what it reads with. */
const SUBJECTS = ['test/support/fuzz.ts', 'test/support/fuzz-payload.ts', 'src/pipeline/index.ts'];

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

/** Mebibytes that are still in use: what is waited for (streams that close, buffers that are given back) comes first. */
async function liveMiB() {
  for (let i = 0; i < 3; i++) {
    collect();
    await setTimeout(20);
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 2 ** 20;
}

try {
  const outfile = join(folder, 'fuzz.mjs');
  await build({
    stdin: { contents: SUBJECTS.map((file) => `export * from './${file}';`).join('\n'), resolveDir: root },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    outfile,
    logLevel: 'warning',
  });
  const { fuzz, fuzzPayload, builtFrames, tellingFrames, loadBundle } = await import(
    pathToFileURL(outfile).href
  );
  const examples = readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.pcap'));
  const own = await tellingFrames(examples.map((name) => join(root, 'examples', name)));
  const bundle = await loadBundle(join(root, 'models/default'));
  const readMessages = (seed, most) => fuzzPayload(seed, most, [...builtFrames, ...own], bundle);
  const from = Number(values.from);
  const count = Number(values.count);
  if (from % BATCH !== 0) throw new Error(`--from is a multiple of ${BATCH}`);
  const sum = { captures: 0, packets: 0, skipped: 0, failed: 0, slowestMs: 0 };
  const said = { captures: 0, names: 0, hints: 0 };
  await fuzz(0, 2_000);
  await readMessages(0, 400);
  const before = await liveMiB();
  for (let batch = from / BATCH; sum.captures < count; batch++) {
    const seed = Number(values.seed) * 1_000_003 + batch;
    const most = Math.min(BATCH, count - sum.captures);
    const totals = await fuzz(seed, most);
    const messages = await readMessages(seed, Math.ceil(most / MESSAGES_EVERY));
    for (const name of ['captures', 'packets', 'skipped', 'failed']) sum[name] += totals[name];
    for (const name of ['captures', 'names', 'hints']) said[name] += messages[name];
    sum.slowestMs = Math.max(sum.slowestMs, totals.slowestMs, messages.slowestMs);
    const grown = (await liveMiB()) - before;
    process.stdout.write(
      `${sum.captures} captures, ${sum.packets} packets, ${sum.skipped} skipped, ${sum.failed} coded errors; ` +
        `${said.captures} of messages, ${said.names} names and codes, ${said.hints} hints; ` +
        `slowest ${sum.slowestMs.toFixed(1)} ms, ${grown.toFixed(1)} MiB more in use\n`,
    );
    if (sum.slowestMs > 2_000) throw new Error('one capture took more than 2 s');
    if (grown > MOST_GROWTH_MIB) throw new Error(`memory in use has grown by ${grown.toFixed(1)} MiB`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
