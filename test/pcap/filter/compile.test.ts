import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NetworkmlError } from '../../../src/errors.js';
import { compileFilter, openCapture } from '../../../src/pcap/index.js';
import { macBytes } from '../../support/bytes.js';
import { classicPieces, fileOf } from '../../support/capture-files.js';
import { ethernet } from '../../support/frames.js';
import { arpRequest, fragmentHeader, ipv4, ipv6, sctp, tcp, udp } from '../../support/ip-packets.js';
import { type TestRandom, testRandom } from '../../support/random.js';

const ADDRESSES4 = ['10.0.0.1', '10.0.0.2', '10.1.2.3', '192.168.7.9', '224.0.0.251', '8.8.8.8'];
const ADDRESSES6 = ['2001:db8::1', '2001:db8:0:1::7', 'fe80::1', 'ff02::fb'];
const PORTS = [22, 53, 80, 443, 1000, 1001, 5353, 65535];
const MACS = ['02:00:00:00:00:01', '02:00:00:00:00:0a', 'ff:ff:ff:ff:ff:ff', '01:00:5e:00:00:fb'];
const TAGS = [5, 100, 4094];

function randomFrame(random: TestRandom): Uint8Array {
  const fields = {
    source: random.pick(MACS.slice(0, 2)),
    destination: random.pick(MACS),
    tags: random.chance(0.3)
      ? Array.from({ length: random.between(1, 2) }, () => ({
          type: random.pick([0x8100, 0x88a8, 0x9100]),
          id: random.pick(TAGS),
        }))
      : [],
  };
  if (random.chance(0.1)) {
    const message = arpRequest(macBytes(MACS[0]!), random.pick(ADDRESSES4), random.pick(ADDRESSES4));
    return ethernet(fields, message, 0x0806);
  }
  if (random.chance(0.05)) return ethernet(fields, new Uint8Array(50), 0x88cc);
  const version = random.pick([4, 4, 6]);
  const protocol = random.pick([6, 17, 132, 1, 2, 58, 50, 51, 47]);
  const [a, b] = [random.pick(PORTS), random.pick(PORTS)];
  const payload = new Uint8Array(random.between(20, 80));
  const body =
    protocol === 6 ? tcp(a, b, 2, payload) : protocol === 132 ? sctp(a, b, payload) : udp(a, b, payload);
  if (version === 4) {
    const ends = { source: random.pick(ADDRESSES4), destination: random.pick(ADDRESSES4), protocol };
    const isLater = random.chance(0.1);
    const options = random.chance(0.2) ? { options: new Uint8Array(8).fill(1) } : {};
    const fragment = isLater ? { fragmentOffset: 64, moreFragments: true } : {};
    return ethernet(fields, ipv4({ ...ends, ...options, ...fragment }, body));
  }
  const ends = { source: random.pick(ADDRESSES6), destination: random.pick(ADDRESSES6), protocol };
  const extensions = random.chance(0.15) ? [fragmentHeader(7, 0, true)] : [];
  return ethernet(fields, ipv6({ ...ends, extensions }, body));
}

function randomPrimitive(random: TestRandom): string {
  const direction = random.pick(['', '', 'src ', 'dst ', 'src or dst ', 'src and dst ']);
  const one = random.below(14);
  const protocol = random.pick(['', 'tcp ', 'udp ', 'sctp ']);
  switch (one) {
    case 0:
      return `${random.pick(['', '', 'ip ', 'arp '])}${direction}host ${random.pick(ADDRESSES4)}`;
    case 1:
      return `${random.pick(['', 'ip6 '])}${direction}host ${random.pick(ADDRESSES6)}`;
    case 2:
      return `${direction}net ${random.pick(['10.0.0.0/8', '10', '10.1', '192.168.0.0/16', '10.0.0.0 mask 255.255.255.0', '0.0.0.0/0', '8.8.8.8/32'])}`;
    case 3:
      return `${direction}net ${random.pick(['2001:db8::/32', 'fe80::/10', '2001:db8:0:1::/64', 'ff00::/8'])}`;
    case 4:
      return `${protocol}${direction}port ${random.pick([...PORTS, 'domain'])}`;
    case 5:
      return `${protocol}${direction}portrange ${random.pick(['1-100', '443-1000', '1000-1001', '53', '65535-1000'])}`;
    case 6:
      return random.pick([
        'ip',
        'ip6',
        'arp',
        'rarp',
        'tcp',
        'udp',
        'sctp',
        'icmp',
        'icmp6',
        'igmp',
        'esp',
        'ah',
        'pim',
      ]);
    case 7:
      return `${random.pick(['ip ', 'ip6 ', ''])}proto ${random.pick(['6', '17', '\\udp', '47', '58', '0x32'])}`;
    case 8:
      return `ether ${direction}host ${random.pick(MACS)}`;
    case 9:
      return random.pick([
        'ether multicast',
        'ether broadcast',
        'ip multicast',
        'ip6 multicast',
        'broadcast',
      ]);
    case 10:
      return `${random.pick(['less', 'greater'])} ${random.between(50, 140)}`;
    case 11:
      return `ether proto ${random.pick(['0x88cc', '\\arp', '\\ip', '0x86dd'])}`;
    case 12:
      return `${protocol}${direction}port (${random.pick(PORTS)} ${random.pick(['or', 'and'])} ${random.pick(PORTS)})`;
    default:
      return `${protocol}port ${random.pick(PORTS)} or ${random.pick(PORTS)}`;
  }
}

