import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { firstWrongCut, traceOf } from '../support/prefixes.js';
import { capturesIn, devices, hasShared, shared } from '../support/shared.js';

/** Small real captures of every kind: cutting a file of n bytes everywhere costs n times reading half of it. */
const MOST_BYTES = 12_000;

describe.runIf(hasShared)('real captures that are cut', () => {
  it('at every byte give the whole packets before the cut, also fed byte by byte', () => {
    const files = [
      ...capturesIn(join(shared, 'data', 'malformed')),
      ...capturesIn(devices),
      ...capturesIn(join(shared, 'oracle', 'nfstream', 'pcaps')),
    ].filter((file) => statSync(file).size <= MOST_BYTES);
    const readable = files.filter((file) => traceOf(readFileSync(file), 1).lines.length > 0);
    expect(readable.length).toBeGreaterThan(40);
    const chosen = readable.filter((_, i) => i % Math.ceil(readable.length / 60) === 0);
    expect(chosen.length).toBeGreaterThanOrEqual(40);
    for (const file of chosen) expect(firstWrongCut(readFileSync(file)), basename(file)).toBeUndefined();
    console.log(`cut at every byte: ${chosen.length} captures`);
  });
});
