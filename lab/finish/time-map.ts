import type { Frame } from './frames.js';

/** Who frames are exchanged by. Frames of one unit that follow each other within a pause are one burst. */
export type Unit = string;

/** Pauses longer than this are stretched. Seconds. */
export const LEAST_PAUSE_SECONDS = 1;

/** Moves bursts apart without changing anything inside them; one for all captures of a run. */
export interface TimeMap {
  /** First moment of any capture of the run, seconds since 1970. */
  readonly originSeconds: number;
  /** What pauses between the starts of bursts are multiplied by. */
  readonly factor: number;
  /** Starts and ends of each unit's bursts, seconds after the origin: start, end, start, end, ... */
  readonly bursts: ReadonlyMap<Unit, Float64Array>;
}

/** Seconds of a frame after an origin; exact to less than a microsecond for a day. */
export function secondsAfter(frame: Pick<Frame, 'seconds' | 'nanoseconds'>, origin: number): number {
  return frame.seconds - origin + frame.nanoseconds / 1e9;
}

/**
 * Makes the map of a run from all its captures. The start of a burst at t seconds goes to `factor` times t, and every
 * frame keeps its distance to the start of its burst. The factor is such that the last frame comes at `spanSeconds`,
 * and never below 1: nothing is compressed.
 * @param frames all frames of all captures of the run, in any order
 */
export function createTimeMap(
  frames: readonly { readonly unit: Unit; readonly frame: Frame }[],
  spanSeconds: number,
): TimeMap {
  const origin = frames.reduce(
    (least, { frame }) => Math.min(least, frame.seconds),
    Number.POSITIVE_INFINITY,
  );
  const times = new Map<Unit, number[]>();
  for (const { unit, frame } of frames) {
    const known = times.get(unit);
    if (known === undefined) times.set(unit, [secondsAfter(frame, origin)]);
    else known.push(secondsAfter(frame, origin));
  }
  const bursts = new Map([...times].map(([unit, list]) => [unit, burstsOf(list)] as const));
  return { originSeconds: origin, factor: factorFor(bursts, spanSeconds), bursts };
}

function burstsOf(times: number[]): Float64Array {
  times.sort((a, b) => a - b);
  const edges: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const time of times) {
    if (time - last > LEAST_PAUSE_SECONDS) {
      if (edges.length > 0) edges.push(last);
      edges.push(time);
    }
    last = time;
  }
  if (edges.length > 0) edges.push(last);
  return Float64Array.from(edges);
}

/** The largest factor with which no burst ends after the span. */
function factorFor(bursts: ReadonlyMap<Unit, Float64Array>, spanSeconds: number): number {
  let factor = Number.POSITIVE_INFINITY;
  for (const edges of bursts.values()) {
    for (let i = 0; i < edges.length; i += 2) {
      const start = edges[i] as number;
      const length = (edges[i + 1] as number) - start;
      if (start > 0) factor = Math.min(factor, (spanSeconds - length) / start);
    }
  }
  return Number.isFinite(factor) ? Math.max(1, factor) : 1;
}

/** Where a moment of a unit goes. Seconds after the origin, before and after. */
export function mapTime(map: TimeMap, unit: Unit, seconds: number): number {
  const edges = map.bursts.get(unit);
  if (edges === undefined || edges.length === 0) return seconds * map.factor;
  // The last burst that starts at or before the moment.
  let low = 0;
  let high = edges.length / 2 - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((edges[2 * middle] as number) <= seconds) low = middle;
    else high = middle - 1;
  }
  const start = edges[2 * low] as number;
  return start * map.factor + (seconds - start);
}
