/** Records of a kind that has a table of its own, written in one go. */

import { NetworkmlError } from '../errors.js';
import { arrayReport, linesReport, type RecordReport, type ReportStyle } from '../report/index.js';
import { openOutput } from './output.js';
import type { Settings } from './settings.js';
import { formatFor, styleFor } from './style.js';

/** Where records go, and the titles of the roles in them. */
export interface Destination {
  /** A file; standard output without it. */
  readonly to: string | undefined;
  readonly titles?: ReadonlyMap<string, string>;
}

/** How records look where they are not JSON. */
export type RecordLook<T> = (records: readonly T[], style: ReportStyle) => string;

/**
 * Writes records as the settings say.
 * @param look the records as a table, or as each format that is no JSON
 * @throws NetworkmlError NML_OUTPUT
 */
export async function writeRecords<T>(
  records: readonly T[],
  settings: Settings,
  { to, titles = new Map() }: Destination,
  look: RecordLook<T> | Readonly<Record<string, RecordLook<T>>>,
): Promise<void> {
  const output = openOutput(to);
  const format = formatFor(output, settings);
  try {
    const written = typeof look === 'function' ? (format === 'table' ? look : undefined) : look[format];
    if (written === undefined && format === 'html') {
      throw new NetworkmlError(
        'NML_USAGE',
        'format: there is no page for this; known are table, json, ndjson',
      );
    }
    if (written !== undefined) await output.write(written(records, styleFor(output, settings, titles)));
    else {
      const report: RecordReport<T> = format === 'json' ? arrayReport() : linesReport();
      await output.write([report.head(), ...records.map(report.record), report.end()].join(''));
    }
    await output.commit();
  } catch (error) {
    output.abandon();
    throw error;
  }
}
