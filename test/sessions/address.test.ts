import { isIP, isIPv6 } from 'node:net';
import { describe, expect, it } from 'vitest';
import {
  classifyIpv4,
  classifyIpv6,
  formatAddress,
  formatIpv4,
  formatMac,
  parseAddress,
  parseMac,
} from '../../src/sessions/index.js';
import { testRandom } from '../support/random.js';

const again = (text: string): string | undefined => {
  const address = parseAddress(text);
  return address === undefined ? undefined : formatAddress(address);
};

describe('addresses as text', () => {
  it.each([
    // RFC 5952, sections 1, 2 and 4.
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:0db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8::1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8::0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:0db8::1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:0:1::1', '2001:db8::1:0:0:1'],
    ['2001:DB8:0:0:1::1', '2001:db8::1:0:0:1'],
    ['2001:db8:aaaa:bbbb:cccc:dddd:eeee:0001', '2001:db8:aaaa:bbbb:cccc:dddd:eeee:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['010.1.2.3', '10.1.2.3'],
  ])('%s is written %s', (text, canonical) => {
    expect(again(text)).toBe(canonical);
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '1.2.3.-4',
    'a.b.c.d',
    ':',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '12345::',
    'g::1',
    '1:2:3:4:5:6:7:8::',
    ':1:2:3:4:5:6:7',
    '1:',
    'fe80',
    '::1.2.3.4.5',
    '1.2.3.4::',
    '::1.2.3.4:5',
  ])('%j is no address', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  it('come back the same from every text, which is the one that the system would write', () => {
    const random = testRandom(3);
    for (let round = 0; round < 3000; round++) {
      const group = (): number => (random.chance(0.5) ? 0 : random.below(65536));
      const words = Array.from({ length: 4 }, () => (group() << 16) | group()) as [
        number,
        number,
        number,
        number,
      ];
      const text = formatAddress({ version: 6, words });
      expect(isIPv6(text)).toBe(true);
      expect(parseAddress(text)).toEqual({ version: 6, words });
      // The WHATWG URL parser writes hosts by RFC 5952 as well.
      expect(text).toBe(new URL(`http://[${text}]/`).hostname.slice(1, -1));
      const four = formatIpv4(words[0]);
      expect(isIP(four)).toBe(4);
      expect(parseAddress(four)?.words[0]).toBe(words[0]);
    }
  });

  it('of network cards', () => {
    expect(parseMac('00:1A:2b:3c:4d:FF')).toEqual({ high: 0x001a, low: 0x2b3c4dff });
    expect(parseMac('ff-ff-ff-ff-ff-ff')).toEqual({ high: 0xffff, low: -1 });
    for (const text of [
      '',
      '00:11:22:33:44',
      '00:11:22:33:44:55:66',
      '0:1:2:3:4:5',
      '00:11:22:33:44:gg',
      '001122334455',
    ]) {
      expect(parseMac(text), text).toBeUndefined();
    }
    expect(formatMac(0x001a, 0x2b3c4dff)).toBe('00:1a:2b:3c:4d:ff');
    expect(formatMac(0xffff, -1)).toBe('ff:ff:ff:ff:ff:ff');
    expect(formatMac(0, 5)).toBe('00:00:00:00:00:05');
  });
});

const classOf = (text: string): string => {
  const { version, words } = parseAddress(text)!;
  return version === 4 ? classifyIpv4(words[0]) : classifyIpv6(...words);
};

describe('classes of addresses', () => {
  it.each([
    // Last before, first and last inside, first behind.
    ['0.0.0.0/8', '255.255.255.255 0.0.0.1 0.255.255.255 1.0.0.0'],
    ['10.0.0.0/8', '9.255.255.255 10.0.0.0 10.255.255.255 11.0.0.0'],
    ['100.64.0.0/10', '100.63.255.255 100.64.0.0 100.127.255.255 100.128.0.0'],
    ['127.0.0.0/8', '126.255.255.255 127.0.0.0 127.255.255.255 128.0.0.0'],
    ['169.254.0.0/16', '169.253.255.255 169.254.0.0 169.254.255.255 169.255.0.0'],
    ['172.16.0.0/12', '172.15.255.255 172.16.0.0 172.31.255.255 172.32.0.0'],
    ['192.0.0.0/24', '191.255.255.255 192.0.0.0 192.0.0.255 192.0.1.0'],
    ['192.0.2.0/24', '192.0.1.255 192.0.2.0 192.0.2.255 192.0.3.0'],
    ['192.168.0.0/16', '192.167.255.255 192.168.0.0 192.168.255.255 192.169.0.0'],
    ['198.18.0.0/15', '198.17.255.255 198.18.0.0 198.19.255.255 198.20.0.0'],
    ['198.51.100.0/24', '198.51.99.255 198.51.100.0 198.51.100.255 198.51.101.0'],
    ['203.0.113.0/24', '203.0.112.255 203.0.113.0 203.0.113.255 203.0.114.0'],
    [
      'fc00::/7',
      'fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff fc00:: fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff fe00::',
    ],
    [
      '2001:db8::/32',
      '2001:db7:ffff:ffff:ffff:ffff:ffff:ffff 2001:db8:: 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff 2001:db9::',
    ],
    [
      '3fff::/20',
      '3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff 3fff:: 3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff 3fff:1000::',
    ],
    ['100::/64', 'ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 100:: 100::ffff:ffff:ffff:ffff 100:0:0:1::'],
    ['::/96', '0:0:0:0:0:1:: ::1 ::ffff:ffff 0:0:0:0:0:1::'],
  ])('%s is private, its neighbours are not', (_, addresses) => {
    const [before, first, last, behind] = addresses.split(' ').map(classOf);
    expect([first, last]).toEqual(['private', 'private']);
    expect(before).not.toBe('private');
    expect(behind).toBe('external');
  });

  it('link-local and site-local IPv6 lie between unassigned and multicast addresses', () => {
    expect(classOf('fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff')).toBe('external');
    expect(classOf('fe80::')).toBe('private');
    expect(classOf('febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff')).toBe('private');
    expect(classOf('fec0::')).toBe('private');
    expect(classOf('feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')).toBe('private');
    expect(classOf('ff00::')).toBe('multicast');
    expect(classOf('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')).toBe('multicast');
  });

  it('multicast, reserved, broadcast and unspecified IPv4', () => {
    expect(
      [
        '223.255.255.255',
        '224.0.0.0',
        '239.255.255.255',
        '240.0.0.0',
        '255.255.255.254',
        '255.255.255.255',
      ].map(classOf),
    ).toEqual(['external', 'multicast', 'multicast', 'private', 'private', 'multicast']);
    expect([classOf('0.0.0.0'), classOf('::')]).toEqual(['unspecified', 'unspecified']);
  });

  it('of IPv4 addresses inside IPv6 ones are those of the IPv4 address', () => {
    for (const prefix of ['::ffff:', '64:ff9b::']) {
      const inside = ['10.1.2.3', '8.8.8.8', '224.0.0.1', '0.0.0.0'].map((address) =>
        classOf(`${prefix}${address}`),
      );
      expect(inside).toEqual(['private', 'external', 'multicast', 'unspecified']);
    }
  });

  it('are external everywhere else', () => {
    for (const address of [
      '8.8.8.8',
      '1.1.1.1',
      '172.32.0.1',
      '2001:4860:4860::8888',
      '2a02::1',
      '2002:a00:1::',
      '64:ff9a::1',
    ]) {
      expect(classOf(address), address).toBe('external');
    }
  });
});
