/** `networkml sos`: outlier probabilities of any table of numbers. */

import { readFileSync } from 'node:fs';
import { defaultPerplexity, outlierProbabilities, outlierProbabilitiesOfMatrix } from '../anomaly/index.js';
import { NetworkmlError } from '../errors.js';
import type { Command, Invocation } from './command.js';
import { EXIT } from './exit-code.js';
import { openOutput } from './output.js';

export const sos: Command = {
  options: ['perplexity', 'threshold', 'metric', 'precision', 'delimiter', 'output'],
  examples: [
    ['sos points.csv', 'one outlier probability a line, in the order of the rows'],
    ['sos distances.csv --metric none --threshold 0.9', '1 for outliers of a matrix of dissimilarities'],
  ],
  run,
};

async function run({ words, settings }: Invocation): Promise<number> {
  const file = words[0] ?? '-';
  const rows = parseNumbers(readText(file), settings.text('delimiter') ?? ',', file);
  const columns = rows[0]?.length ?? 0;
  const numbers = Float64Array.from(rows.flat());
  const perplexity = settings.number('perplexity') ?? defaultPerplexity;
  if (settings.text('metric') === 'none' && columns !== rows.length) {
    throw new NetworkmlError('NML_TABLE', `a matrix of ${rows.length} rows and ${columns} columns`, { file });
  }
  const probabilities =
    settings.text('metric') === 'none'
      ? outlierProbabilitiesOfMatrix(numbers, rows.length, perplexity)
      : outlierProbabilities(numbers, rows.length, columns, perplexity);
  const threshold = settings.number('threshold');
  const digits = Math.min(100, settings.number('precision') ?? 8);
  const lines = Array.from(probabilities, (probability) =>
    threshold === undefined ? probability.toFixed(digits) : String(Number(probability >= threshold)),
  );
  const output = openOutput(settings.text('output'));
  try {
    await output.write(lines.map((line) => `${line}\n`).join(''));
    await output.commit();
  } catch (error) {
    output.abandon();
    throw error;
  }
  return EXIT.done;
}

function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new NetworkmlError(
      missing ? 'NML_INPUT_NOT_FOUND' : 'NML_INPUT_ACCESS',
      'the table cannot be read',
      {
        file,
        cause,
      },
    );
  }
}

/** Rows of numbers, without a header; empty lines are passed over. */
function parseNumbers(text: string, delimiter: string, file: string): number[][] {
  const rows: number[][] = [];
  text.split(/\r?\n/).forEach((line, index) => {
    if (line.trim() === '') return;
    const row = line.split(delimiter).map((cell) => (cell.trim() === '' ? Number.NaN : Number(cell)));
    const wrong = row.findIndex((number) => !Number.isFinite(number));
    if (wrong >= 0) {
      throw new NetworkmlError('NML_TABLE', `line ${index + 1}, column ${wrong + 1} is not a number`, {
        file,
      });
    }
    if (row.length !== (rows[0] ?? row).length) {
      throw new NetworkmlError(
        'NML_TABLE',
        `line ${index + 1} has ${row.length} numbers, the first ${rows[0]?.length}`,
        {
          file,
        },
      );
    }
    rows.push(row);
  });
  if (rows.length === 0) throw new NetworkmlError('NML_TABLE', 'no row of numbers', { file });
  return rows;
}
