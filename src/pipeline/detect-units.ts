/** What detectors are given: flows by a shape of features, or sessions by their statistics, as rows of numbers. */
import {
  type FlowFeatureWish,
  type FlowLabels,
  type FlowShape,
  parseFlowShape,
  shapeWidth,
} from '../features/index.js';
import type { CaptureSource, Moment } from '../pcap/index.js';
import { formatIpv4, formatIpv6, type MeteredSession, SessionMeter } from '../sessions/index.js';
import type { DetectUnit, SessionStatistics } from './detect-records.js';
import { type FeatureCaptureOptions, featureCapture } from './features-capture.js';
import {
  type CutCapture,
  cutByShape,
  type FlowCapture,
  type FlowCutting,
  fitFlows,
  forEachFlowRecord,
  readFlows,
} from './features-flows.js';
import { formatMoment } from './records.js';

/** What fixes the rows of new captures; stored with a model. */
export type DetectFeatures = FlowShape | SessionStatistics;

/** Which features are wanted. */
export type DetectFeatureWish =
  | { readonly of: 'sessions' }
  | { readonly of: 'flows'; readonly wish: FlowFeatureWish; readonly cutting: FlowCutting };

/** Units of one capture, with a row of numbers each. */
export interface DetectRows {
  readonly file: string;
  readonly units: readonly DetectUnit[];
  /** Row-major, `units.length` rows. */
  readonly values: Float64Array;
  /** 0 normal, 1 anomalous; null where nothing is known. */
  readonly labels: Uint8Array | null;
}

/** A capture as it was read, before its flows are cut. */
export type UncutCapture =
  | { readonly of: 'flows'; readonly flows: FlowCapture }
  | { readonly of: 'sessions'; readonly rows: DetectRows };

const SESSION_STATISTICS: SessionStatistics = { schema: 'networkml/session-statistics/v1' };
/** Sizes and intervals (4 figures) and TCP flags (8 counts) of both, of sent and of received. */
const SESSION_COLUMNS = 48;

/** Numbers in a row. */
export function featureColumns(features: DetectFeatures): number {
  return isFlowShape(features) ? shapeWidth(features) : SESSION_COLUMNS;
}

/** Whether features are of flows. */
export function isFlowShape(features: DetectFeatures): features is FlowShape {
  return features.schema === 'networkml/flow-shape/v1';
}

/** Features in a word or two: `iat, fft, header`. */
export function featuresName(features: DetectFeatures): string {
  if (!isFlowShape(features)) return 'stats48';
  const { kind, fft, header } = features;
  return [kind, ...(fft ? ['fft'] : []), ...(header ? ['header'] : [])].join(', ');
}

/** Features from parsed JSON. @throws NetworkmlError NML_TABLE with the field that is wrong */
export function parseFeatures(value: unknown): DetectFeatures {
  const schema = typeof value === 'object' && value !== null && 'schema' in value ? value.schema : undefined;
  return schema === SESSION_STATISTICS.schema ? SESSION_STATISTICS : parseFlowShape(value);
}

/** Reads a capture for features that are known or wanted. @throws NetworkmlError NML_INPUT_*, NML_PCAP_*, NML_FILTER */
export async function readUncut(
  source: CaptureSource,
  { of, compat }: { readonly of: 'flows' | 'sessions'; readonly compat: 'netml' | null },
  options: FeatureCaptureOptions,
): Promise<UncutCapture> {
  if (of === 'sessions') return { of, rows: await readSessions(source, options) };
  return { of, flows: await readFlows(source, compat, options) };
}

/**
 * Fits features to captures, and makes their rows.
 * @param captures all of one kind, that of the wish
 * @param labels flows without one are left out
 * @throws NetworkmlError NML_NO_SESSIONS without any flow
 */
export function fitUnits(
  captures: readonly UncutCapture[],
  wish: DetectFeatureWish,
  labels?: FlowLabels,
): { features: DetectFeatures; rows: DetectRows[] } {
  if (wish.of === 'sessions') {
    return {
      features: SESSION_STATISTICS,
      rows: captures.flatMap((each) => (each.of === 'sessions' ? [each.rows] : [])),
    };
  }
  const flows = captures.flatMap((each) => (each.of === 'flows' ? [each.flows] : []));
  const { shape, captures: cut } = fitFlows(flows, wish.wish, wish.cutting, labels);
  return { features: shape, rows: cut.map((capture) => flowRows(capture, shape)) };
}

/** Rows of a capture by features that were fitted before. @throws NetworkmlError NML_TABLE */
export function unitsBy(capture: UncutCapture, features: DetectFeatures): DetectRows {
  if (capture.of === 'sessions') return capture.rows;
  const shape = parseFlowShape(features);
  return flowRows(cutByShape(capture.flows, shape), shape);
}

function flowRows(capture: CutCapture, shape: FlowShape): DetectRows {
  const width = shapeWidth(shape);
  const values = new Float64Array(capture.pieces.flow.length * width);
  const units: DetectUnit[] = [];
  forEachFlowRecord(capture, shape, (record) => {
    values.set(record.values, units.length * width);
    units.push(record.flow);
  });
  return { file: capture.file, units, values, labels: capture.labels };
}

async function readSessions(source: CaptureSource, options: FeatureCaptureOptions): Promise<DetectRows> {
  const capture = featureCapture(source, options);
  const units: DetectUnit[] = [];
  const values: number[] = [];
  const meter = new SessionMeter(
    (session) => {
      units.push(unitOf(session));
      values.push(...session.sizes, ...session.intervals, ...session.flags);
    },
    { statistics: true },
  );
  const { file } = await capture.read((packet) => meter.add(packet), options.onProgress);
  meter.finish();
  return { file, units, values: Float64Array.from(values), labels: null };
}

function unitOf(session: MeteredSession): DetectUnit {
  const { ipVersion, source, destination, firstMs, firstNs, lastMs, lastNs } = session;
  return {
    src: addressOf(ipVersion, source),
    dst: addressOf(ipVersion, destination),
    srcPort: session.sourcePort,
    dstPort: session.destinationPort,
    protocol: session.protocol,
    packets: session.packets[0] as number,
    start: formatMoment(momentOf(firstMs[0] as number, firstNs[0] as number)),
    end: formatMoment(momentOf(lastMs[0] as number, lastNs[0] as number)),
  };
}

function addressOf(version: 4 | 6, words: Int32Array): string {
  const [w0 = 0, w1 = 0, w2 = 0, w3 = 0] = words;
  return version === 4 ? formatIpv4(w0) : formatIpv6(w0, w1, w2, w3);
}

function momentOf(milliseconds: number, nanoseconds: number): Moment {
  const seconds = Math.floor(milliseconds / 1000);
  return { seconds, nanoseconds: (milliseconds - seconds * 1000) * 1e6 + nanoseconds };
}

/** The rows with one label for all. */
export function labelledAll(rows: DetectRows, label: 0 | 1): DetectRows {
  return { ...rows, labels: new Uint8Array(rows.units.length).fill(label) };
}
