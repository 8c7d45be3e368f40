/** Predictions as text, written as they come. */

import type { PredictionOutcome } from '../types.js';
import { jsonLine, jsonText } from './escape.js';
import type { ReportStyle } from './layout.js';
import { legacyMessage } from './legacy.js';
import { predictionCsvHead, predictionCsvLine } from './prediction-csv.js';
import { predictionArticle, predictionHtmlEnd, predictionHtmlHead } from './prediction-html.js';
import {
  type PredictionCounts,
  predictionBlock,
  predictionLine,
  predictionLineHead,
  predictionSummary,
} from './prediction-table.js';

/** Formats of predictions. */
export const predictionFormats = ['table', 'json', 'ndjson', 'csv', 'html', 'legacy'] as const;

export type PredictionFormat = (typeof predictionFormats)[number];

/** A report in the making: what to write before, for, and after the records. Each call returns text to be written at once. */
export interface RecordReport<T> {
  head(): string;
  record(record: T): string;
  end(): string;
}

/** With more captures than this a table has a line for each instead of a block. */
export const BLOCKS_AT_MOST = 8;

/**
 * A report of predictions in a format. A table only counts the captures that failed: to say why is up to the caller.
 * @param captures how many there will be; only the table asks
 */
export function predictionReport(
  format: PredictionFormat,
  style: ReportStyle,
  captures: number,
): RecordReport<PredictionOutcome> {
  switch (format) {
    case 'table':
      return tableReport(style, captures);
    case 'json':
      return arrayReport();
    case 'ndjson':
      return linesReport();
    case 'csv':
      return { head: predictionCsvHead, record: predictionCsvLine, end: () => '' };
    case 'html':
      return htmlReport(style.titles);
    case 'legacy':
      return {
        head: () => '',
        record: (outcome) => jsonLine(legacyMessage(outcome, style.titles)),
        end: () => '',
      };
  }
}

/** One JSON array, an item a line. */
export function arrayReport<T>(): RecordReport<T> {
  let first = true;
  return {
    head: () => '[',
    record: (record) => {
      const text = `${first ? '\n' : ',\n'}${jsonText(record)}`;
      first = false;
      return text;
    },
    end: () => (first ? ']\n' : '\n]\n'),
  };
}

/** One JSON value a line. */
export function linesReport<T>(): RecordReport<T> {
  return { head: () => '', record: jsonLine, end: () => '' };
}

function tableReport(style: ReportStyle, captures: number): RecordReport<PredictionOutcome> {
  const counts: PredictionCounts = { all: 0, failed: 0, anomalous: 0, roles: new Map() };
  const inLines = captures > BLOCKS_AT_MOST;
  return {
    head: () => (inLines ? predictionLineHead(style) : ''),
    record: (outcome) => {
      add(counts, outcome);
      if (outcome.schema === 'networkml/error/v1') return '';
      return inLines ? predictionLine(outcome, style) : predictionBlock(outcome, style);
    },
    end: () => (counts.all > 1 ? `${inLines ? '\n' : ''}${predictionSummary(counts, style)}` : ''),
  };
}

function add(counts: PredictionCounts, outcome: PredictionOutcome): void {
  counts.all += 1;
  if (outcome.schema === 'networkml/error/v1') {
    counts.failed += 1;
    return;
  }
  const { label } = outcome.role;
  counts.roles.set(label, (counts.roles.get(label) ?? 0) + 1);
  if (outcome.anomaly.verdict === 'anomalous') counts.anomalous += 1;
}

function htmlReport(titles: ReadonlyMap<string, string>): RecordReport<PredictionOutcome> {
  let captures = 0;
  return {
    head: predictionHtmlHead,
    record: (outcome) => {
      captures += 1;
      return predictionArticle(outcome, titles);
    },
    end: () => predictionHtmlEnd(captures),
  };
}
