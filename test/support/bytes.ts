/** Small builders of byte strings, big-endian unless said otherwise. Nothing here comes from `src/`. */

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** An integer of 0 to 2^53 as `width` bytes. */
export function integer(value: number, width: number, littleEndian = false): Uint8Array {
  const bytes = new Uint8Array(width);
  let rest = value;
  for (let i = 0; i < width; i++) {
    bytes[littleEndian ? i : width - 1 - i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return bytes;
}

export const u8 = (value: number): Uint8Array => integer(value, 1);
export const u16 = (value: number): Uint8Array => integer(value, 2);
export const u32 = (value: number): Uint8Array => integer(value, 4);

export function bytesOfHex(text: string): Uint8Array {
  const digits = text.replaceAll(/[^0-9a-fA-F]/g, '');
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
    Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16),
  );
}

/** `aa:bb:cc:dd:ee:ff` as six bytes. */
export function macBytes(text: string): Uint8Array {
  return bytesOfHex(text);
}

/** Four or sixteen bytes of an address in plain notation (no embedded IPv4). */
export function addressBytes(text: string): Uint8Array {
  if (!text.includes(':')) return Uint8Array.from(text.split('.'), Number);
  const [head = '', tail] = text.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const zeros = new Array<string>(8 - left.length - right.length).fill('0');
  return concat(...[...left, ...zeros, ...right].map((group) => u16(Number.parseInt(group, 16))));
}

/** Bytes 0, 1, 2 ... of a recognisable payload. */
export function filler(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i & 0xff);
}
