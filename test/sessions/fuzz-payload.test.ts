import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadBundle } from '../../src/pipeline/index.js';
import { builtFrames, fuzzPayload, tellingFrames } from '../support/fuzz-payload.js';

const root = new URL('../../', import.meta.url).pathname;
const examples = readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.pcap'));

it('reads names and hints of 20,000 mutated captures, within the frames and to an end', async () => {
  const own = await tellingFrames(examples.map((name) => join(root, 'examples', name)));
  expect(own.length).toBeGreaterThan(30);
  const seed = Number(process.env.FUZZ_SEED ?? 20_262);
  const bundle = await loadBundle(join(root, 'models/default'));
  const totals = await fuzzPayload(seed, 20_000, [...builtFrames, ...own], bundle);
  expect(totals.captures).toBe(20_000);
  // The damage must not be such that nothing is read any more.
  expect(totals.names).toBeGreaterThan(20_000);
  expect(totals.hints).toBeGreaterThan(10_000);
  expect(totals.predicted).toBe(200);
  expect(totals.failed).toBeLessThan(50);
  expect(totals.slowestMs).toBeLessThan(2_000);
  console.log(`fuzz: ${JSON.stringify(totals)}`);
}, 300_000);
