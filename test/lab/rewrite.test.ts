import { describe, expect, it } from 'vitest';
import { updateChecksum } from '../../lab/finish/checksum.js';
import { rewriteFrame } from '../../lab/finish/rewrite.js';
import {
  type AddressMap,
  createAddressMap,
  createPublicAddresses,
  dotted,
} from '../../lab/plan/public-addresses.js';
import { createRandom, type Random } from '../../src/math/index.js';

/** The slow twin of all incremental sums: adds up every word of the bytes (RFC 1071). */
function slowSum(...parts: readonly (readonly number[])[]): number {
  let sum = 0;
  for (const part of parts) {
    const even = part.length % 2 === 0 ? part : [...part, 0];
    for (let i = 0; i < even.length; i += 2) sum += even[i]! * 256 + even[i + 1]!;
  }
  while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000);
  return 0xffff - sum;
}

const word = (value: number): number[] => [(value >>> 8) & 0xff, value & 0xff];
const bytes = (random: Random, count: number): number[] =>
  Array.from({ length: count }, () => random.below(256));
const octets = (address: string): number[] => address.split('.').map(Number);

const OUTSIDE = '10.78.33.7';
const INSIDE = '10.77.10.5';

function withChecksum(packet: number[], at: number, checksum: number): number[] {
  return packet.map((byte, i) => (i === at ? checksum >>> 8 : i === at + 1 ? checksum & 0xff : byte));
}

function ipv4(
  protocol: number,
  source: string,
  destination: string,
  content: number[],
  options: number[] = [],
): number[] {
  const length = 20 + options.length + content.length;
  const header = [
    ...[0x40 | (5 + options.length / 4), 0, ...word(length), 0x12, 0x34, 0, 0, 64, protocol, 0, 0],
    ...[...octets(source), ...octets(destination), ...options],
  ];
  return [...withChecksum(header, 10, slowSum(header)), ...content];
}

function pseudo(protocol: number, source: string, destination: string, length: number): number[] {
  return [...octets(source), ...octets(destination), 0, protocol, ...word(length)];
}

function tcp(source: string, destination: string, payload: number[]): number[] {
  const segment = [
    ...word(443),
    ...word(50000),
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    0x50,
    0x18,
    1,
    0,
    0,
    0,
    0,
    0,
    ...payload,
  ];
  return withChecksum(segment, 16, slowSum(pseudo(6, source, destination, segment.length), segment));
}

function udp(source: string, destination: string, sourcePort: number, payload: number[]): number[] {
  const datagram = [...word(sourcePort), ...word(40000), ...word(8 + payload.length), 0, 0, ...payload];
  const sum = slowSum(pseudo(17, source, destination, datagram.length), datagram);
  return withChecksum(datagram, 6, sum === 0 ? 0xffff : sum);
}

const name = (text: string): number[] => [
  ...text.split('.').flatMap((l) => [l.length, ...Buffer.from(l)]),
  0,
];

/** An answer with a CNAME, then A records of these addresses; `www` shifts where they lie. */
function dnsAnswer(www: string, addresses: readonly string[]): number[] {
  const question = [...name(`${www}.site.example`), ...word(1), ...word(1)];
  const alias = [0xc0, 12, ...word(5), ...word(1), 0, 0, 0, 60, ...word(6), ...[3, 99, 100, 110], 0xc0, 12];
  const records = addresses.flatMap((a) => [
    0xc0,
    12,
    ...word(1),
    ...word(1),
    0,
    0,
    0,
    60,
    ...word(4),
    ...octets(a),
  ]);
  return [
    ...[0xab, 0xcd, 0x81, 0x80],
    ...[1, 1 + addresses.length, 0, 0].flatMap(word),
    ...question,
    ...alias,
    ...records,
  ];
}

const ethernet = (etherType: number, packet: number[]): Uint8Array =>
  Uint8Array.from([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, ...word(etherType), ...packet]);

const publicAddress = createPublicAddresses(7);
const addressMap = createAddressMap(publicAddress, '10.77');
const mapped = (address: string): string => {
  const [, , c, d] = octets(address) as [number, number, number, number];
  return dotted(publicAddress(c * 256 + d));
};

function rewritten(frame: Uint8Array, map: AddressMap = addressMap): { frame: Uint8Array; count: number } {
  const copy = frame.slice();
  return { count: rewriteFrame(copy, map), frame: copy };
}

