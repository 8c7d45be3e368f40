/** Rows of tables that other programs may have made: Parquet, CSV with a head, NDJSON. */
import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { NetworkmlError } from '../errors.js';
import { parseCsv } from './csv.js';
import type { TableRow } from './table-row.js';

type Kind = 'parquet' | 'csv' | 'ndjson';

/** Whether the name of a file ends like that of a table: `.parquet`, `.csv`, `.ndjson`. */
export function isTableFile(path: string): boolean {
  return kindOf(path) !== undefined;
}

function kindOf(path: string): Kind | undefined {
  return /\.(parquet|csv|ndjson)$/i.exec(path)?.[1]?.toLowerCase() as Kind | undefined;
}

/**
 * Gives every row of a table to `take`, in the order of the file. What `take` throws ends the reading.
 * @throws NetworkmlError NML_INPUT_NOT_FOUND, NML_INPUT_ACCESS; NML_TABLE when the file is not what its name says
 */
export async function readTableRows(path: string, take: (row: TableRow) => void): Promise<void> {
  try {
    switch (kindOf(path)) {
      case 'parquet':
        return await (await import('./read-parquet.js')).readParquetRows(path, take);
      case 'csv':
        return readCsvRows(path, take);
      default:
        return await readNdjsonRows(path, take);
    }
  } catch (thrown) {
    throw tableError(path, thrown);
  }
}

function tableError(file: string, cause: unknown): NetworkmlError {
  if (cause instanceof NetworkmlError) return cause;
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') {
    return new NetworkmlError('NML_INPUT_NOT_FOUND', 'no such file or directory', { file, cause });
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EISDIR') {
    return new NetworkmlError('NML_INPUT_ACCESS', `cannot be read (${code})`, { file, cause });
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new NetworkmlError('NML_TABLE', `the table cannot be read: ${reason}`, { file, cause });
}

function readCsvRows(path: string, take: (row: TableRow) => void): void {
  const [head = [], ...lines] = parseCsv(readFileSync(path, 'utf8'));
  for (const [at, line] of lines.entries()) {
    if (line.length !== head.length) {
      throw new NetworkmlError('NML_TABLE', `row ${at + 1}: ${line.length} cells of ${head.length}`, {
        file: path,
      });
    }
    take(Object.fromEntries(head.map((name, column) => [name, line[column]])));
  }
}

async function readNdjsonRows(path: string, take: (row: TableRow) => void): Promise<void> {
  const lines = createInterface({
    input: createReadStream(path, 'utf8'),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  let at = 0;
  for await (const line of lines) {
    at++;
    if (line.trim() === '') continue;
    let row: unknown;
    try {
      row = JSON.parse(line);
    } catch (cause) {
      throw new NetworkmlError('NML_TABLE', `line ${at} is not JSON`, { file: path, cause });
    }
    if (typeof row !== 'object' || row === null || Array.isArray(row)) {
      throw new NetworkmlError('NML_TABLE', `line ${at} is not an object`, { file: path });
    }
    take(row as TableRow);
  }
}
