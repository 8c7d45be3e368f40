/** Seeded random input for tests; a generator of its own, so that a fault in `src/math` cannot hide one elsewhere. */
export interface TestRandom {
  /** Integer from 0 to `limit` - 1. */
  below(limit: number): number;
  /** Integer from `low` to `high`, both included. */
  between(low: number, high: number): number;
  pick<T>(from: readonly T[]): T;
  /** True with this probability. */
  chance(probability: number): boolean;
  shuffled<T>(from: readonly T[]): T[];
}

/** Multiply-with-carry on two 16-bit halves (Marsaglia, 1994), warmed up. */
export function testRandom(seed: number): TestRandom {
  let high = (seed * 2654435761 + 362436069) >>> 0 || 1;
  let low = (seed * 40503 + 521288629) >>> 0 || 1;
  const next = (): number => {
    high = (36969 * (high & 0xffff) + (high >>> 16)) >>> 0;
    low = (18000 * (low & 0xffff) + (low >>> 16)) >>> 0;
    return (((high << 16) >>> 0) + (low & 0xffff)) >>> 0;
  };
  for (let i = 0; i < 20; i++) next();
  const below = (limit: number): number => Math.floor((next() / 2 ** 32) * limit);
  return {
    below,
    between: (from, to) => from + below(to - from + 1),
    pick: <T>(from: readonly T[]): T => from[below(from.length)] as T,
    chance: (probability) => next() / 2 ** 32 < probability,
    shuffled<T>(from: readonly T[]): T[] {
      const out = [...from];
      for (let i = out.length - 1; i > 0; i--) {
        const j = below(i + 1);
        [out[i], out[j]] = [out[j] as T, out[i] as T];
      }
      return out;
    },
  };
}
