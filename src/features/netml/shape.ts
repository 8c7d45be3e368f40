import { NetworkmlError } from '../../errors.js';
import type { TimedFlows } from './flow-times.js';
import { linearQuantile } from './numpy.js';
import { durationsOf, type FlowPieces } from './pieces.js';

/** The families of flow features, by the names of the command line. */
export const flowKinds = ['iat', 'size', 'iat-size', 'stats', 'samp-num', 'samp-size'] as const;

export type FlowKind = (typeof flowKinds)[number];

/** Which features are wanted. */
export interface FlowFeatureWish {
  readonly kind: FlowKind;
  /** Real part of the discrete Fourier transform instead of the values. */
  readonly fft: boolean;
  /** TCP flag counts and hop limits in front. */
  readonly header: boolean;
}

/**
 * All that fixes the vectors of a capture: stored with a model, it gives new captures vectors of the same length and
 * meaning. A JSON object.
 */
export interface FlowShape extends FlowFeatureWish {
  readonly schema: 'networkml/flow-shape/v1';
  readonly compat: 'netml' | null;
  readonly leastPackets: number;
  readonly qInterval: number;
  /** Length at which flows are cut, seconds. */
  readonly interval: number;
  /** Values without the header's. */
  readonly dimension: number;
  /** Length of a sub-window, seconds; null for kinds that have none. */
  readonly samplingSeconds: number | null;
}

/** TCP flag counts of the header part: FIN, SYN, RST, PSH, ACK, URG, ECE, CWR. */
export const FLAG_COUNTS = 8;

/** Names of the values of `stats`, in order. Sizes are bytes. */
export const flowStatNames = [
  'duration_s',
  'packets_per_s',
  'bytes_per_s',
  'size_mean',
  'size_std',
  'size_q1',
  'size_median',
  'size_q3',
  'size_min',
  'size_max',
  'packet_count',
  'byte_count',
] as const;

/** The share of pieces whose duration is no longer than a sub-window (netml fixes it). */
const SAMPLING_QUANTILE = 0.3;

/** Length of a vector of this shape. */
export function shapeWidth({ dimension, header }: FlowShape): number {
  return header ? FLAG_COUNTS + 2 * dimension : dimension;
}

/** Name of each value of a vector of this shape. */
export function shapeColumns({ kind, fft, header, dimension }: FlowShape): string[] {
  const prefix = fft ? 'fft_' : '';
  const columns: string[] = [];
  if (header && fft) {
    for (let at = 0; at < FLAG_COUNTS + dimension; at++) columns.push(`fft_header_${at}`);
  } else if (header) {
    columns.push('fin', 'syn', 'rst', 'psh', 'ack', 'urg', 'ece', 'cwr');
    for (let at = 0; at < dimension; at++) columns.push(`ttl_${at}`);
  }
  for (let at = 0; at < dimension; at++) columns.push(prefix + valueName(kind, fft, at));
  return columns;
}

function valueName(kind: FlowKind, fft: boolean, at: number): string {
  if (kind === 'stats' && !fft) return flowStatNames[at] ?? `stats_${at}`;
  // The pairs of iat-size are broken by the last size, which has no interval behind it.
  if (kind === 'iat-size' && !fft) return `${at % 2 === 0 ? 'iat' : 'size'}_${at >> 1}`;
  return `${kind.replace('-', '_')}_${at}`;
}

/**
 * Fits a shape to the pieces of one or several captures: the number of values follows the quantile `qInterval` of the
 * packets per piece, the sub-windows the quantile 0.3 of the durations (netml 0.7.1, flow2features).
 * @throws NetworkmlError NML_NO_SESSIONS without pieces
 */
