/** An evaluation for a terminal: its figures, a line for each role, and who was taken for whom. */

import { roleTitle } from '../role-titles.js';
import type { EvaluationRecord } from '../types.js';
import { plainText } from './escape.js';
import { paint, type ReportStyle, shorten, textTable, wrap } from './layout.js';
import { count, decimal, percent } from './quantities.js';

/** The evaluation as a table. */
export function evaluationTable(record: EvaluationRecord, style: ReportStyle): string {
  const warnings = record.warnings.flatMap((warning) => wrap(plainText(warning), Math.max(20, style.width)));
  return [
    figures(record),
    roleTable(record, style),
    confusionTable(record, style),
    warnings.map((line) => `${paint(style, 'yellow', line)}\n`).join(''),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function figures(record: EvaluationRecord): string {
  const { unknown, calibration, deviceChoice } = record;
  const how =
    record.mode === 'bundle'
      ? 'a bundle as it is'
      : `whole devices left out, ${record.folds ?? 0} times${record.seed === null ? '' : `, seed ${record.seed}`}`;
  const shares = (share: { right: number; of: number }): string => `${share.right} of ${share.of}`;
  const rows: [string, string][] = [
    ['evaluated', how],
    ['classifier', plainText(record.classifier)],
    [
      'captures',
      `${count(record.captures)} of ${count(record.devices)} devices, ${count(record.failed)} could not be used`,
    ],
    ['accuracy', decimal(record.accuracy)],
    ['top three', decimal(record.top3)],
    ['macro-F1', decimal(record.macroF1)],
    [
      'role-balanced',
      `recall ${decimal(record.roleBalancedRecall)}, top three ${decimal(record.roleBalancedTop3)}`,
    ],
    ['Unknown', `${percent(unknown.share)} of the captures${answered(unknown.accuracyOfAnswered)}`],
    [
      'calibration',
      `expected error ${decimal(calibration.expectedCalibrationError)} at temperature ${decimal(calibration.temperature)}`,
    ],
    ['device from', record.deviceFrom === 'labels' ? 'the labels' : 'the traffic'],
    ...(deviceChoice === null
      ? []
      : [
          [
            'device right',
            `${shares(deviceChoice.oneHost)} captures of one host, ${shares(deviceChoice.twoHost)} of two`,
          ] satisfies [string, string],
        ]),
  ];
  return rows.map(([label, text]) => `${label.padEnd(15)}${text}\n`).join('');
}

function answered(accuracy: number | null): string {
  return accuracy === null ? '' : `; of the others ${decimal(accuracy)} right`;
}

function roleTable(record: EvaluationRecord, style: ReportStyle): string {
  const room = Math.max(12, style.width - 56);
  const rows = record.roles.map(({ role, devices, captures, recall, top3, precision, f1 }) => [
    shorten(plainText(roleTitle(role, style.titles)), room),
    count(devices),
    count(captures),
    ...[recall, top3, precision, f1].map((figure) => figure.toFixed(3)),
  ]);
  const head = ['role', 'devices', 'captures', 'recall', 'top 3', 'precision', 'F1'];
  return textTable(style, head, rows, new Set([1, 2, 3, 4, 5, 6]));
}

/**
 * Rows are the true roles. Where the terminal is too narrow for all columns, each row lists instead the roles it was
 * taken for.
 */
function confusionTable(record: EvaluationRecord, style: ReportStyle): string {
  const { roles, matrix } = record.confusion;
  const titles = roles.map((role) => plainText(roleTitle(role, style.titles)));
  const cell = Math.max(3, ...matrix.flat().map((n) => String(n).length)) + 1;
  const longest = Math.max(0, ...titles.map((title) => title.length));
  if (longest + 5 + roles.length * (cell + 1) > style.width) return confusionList(titles, matrix, style);
  const head = ['true \\ answered', ...roles.map((_, i) => String(i + 1))];
  const rows = matrix.map((row, i) => [
    `${String(i + 1).padStart(2)} ${titles[i] ?? ''}`,
    ...row.map((n) => (n === 0 ? '·' : String(n))),
  ]);
  return textTable(style, head, rows, new Set(roles.map((_, i) => i + 1)));
}

function confusionList(
  titles: readonly string[],
  matrix: readonly (readonly number[])[],
  style: ReportStyle,
): string {
  const lines = matrix.flatMap((row, i) => {
    const wrong = row
      .map((n, j) => ({ n, j }))
      .filter(({ n, j }) => n > 0 && j !== i)
      .sort((a, b) => b.n - a.n || a.j - b.j)
      .map(({ n, j }) => `${n} ${titles[j] ?? ''}`);
    return wrong.length === 0 ? [] : wrap(`${titles[i] ?? ''} taken for: ${wrong.join(', ')}`, style.width);
  });
  const right = matrix.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
  return [`${count(right)} captures right; the others:`, ...lines].map((line) => `${line}\n`).join('');
}
