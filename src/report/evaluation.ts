/** An evaluation for a terminal: its figures, a line for each role, and who was taken for whom. */

import { roleTitle } from '../role-titles.js';
import type { EvaluationRecord, KnownDevicesRecord } from '../types.js';
import { plainText } from './escape.js';
import { paint, type ReportStyle, shorten, textTable, wrap } from './layout.js';
import { count, counted, decimal, percent } from './quantities.js';

/** The evaluation as a table. */
export function evaluationTable(record: EvaluationRecord, style: ReportStyle): string {
  const warnings = record.warnings.flatMap((warning) => wrap(plainText(warning), Math.max(20, style.width)));
  return [
    figures(record),
    hintedLines(record),
    roleTable(record, style),
    confusionTable(record, style),
    coverageTable(record, style),
    unknownTable(record, style),
    learningTable(record, style),
    controlLines(record, style),
    warnings.map((line) => `${paint(style, 'yellow', line)}\n`).join(''),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function figures(record: EvaluationRecord): string {
  const { unknown, calibration, deviceChoice } = record;
  const shares = (share: { right: number; of: number }): string => `${share.right} of ${share.of}`;
  const rows: [string, string][] = [
    ['evaluated', evaluatedHow(record)],
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
    [
      'by device',
      `recall ${decimal(record.byDevice.recall)}, top three ${decimal(record.byDevice.top3)} (mean over its captures)`,
    ],
    ...knownRows(record),
    ['Unknown', `${percent(unknown.share)} of the captures${answered(unknown.accuracyOfAnswered)}`],
    [
      'calibration',
      `expected error ${decimal(calibration.expectedCalibrationError)} by capture, ${decimal(calibration.expectedCalibrationErrorByDevice)} by device, at temperature ${decimal(calibration.temperature)}${calibration.offset === null ? '' : `, offset ${decimal(calibration.offset)}`}`,
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

/** What the answers gain by what devices say of themselves. */
function hintedLines({ withHints }: EvaluationRecord): string {
  if (withHints === undefined) return '';
  const { unknown, calibration } = withHints;
  const rows: [string, string][] = [
    [
      'with hints',
      `${count(withHints.heard)} captures with something known of what devices say or names and makers are known for; the same figures with it:`,
    ],
    ['accuracy', decimal(withHints.accuracy)],
    ['top three', decimal(withHints.top3)],
    [
      'role-balanced',
      `recall ${decimal(withHints.roleBalancedRecall)}, top three ${decimal(withHints.roleBalancedTop3)}`,
    ],
    ...knownRows(withHints),
    ['Unknown', `${percent(unknown.share)} of the captures${answered(unknown.accuracyOfAnswered)}`],
    [
      'calibration',
      `expected error ${decimal(calibration.expectedCalibrationError)} by capture, ${decimal(calibration.expectedCalibrationErrorByDevice)} by device`,
    ],
  ];
  return rows.map(([label, text]) => `${label.padEnd(15)}${text}\n`).join('');
}

function knownRows({ knownDevices }: Pick<EvaluationRecord, 'knownDevices'>): [string, string][] {
  if (knownDevices === undefined) return [];
  const { roleBalancedRecall, roleBalancedTop3 } = knownDevices;
  return [
    ['known devices', knownDevicesText(knownDevices)],
    ['', `role-balanced: recall ${decimal(roleBalancedRecall)}, top three ${decimal(roleBalancedTop3)}`],
  ];
}

/** How many captures of devices that have others are right, in words. */
export function knownDevicesText(known: KnownDevicesRecord): string {
  const { captures, devices, right, withinThree } = known;
  return (
    `right in ${count(right)} of ${counted(captures, 'capture')} of ${counted(devices, 'device')} that ` +
    `${devices === 1 ? 'has' : 'have'} others (${decimal(right / captures)}), within the top three in ${count(withinThree)}`
  );
}

/** What was left out, in words. */
export function evaluatedHow({ mode, folds, seed }: EvaluationRecord): string {
  const drawn = seed === null ? '' : `, seed ${seed}`;
  switch (mode) {
    case 'bundle':
      return 'a bundle as it is';
    case 'leave-devices-out':
      return `whole devices left out, ${folds ?? 0} times${drawn}`;
    case 'leave-families-out':
      return `whole families of devices left out, ${folds ?? 0} times${drawn}`;
    case 'leave-sites-out':
      return `whole sites left out, ${folds ?? 0} times${drawn}`;
    case 'leave-implementations-out':
      return `whole implementations left out, ${folds ?? 0} times${drawn}`;
    case 'leave-captures-out':
      return `captures left out, ${folds ?? 0} times${drawn}`;
  }
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

/** At rising cuts of the Unknown rule; as many lines as say something. */
function coverageTable({ coverage }: EvaluationRecord, style: ReportStyle): string {
  const kept = coverage.filter(({ cut }) => Math.round(cut * 100) % 10 === 0);
  const rows = kept.map(({ cut, coverage: share, accuracy }) => [
    cut.toFixed(2),
    percent(share),
    accuracy === null ? '' : accuracy.toFixed(3),
  ]);
  if (rows.length === 0) return '';
  return textTable(style, ['Unknown below', 'answered', 'right of these'], rows, new Set([0, 1, 2]));
}

function unknownTable({ unknownRoles, withHints, mode }: EvaluationRecord, style: ReportStyle): string {
  if (unknownRoles === null) return '';
  const others = mode === 'leave-captures-out' ? 'known devices' : 'devices never seen of trained roles';
  const hinted = withHints?.unknownRoles;
  const besides = hinted === undefined ? '' : ` (with hints ${hinted.areaUnderRoc.toFixed(3)})`;
  const mean = `roles never trained are told from ${others} with an area of ${unknownRoles.areaUnderRoc.toFixed(3)} under the ROC curve${besides}\n`;
  const rows = unknownRoles.roles.map(({ role, captures, areaUnderRoc }) => [
    plainText(roleTitle(role, style.titles)),
    count(captures),
    areaUnderRoc.toFixed(3),
  ]);
  return mean + textTable(style, ['left out', 'captures', 'area'], rows, new Set([1, 2]));
}

function learningTable({ learningCurve }: EvaluationRecord, style: ReportStyle): string {
  if (learningCurve === null) return '';
  const rows = learningCurve.map(({ devices, roleBalancedRecall, roleBalancedTop3 }) => [
    devices === null ? 'all' : count(devices),
    roleBalancedRecall.toFixed(3),
    roleBalancedTop3.toFixed(3),
  ]);
  return textTable(style, ['devices of a role', 'recall', 'top 3'], rows, new Set([0, 1, 2]));
}

function controlLines({ controls }: EvaluationRecord, style: ReportStyle): string {
  return controls
    .map((control) => {
      const verdict = paint(style, control.passed ? 'green' : 'red', control.passed ? 'passed' : 'FAILED');
      return `${verdict}  ${plainText(controlText(control))}\n`;
    })
    .join('');
}

/** What a control found, in words. */
export function controlText(control: EvaluationRecord['controls'][number]): string {
  if (control.kind === 'shuffle') {
    const mean = control.recalls.reduce((sum, recall) => sum + recall, 0) / control.recalls.length;
    return (
      `roles dealt out anew ${control.recalls.length} times: recall ${decimal(mean)}, ` +
      `chance is ${decimal(control.chance)} and up to ${decimal(control.allowance)} above`
    );
  }
  const changed =
    control.firstChanged === null
      ? 'no vector changed'
      : `${count(control.changed)} changed, the first ${control.firstChanged}`;
  return `addresses and names of ${count(control.captures)} captures exchanged: ${changed}`;
}
