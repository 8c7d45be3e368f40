import type { Random } from '../../src/math/index.js';

/** One of the items, each equally likely. */
export function pick<T>(random: Random, items: readonly T[]): T {
  if (items.length === 0) throw new RangeError('nothing to pick from');
  return items[random.below(items.length)] as T;
}

/** Log-normal value with this median; `spread` is the standard deviation of its logarithm. */
export function logNormal(random: Random, median: number, spread: number): number {
  return median * Math.exp(spread * random.normal());
}

/** Gamma deviate of this shape (above 0) and scale 1 (Marsaglia and Tsang, ACM TOMS 26, 2000). */
function gamma(random: Random, shape: number): number {
  if (shape < 1) return gamma(random, shape + 1) * (1 - random.uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Shares that sum to 1, drawn from a Dirichlet around the given mix; a larger `firmness` stays closer to it. */
export function dirichlet(random: Random, mix: readonly number[], firmness: number): number[] {
  const total = mix.reduce((sum, weight) => sum + weight, 0);
  const draws = mix.map((weight) => (weight === 0 ? 0 : gamma(random, (firmness * weight) / total)));
  const sum = draws.reduce((all, draw) => all + draw, 0);
  return draws.map((draw) => draw / sum);
}

/** Index drawn with these shares, which sum to 1. */
export function drawIndex(random: Random, shares: readonly number[]): number {
  let left = random.uniform();
  for (let i = 0; i < shares.length; i++) {
    left -= shares[i] as number;
    if (left < 0) return i;
  }
  return shares.length - 1;
}

/** A MAC address below one of the vendor prefixes (`00:11:32`). */
export function drawMac(random: Random, prefixes: readonly string[]): string {
  const tail = Array.from({ length: 3 }, () => random.below(256).toString(16).padStart(2, '0'));
  return [pick(random, prefixes), ...tail].join(':');
}