describe('updateChecksum', () => {
  it('agrees with adding everything up again', () => {
    const random = createRandom(11);
    for (let i = 0; i < 3000; i++) {
      const content = bytes(random, 2 + 2 * random.below(20));
      // Words of zeros alone are the one case in which +0 and -0 differ; an IP header is never all zero.
      content[0] = 0x45;
      const at = 2 * random.below(content.length / 2);
      const after = random.below(0x10000);
      const changed = content.map((byte, j) => (j === at ? after >>> 8 : j === at + 1 ? after & 0xff : byte));
      if (slowSum(changed) === 0xffff || slowSum(content) === 0xffff) continue;
      const before = content[at]! * 256 + content[at + 1]!;
      expect(updateChecksum(slowSum(content), before, after)).toBe(slowSum(changed));
    }
  });

  it('gives the result of the example in RFC 1624, section 4', () => {
    expect(updateChecksum(0xdd2f, 0x5555, 0x3285)).toBe(0x0000);
  });
});

describe('rewriteFrame', () => {
  it('gives the packets that the same hosts would have sent from public addresses', () => {
    const random = createRandom(5);
    for (let i = 0; i < 400; i++) {
      const outside = `10.78.${random.below(256)}.${random.below(256)}`;
      const payload = bytes(random, random.below(60));
      const options = bytes(random, 4 * random.below(4));
      const [from, to] = i % 2 === 0 ? [outside, INSIDE] : [INSIDE, outside];
      const make = (map: (address: string) => string): Uint8Array => {
        const [source, destination] = [from, to].map((a) => (a === outside ? map(a) : a)) as [string, string];
        return i % 3 === 0
          ? ethernet(0x0800, ipv4(6, source, destination, tcp(source, destination, payload), options))
          : ethernet(0x0800, ipv4(17, source, destination, udp(source, destination, 123, payload), options));
      };
      const whole = rewritten(make((address) => address));
      expect(whole).toEqual({ count: 1, frame: make(mapped) });
      const cut = 34 + random.below(whole.frame.length - 34);
      // A checksum of which one byte was captured cannot be kept right.
      if (cut === 34 + options.length + (i % 3 === 0 ? 17 : 7)) continue;
      const before = make((address) => address).slice(0, cut);
      expect(rewritten(before).frame).toEqual(whole.frame.slice(0, cut));
    }
  });

  it.each(['w', 'ww', 'www', 'wwww'])('changes A records at odd and even places (%s)', (www) => {
    const make = (map: (address: string) => string): Uint8Array => {
      const answer = dnsAnswer(www, [map(OUTSIDE), INSIDE, map('10.78.1.1')]);
      return ethernet(0x0800, ipv4(17, '10.77.0.1', INSIDE, udp('10.77.0.1', INSIDE, 53, answer)));
    };
    const { frame, count } = rewritten(make((address) => address));
    expect(count).toBe(2);
    expect(frame).toEqual(make(mapped));
  });

  it('changes A records in answers that came over IPv6', () => {
    const answer = dnsAnswer('www', [OUTSIDE]);
    const datagram = [...word(53), ...word(40000), ...word(8 + answer.length), 0xbe, 0xef, ...answer];
    const addresses = [...octets('253.119.0.0'), ...bytes(createRandom(1), 28)];
    const frame = ethernet(0x86dd, [
      0x60,
      0,
      0,
      0,
      ...word(datagram.length),
      17,
      64,
      ...addresses,
      ...datagram,
    ]);
    const after = rewritten(frame);
    expect(after.count).toBe(1);
    expect(dottedAt(after.frame, frame.length - 4)).toBe(mapped(OUTSIDE));
    // The checksum was not right before; the words it covers still add up to the same.
    const total = (part: Uint8Array): number => slowSum([...part.slice(54)]);
    expect(total(after.frame) % 0xffff).toBe(total(frame) % 0xffff);
  });

  it('changes the packet inside an ICMP error and both checksums around it', () => {
    const make = (map: (address: string) => string): Uint8Array => {
      const inner = ipv4(17, INSIDE, map(OUTSIDE), udp(INSIDE, map(OUTSIDE), 500, [1, 2, 3, 4, 5]));
      const message = [3, 3, 0, 0, 0, 0, 0, 0, ...inner];
      const icmp = withChecksum(message, 2, slowSum(message));
      return ethernet(0x0800, ipv4(1, map(OUTSIDE), INSIDE, icmp));
    };
    const { frame, count } = rewritten(make((address) => address));
    expect(count).toBe(2);
    expect(frame).toEqual(make(mapped));
  });

  it('changes inside addresses when the run has another private network', () => {
    const inside = createAddressMap(publicAddress, '192.168');
    const moved = (address: string): string => address.replace('10.77', '192.168');
    const make = (map: (address: string) => string): Uint8Array => {
      const answer = dnsAnswer('www', [map('10.77.0.9'), '203.0.113.5']);
      return ethernet(
        0x0800,
        ipv4(17, map('10.77.0.1'), map(INSIDE), udp(map('10.77.0.1'), map(INSIDE), 5353, answer)),
      );
    };
    expect(
      rewritten(
        make((a) => a),
        inside,
      ),
    ).toEqual({ count: 3, frame: make(moved) });
    expect(rewritten(make((a) => a)).count).toBe(0);
  });

  it('changes the fixed fields of DHCP', () => {
    const inside = createAddressMap(publicAddress, '172.20');
    const make = (prefix: string): Uint8Array => {
      const fields = ['0.0.0.0', `${prefix}.10.5`, `${prefix}.10.1`, `${prefix}.0.7`].flatMap(octets);
      const message = [2, 1, 6, 0, 1, 2, 3, 4, 0, 0, 0, 0, ...fields, ...bytes(createRandom(4), 60)];
      const [from, to] = [`${prefix}.10.1`, `${prefix}.10.5`];
      const datagram = [...word(67), ...word(68), ...word(8 + message.length), 0, 0, ...message];
      const sum = slowSum(pseudo(17, from, to, datagram.length), datagram);
      return ethernet(0x0800, ipv4(17, from, to, withChecksum(datagram, 6, sum === 0 ? 0xffff : sum)));
    };
    expect(rewritten(make('10.77'), inside)).toEqual({ count: 5, frame: make('172.20') });
  });

  it('leaves a UDP datagram without checksum without one', () => {
    const datagram = [...word(5000), ...word(5001), ...word(10), 0, 0, 1, 2];
    const { frame } = rewritten(ethernet(0x0800, ipv4(17, OUTSIDE, INSIDE, datagram)));
    expect([...frame.slice(14 + 20)]).toEqual(datagram);
  });

  it('sends a UDP checksum that comes out as zero as ffff', () => {
    const candidates = Array.from({ length: 0x10000 }, (_, i) => word(i));
    const sumOf = (payload: number[]): number => {
      const datagram = [...word(123), ...word(40000), ...word(10), 0, 0, ...payload];
      return slowSum(pseudo(17, mapped(OUTSIDE), INSIDE, datagram.length), datagram);
    };
    const payload = candidates.find((candidate) => sumOf(candidate) === 0)!;
    const { frame } = rewritten(
      ethernet(0x0800, ipv4(17, OUTSIDE, INSIDE, udp(OUTSIDE, INSIDE, 123, payload))),
    );
    expect([...frame.slice(40, 42)]).toEqual([0xff, 0xff]);
  });

  it('touches no ports in later fragments', () => {
    const content = bytes(createRandom(3), 40);
    const packet = ipv4(17, OUTSIDE, INSIDE, content);
    packet[6] = 0x00;
    packet[7] = 0x20;
    const { frame } = rewritten(ethernet(0x0800, packet));
    expect([...frame.slice(34)]).toEqual(content);
  });

  it('changes both addresses of ARP and nothing of other frames', () => {
    const arp = [
      0,
      1,
      8,
      0,
      6,
      4,
      0,
      1,
      2,
      0,
      0,
      0,
      0,
      9,
      ...octets(OUTSIDE),
      0,
      0,
      0,
      0,
      0,
      0,
      ...octets('10.78.0.1'),
    ];
    const { frame, count } = rewritten(ethernet(0x0806, arp));
    expect(count).toBe(2);
    expect([dottedAt(frame, 28), dottedAt(frame, 38)]).toEqual([mapped(OUTSIDE), mapped('10.78.0.1')]);
    const other = ethernet(0x88cc, [...octets(OUTSIDE), ...bytes(createRandom(2), 60)]);
    expect(rewritten(other)).toEqual({ count: 0, frame: other });
  });

  it('survives random bytes of any length', () => {
    const random = createRandom(9);
    for (let i = 0; i < 3000; i++) {
      const frame = Uint8Array.from(bytes(random, random.below(90)));
      if (frame.length > 24) frame.set([0x08, 0x00, 0x45], 12);
      if (frame.length > 24 && i % 2 === 0) frame[23] = [1, 6, 17][i % 3]!;
      if (frame.length > 36 && i % 4 === 0) frame.set(word(53), 34);
      expect(() => rewriteFrame(frame, addressMap)).not.toThrow();
    }
  });
});

describe('createPublicAddresses', () => {
  it('is one-to-one, public, and the same for the same seed', () => {
    const [one, two] = [createPublicAddresses(3), createPublicAddresses(3)];
    const seen = new Set<number>();
    for (let lower = 0; lower < 20_000; lower++) {
      const address = one(lower);
      expect(two(lower)).toBe(address);
      seen.add(address);
    }
    expect(seen.size).toBe(20_000);
    expect(
      [...seen].every((address) => ![10, 127, 172, 192].includes(address >>> 24) && address >>> 24 < 224),
    ).toBe(true);
    expect(createPublicAddresses(4)(5)).not.toBe(one(5));
  });
});

function dottedAt(frame: Uint8Array, at: number): string {
  return [...frame.slice(at, at + 4)].join('.');
}
