/** Cells of text in CSV (RFC 4180) and JSON (RFC 8259), from UTF-8 bytes to bytes. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Most bytes that one byte of text becomes: a control character in JSON is six. */
export const ESCAPED_BYTES = 6;

/** Bytes as they are. */
export function putBytes(
  target: Uint8Array,
  at: number,
  source: Uint8Array,
  start: number,
  end: number,
): number {
  if (end - start > 64) {
    target.set(source.subarray(start, end), at);
    return at + end - start;
  }
  let place = at;
  for (let i = start; i < end; i++) target[place++] = source[i] as number;
  return place;
}

/** RFC 4180, 2: quoted where it holds a comma, a quote or a line break, with inner quotes doubled. */
export function putCsvText(
  target: Uint8Array,
  at: number,
  source: Uint8Array,
  start: number,
  end: number,
): number {
  let quoted = false;
  for (let i = start; i < end; i++) {
    const byte = source[i] as number;
    if (byte === QUOTE || byte === 0x2c || byte === 0x0a || byte === 0x0d) {
      quoted = true;
      break;
    }
  }
  if (!quoted) return putBytes(target, at, source, start, end);
  let place = at;
  target[place++] = QUOTE;
  for (let i = start; i < end; i++) {
    const byte = source[i] as number;
    if (byte === QUOTE) target[place++] = QUOTE;
    target[place++] = byte;
  }
  target[place++] = QUOTE;
  return place;
}

const HEX = '0123456789abcdef';

/** RFC 8259, 7: in quotes, with quotes, backslashes and control characters escaped. */
export function putJsonText(
  target: Uint8Array,
  at: number,
  source: Uint8Array,
  start: number,
  end: number,
): number {
  let place = at;
  target[place++] = QUOTE;
  for (let i = start; i < end; i++) {
    const byte = source[i] as number;
    if (byte === QUOTE || byte === BACKSLASH) {
      target[place++] = BACKSLASH;
      target[place++] = byte;
    } else if (byte < 0x20) {
      for (const letter of `\\u00${HEX[byte >> 4]}${HEX[byte & 15]}`) target[place++] = letter.charCodeAt(0);
    } else {
      target[place++] = byte;
    }
  }
  target[place++] = QUOTE;
  return place;
}
