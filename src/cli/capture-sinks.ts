/** What happens to the captures of a live window: they are predicted and told of on standard output. */

import type {
  CaptureWindow,
  DeviceCapture,
  DeviceCaptureRecord,
  LiveRecord,
  WindowRecord,
  WindowSink,
} from '../capture/index.js';
import { formatMoment } from '../pipeline/index.js';
import {
  arrayReport,
  counted,
  linesReport,
  predictionReport,
  type RecordReport,
  type ReportStyle,
} from '../report/index.js';
import type { PredictionOutcome } from '../types.js';
import type { PredictThread } from './capture-predict.js';
import { deviceCaptureRecord, deviceCaptureTable } from './capture-records.js';
import type { ServiceSender } from './capture-service.js';
import type { Output } from './output.js';

/** What is said about one window. */
export interface WindowReport {
  readonly window: WindowRecord;
  /** Empty where the captures are not kept. */
  readonly captures: readonly DeviceCaptureRecord[];
  /** Empty where nothing is predicted. */
  readonly outcomes: readonly PredictionOutcome[];
}

/** How a live capture is told. */
export interface LiveReport {
  head(): string;
  window(report: WindowReport): string;
  end(total: LiveRecord): string;
}

type LiveLine = DeviceCaptureRecord | PredictionOutcome | WindowRecord | LiveRecord;

/** @param format one of `recordFormats` */
export function liveReport(format: string, style: ReportStyle): LiveReport {
  if (format === 'table') return tableReport(style);
  const lines: RecordReport<LiveLine> = format === 'json' ? arrayReport() : linesReport();
  return {
    head: () => lines.head(),
    window: ({ window, captures, outcomes }) =>
      [...captures, ...outcomes, window].map((record) => lines.record(record)).join(''),
    end: (total) => lines.record(total) + lines.end(),
  };
}

function tableReport(style: ReportStyle): LiveReport {
  return {
    head: () => '',
    window: ({ window, captures, outcomes }) => {
      const { start, end, packets, devices, drops } = window;
      const report = predictionReport('table', style, outcomes.length);
      const said = [report.head(), ...outcomes.map((outcome) => report.record(outcome)), report.end()];
      return [
        `${start} to ${end}: ${counted(packets, 'packet')}, ${counted(devices, 'device')}, ${dropText(drops)}\n`,
        captures.length === 0 ? '' : deviceCaptureTable(captures, style),
        outcomes.length === 0 ? '' : said.join(''),
        '\n',
      ].join('');
    },
    end: ({ packets, windows, drops, service }) =>
      `${counted(packets, 'packet')} in ${counted(windows, 'window')}, ${dropText(drops)}\n${sentText(service)}`,
  };
}

/** Lost packets in words. */
function dropText({ kernel, interface: atInterface, evicted }: LiveRecord['drops']): string {
  const text = (count: number | null): string => (count === null ? 'unknown' : String(count));
  const own = evicted === 0 ? '' : `, ${evicted} by us`;
  return `dropped: ${text(kernel)} by the kernel, ${text(atInterface)} by the interface${own}`;
}

function sentText(service: LiveRecord['service']): string {
  if (service === null) return '';
  const { answered, unanswered, lost } = service;
  return `${counted(answered + unanswered + lost, 'capture')} for the service: ${answered} answered, ${unanswered} unanswered, ${lost} lost\n`;
}

/** What a sink of windows works with. */
export interface SinkParts {
  readonly about: { readonly interface: string; readonly driver: string };
  readonly output: Output;
  readonly report: LiveReport;
  /** Whether the captures stay, so that it is worth telling where they lie. */
  readonly kept: boolean;
  readonly predictor: PredictThread | undefined;
  /** Where the captures are sent; its outcomes are told where there is no predictor. */
  readonly sender: ServiceSender | undefined;
  /** Called with each outcome. */
  readonly onOutcome: (outcome: PredictionOutcome) => void;
}

/** The sink that predicts and prints. */
export function printingSink(parts: SinkParts): WindowSink {
  const { about, output, report, kept, predictor, sender, onOutcome } = parts;
  return {
    window: async (window) => {
      const outcomes: PredictionOutcome[] = [];
      const sent = sender?.outcomes(window.captures, (path) => nameOf(path, kept)) ?? Promise.resolve([]);
      if (predictor !== undefined) {
        for (const one of window.captures) {
          const outcome = withDrops(await predict(one, kept, predictor), window);
          onOutcome(outcome);
          outcomes.push(outcome);
        }
      }
      for (const answer of await sent) {
        const outcome = withDrops(answer, window);
        // Where both predict, the service's own records are on its subjects; what failed is told of in any case.
        if (predictor === undefined) outcomes.push(outcome);
        if (predictor === undefined || isTrouble(outcome)) onOutcome(outcome);
      }
      const captures = kept ? window.captures.map(deviceCaptureRecord) : [];
      await output.write(report.window({ window: windowRecord(window, about), captures, outcomes }));
    },
  };
}

async function predict(
  { path, mac, addresses }: DeviceCapture,
  kept: boolean,
  predictor: PredictThread,
): Promise<PredictionOutcome> {
  return await predictor.predict({ path, name: nameOf(path, kept), device: mac ?? addresses[0] ?? '' });
}

/** The folder of captures that are not kept means nothing to anybody. */
function nameOf(path: string, kept: boolean): string {
  return kept ? path : path.replace(/^.*[/\\]/, '');
}

function isTrouble(outcome: PredictionOutcome): boolean {
  return outcome.schema === 'networkml/error/v1';
}

/** Whoever relies on a prediction should know that packets are missing from it. */
function withDrops(outcome: PredictionOutcome, { drops }: CaptureWindow): PredictionOutcome {
  const lost = (drops.kernel ?? 0) + (drops.interface ?? 0) + drops.evicted;
  if (outcome.schema === 'networkml/error/v1' || lost === 0) return outcome;
  const warning = `${counted(lost, 'packet')} of this window were lost (${dropText(drops)})`;
  return { ...outcome, warnings: [...outcome.warnings, warning] };
}

function windowRecord(window: CaptureWindow, about: SinkParts['about']): WindowRecord {
  const { number, start, end, whole, packets, skipped, captures, silent, belowMinimum, frames, drops } =
    window;
  return {
    schema: 'networkml/window/v1',
    ...about,
    number,
    start: formatMoment(start),
    end: formatMoment(end),
    whole,
    packets,
    skipped: { ...skipped },
    devices: captures.length,
    silent,
    belowMinimum,
    frames,
    drops,
  };
}