function randomFilter(random: TestRandom, depth = 0): string {
  if (depth === 0 && random.chance(0.25)) {
    const tag = random.pick(['vlan', 'vlan 5', 'vlan 100 and vlan 4094', 'vlan 100']);
    return `${tag} and ${randomFilter(random, 1)}`;
  }
  if (depth > 2 || random.chance(0.4)) return randomPrimitive(random);
  if (random.chance(0.2)) return `${random.pick(['not ', '! ', '!'])}(${randomFilter(random, depth + 1)})`;
  const join = random.pick([' and ', ' or ', ' && ', ' || ']);
  const part = (): string => {
    const inside = randomFilter(random, depth + 1);
    return random.chance(0.5) ? `(${inside})` : inside;
  };
  return `${part()}${join}${part()}`;
}

async function ours(file: string, filter: string): Promise<number> {
  const { packets, skipped } = await openCapture(file, { filter }).read(() => {});
  return packets - (skipped.filtered ?? 0);
}

/** Undefined for filters that tcpdump refuses: those that can match nothing are an error there. */
function theirs(file: string, filter: string): number | undefined {
  const child = spawnSync('tcpdump', ['-n', '-r', file, '-w', '-', filter], { maxBuffer: 2 ** 28 });
  if (child.status !== 0) {
    expect(child.stderr.toString(), filter).toMatch(/rejects all packets/);
    return undefined;
  }
  let count = 0;
  for (let at = 24; at + 16 <= child.stdout.length; at += 16 + child.stdout.readUInt32LE(at + 8)) count++;
  return count;
}

describe('filters', () => {
  let folder: string;
  let file: string;
  beforeAll(() => {
    execFileSync('tcpdump', ['--version']);
    folder = mkdtempSync(join(tmpdir(), 'networkml-test-'));
    file = join(folder, 'x.pcap');
    const random = testRandom(11);
    const files = Array.from({ length: 600 }, (_, i) => ({
      seconds: i,
      nanoseconds: 0,
      frame: randomFrame(random),
    }));
    writeFileSync(file, fileOf(classicPieces(files)));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('choose as many packets as tcpdump, in 400 random expressions', async () => {
    const random = testRandom(5);
    let compared = 0;
    let some = 0;
    for (let i = 0; i < 400; i++) {
      const filter = randomFilter(random);
      const wanted = theirs(file, filter);
      const got = await ours(file, filter);
      if (wanted === undefined) {
        // "Expression rejects all packets".
        expect(got, filter).toBe(0);
        continue;
      }
      expect(got, filter).toBe(wanted);
      compared++;
      if (wanted > 0 && wanted < 600) some++;
    }
    expect(compared).toBeGreaterThan(330);
    expect(some).toBeGreaterThan(200);
  });

  it('bind "and" and "or" equally strongly', async () => {
    const filter = 'tcp or udp and port 53';
    expect(await ours(file, filter)).toBe(theirs(file, '(tcp or udp) and port 53'));
    expect(await ours(file, filter)).not.toBe(theirs(file, 'tcp or (udp and port 53)'));
  });

  it.each([
    ['port 80 adn tcp', 9, /"and" or "or"/],
    ['port http8', 6, /port from 0/],
    ['host example.org', 6, /names are not looked up/],
    ['net 10.1.0.0/8', 5, /outside of its network/],
    ['net 10.0.0.0/40', 5, /prefix length/],
    ['(tcp or udp', 12, /"\)" is expected/],
    ['tcp or', 7, /too early/],
    ['icmp port 5', 11, /has no ports/],
    ['tcp src', 8, /a value is expected/],
    ['vlan 9999', 6, /0 to 4095/],
    ['less many', 6, /a number/],
    ['tcp[13] & 2', 4, /no meaning/],
    ['ip host fe80::1', 9, /not an address of ip/],
    ['ether host 10.0.0.1', 12, /MAC address/],
    ['tcp host 10.0.0.1', 10, /cannot stand before/],
    ['proto 300', 7, /protocol from 0/],
    ['ip broadcast', 4, /not known/],
    [`${'('.repeat(70)}tcp`, 66, /more than 64 levels/],
  ])('with a mistake say where: %s', (filter, character, message) => {
    let error: unknown;
    try {
      openCapture('x', { filter });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(NetworkmlError);
    const { code, message: text } = error as NetworkmlError;
    expect(code).toBe('NML_FILTER');
    expect(text).toMatch(message);
    expect(text).toContain(`character ${character}:`);
  });

  it('may be functions, and an empty one lets everything through', async () => {
    const summary = await openCapture(file, { filter: ({ number }) => number % 2 === 0 }).read(() => {});
    expect(summary.skipped.filtered).toBe(300);
    expect(await ours(file, '  ')).toBe(600);
    expect(compileFilter('tcp')).toBeTypeOf('function');
  });
});
