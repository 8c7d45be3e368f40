import { describe, expect, it } from 'vitest';
import { evenlySpaced, SessSampler } from '../../src/features/index.js';
import type { DeviceSession } from '../../src/sessions/index.js';

/** As much of a session part as the sampler reads: a TCP session that the device opened, by its peer's port. */
function part(row: number, port: number, bin = 0, initiated = true): DeviceSession {
  const fields = { row, bin, protocol: 6, initiated, initiatedBy: 'syn' };
  return {
    ...fields,
    devicePort: initiated ? 50000 : port,
    peerPort: initiated ? port : 50000,
  } as DeviceSession;
}

function sampler(parts: readonly DeviceSession[]): SessSampler {
  const made = new SessSampler(parts.length);
  for (const each of parts) made.add(each);
  return made;
}

describe('choosing sessions of a full slice', () => {
  it('keeps all sessions of ordinary slices, in the order they were met', () => {
    const made = sampler([part(7, 443, 4), part(2, 443, 0), part(9, 22, 4), part(3, 443, 2)]);
    expect([...made.choose()]).toEqual([7, 2, 9, 3]);
    expect(made.met).toBe(4);
  });

  it('limits each slice by itself', () => {
    const parts = Array.from({ length: 120 }, (_, i) => part(i, 443, i < 100 ? 0 : 1));
    const chosen = [...sampler(parts).choose(50)];
    expect(chosen.filter((row) => row < 100)).toHaveLength(50);
    expect(chosen.filter((row) => row >= 100)).toHaveLength(20);
  });

  it('keeps one of every token, then evenly spaced ones', () => {
    const port = (i: number) => (i === 977 ? 6667 : i === 3 ? 22 : 443);
    const made = sampler(Array.from({ length: 1000 }, (_, i) => part(i, port(i))));
    const chosen = [...made.choose(50)];
    expect(chosen).toHaveLength(50);
    expect(chosen).toEqual([...new Set(chosen)].sort((a, b) => a - b));
    expect(chosen).toEqual(expect.arrayContaining([0, 3, 977]));
    const gaps = chosen.slice(1).map((row, i) => row - chosen[i]);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(23);
    // The same service from the other side is another token.
    const turned = sampler(Array.from({ length: 1000 }, (_, i) => part(i, 443, 0, i !== 501)));
    expect([...turned.choose(50)]).toContain(501);
  });

  it('spreads over the tokens when they alone are too many', () => {
    const chosen = [...sampler(Array.from({ length: 300 }, (_, i) => part(i, i + 1))).choose(100)];
    expect(chosen).toHaveLength(100);
    expect(chosen.at(-1)).toBeGreaterThan(295);
    expect(evenlySpaced([1, 2, 3], 0)).toEqual([]);
  });
});
