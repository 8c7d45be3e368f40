#!/usr/bin/env node
/**
 * Reads mutated captures by the million, for a release; `npm test` reads 100,000. Needs the development dependencies.
 *
 *   node scripts/fuzz.mjs [--count 2000000] [--seed 1]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '2000000' }, seed: { type: 'string', default: '1' } },
});
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'networkml-fuzz-'));
const BATCH = 50_000;

try {
  const outfile = join(folder, 'fuzz.mjs');
  await build({
    entryPoints: [join(root, 'test/support/fuzz.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    outfile,
    logLevel: 'warning',
  });
  const { fuzz } = await import(pathToFileURL(outfile).href);
  const count = Number(values.count);
  let slowestMs = 0;
  for (let done = 0, batch = 0; done < count; batch++) {
    const totals = await fuzz(Number(values.seed) * 1_000_003 + batch, Math.min(BATCH, count - done));
    done += totals.captures;
    slowestMs = Math.max(slowestMs, totals.slowestMs);
    const megabytes = Math.round(process.memoryUsage().rss / 2 ** 20);
    process.stdout.write(`${done} captures, slowest ${slowestMs.toFixed(1)} ms, ${megabytes} MiB resident\n`);
    if (slowestMs > 2_000) throw new Error('one capture took more than 2 s');
  }
} finally {
  rmSync(folder, { recursive: true });
}
