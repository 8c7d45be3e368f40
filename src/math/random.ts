import { NetworkmlError } from '../errors.js';

/**
 * A stream of random numbers that depends on its seed alone. Not for secrets.
 * Made by `createRandom`; the functions below take one, so that a run draws from one stream in one order.
 */
export interface Random {
  /** Integer, 0 to 2^32 - 1. */
  uint32(): number;
  /** 0 (included) to 1 (excluded), 53 bits. */
  uniform(): number;
  /** Integer, 0 to `limit` - 1; `limit` an integer from 1 to 2^32. */
  below(limit: number): number;
  /** Standard normal deviate. */
  normal(): number;
  /** Fills a list with 1 where `uniform` would be at least the share, with 0 where it would be below: the same draws. */
  keep(share: number, list: Uint8Array): void;
}

/** splitmix32: spreads a small seed over all bits (Steele, Lea and Flood, OOPSLA 2014, with a 32-bit mixer). */
function splitmix32(start: number): () => number {
  let state = start | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  };
}

/**
 * A seeded stream: sfc32 (C. Doty-Humphrey's small fast counting generator, 128 bits of state), filled through splitmix32.
 *
 * @param seed safe integer; all 53 bits count.
 * @throws NetworkmlError `NML_CONFIG` when the seed is no safe integer.
 */
export function createRandom(seed: number): Random {
  if (!Number.isSafeInteger(seed)) {
    throw new NetworkmlError('NML_CONFIG', `the seed ${seed} is not an integer`);
  }
  const low = splitmix32(seed % 0x100000000);
  const high = splitmix32(Math.floor(seed / 0x100000000) ^ low());
  let a = low() ^ high();
  let b = low() ^ high();
  let c = low() ^ high();
  let counter = 1;

  const uint32 = (): number => {
    const result = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + result) | 0;
    return result >>> 0;
  };
  // The author's advice: the first dozen outputs still show the seed.
  for (let i = 0; i < 15; i++) uint32();

  const uniform = (): number => ((uint32() >>> 5) * 0x4000000 + (uint32() >>> 6)) / 0x20000000000000;
  // The stream again with its state in variables of its own: nets draw some millions of times at a stretch.
  const keep = (share: number, list: Uint8Array): void => {
    const limit = share * 0x20000000000000;
    let x = a;
    let y = b;
    let z = c;
    let count = counter;
    for (let i = 0; i < list.length; i++) {
      const first = (((x + y) | 0) + count) | 0;
      x = y ^ (y >>> 9);
      y = (z + (z << 3)) | 0;
      z = (((z << 21) | (z >>> 11)) + first) | 0;
      const second = (((x + y) | 0) + count + 1) | 0;
      x = y ^ (y >>> 9);
      y = (z + (z << 3)) | 0;
      z = (((z << 21) | (z >>> 11)) + second) | 0;
      count = (count + 2) | 0;
      list[i] = (first >>> 5) * 0x4000000 + (second >>> 6) < limit ? 0 : 1;
    }
    a = x;
    b = y;
    c = z;
    counter = count;
  };
  const below = (limit: number): number => Math.floor(uniform() * limit);
  return { uint32, uniform, below, normal: polarNormal(uniform), keep };
}

/** Marsaglia's polar method; the second deviate of each pair is kept for the next call. */
function polarNormal(uniform: () => number): () => number {
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const kept = spare;
      spare = undefined;
      return kept;
    }
    for (;;) {
      const x = 2 * uniform() - 1;
      const y = 2 * uniform() - 1;
      const square = x * x + y * y;
      if (square > 0 && square < 1) {
        const scale = Math.sqrt((-2 * Math.log(square)) / square);
        spare = y * scale;
        return x * scale;
      }
    }
  };
}

/** An array whose places can be exchanged: plain or typed. */
interface Mutable<T> {
  readonly length: number;
  [index: number]: T;
}

/** Puts the items into a random order, in place (Fisher and Yates), and returns the same array. */
export function shuffle<T, A extends Mutable<T>>(random: Random, items: A & Mutable<T>): A {
  for (let last = items.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    const kept = items[last]!;
    items[last] = items[other]!;
    items[other] = kept;
  }
  return items;
}

/**
 * `count` different integers below `population`, each subset equally likely, in random order.
 *
 * @throws NetworkmlError `NML_INTERNAL` when more are asked for than there are.
 */
export function sampleWithoutReplacement(random: Random, population: number, count: number): Uint32Array {
  if (count > population) {
    throw new NetworkmlError('NML_INTERNAL', `${count} of ${population} cannot be drawn without replacement`);
  }
  const all = new Uint32Array(population);
  for (let i = 0; i < population; i++) all[i] = i;
  for (let i = 0; i < count; i++) {
    const other = i + random.below(population - i);
    const kept = all[i]!;
    all[i] = all[other]!;
    all[other] = kept;
  }
  return all.slice(0, count);
}

/**
 * `count` different indices, drawn one after the other with chances proportional to the weights of those left
 * (Efraimidis and Spirakis, Information Processing Letters 97, 2006: the smallest exponential waiting times).
 * The order is the order of drawing. An index of weight zero is never drawn.
 *
 * @param weights zero or more each, finite.
 * @throws NetworkmlError `NML_INTERNAL` for a bad weight or when fewer than `count` weights are above zero.
 */
export function weightedSampleWithoutReplacement(
  random: Random,
  weights: ArrayLike<number>,
  count: number,
): Uint32Array {
  const candidates: { index: number; wait: number }[] = [];
  for (let index = 0; index < weights.length; index++) {
    const weight = weights[index]!;
    if (!(weight >= 0) || weight === Number.POSITIVE_INFINITY) {
      throw new NetworkmlError('NML_INTERNAL', `weight ${weight} at index ${index} cannot be drawn by`);
    }
    // Drawn for weight zero too: what follows must not depend on how many of those there are before it.
    const wait = -Math.log(1 - random.uniform());
    if (weight > 0) candidates.push({ index, wait: wait / weight });
  }
  if (count > candidates.length) {
    throw new NetworkmlError(
      'NML_INTERNAL',
      `${count} of ${candidates.length} cannot be drawn without replacement`,
    );
  }
  candidates.sort((a, b) => a.wait - b.wait || a.index - b.index);
  return Uint32Array.from({ length: count }, (_, i) => candidates[i]!.index);
}
