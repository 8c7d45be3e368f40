import { grownBytes, type TextCells } from '../column-table.js';

/** Addresses as text straight into the bytes of a column: strings would cost more than the sessions themselves. */

const HEX = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
const COLON = 0x3a;
const POINT = 0x2e;
const ZERO = 0x30;

/** No address takes more bytes. */
const ROOM = 48;

/** Where the cell of a row begins, with room for an address. */
function begin(cells: TextCells, row: number): number {
  const start = row === 0 ? 0 : (cells.ends[row - 1] as number);
  if (start + ROOM > cells.bytes.length) cells.bytes = grownBytes(cells.bytes, start + ROOM);
  cells.missing[row] = 0;
  return start;
}

/** An address as inet_ntop(3) prints it. @param words as in `Packet` */
export function putAddress(cells: TextCells, row: number, version: 4 | 6, words: Int32Array): void {
  const start = begin(cells, row);
  cells.ends[row] =
    version === 4 ? putIpv4(cells.bytes, start, words[0] as number) : putIpv6(cells.bytes, start, words);
}

/** `aa:bb:cc:dd:ee:ff`, or its first `octets` octets. */
export function putMac(cells: TextCells, row: number, high: number, low: number, octets: number): void {
  let at = begin(cells, row);
  const { bytes } = cells;
  for (let i = 0; i < octets; i++) {
    const octet = (i < 2 ? high >>> (8 - 8 * i) : low >>> (40 - 8 * i)) & 255;
    if (i > 0) bytes[at++] = COLON;
    bytes[at++] = HEX[octet >> 4] as number;
    bytes[at++] = HEX[octet & 15] as number;
  }
  cells.ends[row] = at;
}

/** ASCII text. */
export function putWord(cells: TextCells, row: number, text: string): void {
  const start = begin(cells, row);
  for (let i = 0; i < text.length; i++) cells.bytes[start + i] = text.charCodeAt(i);
  cells.ends[row] = start + text.length;
}

function putIpv4(bytes: Uint8Array, start: number, word: number): number {
  let at = putOctet(bytes, start, word >>> 24);
  bytes[at++] = POINT;
  at = putOctet(bytes, at, (word >>> 16) & 255);
  bytes[at++] = POINT;
  at = putOctet(bytes, at, (word >>> 8) & 255);
  bytes[at++] = POINT;
  return putOctet(bytes, at, word & 255);
}

function putOctet(bytes: Uint8Array, start: number, octet: number): number {
  let at = start;
  const hundreds = (octet / 100) | 0;
  const tens = ((octet - hundreds * 100) / 10) | 0;
  if (hundreds > 0) bytes[at++] = ZERO + hundreds;
  if (octet >= 10) bytes[at++] = ZERO + tens;
  bytes[at++] = ZERO + (octet - hundreds * 100 - tens * 10);
  return at;
}

function group(words: Int32Array, index: number): number {
  const word = words[index >> 1] as number;
  return (index & 1) === 0 ? word >>> 16 : word & 0xffff;
}

/** The longest run of zero groups is left out, the first of equal ones, if it is longer than one (RFC 5952, 4.2). */
function putIpv6(bytes: Uint8Array, start: number, words: Int32Array): number {
  let bestAt = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && group(words, i + length) === 0) length++;
    if (length > bestLength) {
      bestAt = i;
      bestLength = length;
    }
    i += length;
  }
  // An embedded IPv4 address keeps its dots (RFC 4291, 2.5.5; what inet_ntop(3) takes for one).
  const dotted = bestAt === 0 && (bestLength === 6 || (bestLength === 5 && group(words, 5) === 0xffff));
  let at = start;
  for (let i = 0; i < 8; i++) {
    if (i === bestAt) {
      bytes[at++] = COLON;
      bytes[at++] = COLON;
      i += bestLength - 1;
      continue;
    }
    if (i > 0 && i !== bestAt + bestLength) bytes[at++] = COLON;
    if (dotted && i === 6) return putIpv4(bytes, at, words[3] as number);
    at = putGroup(bytes, at, group(words, i));
  }
  return at;
}

function putGroup(bytes: Uint8Array, start: number, value: number): number {
  let at = start;
  if (value > 0xfff) bytes[at++] = HEX[value >> 12] as number;
  if (value > 0xff) bytes[at++] = HEX[(value >> 8) & 15] as number;
  if (value > 0xf) bytes[at++] = HEX[(value >> 4) & 15] as number;
  bytes[at++] = HEX[value & 15] as number;
  return at;
}
