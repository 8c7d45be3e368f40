/** Which sessions become units of behaviour where there are too many. */
import type { DeviceSession } from '../sessions/index.js';
import { sessKind, sessService } from './sess-view.js';

/** At most this many sessions of one 15-minute slice become units. */
export const unitsPerBin = 512;

/** Meets every session part of a capture and chooses those that are looked at closely. */
export class SessSampler {
  private count = 0;
  private readonly rows: Uint32Array;
  private readonly bins: Uint32Array;
  private readonly tokens: Uint32Array;

  /** @param capacity parts that may be met at most */
  constructor(capacity: number) {
    this.rows = new Uint32Array(capacity);
    this.bins = new Uint32Array(capacity);
    this.tokens = new Uint32Array(capacity);
  }

  /** Parts met. */
  get met(): number {
    return this.count;
  }

  add(part: DeviceSession): void {
    const at = this.count++;
    this.rows[at] = part.row;
    this.bins[at] = part.bin;
    this.tokens[at] = (sessKind(part) << 17) | sessService(part);
  }

  /**
   * Rows of the session table, at most `limit` of each slice: the first of every distinct token (who opened it, protocol
   * and service), then evenly spaced ones of the rest. A scan cannot hide one odd service by sheer numbers.
   * @returns in the order in which they were met
   */
  choose(limit = unitsPerBin): Uint32Array {
    const byBin = new Map<number, number[]>();
    for (let at = 0; at < this.count; at++) {
      const bin = this.bins[at] as number;
      const list = byBin.get(bin);
      if (list === undefined) byBin.set(bin, [at]);
      else list.push(at);
    }
    const chosen = [...byBin.values()].flatMap((list) => this.chooseOfBin(list, limit));
    return Uint32Array.from(
      chosen.sort((a, b) => a - b),
      (at) => this.rows[at] as number,
    );
  }

  private chooseOfBin(list: readonly number[], limit: number): readonly number[] {
    if (list.length <= limit) return list;
    const seen = new Set<number>();
    const first: number[] = [];
    const rest: number[] = [];
    for (const at of list) {
      const token = this.tokens[at] as number;
      if (seen.has(token)) rest.push(at);
      else {
        seen.add(token);
        first.push(at);
      }
    }
    const chosen = evenlySpaced(first, limit);
    return [...chosen, ...evenlySpaced(rest, limit - chosen.length)];
  }
}

/** `limit` items at even distances, or all when they are fewer. */
export function evenlySpaced<T>(items: readonly T[], limit: number): T[] {
  const count = Math.min(items.length, limit);
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)] as T);
}
