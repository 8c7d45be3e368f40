/**
 * All escaping of texts that come from outside (file names, names in bundles) lives here: what a terminal, a CSV
 * reader or a browser would take for more than text is made harmless in this file and nowhere else.
 */

const ASCII = /^[\x20-\x7e]*$/;
/** Controls, invisible formatting (directions among it), line separators, halves of surrogate pairs. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const ZERO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;
/** Unicode Standard Annex 11, classes W and F, in coarse ranges. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1faff}\u{20000}-\u{3fffd}]/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the sequences that set colours
const COLOUR = /\u001b\[[0-9;]*m/g;

/** Text for a terminal on one line: every character that is not seen is spelt out (`\x1b`, `\u{202e}`). */
export function plainText(text: string): string {
  if (ASCII.test(text)) return text;
  return text.replace(UNSEEN, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** Columns a text takes on a terminal; colours take none. */
export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text.replace(COLOUR, '')) {
    if (character < '\u007f') width += 1;
    else if (!ZERO_WIDTH.test(character)) width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}

/** A field of a CSV file (RFC 4180, section 2): quoted when it holds a comma, a quote or a line end. */
export function csvField(value: string | number | boolean | null): string {
  if (value === null) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A line of a CSV file, with its end. */
export function csvLine(values: readonly (string | number | boolean | null)[]): string {
  return `${values.map(csvField).join(',')}\r\n`;
}

const HTML_NAMES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for the content or a quoted attribute of an HTML page. */
export function htmlText(text: string): string {
  return plainText(text).replace(/[&<>"']/g, (character) => HTML_NAMES[character] ?? '');
}

/** One value as a line of NDJSON; JSON.stringify escapes every control character but the two line separators. */
export function jsonLine(value: unknown): string {
  return `${jsonText(value)}\n`;
}

/** A value as JSON on one line. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}
