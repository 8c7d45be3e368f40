/** An evaluation of behaviour for a terminal: a line for each way of leaving captures out, and one for each attack. */
import type { BehaviourEvaluationRecord, BehaviourFigures, CountRecord } from '../types.js';
import { plainText } from './escape.js';
import { type ReportStyle, textTable } from './layout.js';
import { decimal } from './quantities.js';

/** The evaluation as tables. */
export function behaviourEvaluationTable(record: BehaviourEvaluationRecord, style: ReportStyle): string {
  const head = [
    'left out',
    'attacks',
    'AUC',
    'own roles',
    'AP',
    'found 1 %',
    'found 5 %',
    'false 1 %',
    'false 5 %',
  ];
  const rows = record.splits.map((split) => [
    split.leftOut,
    split.composites ? 'composites' : 'real',
    ...[split.areaUnderRoc, split.areaUnderRocOwnRoles, split.averagePrecision].map(figure),
    ...split.rates.map(({ detected }) => share(detected)),
    ...split.rates.map(({ falseAlarms }) => share(falseAlarms)),
  ]);
  return [
    textTable(style, head, rows, new Set([2, 3, 4, 5, 6, 7, 8])),
    ...record.splits.slice(0, 1).map((split) => details(split, style)),
    ...record.warnings.map((warning) => `${plainText(warning)}\n`),
  ].join('\n');
}

function details({ kinds, falseAlarmsByLength }: BehaviourFigures, style: ReportStyle): string {
  const lengths = falseAlarmsByLength.map(({ slices, falseAlarms }) => [slices, share(falseAlarms)]);
  const attacks = kinds.map(({ what, detected }) => [plainText(what), share(detected)]);
  return [
    textTable(style, ['slices of 15 minutes', 'false alarms at 5 %'], lengths, new Set([1])),
    textTable(style, ['attack', 'found at 5 %'], attacks, new Set([1])),
  ].join('\n');
}

function figure(value: number | null): string {
  return value === null ? '-' : decimal(value);
}

function share({ count, of }: CountRecord): string {
  return `${count} of ${of}`;
}
