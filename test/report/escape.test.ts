import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../src/math/index.js';
import { csvLine, displayWidth, htmlText, jsonLine, plainText } from '../../src/report/index.js';

const PIECES = [
  'a',
  'Z',
  '9',
  ' ',
  ',',
  '"',
  '""',
  '\n',
  '\r',
  '\r\n',
  '\t',
  ';',
  '=',
  "'",
  '<',
  '>',
  '&',
  '&amp;',
  '</script>',
  '\u001b[31m',
  '\u001b]8;;http://x\u0007',
  '\u0000',
  '\u0007',
  '\u007f',
  '\u0085',
  '\u009b2J',
  '\u2028',
  '\u2029',
  '\u202e',
  '\u200b',
  '\ufeff',
  'é',
  'e\u0301',
  '日本',
  '\u{1f600}',
  '\ud800',
  '\udc00',
  '|',
  '\\',
  '…',
];

function nasty(random: Random): string {
  return Array.from({ length: random.below(9) }, () => PIECES[random.below(PIECES.length)]).join('');
}

/** A reader of RFC 4180 that knows nothing of the writer: one state machine over characters. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i];
    if (quoted) {
      if (c !== '"') field += c;
      else if (text[i + 1] === '"') {
        field += '"';
        i += 1;
      } else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === ',') {
      row.push(field);
      field = '';
    } else if (c === '\r' && text[i + 1] === '\n') {
      rows.push([...row, field]);
      row = [];
      field = '';
      i += 1;
    } else field += c;
  }
  if (quoted || field !== '' || row.length > 0) throw new Error('does not end with a line end');
  return rows;
}

describe('CSV', () => {
  it('comes back as it went in, whatever is in it', () => {
    const random = createRandom(1);
    for (let round = 0; round < 3000; round += 1) {
      const rows = Array.from({ length: 1 + random.below(3) }, () =>
        Array.from({ length: 1 + random.below(5) }, () => nasty(random)),
      );
      expect(readCsv(rows.map((row) => csvLine(row)).join(''))).toEqual(rows);
    }
  });

  it('quotes what RFC 4180 tells to quote', () => {
    expect(csvLine(['a\rb', 'a\nb', 'a,b', 'a"b', 'ab'])).toBe('"a\rb","a\nb","a,b","a""b",ab\r\n');
  });

  it('writes numbers, truth values and nothing plainly', () => {
    expect(csvLine([1.5, true, null, '', 'x'])).toBe('1.5,true,,,x\r\n');
  });
});

describe('text for a terminal', () => {
  it('holds nothing that a terminal would act on', () => {
    const random = createRandom(2);
    for (let round = 0; round < 3000; round += 1) {
      const text = nasty(random);
      const plain = plainText(text);
      expect(plain).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      expect(plainText(plain)).toBe(plain);
    }
  });

  it('spells out what is not seen, and nothing else', () => {
    expect(plainText('a\u001b[31mb\u202ec\nd')).toBe('a\\x1b[31mb\\u{202e}c\\x0ad');
    expect(plainText('Drucker 2. Stock, Büro – 日本')).toBe('Drucker 2. Stock, Büro – 日本');
  });

  it('is as wide as a terminal shows it', () => {
    expect(displayWidth('abc')).toBe(3);
    expect(displayWidth('日本')).toBe(4);
    expect(displayWidth('e\u0301é')).toBe(2);
    expect(displayWidth('\u001b[1;31mred\u001b[0m')).toBe(3);
    expect(displayWidth('█▏→…')).toBe(4);
    expect(displayWidth('\u{1f600}')).toBe(2);
  });
});

describe('HTML', () => {
  it('has no markup but ours, and reads as the plain text', () => {
    const random = createRandom(3);
    const names: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
    for (let round = 0; round < 3000; round += 1) {
      const text = nasty(random);
      const html = htmlText(text);
      expect(html).not.toMatch(/[<>"']/);
      expect(html.replace(/&([^;]+);/g, (_, name: string) => names[name] ?? `!${name}`)).toBe(
        plainText(text),
      );
    }
  });
});

describe('NDJSON', () => {
  it('is one line that reads as the value', () => {
    const random = createRandom(4);
    for (let round = 0; round < 3000; round += 1) {
      const value = { [nasty(random)]: [nasty(random), 1, null] };
      const line = jsonLine(value);
      expect(line.slice(0, -1)).not.toMatch(/[^\P{Cc}\u007f-\u009f]|\p{Zl}|\p{Zp}/u);
      expect(line.endsWith('\n')).toBe(true);
      expect(JSON.parse(line)).toEqual(value);
    }
  });
});
