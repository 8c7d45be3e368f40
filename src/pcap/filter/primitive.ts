/** From qualifiers and a value to a test. */
import {
  addressTest,
  type Direction,
  either,
  hasType,
  ipGroupTest,
  ipv4Protocol,
  ipv6Protocol,
  macGroupTest,
  macTest,
  type Prefix,
  portTest,
  type Test,
} from './tests.js';
import {
  etherTypes,
  masksOf,
  parseAddress,
  parseIpv4,
  parseIpv6,
  parseMac,
  parseNumber,
  protocolNumbers,
  servicePorts,
} from './values.js';

/** What stands before a value: `tcp src port`. A value that follows `and` or `or` alone takes those before it. */
export interface Qualifiers {
  readonly protocol?: string;
  readonly direction?: Direction;
  readonly kind?: 'host' | 'net' | 'port' | 'portrange' | 'proto';
}

/** A test, or what is wrong with the value. */
export type Made = Test | string;

const ADDRESS_TYPES: Readonly<Record<string, readonly number[]>> = {
  ip: [0x0800],
  arp: [0x0806],
  rarp: [0x8035],
  ip6: [0x86dd],
};
const PORTED: readonly string[] = ['tcp', 'udp', 'sctp'];

/** A protocol that stands alone: `tcp`, `arp`. Undefined for words that are none. */
export function protocolTest(name: string, tags: number): Test | undefined {
  const type = etherTypes[name];
  if (type !== undefined) return hasType(type, tags);
  const number = protocolNumbers[name];
  if (number === undefined || name === 'gre') return undefined;
  if (name === 'icmp6') return ipv6Protocol(number, tags);
  const v4 = ipv4Protocol(number, tags);
  const onlyV4 = name === 'icmp' || name === 'igmp' || name === 'vrrp';
  return onlyV4 ? v4 : either(v4, ipv6Protocol(number, tags));
}

/** `multicast` and `broadcast` behind `ether`, `ip`, `ip6` or nothing. */
export function groupTest(word: string, protocol: string | undefined, tags: number): Made {
  if (protocol === undefined || protocol === 'ether') {
    return word === 'multicast' ? macGroupTest() : macTest(0xffff, -1, 'dst');
  }
  if (word === 'multicast' && protocol === 'ip') return ipGroupTest(4, tags);
  if (word === 'multicast' && protocol === 'ip6') return ipGroupTest(6, tags);
  return `"${protocol} ${word}" is not known here`;
}

/** @param mask the word after `mask`, where there is one */
export function valueTest(
  qualifiers: Qualifiers,
  value: string,
  mask: string | undefined,
  tags: number,
): Made {
  const { kind = 'host', protocol, direction = 'src or dst' } = qualifiers;
  if (kind === 'port' || kind === 'portrange') return portsTest(qualifiers, value, tags);
  if (kind === 'proto') return protoTest(protocol, value, tags);
  if (protocol === 'ether') {
    const mac = kind === 'host' ? parseMac(value) : undefined;
    return mac === undefined ? 'a MAC address is expected' : macTest(mac.high, mac.low, direction);
  }
  const prefix = kind === 'net' ? parseNet(value, mask) : parseAddress(value);
  if (prefix === undefined) return `an address is expected; names are not looked up`;
  if (typeof prefix === 'string') return prefix;
  const types = protocol === undefined ? typesOf(prefix) : ADDRESS_TYPES[protocol];
  if (types === undefined) return `"${protocol}" cannot stand before ${kind}`;
  if (types.includes(0x86dd) !== (prefix.version === 6)) return `not an address of ${protocol}`;
  return addressTest(prefix, types, direction, tags);
}

function typesOf({ version }: Prefix): readonly number[] {
  return version === 6 ? [0x86dd] : [0x0800, 0x0806, 0x8035];
}

function portsTest(
  { protocol, kind, direction = 'src or dst' }: Qualifiers,
  value: string,
  tags: number,
): Made {
  if (protocol !== undefined && !PORTED.includes(protocol)) return `"${protocol}" has no ports`;
  const ends = kind === 'portrange' && value.includes('-') ? value.split('-') : [value, value];
  const [low, high] = ends.map((end) => servicePorts[end] ?? parseNumber(end, 65535));
  if (low === undefined || high === undefined || ends.length > 2) return 'a port from 0 to 65535 is expected';
  const names = protocol === undefined ? PORTED : [protocol];
  const numbers = names.map((name) => protocolNumbers[name] as number);
  return portTest(numbers, Math.min(low, high), Math.max(low, high), direction, tags);
}

function protoTest(protocol: string | undefined, value: string, tags: number): Made {
  const name = value.replace(/^\\/, '');
  if (protocol === 'ether') {
    const type = etherTypes[name] ?? parseNumber(name, 0xffff);
    if (type === undefined || type < 0x0600) return 'an ethertype from 0x600 to 0xffff is expected';
    return hasType(type, tags);
  }
  const number = protocolNumbers[name] ?? parseNumber(name, 255);
  if (number === undefined) return 'a protocol from 0 to 255 is expected';
  if (protocol === 'ip') return ipv4Protocol(number, tags);
  if (protocol === 'ip6') return ipv6Protocol(number, tags);
  if (protocol !== undefined) return `"${protocol}" cannot stand before proto`;
  return either(ipv4Protocol(number, tags), ipv6Protocol(number, tags));
}

/** `10`, `10.1`, `10.0.0.0/8`, `10.0.0.0 mask 255.0.0.0`, `2001:db8::/32`. */
function parseNet(value: string, mask: string | undefined): Prefix | string | undefined {
  const [address = '', bitText, more] = value.split('/');
  const v4 = parseIpv4(address);
  const v6 = v4 === undefined ? parseIpv6(address) : undefined;
  const words = v4 === undefined ? v6 : [v4.word];
  if (words === undefined || more !== undefined) return undefined;
  let masks = masksOf(v4?.bits ?? 128, words.length);
  if (bitText !== undefined) {
    const bits = parseNumber(bitText, v4 === undefined ? 128 : 32);
    if (bits === undefined) return `a prefix length from 0 to ${v4 === undefined ? 128 : 32} is expected`;
    masks = masksOf(bits, words.length);
  }
  if (mask !== undefined) {
    const word = parseIpv4(mask);
    if (word?.bits !== 32 || v4 === undefined || bitText !== undefined)
      return 'this mask does not fit the network';
    masks = [word.word];
  }
  if (words.some((word, i) => (word & ~(masks[i] as number)) !== 0))
    return 'the address has bits outside of its network';
  return { version: v4 === undefined ? 6 : 4, words, masks };
}