export function fitFlowShape(
  captures: readonly { readonly timed: TimedFlows; readonly pieces: FlowPieces }[],
  wish: FlowFeatureWish,
  cutting: Pick<FlowShape, 'compat' | 'leastPackets' | 'qInterval' | 'interval'>,
): FlowShape {
  const counts: number[] = [];
  for (const { pieces } of captures) {
    for (let at = 0; at < pieces.flow.length; at++) {
      counts.push((pieces.end[at] as number) - (pieces.start[at] as number));
    }
  }
  if (counts.length === 0) {
    throw new NetworkmlError('NML_NO_SESSIONS', 'no piece of a flow has packets enough', {
      hint: 'lower --flow-pkts-threshold, or record more traffic',
    });
  }
  const packets = Math.floor(linearQuantile(counts, cutting.qInterval));
  const sampled = wish.kind === 'samp-num' || wish.kind === 'samp-size';
  return {
    schema: 'networkml/flow-shape/v1',
    kind: wish.kind,
    fft: wish.fft,
    header: wish.header,
    compat: cutting.compat,
    leastPackets: cutting.leastPackets,
    qInterval: cutting.qInterval,
    interval: cutting.interval,
    dimension: dimensionOf(wish.kind, packets),
    samplingSeconds: sampled ? samplingSeconds(captures, cutting.compat) : null,
  };
}

function dimensionOf(kind: FlowKind, packets: number): number {
  if (kind === 'stats') return flowStatNames.length;
  if (kind === 'size') return packets;
  return kind === 'iat-size' ? 2 * packets - 1 : packets - 1;
}

/** A sub-window cannot last no time: by default only pieces that last are asked where most do not. */
function samplingSeconds(
  captures: readonly { readonly timed: TimedFlows; readonly pieces: FlowPieces }[],
  compat: 'netml' | null,
): number {
  const durations = captures.flatMap(({ timed, pieces }) => [...durationsOf(timed, pieces)]);
  const seconds = linearQuantile(durations, SAMPLING_QUANTILE);
  if (seconds > 0 || compat === 'netml') return seconds;
  const lasting = durations.filter((duration) => duration > 0);
  return lasting.length === 0 ? 1 : linearQuantile(lasting, SAMPLING_QUANTILE);
}

/**
 * A shape from parsed JSON.
 * @throws NetworkmlError NML_TABLE with the field that is wrong
 */
export function parseFlowShape(value: unknown): FlowShape {
  const fail = (field: string): never => {
    throw new NetworkmlError('NML_TABLE', `not a shape of flow features: ${field} is missing or wrong`, {
      hint: 'take a file written by networkml features --save-shape',
    });
  };
  if (typeof value !== 'object' || value === null) return fail('the object');
  const given = value as Readonly<Record<string, unknown>>;
  const number = (field: string, fits: (number: number) => boolean): number => {
    const found = given[field];
    return typeof found === 'number' && Number.isFinite(found) && fits(found) ? found : fail(field);
  };
  const flag = (field: string): boolean => {
    const found = given[field];
    return typeof found === 'boolean' ? found : fail(field);
  };
  const count = (field: string): number =>
    number(field, (found) => Number.isInteger(found) && found >= 1 && found <= LONGEST);
  if (given.schema !== 'networkml/flow-shape/v1') fail('schema');
  const kind = flowKinds.find((known) => known === given.kind) ?? fail('kind');
  const compat = given.compat === 'netml' || given.compat === null ? given.compat : fail('compat');
  const sampled = kind === 'samp-num' || kind === 'samp-size';
  const shape: FlowShape = {
    schema: 'networkml/flow-shape/v1',
    kind,
    fft: flag('fft'),
    header: flag('header'),
    compat,
    leastPackets: count('leastPackets'),
    qInterval: number('qInterval', (found) => found > 0 && found <= 1),
    interval: number('interval', (found) => found >= 0),
    dimension: count('dimension'),
    samplingSeconds: sampled ? number('samplingSeconds', (found) => found >= 0) : null,
  };
  return kind === 'stats' && shape.dimension !== flowStatNames.length ? fail('dimension') : shape;
}

/** No vector is longer: a shape from a stranger must not make the process take all memory. */
const LONGEST = 1_000_000;
