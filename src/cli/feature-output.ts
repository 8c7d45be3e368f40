/** Where the records or rows of several captures go, and what is said of captures that failed. */

import type { Column, ColumnBatch } from '../column-table.js';
import { NetworkmlError } from '../errors.js';
import { errorRecord, errorSentence, jsonLine, type TableFormat, tableWriter } from '../report/index.js';
import { EXIT } from './exit-code.js';
import { say } from './messages.js';
import { type Output, openOutput } from './output.js';
import type { Settings } from './settings.js';

/** Formats of tables in columns. */
export const columnFormats: readonly TableFormat[] = ['csv', 'ndjson', 'parquet'];

/**
 * The format as set, else as the name of the file ends, else NDJSON; on a terminal CSV.
 * @throws NetworkmlError NML_USAGE for Parquet on a terminal
 */
export function columnFormat(output: Output, settings: Settings): TableFormat {
  const ending = /\.(csv|ndjson|parquet)$/i.exec(settings.text('output') ?? '')?.[1]?.toLowerCase();
  const format = (settings.text('format') ?? ending ?? (output.isTerminal ? 'csv' : 'ndjson')) as TableFormat;
  if (format === 'parquet' && output.isTerminal) {
    throw new NetworkmlError('NML_USAGE', 'Parquet is nothing for a terminal', {
      hint: 'name a file with -o',
    });
  }
  return format;
}

/** Text is handed on in pieces of this many characters. */
const PIECE = 1 << 17;

/** Results of several captures on their way out. */
export class CaptureResults {
  private readonly output: Output;
  readonly format: TableFormat;
  private writer: Awaited<ReturnType<typeof tableWriter>> | undefined;
  private lines = '';
  private all = 0;
  private failed = 0;
  private internal = 0;

  constructor(private readonly settings: Settings) {
    this.output = openOutput(settings.text('output'));
    this.format = columnFormat(this.output, settings);
  }

  /** Makes the table; to be called before the first batch. */
  async startTable(columns: readonly Column[]): Promise<void> {
    this.writer ??= await tableWriter(this.format, columns, (bytes) => this.output.writeBytes(bytes));
  }

  batch(batch: ColumnBatch): void {
    this.writer?.write(batch);
    batch.rows = 0;
  }

  /** One record of NDJSON. */
  record(record: unknown): void {
    this.lines += jsonLine(record);
    if (this.lines.length > PIECE) this.flush();
  }

  /** A capture is done, or failed. */
  done(): void {
    this.all++;
  }

  fail(error: NetworkmlError, path: string): void {
    this.all++;
    this.failed++;
    if (error.kind === 'internal') this.internal++;
    const record = errorRecord(error, path);
    if (this.format === 'ndjson') {
      this.writer?.end();
      this.record(record);
      if (this.writer !== undefined) this.flush();
    }
    if (!this.settings.flag('quiet')) say(errorSentence(record));
  }

  /** Writes what is left. @returns the exit code */
  async finish(): Promise<number> {
    this.writer?.end();
    this.flush();
    await this.output.commit();
    if (this.failed === this.all) return this.internal > 0 ? EXIT.internal : EXIT.noInput;
    return this.failed > 0 ? EXIT.someFailed : EXIT.done;
  }

  abandon(): void {
    this.output.abandon();
  }

  private flush(): void {
    if (this.lines !== '') this.output.writeBytes(Buffer.from(this.lines));
    this.lines = '';
  }
}
