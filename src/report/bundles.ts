/** Bundles for a terminal. */

import type { BundleRecord } from '../types.js';
import { plainText } from './escape.js';
import { paint, type ReportStyle, shorten, textTable } from './layout.js';
import { byteSize, count, counted } from './quantities.js';

/** A line for each bundle. */
export function bundleTable(records: readonly BundleRecord[], style: ReportStyle): string {
  const head = ['name', 'version', 'roles', 'classifiers', 'size', 'state', 'place'];
  const rows = records.map((record) => [
    plainText(record.name),
    plainText(record.version),
    count(record.roles.length),
    plainText(record.classifiers.join(', ')),
    byteSize(record.bytes),
    record.intact ? 'intact' : 'damaged',
    plainText(record.path),
  ]);
  return textTable(style, head, rows, new Set([2, 4]));
}

/** All there is to say about one bundle. */
export function bundleBlock(record: BundleRecord, style: ReportStyle): string {
  const facts: [string, string][] = [
    ['place', record.path],
    ['version', record.version],
    ['SHA-256', record.sha256],
    ['classifiers', record.classifiers.join(', ')],
    ...(record.hints === undefined
      ? []
      : [
          [
            'hints',
            `${count(record.hints)} tokens of what devices say and names and makers are known for`,
          ] satisfies [string, string],
        ]),
    ['behaviour', record.views.length === 0 ? 'not judged' : `views ${record.views.join(', ')}`],
    ['size', byteSize(record.bytes)],
    ['state', record.intact ? 'intact' : `damaged: ${record.problem ?? 'unknown why'}`],
  ];
  const lines = facts.map(
    ([label, text]) => `  ${paint(style, 'dim', label.padEnd(13))}${plainText(text)}\n`,
  );
  const room = Math.max(12, style.width - 36);
  const roles = record.roles.map(({ id, title, devices, devicesBesides = 0, captures, thin }) => [
    shorten(plainText(title === id ? id : `${title} (${id})`), room),
    devicesBesides === 0 ? count(devices) : `${count(devices - devicesBesides)} + ${count(devicesBesides)}`,
    count(captures),
    thin ? 'thin' : '',
  ]);
  const table = textTable(style, ['role', 'devices', 'captures', ''], roles, new Set([1, 2]));
  const name = paint(style, 'bold', plainText(record.name));
  return `${name}\n${lines.join('')}\n${roles.length === 0 ? '' : table}`;
}

/** Whether bundles are intact, a line each. */
export function bundleVerdicts(records: readonly BundleRecord[], style: ReportStyle): string {
  return records
    .map(({ name, path, intact, problem, bytes, roles }) => {
      const state = intact ? paint(style, 'green', 'intact ') : paint(style, 'red', 'damaged');
      const detail = intact ? `${byteSize(bytes)}, ${counted(roles.length, 'role')}` : (problem ?? '');
      return `${state}  ${plainText(name)}  ${plainText(path)}  ${plainText(detail)}\n`;
    })
    .join('');
}
