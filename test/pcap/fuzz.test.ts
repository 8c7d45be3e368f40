import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { fuzz } from '../support/fuzz.js';

/** Bytes that are still in use. */
function liveBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

describe('mutated captures', () => {
  it('all 100,000 end with packets or a coded error, quickly and without keeping memory', async () => {
    const seed = Number(process.env.FUZZ_SEED ?? 20_261);
    await fuzz(seed + 1, 2_000);
    const before = liveBytes();
    const totals = await fuzz(seed, 100_000);
    const grown = (liveBytes() - before) / 2 ** 20;
    expect(totals.captures).toBe(100_000);
    // The damage must not be such that nothing is decoded, nor such that everything is.
    expect(totals.packets).toBeGreaterThan(100_000);
    expect(totals.skipped).toBeGreaterThan(20_000);
    expect(totals.failed).toBeGreaterThan(5_000);
    expect(totals.slowestMs).toBeLessThan(2_000);
    expect(grown).toBeLessThan(64);
    console.log(`fuzz: ${JSON.stringify(totals)}, ${grown.toFixed(1)} MiB kept`);
  }, 300_000);
});
