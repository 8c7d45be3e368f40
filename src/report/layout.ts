/** Lines for a terminal: padding, wrapping, bars, colours. Texts are plain already (`plainText`). */

import { displayWidth } from './escape.js';

/** How a report is to look. */
export interface ReportStyle {
  /** Columns of the terminal. */
  readonly width: number;
  readonly color: boolean;
  /** Role id to the title that people read. */
  readonly titles: ReadonlyMap<string, string>;
}

const SGR = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

export type Paint = keyof typeof SGR;

/** The text in a colour, where colours are wanted. */
export function paint(style: ReportStyle, colour: Paint, text: string): string {
  return style.color && text !== '' ? `\u001b[${SGR[colour]}m${text}\u001b[0m` : text;
}

/** The text followed by spaces up to a width. */
export function padRight(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

/** The text after spaces up to a width. */
export function padLeft(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - displayWidth(text))) + text;
}

/** The text, or as much of its start as fits with an ellipsis. */
export function shorten(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  let used = 1;
  for (const character of text) {
    used += displayWidth(character);
    if (used > width) break;
    kept += character;
  }
  return `${kept}…`;
}

/** The text, or as much of its end as fits after an ellipsis. */
export function shortenStart(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  let used = 1;
  for (const character of [...text].reverse()) {
    used += displayWidth(character);
    if (used > width) break;
    kept = character + kept;
  }
  return `…${kept}`;
}

/** The text in lines no wider than this, broken at spaces; a word that is wider is broken inside. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((each) => pieces(each, width))) {
    if (line === '') line = word;
    else if (displayWidth(line) + 1 + displayWidth(word) <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

function pieces(word: string, width: number): string[] {
  if (displayWidth(word) <= width) return [word];
  const parts: string[] = [];
  let part = '';
  for (const character of word) {
    if (part !== '' && displayWidth(part) + displayWidth(character) > width) {
      parts.push(part);
      part = '';
    }
    part += character;
  }
  return [...parts, part];
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar for a share of 0 to 1, in eighths of a column. */
export function bar(share: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}

/** A table of plain texts with a heading; numbers to the right. Columns are as wide as their content. */
export function textTable(
  style: ReportStyle,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: ReadonlySet<number>,
): string {
  const widths = head.map((title, i) =>
    rows.reduce((most, row) => Math.max(most, displayWidth(row[i] ?? '')), displayWidth(title)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (right.has(i) ? padLeft : padRight)(cell, widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  return [paint(style, 'dim', line(head)), ...rows.map(line)].map((text) => `${text}\n`).join('');
}
