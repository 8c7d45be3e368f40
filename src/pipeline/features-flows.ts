import { readFileSync } from 'node:fs';
import { NetworkmlError } from '../errors.js';
import {
  cutInterval,
  type FlowFeatureWish,
  type FlowLabels,
  type FlowPieces,
  type FlowShape,
  fitFlowShape,
  flowDurations,
  flowPieces,
  forEachFlowVector,
  labelFlows,
  type PieceOptions,
  readFlowLabels,
  type TimedFlows,
  timedFlows,
} from '../features/index.js';
import type { CaptureSource } from '../pcap/index.js';
import { DirectedFlowTable } from '../sessions/index.js';
import { parseCsv } from '../tables/index.js';
import type { FlowFeaturesRecord } from './feature-records.js';
import { type FeatureCaptureOptions, featureCapture, momentAfter } from './features-capture.js';
import { formatMoment } from './records.js';

/** The directed flows of one capture: 18 bytes for each of their packets. */
export interface FlowCapture {
  readonly file: string;
  readonly timed: TimedFlows;
  /** Packets beyond the limit of packets that are kept. */
  readonly refused: number;
}

/** A capture whose flows are cut into pieces, with a label for each piece where labels were given. */
export interface CutCapture extends FlowCapture {
  readonly pieces: FlowPieces;
  readonly labels: Uint8Array | null;
}

export { type FlowKind, type FlowLabels, type FlowShape, parseFlowShape } from '../features/index.js';

/**
 * Labels of flows from a CSV file with the columns of CIC-IDS-2017.
 * @throws NetworkmlError NML_LABELS
 */
export function readFlowLabelFile(path: string): FlowLabels {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new NetworkmlError('NML_LABELS', 'the labels cannot be read', { file: path, cause });
  }
  return readFlowLabels(parseCsv(text));
}

/** How flows are read and cut, where no shape says it. */
export interface FlowCutting {
  readonly compat: 'netml' | null;
  /** Flows and pieces of fewer packets are left out; default 2, which is the least. */
  readonly leastPackets?: number;
  /** Quantile of the durations at which flows are cut, and of the packets that vectors have room for; default 0.9. */
  readonly qInterval?: number;
  /** Length at which flows are cut, seconds; 0 (default) takes the quantile. */
  readonly interval?: number;
}

/**
 * Reads the directed flows of a capture.
 * @throws NetworkmlError NML_INPUT_*, NML_PCAP_*
 */
export async function readFlows(
  source: CaptureSource,
  compat: 'netml' | null,
  options: FeatureCaptureOptions = {},
): Promise<FlowCapture> {
  const capture = featureCapture(source, compat === null ? options : { ...options, tunnels: false });
  const table = new DirectedFlowTable(compat === null ? {} : { compat });
  const { file } = await capture.read((packet) => table.add(packet), options.onProgress);
  return { file, timed: timedFlows(table.finish(), compat), refused: table.refused };
}

/**
 * Fits one shape to several captures and cuts their flows by it.
 * @param labels flows without one are left out; dimensions follow from those that are left (as in netml)
 * @throws NetworkmlError NML_NO_SESSIONS without any piece
 */
export function fitFlows(
  captures: readonly FlowCapture[],
  wish: FlowFeatureWish,
  cutting: FlowCutting,
  labels?: FlowLabels,
): { shape: FlowShape; captures: CutCapture[] } {
  const options: PieceOptions = {
    compat: cutting.compat,
    leastPackets: cutting.leastPackets ?? 2,
    qInterval: cutting.qInterval ?? 0.9,
    interval: cutting.interval ?? 0,
  };
  const durations = captures.map(({ timed }) => flowDurations(timed, options));
  const interval = cutInterval(joined(durations), options);
  const cut = captures.map((capture) =>
    labelled(capture, flowPieces(capture.timed, interval, options), labels),
  );
  return { shape: fitFlowShape(cut, wish, { ...options, interval }), captures: cut };
}

/**
 * Cuts the flows of a capture by a shape that was fitted before.
 * @throws NetworkmlError NML_TABLE when the flows were read the other way than the shape's
 */
export function cutByShape(capture: FlowCapture, shape: FlowShape, labels?: FlowLabels): CutCapture {
  if ((capture.timed.perSecond === 1) !== (shape.compat === 'netml')) {
    throw new NetworkmlError('NML_TABLE', 'the flows were not read as the shape says', {
      hint: 'read them with the compat of the shape',
    });
  }
  return labelled(capture, flowPieces(capture.timed, shape.interval, shape), labels);
}

function labelled(capture: FlowCapture, pieces: FlowPieces, labels: FlowLabels | undefined): CutCapture {
  if (labels === undefined) return { ...capture, pieces, labels: null };
  return { ...capture, ...labelFlows(capture.timed.flows, pieces, labels) };
}

function joined(parts: readonly Float64Array[]): Float64Array {
  if (parts.length === 1 && parts[0] !== undefined) return parts[0];
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Calls `visit` with the record of every piece; its `values` are a copy. */
export function forEachFlowRecord(
  { file, timed, pieces }: CutCapture,
  shape: FlowShape,
  visit: (record: FlowFeaturesRecord) => void,
): void {
  const { flows } = timed;
  forEachFlowVector(timed, pieces, shape, (vector, index) => {
    const start = pieces.start[index] as number;
    const end = pieces.end[index] as number;
    const key = flows.key(pieces.flow[index] as number);
    const time = (row: number): string => formatMoment(momentAfter(flows.base, flows.ns[row] as number));
    visit({
      schema: 'networkml/features/v1',
      file,
      kind: shape.kind,
      fft: shape.fft,
      header: shape.header,
      unit: 'flow',
      index,
      flow: {
        src: key.source,
        dst: key.destination,
        srcPort: key.sourcePort,
        dstPort: key.destinationPort,
        protocol: key.protocol,
        packets: end - start,
        start: time(start),
        end: time(end - 1),
      },
      values: [...vector],
    });
  });
}
