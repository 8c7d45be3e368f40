import { NetworkmlError } from '../../errors.js';

/** One word or sign of a filter. */
export interface Word {
  readonly text: string;
  /** 0-based character in the filter. */
  readonly at: number;
}

const WORD = /\s*(?:(&&|\|\||[()!])|([\w.:/\\-]+))/y;

/** Cuts a filter into words; `&&`, `||` and `!` become `and`, `or` and `not`. @throws NetworkmlError NML_FILTER */
export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  const signs: Readonly<Record<string, string>> = { '&&': 'and', '||': 'or', '!': 'not' };
  let end = 0;
  for (;;) {
    WORD.lastIndex = end;
    const match = WORD.exec(text);
    if (match === null) break;
    end = WORD.lastIndex;
    const found = match[1] ?? match[2] ?? '';
    words.push({ text: signs[found] ?? found.toLowerCase(), at: end - found.length });
  }
  const rest = text.slice(end).search(/\S/);
  if (rest >= 0) throw filterError(text, end + rest, 'this character has no meaning here');
  return words;
}

/** What is wrong, and where: one line, as all messages are. */
export function filterError(text: string, at: number, what: string): NetworkmlError {
  const line = text.replaceAll(/\s/g, ' ');
  const rest = line.slice(at).trim();
  const place = rest === '' ? 'at its end' : `at "${rest.length > 24 ? `${rest.slice(0, 24)}...` : rest}"`;
  const whole = line.length > 120 ? `${line.slice(0, 120)}...` : line;
  return new NetworkmlError('NML_FILTER', `filter "${whole}", character ${at + 1}: ${what}, ${place}`);
}
