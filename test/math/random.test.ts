import { describe, expect, it } from 'vitest';
import {
  createRandom,
  sampleWithoutReplacement,
  shuffle,
  weightedSampleWithoutReplacement,
} from '../../src/math/index.js';

/** sfc32 and splitmix32 once more, in 64-bit integers modulo 2^32. */
function slowStream(seed: bigint): () => bigint {
  const cut = (value: bigint) => BigInt.asUintN(32, value);
  const mixer = (start: bigint) => {
    let state = cut(start);
    return () => {
      state = cut(state + 0x9e3779b9n);
      let mixed = cut((state ^ (state >> 16n)) * 0x21f0aaadn);
      mixed = cut((mixed ^ (mixed >> 15n)) * 0x735a2d97n);
      return mixed ^ (mixed >> 15n);
    };
  };
  const low = mixer(seed);
  const high = mixer((seed >> 32n) ^ low());
  let [a, b, c, counter] = [low() ^ high(), low() ^ high(), low() ^ high(), 1n];
  const next = () => {
    const result = cut(a + b + counter);
    counter = cut(counter + 1n);
    a = b ^ (b >> 9n);
    b = cut(c + (c << 3n));
    c = cut((cut(c << 21n) | (c >> 11n)) + result);
    return result;
  };
  for (let i = 0; i < 15; i++) next();
  return next;
}

describe('createRandom', () => {
  it.each([0, 1, 42, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER])('equals its slow twin for seed %d', (seed) => {
    const random = createRandom(seed);
    const slow = slowStream(BigInt(seed));
    for (let i = 0; i < 1000; i++) expect(random.uint32()).toBe(Number(slow()));
  });

  it('keeps by the draws of uniform, and goes on behind them', () => {
    const random = createRandom(5);
    const other = createRandom(5);
    for (const share of [0, 0.3, 0.999]) {
      const list = new Uint8Array(501);
      random.keep(share, list);
      expect(list).toEqual(list.map(() => (other.uniform() < share ? 0 : 1)));
    }
    expect(random.uint32()).toBe(other.uint32());
  });

  it('gives the same stream for the same seed and another for every other', () => {
    const firstOf = (seed: number) => Array.from({ length: 4 }, createRandom(seed).uint32).join();
    expect(firstOf(5)).toBe(firstOf(5));
    const seeds = [0, 1, 2, -1, -2, 2 ** 32, 2 ** 33, 2 ** 32 + 1];
    expect(new Set(seeds.map(firstOf)).size).toBe(seeds.length);
  });

  it('refuses a seed that is no integer', () => {
    expect(() => createRandom(0.5)).toThrowError(expect.objectContaining({ code: 'NML_CONFIG' }));
    expect(() => createRandom(Number.NaN)).toThrowError(expect.objectContaining({ code: 'NML_CONFIG' }));
  });

  it('draws uniform numbers that fill the interval evenly', () => {
    const random = createRandom(3);
    const bins = new Array<number>(10).fill(0);
    for (let i = 0; i < 20000; i++) {
      const value = random.uniform();
      expect(value >= 0 && value < 1).toBe(true);
      bins[Math.floor(value * 10)]! += 1;
    }
    // Chi-square with 9 degrees of freedom: 27.9 is passed once in a thousand streams.
    expect(bins.reduce((sum, n) => sum + (n - 2000) ** 2 / 2000, 0)).toBeLessThan(27.9);
  });

  it('draws normal deviates with the right moments', () => {
    const random = createRandom(4);
    const values = Array.from({ length: 20000 }, random.normal);
    const moment = (power: number) => values.reduce((sum, x) => sum + x ** power, 0) / values.length;
    expect(moment(1)).toBeCloseTo(0, 1);
    expect(moment(2)).toBeCloseTo(1, 1);
    expect(Math.abs(moment(3))).toBeLessThan(0.1);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.25);
    const lag = values.slice(1).reduce((sum, x, i) => sum + x * (values[i] as number), 0) / values.length;
    expect(Math.abs(lag)).toBeLessThan(0.03);
  });
});

describe('shuffle', () => {
  it('reaches every order equally often', () => {
    const random = createRandom(5);
    const seen = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = shuffle(random, ['a', 'b', 'c']).join('');
      seen.set(order, (seen.get(order) ?? 0) + 1);
    }
    expect(seen.size).toBe(6);
    for (const count of seen.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it('works in place on typed arrays and keeps every item', () => {
    const items = Uint32Array.from({ length: 100 }, (_, i) => i);
    const same = shuffle(createRandom(6), items);
    expect(same).toBe(items);
    expect(Array.from(items).sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(Array.from(items)).not.toEqual(Array.from({ length: 100 }, (_, i) => i));
  });
});

describe('sampleWithoutReplacement', () => {
  it('draws every index equally often, none twice', () => {
    const random = createRandom(7);
    const seen = new Array<number>(5).fill(0);
    for (let i = 0; i < 5000; i++) {
      const drawn = sampleWithoutReplacement(random, 5, 2);
      expect(new Set(drawn).size).toBe(2);
      for (const index of drawn) seen[index]! += 1;
    }
    for (const count of seen) expect(Math.abs(count - 2000)).toBeLessThan(170);
  });

  it('refuses to draw more than there are', () => {
    expect(() => sampleWithoutReplacement(createRandom(1), 2, 3)).toThrowError(
      expect.objectContaining({ code: 'NML_INTERNAL' }),
    );
  });
});

describe('weightedSampleWithoutReplacement', () => {
  /** Draw one by one, each time by a walk along the weights that are left. */
  const chanceOfPair = (weights: readonly number[], first: number, second: number) => {
    const total = weights.reduce((a, b) => a + b, 0);
    const one = (weights[first] as number) / total;
    return (one * (weights[second] as number)) / (total - (weights[first] as number));
  };

  it('draws ordered pairs with the chances of drawing one after the other', () => {
    const weights = [1, 2, 0, 5];
    const random = createRandom(8);
    const draws = 20000;
    const seen = new Map<string, number>();
    for (let i = 0; i < draws; i++) {
      const pair = weightedSampleWithoutReplacement(random, weights, 2).join();
      seen.set(pair, (seen.get(pair) ?? 0) + 1);
    }
    expect(Array.from(seen.keys()).filter((pair) => pair.includes('2'))).toEqual([]);
    for (const [pair, count] of seen) {
      const [first, second] = pair.split(',').map(Number) as [number, number];
      expect(Math.abs(count / draws - chanceOfPair(weights, first, second))).toBeLessThan(0.012);
    }
  });

  it('refuses bad weights and draws that cannot be filled', () => {
    const draw = (weights: number[], count: number) => () =>
      weightedSampleWithoutReplacement(createRandom(1), weights, count);
    for (const bad of [
      draw([1, 0], 2),
      draw([-1, 1], 1),
      draw([Number.NaN], 1),
      draw([Number.POSITIVE_INFINITY], 1),
    ]) {
      expect(bad).toThrowError(expect.objectContaining({ code: 'NML_INTERNAL' }));
    }
  });
});
