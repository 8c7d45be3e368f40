import { NetworkmlError } from '../../errors.js';
import type { TimedFlows } from './flow-times.js';
import { floorDivide, linearQuantile } from './numpy.js';

/** A silence that ends a flow, seconds: longer ones cut it (netml's TCP and UDP time-out). */
const IDLE_SECONDS = 600;

export interface PieceOptions {
  /** Pieces of fewer packets are left out; never less than 2. */
  readonly leastPackets: number;
  /** Length at which flows are cut, seconds; 0 takes the quantile `qInterval` of the durations of all flows. */
  readonly interval: number;
  readonly qInterval: number;
  readonly compat: 'netml' | null;
}

/** Stretches of directed flows: piece i is packets `start[i] .. end[i]` of flow `flow[i]`. */
export interface FlowPieces {
  readonly flow: Uint32Array;
  readonly start: Uint32Array;
  readonly end: Uint32Array;
}

/** Where the pieces of a flow end; the last of them may be thrown away. */
type Cut = (times: Float64Array, start: number, end: number, close: (end: number) => void) => void;

class PieceList {
  readonly flow: number[] = [];
  readonly start: number[] = [];
  readonly end: number[] = [];

  add(flow: number, start: number, end: number): void {
    this.flow.push(flow);
    this.start.push(start);
    this.end.push(end);
  }

  /** Every piece cut further. @param keepLast whether the last piece of what was cut is kept, as it should be */
  cut(times: Float64Array, cut: Cut, keepLast: boolean, least: number): PieceList {
    const out = new PieceList();
    for (let at = 0; at < this.flow.length; at++) {
      const flow = this.flow[at] as number;
      let from = this.start[at] as number;
      const end = this.end[at] as number;
      let cuts = 0;
      cut(times, from, end, (to) => {
        if (to - from >= least) out.add(flow, from, to);
        from = to;
        cuts++;
      });
      if ((keepLast || cuts === 0) && end - from >= least) out.add(flow, from, end);
    }
    return out;
  }
}

/** Flows cut at silences of more than ten minutes. */
function idlePieces(timed: TimedFlows, options: PieceOptions): PieceList {
  const { flows, times, perSecond } = timed;
  const { leastPackets, compat } = options;
  const all = new PieceList();
  for (let flow = 0; flow < flows.count; flow++) {
    const start = flows.starts[flow] as number;
    const end = flows.starts[flow + 1] as number;
    if (end - start >= Math.max(2, leastPackets)) all.add(flow, start, end);
  }
  // netml forgets its own minimum of 2 here: pieces of one packet count among the durations.
  const least = compat === 'netml' ? leastPackets : Math.max(2, leastPackets);
  return all.cut(times, gapCut(IDLE_SECONDS, perSecond), compat === null, least);
}

/** Durations of all flows after the cut at silences, seconds. */
export function flowDurations(timed: TimedFlows, options: PieceOptions): Float64Array {
  return durationsOf(timed, idlePieces(timed, options));
}

/** Duration of each piece, seconds. */
export function durationsOf(
  { times, perSecond }: TimedFlows,
  { start, end }: { readonly start: ArrayLike<number>; readonly end: ArrayLike<number> },
): Float64Array {
  const out = new Float64Array(start.length);
  for (let at = 0; at < out.length; at++) {
    const last = times[(end[at] as number) - 1] as number;
    out[at] = (last - (times[start[at] as number] as number)) / perSecond;
  }
  return out;
}

/**
 * The length at which flows are cut: the one of the options, else the quantile of the durations.
 * @throws NetworkmlError NML_TABLE when no flow has packets enough
 */
export function cutInterval(durations: Float64Array, { interval, qInterval }: PieceOptions): number {
  if (interval > 0) return interval;
  if (durations.length === 0) {
    throw new NetworkmlError('NML_NO_SESSIONS', 'no TCP or UDP flow has packets enough', {
      hint: 'lower --flow-pkts-threshold, or record more traffic',
    });
  }
  return linearQuantile(durations, qInterval);
}

/**
 * Pieces of the flows, in order of the flows: cut at silences of more than ten minutes, then into windows of length
 * `interval` that begin at the first packet of the flow and close with their last moment.
 *
 * netml (0.7.1, `compat`) cuts at gaps longer than the interval where it says windows, and throws away the last piece
 * of every flow that was cut.
 * @param interval seconds, from `cutInterval`
 */
export function flowPieces(timed: TimedFlows, interval: number, options: PieceOptions): FlowPieces {
  const { times, perSecond } = timed;
  const { compat, leastPackets } = options;
  const cut = compat === 'netml' ? netmlGapCut(interval) : windowCut(interval * perSecond);
  const list = idlePieces(timed, options).cut(times, cut, compat === null, Math.max(2, leastPackets));
  return {
    flow: Uint32Array.from(list.flow),
    start: Uint32Array.from(list.start),
    end: Uint32Array.from(list.end),
  };
}

function gapCut(seconds: number, perSecond: number): Cut {
  return (times, start, end, close) => {
    for (let at = start + 1; at < end; at++) {
      if (((times[at] as number) - (times[at - 1] as number)) / perSecond > seconds) close(at);
    }
  };
}

/** Windows (a, a + length], the first one closed on both sides; nothing is cut with a length of 0. */
function windowCut(length: number): Cut {
  return (times, start, end, close) => {
    if (!(length > 0)) return;
    let opened = times[start] as number;
    for (let at = start + 1; at < end; at++) {
      const since = (times[at] as number) - opened;
      if (since <= length) continue;
      close(at);
      opened += Math.max(1, Math.ceil(since / length) - 1) * length;
    }
  };
}

/**
 * A new piece after a gap of more than the interval. The first gap of a piece counts from a moment of the grid, the
 * others from the packet before.
 */
function netmlGapCut(interval: number): Cut {
  return (times, start, end, close) => {
    let grid = times[start] as number;
    let previous = grid;
    for (let at = start + 1; at < end; at++) {
      const time = times[at] as number;
      if (time - previous > interval) {
        if (interval === 0) throw zeroLength('interval');
        close(at);
        grid += floorDivide(time - grid, interval) * interval;
        previous = grid;
      } else {
        previous = time;
      }
    }
  };
}

/** netml fails where most flows last no time at all; so do we, with words. */
export function zeroLength(what: string): NetworkmlError {
  return new NetworkmlError(
    'NML_TABLE',
    `the ${what} that netml takes from the durations of the flows is 0`,
    {
      hint: 'give --interval, or leave --compat out',
    },
  );
}
