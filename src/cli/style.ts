/** How results look at the place where they go. */

import type { ReportStyle } from '../report/index.js';
import type { Output } from './output.js';
import type { Settings } from './settings.js';

/** Colours only on a terminal, and not against anybody's wish (no-color.org). */
export function styleFor(
  output: Output,
  settings: Settings,
  titles: ReadonlyMap<string, string>,
): ReportStyle {
  const { NO_COLOR, TERM } = process.env;
  const wished = !settings.flag('no-color') && (NO_COLOR === undefined || NO_COLOR === '') && TERM !== 'dumb';
  return { width: Math.max(40, output.width), color: output.isTerminal && wished, titles };
}

/** The format of the results: as set, else a table on a terminal and NDJSON everywhere else. */
export function formatFor(output: Output, settings: Settings): string {
  return settings.text('format') ?? (output.isTerminal ? 'table' : 'ndjson');
}
