import type { Prefix } from './tests.js';

const MASK_ALL = [-1, -1, -1, -1] as const;

/** Dotted decimal of one to four parts, left-aligned, and how many bits were given; undefined when it is none. */
export function parseIpv4(text: string): { word: number; bits: number } | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){0,3}$/.test(text)) return undefined;
  const parts = text.split('.').map(Number);
  if (parts.some((part) => part > 255)) return undefined;
  const word = parts.reduce((sum, part, i) => sum | (part << (24 - 8 * i)), 0);
  return { word, bits: 8 * parts.length };
}

/** RFC 4291, 2.2, without embedded IPv4; undefined when it is none. */
export function parseIpv6(text: string): number[] | undefined {
  const halves = text.split('::');
  if (!text.includes(':') || halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const [left = [], right = []] = groups;
  const missing = 8 - left.length - right.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...left, ...new Array<string>(missing).fill('0'), ...right];
  if (!all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  const numbers = all.map((group) => Number.parseInt(group, 16));
  return [0, 2, 4, 6].map((i) => ((numbers[i] as number) << 16) | (numbers[i + 1] as number));
}

/** Mask words of the first `bits` bits. */
export function masksOf(bits: number, words: number): number[] {
  return Array.from({ length: words }, (_, i) => {
    const own = Math.min(32, Math.max(0, bits - 32 * i));
    return own === 0 ? 0 : -1 << (32 - own);
  });
}

/** An address as a prefix of full length. */
export function parseAddress(text: string): Prefix | undefined {
  const v4 = parseIpv4(text);
  if (v4 !== undefined) return v4.bits === 32 ? { version: 4, words: [v4.word], masks: [-1] } : undefined;
  const v6 = parseIpv6(text);
  return v6 === undefined ? undefined : { version: 6, words: v6, masks: MASK_ALL };
}

/** Six groups of hexadecimal digits. */
export function parseMac(text: string): { high: number; low: number } | undefined {
  const match = /^([0-9a-f]{1,2}[:.-]){5}[0-9a-f]{1,2}$/i.exec(text);
  if (match === null) return undefined;
  const bytes = text.split(/[:.-]/).map((part) => Number.parseInt(part, 16));
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = bytes;
  return { high: (a << 8) | b, low: (c << 24) | (d << 16) | (e << 8) | f };
}

/** Decimal or, with `0x`, hexadecimal, up to `most`. */
export function parseNumber(text: string, most: number): number | undefined {
  if (!/^(\d+|0x[0-9a-f]+)$/i.test(text)) return undefined;
  const value = Number(text);
  return value <= most ? value : undefined;
}

/** Service names that need no table of the machine (IANA service-names-port-numbers). */
export const servicePorts: Readonly<Record<string, number>> = {
  ftp: 21,
  ssh: 22,
  telnet: 23,
  smtp: 25,
  domain: 53,
  bootps: 67,
  bootpc: 68,
  tftp: 69,
  http: 80,
  ntp: 123,
  snmp: 161,
  https: 443,
  syslog: 514,
};

/** Names after `proto`, and their numbers (IANA protocol-numbers). */
export const protocolNumbers: Readonly<Record<string, number>> = {
  icmp: 1,
  igmp: 2,
  tcp: 6,
  udp: 17,
  gre: 47,
  esp: 50,
  ah: 51,
  icmp6: 58,
  pim: 103,
  vrrp: 112,
  sctp: 132,
};

/** Names after `ether proto`. */
export const etherTypes: Readonly<Record<string, number>> = {
  ip: 0x0800,
  arp: 0x0806,
  rarp: 0x8035,
  ip6: 0x86dd,
};
