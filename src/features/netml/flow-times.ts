import type { DirectedFlows } from '../../sessions/index.js';

/**
 * The packets of directed flows with their times as the families count them. The difference of two times divided by
 * `perSecond` is in seconds.
 */
export interface TimedFlows {
  readonly flows: DirectedFlows;
  readonly times: Float64Array;
  readonly perSecond: number;
}

/**
 * Exact nanoseconds by default. With `compat`, seconds since 1970 as doubles, which are good to 0.24 microseconds:
 * netml's intervals carry that rounding.
 */
export function timedFlows(flows: DirectedFlows, compat: 'netml' | null): TimedFlows {
  if (compat === null) return { flows, times: flows.ns, perSecond: 1e9 };
  const { seconds, nanoseconds } = flows.base;
  const times = flows.ns.map((ns) => {
    const since = ns + nanoseconds;
    const whole = Math.floor(since / 1e9);
    return epochSeconds(seconds + whole, since - whole * 1e9);
  });
  return { flows, times, perSecond: 1 };
}

/** The double nearest to a moment: whole microseconds are exact integers, so that only the division rounds. */
function epochSeconds(seconds: number, nanoseconds: number): number {
  return nanoseconds % 1000 === 0 ? (seconds * 1e6 + nanoseconds / 1000) / 1e6 : seconds + nanoseconds / 1e9;
}
