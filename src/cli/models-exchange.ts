/** `networkml models export|import`: classifiers in the formats of other libraries. */

import { NetworkmlError } from '../errors.js';
import {
  type ExchangeFormat,
  type ExchangeSummary,
  exchangeFormats,
  exportClassifier,
  importClassifier,
} from '../pipeline/index.js';
import { counted, plainText } from '../report/index.js';
import { EXIT } from './exit-code.js';
import { say } from './messages.js';
import type { Settings } from './settings.js';
import { writeRecords } from './write-records.js';

/** Takes a classifier out of a bundle. @throws NetworkmlError */
export async function exportModel(words: readonly string[], settings: Settings): Promise<number> {
  if (words.length > 1) throw new NetworkmlError('NML_USAGE', 'models export takes one bundle');
  const format = formatFrom(settings.text('to'), settings.text('classifier'));
  const bundle = words[0] ?? settings.text('bundle');
  return tell(exportClassifier(bundle, format, directory(settings, 'export')), settings);
}

/** Puts a model of another library into a bundle. @throws NetworkmlError */
export async function importModel(words: readonly string[], settings: Settings): Promise<number> {
  const [from] = words;
  if (from === undefined || words.length > 1) {
    throw new NetworkmlError(
      'NML_USAGE',
      'models import takes one directory with a model of another library',
    );
  }
  const name = settings.text('name');
  const version = settings.text('bundle-version');
  const summary = importClassifier(from, {
    bundle: settings.text('bundle'),
    output: directory(settings, 'import'),
    ...(name === undefined ? {} : { name }),
    ...(version === undefined ? {} : { version }),
  });
  return tell(summary, settings);
}

async function tell(summary: ExchangeSummary, settings: Settings): Promise<number> {
  if (!settings.flag('quiet')) for (const warning of summary.warnings) say(warning);
  await writeRecords([summary], settings, { to: undefined }, summaryTable);
  return EXIT.done;
}

function directory(settings: Settings, action: string): string {
  const output = settings.text('output');
  if (output !== undefined) return output;
  throw new NetworkmlError('NML_USAGE', `models ${action} needs a directory to write`, {
    hint: 'name it with -o DIR',
  });
}

/** The format, named by itself or by the classifier that it can hold. */
function formatFrom(to: string | undefined, classifier: string | undefined): ExchangeFormat {
  const formats = Object.keys(exchangeFormats) as ExchangeFormat[];
  const fitting = formats.filter(
    (format) =>
      (to === undefined || format === to) &&
      (classifier === undefined || exchangeFormats[format] === classifier),
  );
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return only;
  const pairs = formats.map((format) => `${exchangeFormats[format]} to ${format}`).join(', ');
  throw new NetworkmlError('NML_USAGE', `what can be exported: ${pairs}`, { hint: 'say which with --to' });
}

function summaryTable([summary]: readonly ExchangeSummary[]): string {
  if (summary === undefined) return '';
  const { path, format, classifier, layout, roles, files } = summary;
  const rows = [
    ['directory', plainText(path)],
    ['model', `${classifier} (${format})`],
    ['layout', plainText(layout)],
    ['roles', counted(roles.length, 'role')],
    ['files', files.map(plainText).join(', ')],
  ];
  return rows.map(([label, text]) => `${(label ?? '').padEnd(11)}${text ?? ''}\n`).join('');
}
