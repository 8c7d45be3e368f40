/** Results to text. */

export { behaviourEvaluationTable } from './behaviour-evaluation.js';
export { bundleBlock, bundleTable, bundleVerdicts } from './bundles.js';
export type { ChartScore } from './detect-charts.js';
export { detectHtml } from './detect-html.js';
export { type DetectLearnInput, type DetectLineInput, detectLearnText, detectLine } from './detect-table.js';
export { type DeviceFormat, deviceFormats, deviceReport } from './device-summaries.js';
export { errorRecord, errorSentence } from './error-record.js';
export { csvField, csvLine, displayWidth, htmlText, jsonLine, jsonText, plainText } from './escape.js';
export { evaluationTable } from './evaluation.js';
export { evaluationHtml } from './evaluation-html.js';
export { paint, type ReportStyle, textTable } from './layout.js';
export {
  arrayReport,
  BLOCKS_AT_MOST,
  linesReport,
  type PredictionFormat,
  predictionFormats,
  predictionReport,
  type RecordReport,
} from './predictions.js';
export { byteSize, count, counted, decimal, percent, timeSpan } from './quantities.js';
export {
  type ByteSink,
  type TableFormat,
  type TableWriter,
  tableFormats,
  tableWriter,
} from './tables/index.js';
