/** What `networkml detect` says to a person: a line a flow, and what has been learnt. */

import { plainText } from './escape.js';
import { paint, type ReportStyle } from './layout.js';
import { count, counted, decimal, percent, timeSpan } from './quantities.js';

/** A scored flow or session, as far as it is shown. */
export interface DetectLineInput {
  readonly flow: {
    readonly src: string;
    readonly dst: string;
    readonly srcPort: number;
    readonly dstPort: number;
    readonly protocol: number;
    readonly start: string;
    readonly end: string;
  };
  readonly score: number;
  readonly anomaly: boolean;
  readonly tail: number;
}

const PROTOCOLS: ReadonlyMap<number, string> = new Map([
  [1, 'ICMP'],
  [6, 'TCP'],
  [17, 'UDP'],
  [58, 'ICMPv6'],
]);

/** `[2017-07-03] [09:08:11.1 – 09:08:12.2] 192.168.10.5:49160 → 192.168.10.3:88 [TCP] ANOMALY 12.3`, with its end. */
export function detectLine({ flow, score, anomaly, tail }: DetectLineInput, style: ReportStyle): string {
  const { src, dst, srcPort, dstPort, protocol, start, end } = flow;
  const times = `[${start.slice(0, 10)}] [${clock(start)} – ${clock(end)}]`;
  const ends = `${endpoint(src, srcPort)} → ${endpoint(dst, dstPort)}`;
  const verdict = anomaly ? paint(style, 'red', 'ANOMALY') : 'NORMAL';
  const rest = paint(style, 'dim', `score ${scoreFigure(score)}, ${percent(tail)} as strange in learning`);
  return `${times} ${plainText(ends)} [${PROTOCOLS.get(protocol) ?? protocol}] ${verdict} ${rest}\n`;
}

/** `09:08:11.1` of an RFC 3339 moment. */
function clock(moment: string): string {
  const time = /T(\d\d:\d\d:\d\d)(?:\.(\d))?/.exec(moment);
  return time === null ? moment : `${time[1]}.${time[2] ?? '0'}`;
}

/** netml's one flow of all IPv6 packets has no ends. */
function endpoint(address: string, port: number): string {
  if (address === '') return '?';
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Three digits of a score, whose scale may be anything: `0.694`, `52.3`, `7.62e6`. */
export function scoreFigure(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e5 || size < 1e-3)) return value.toExponential(2).replace('e+', 'e');
  return String(Number(value.toPrecision(3)));
}

/** What has been learnt, as far as it is shown. */
export interface DetectLearnInput {
  readonly model: string;
  readonly sha256: string;
  readonly algorithm: string;
  readonly features: string;
  readonly columns: number;
  readonly standardised: boolean;
  readonly settings: Readonly<Record<string, number>>;
  readonly threshold: { readonly value: number; readonly rule: string; readonly share: number | null };
  readonly training: {
    readonly captures: number;
    readonly units: number;
    readonly anomalous: number;
    readonly figures: {
      readonly normal: number;
      readonly anomalous: number;
      readonly areaUnderRoc: number;
      readonly averagePrecision: number;
      readonly detected: number;
      readonly falseAlarms: number;
    } | null;
  };
  readonly seconds: { readonly read: number; readonly fit: number; readonly test: number };
}

/** Names of the algorithms that people read. */
export const detectorTitles: Readonly<Record<string, string>> = {
  ocsvm: 'one-class SVM',
  kde: 'kernel density',
  gmm: 'Gaussian mixture',
  if: 'isolation forest',
  pca: 'principal components',
  ae: 'autoencoder',
  sos: 'Stochastic Outlier Selection',
};

/** The summary of a model that has been written, on a few lines. */
export function detectLearnText(record: DetectLearnInput, style: ReportStyle): string {
  const { algorithm, features, columns, threshold, training, seconds } = record;
  const of = training.anomalous === 0 ? '' : `, ${count(training.anomalous)} of them anomalous`;
  const settings = Object.entries(record.settings).map(([name, value]) => `${name} ${value}`);
  const lines: [string, string][] = [
    ['model', `${plainText(record.model)}  SHA-256 ${record.sha256.slice(0, 16)}…`],
    ['algorithm', [detectorTitles[algorithm] ?? algorithm, ...settings].join(', ')],
    ['features', `${features}: ${counted(columns, 'number')}${record.standardised ? ', standardised' : ''}`],
    ['learnt from', `${counted(training.units, 'flow')} of ${counted(training.captures, 'capture')}${of}`],
    ['threshold', thresholdText(threshold)],
    ...figureLines(training.figures),
    ['time', `read ${timeSpan(seconds.read)}, fit ${timeSpan(seconds.fit)}, test ${timeSpan(seconds.test)}`],
  ];
  return lines.map(([name, value]) => `${paint(style, 'dim', name.padEnd(18))} ${value}\n`).join('');
}

/** How the threshold was found: `12.3 (automatic, over flows not learnt from)`. */
export function thresholdText({ value, rule, share }: DetectLearnInput['threshold']): string {
  const how =
    rule === 'auto' || share === null
      ? 'automatic'
      : rule === 'quantile'
        ? `quantile ${share}`
        : `${percent(share)} expected to be anomalous`;
  return `${scoreFigure(value)} (${how}, over flows not learnt from)`;
}

function figureLines(figures: DetectLearnInput['training']['figures']): [string, string][] {
  if (figures === null) return [['test', 'none: it takes labelled flows of both kinds']];
  const { normal, anomalous, areaUnderRoc, averagePrecision, detected, falseAlarms } = figures;
  return [
    ['test', `${count(normal)} normal, ${count(anomalous)} anomalous, none of them learnt from`],
    ['area under ROC', decimal(areaUnderRoc)],
    [
      'average precision',
      `${decimal(averagePrecision)} (by chance ${decimal(anomalous / (normal + anomalous))})`,
    ],
    ['at the threshold', `${percent(detected)} detected, ${percent(falseAlarms)} false alarms`],
  ];
}
