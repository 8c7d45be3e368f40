/** Which sessions are looked at where there are too many. */
import type { SessUnits } from '../features/index.js';
import { sessToken } from './sess-scorer.js';

/** At most this many sessions of one bin are scored. */
export const scoredPerBin = 512;

/** The rows of one bin and those of them that are scored. */
export interface BinRows {
  readonly bin: number;
  /** In order of appearance. */
  readonly rows: readonly number[];
}

/** Rows of the units by bin, bins ascending. */
export function rowsByBin(units: SessUnits): BinRows[] {
  const bins = new Map<number, number[]>();
  for (let row = 0; row < units.count; row++) {
    const bin = units.bin[row] as number;
    const rows = bins.get(bin);
    if (rows === undefined) bins.set(bin, [row]);
    else rows.push(row);
  }
  return Array.from(bins, ([bin, rows]) => ({ bin, rows })).sort((a, b) => a.bin - b.bin);
}

/** A bin with the rows of it that are scored. */
export interface SampledBin extends BinRows {
  readonly chosen: readonly number[];
}

const samples = new WeakMap<SessUnits, readonly SampledBin[]>();

/** The bins of a capture with their chosen rows; found once, since every role scores the same ones. */
export function sampledBins(units: SessUnits): readonly SampledBin[] {
  let bins = samples.get(units);
  if (bins === undefined) {
    bins = rowsByBin(units).map(({ bin, rows }) => ({ bin, rows, chosen: chooseRows(units, rows) }));
    samples.set(units, bins);
  }
  return bins;
}

/**
 * At most `limit` rows of a bin: the first of every distinct token (evenly spaced ones of them, if they alone are too
 * many), then evenly spaced ones of the rest. A scan cannot hide one odd session by sheer numbers.
 * @returns in order of appearance
 */
export function chooseRows(units: SessUnits, rows: readonly number[], limit = scoredPerBin): number[] {
  if (rows.length <= limit) return rows.slice();
  const seen = new Set<number>();
  const first: number[] = [];
  const rest: number[] = [];
  for (const row of rows) {
    const token = sessToken(units.kind[row] as number, units.service[row] as number);
    if (seen.has(token)) rest.push(row);
    else {
      seen.add(token);
      first.push(row);
    }
  }
  const chosen = evenlySpaced(first, limit);
  chosen.push(...evenlySpaced(rest, limit - chosen.length));
  return chosen.sort((a, b) => a - b);
}

/** `limit` items at even distances, or all when they are fewer. */
export function evenlySpaced<T>(items: readonly T[], limit: number): T[] {
  const count = Math.min(items.length, limit);
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)] as T);
}
