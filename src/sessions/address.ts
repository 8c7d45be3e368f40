/** Four signed 32-bit words in network order; IPv4 uses word 0 alone. */
export interface IpAddress {
  readonly version: 4 | 6;
  readonly words: readonly [number, number, number, number];
}

/** Dotted quad of an IPv4 word. */
export function formatIpv4(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

/** Canonical text of an IPv6 address (RFC 5952): lower case, longest run of zeros compressed. */
export function formatIpv6(w0: number, w1: number, w2: number, w3: number): string {
  const groups = [w0, w1, w2, w3].flatMap((word) => [word >>> 16, word & 0xffff]);
  let bestAt = -1;
  let bestLength = 1;
  for (let at = 0; at < 8; at++) {
    let length = 0;
    while (at + length < 8 && groups[at + length] === 0) length++;
    if (length > bestLength) {
      bestAt = at;
      bestLength = length;
    }
  }
  const hex = (part: number[]): string => part.map((group) => group.toString(16)).join(':');
  if (bestAt < 0) return hex(groups);
  return `${hex(groups.slice(0, bestAt))}::${hex(groups.slice(bestAt + bestLength))}`;
}

export function formatAddress(address: IpAddress): string {
  return address.version === 4 ? formatIpv4(address.words[0]) : formatIpv6(...address.words);
}

/** `aa:bb:cc:dd:ee:ff` from the first two and the last four bytes. */
export function formatMac(high: number, low: number): string {
  const bytes = [high >>> 8, high & 255, low >>> 24, (low >>> 16) & 255, (low >>> 8) & 255, low & 255];
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** Reads an IPv4 or IPv6 address; undefined when the text is neither. */
export function parseAddress(text: string): IpAddress | undefined {
  const v4 = parseIpv4(text);
  if (v4 !== undefined) return { version: 4, words: [v4, 0, 0, 0] };
  return parseIpv6(text);
}

function parseIpv4(text: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  let word = 0;
  for (const part of match.slice(1)) {
    const value = Number(part);
    if (value > 255) return undefined;
    word = (word << 8) | value;
  }
  return word;
}

function parseIpv6(text: string): IpAddress | undefined {
  const bare = text.replace(/%.*$/, '');
  if (!/^[0-9a-fA-F:.]+$/.test(bare) || !bare.includes(':')) return undefined;
  const halves = bare.split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? '', true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  const word = (at: number): number => ((groups[at] ?? 0) << 16) | (groups[at + 1] ?? 0);
  return { version: 6, words: [word(0), word(2), word(4), word(6)] };
}

/** @param last the groups end the address: an IPv4 address may stand for the last two (RFC 4291, 2.2) */
function parseGroups(text: string, last: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    const v4 = last && index === parts.length - 1 ? parseIpv4(part) : undefined;
    if (v4 !== undefined) groups.push(v4 >>> 16, v4 & 0xffff);
    else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

/** First two and last four bytes of `aa:bb:cc:dd:ee:ff` (also with dashes); undefined when the text is no MAC. */
export function parseMac(text: string): { high: number; low: number } | undefined {
  if (!/^[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}$/.test(text)) return undefined;
  const bytes = text.split(/[:-]/).map((byte) => Number.parseInt(byte, 16));
  const [b0 = 0, b1 = 0, b2 = 0, b3 = 0, b4 = 0, b5 = 0] = bytes;
  return { high: (b0 << 8) | b1, low: (b2 << 24) | (b3 << 16) | (b4 << 8) | b5 };
}
